using System.Globalization;
using System.Net;
using System.Text;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lagesbild.Benchmarks;

/// <summary>
/// What knowing the caller costs: an endpoint behind the whole security slice (hosts, certificates, revocation lists, rate limit,
/// roles, audit log) against the same endpoint on a bare Kestrel with the same TLS and no checks. One load program for both,
/// in turns, on connections that are kept and on new ones.
/// </summary>
internal static class CertificateBenchmark
{
    /// <summary>As much as the table of one procedure, and as little as one row of it.</summary>
    private const int Table = 18_000;
    private const int Row = 200;
    private static readonly byte[] Content = [.. Enumerable.Repeat((byte)'x', Table)];

    private sealed record Mode(string Name, string How, int Bytes, double? Wanted);

    private static readonly Mode[] Modes =
    [
        new("Kept-alive connections, an answer of a table's size, requests/s", "kept", Table, 0.9),
        new("Kept-alive connections, an answer of a row's size, requests/s", "kept", Row, null),
        new("New connections, each a full handshake and one request, connections/s", "new", Table, 0.7),
        new("New connections, each a resumed session and one request, connections/s", "resumed", Table, 0.7),
    ];

    public static async Task<int> RunAsync()
    {
        var scratch = Machine.Scratch();
        try
        {
            var pki = DevelopmentPki.Open(Path.Combine(scratch, "certs"), TimeProvider.System);
            await using var guarded = await StartAsync(scratch, pki, isGuarded: true);
            await using var bare = await StartAsync(scratch, pki, isGuarded: false);
            var results = new Dictionary<Mode, List<Round>>();
            foreach (var mode in Modes)
            {
                var path = mode.Bytes == Table ? "/answer/table" : "/answer/row";
                results[mode] = await Turns.CompareAsync(
                    mode.How,
                    pki.Directory,
                    new Uri(AddressOf(guarded), path),
                    new Uri(AddressOf(bare), path)
                );
            }
            await Machine.WriteAsync("certificates.md", Report(results));
            await guarded.StopAsync();
            await bare.StopAsync();
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<WebApplication> StartAsync(string scratch, DevelopmentPki pki, bool isGuarded)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([
            .. pki.Configuration,
            new("Security:Audit:Folder", Path.Combine(scratch, "audit")),
            // One identity makes all the load: it is counted, and never has too much.
            new("Limits:RequestsPerSecond", "1000000"),
            new("Limits:Burst", "1000000"),
        ]);
        builder.AddSecurity();
        if (!isGuarded)
            AskNobody(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0));
        });
        var app = builder.Build();
        if (isGuarded)
        {
            app.UseTraces();
            app.UseSecurity();
            app.MapGet("/answer/{bytes}", AnswerAsync).RequireAuthorization(Roles.Reader);
        }
        else
        {
            app.Run(context =>
            {
                // What knowing the caller costs is asked here, not what the head of an answer does.
                Edge.AddHeaders(context, isLocal: true, trace: null);
                return AnswerAsync(context);
            });
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>The listener stays; without these, nothing is put before the answer of its own accord.</summary>
    public static void AskNobody(IServiceCollection services)
    {
        services.RemoveAll<IAuthenticationSchemeProvider>();
        services.RemoveAll<IAuthorizationHandlerProvider>();
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var bytes = context.Request.Path.Value!.EndsWith("/table", StringComparison.Ordinal) ? Table : Row;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes;
        return context.Response.Body.WriteAsync(Content, 0, bytes);
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static string Report(Dictionary<Mode, List<Round>> results)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"# What certificates cost");
        Line($"");
        Line($"`dotnet run -c Release --project tests/Lagesbild.Benchmarks -- certificates`");
        Line($"");
        Line($"{DateTimeOffset.UtcNow:yyyy-MM-dd}, {Machine.Describe()}. Loopback only.");
        Line($"");
        Line(
            $"*Checked*: an endpoint of {Table:N0} bytes, as much as the table of a procedure (and of {Row} bytes, as little as a row), behind the whole security slice: host, certificate, revocation lists, the count of requests for each identity, roles, the audit log on disk. *Bare*: the same answer, head and body, from a Kestrel in the same process, over the same TLS with client certificates asked for, and nobody checked. {Turns.Description}"
        );
        foreach (var mode in Modes)
        {
            Line($"");
            Line($"## {mode.Name}");
            Line($"");
            text.AppendLine(Turns.Table(results[mode], "checked"));
            Line($"");
            if (mode.Wanted is { } wanted)
                Line($"Wanted: a ratio of at least {wanted:0.00}.");
            else
                Line($"Nothing is wanted here: it shows what the checks themselves cost.");
        }

        return text.ToString();
    }
}
