using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
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
    private const int Rounds = 5;
    private const string Seconds = "4";

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

    /// <param name="Microseconds">Of processor time in the server for each request: what else the machine does disturbs it least.</param>
    private sealed record Turn(double PerSecond, double Microseconds);

    private sealed record Round(Turn Checked, Turn Bare)
    {
        public double Ratio => Checked.PerSecond / Bare.PerSecond;
    }

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
                results[mode] = [];
                // The first of each warms both up and is not counted.
                for (var i = 0; i <= Rounds; i++)
                {
                    var round = new Round(await LoadAsync(guarded, pki, mode), await LoadAsync(bare, pki, mode));
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{mode.How} {mode.Bytes}: checked {round.Checked.PerSecond:0}/s {round.Checked.Microseconds:0} µs, bare {round.Bare.PerSecond:0}/s {round.Bare.Microseconds:0} µs, ratio {round.Ratio:0.00}"
                        )
                    );
                    if (i > 0)
                        results[mode].Add(round);
                }
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
            app.UseSecurity();
            app.MapGet("/answer/{bytes}", AnswerAsync).RequireAuthorization(Roles.Reader);
        }
        else
        {
            app.Run(AnswerAsync);
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>The listener stays; without these, nothing is put before the answer of its own accord.</summary>
    public static void AskNobody(IServiceCollection services)
    {
        services.RemoveAll<IAuthenticationSchemeProvider>();
        services.RemoveAll<IAuthorizationHandlerProvider>();
        services.RemoveAll<DistributedContextPropagator>();
        services.AddSingleton(DistributedContextPropagator.Current);
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var bytes = context.Request.Path.Value!.EndsWith("/table", StringComparison.Ordinal) ? Table : Row;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes;
        return context.Response.Body.WriteAsync(Content, 0, bytes);
    }

    private static async Task<Turn> LoadAsync(WebApplication app, DevelopmentPki pki, Mode mode)
    {
        var address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        using var server = Process.GetCurrentProcess();
        var before = server.TotalProcessorTime;
        var what = new Uri(address, mode.Bytes == Table ? "/answer/table" : "/answer/row").ToString();
        using var child = Machine.Again(
            mode.How == "kept"
                ? ["load", what, pki.Directory, Seconds]
                : ["connect", what, pki.Directory, Seconds, mode.How]
        );
        var line = await child.StandardOutput.ReadLineAsync();
        await child.WaitForExitAsync();
        server.Refresh();
        var load = JsonSerializer.Deserialize<Load>(line!)!;
        return new Turn(load.PerSecond, (server.TotalProcessorTime - before).TotalMicroseconds / load.Requests);
    }

    /// <summary>The child: opens a connection, asks once, closes it, and begins again.</summary>
    public static async Task<int> ConnectAsync(Uri address, string pki, string seconds, bool resumes)
    {
        using var certificate = Loader.Navigator(pki);
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        var until = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(
            Enumerable
                .Range(0, Loader.Connections)
                .Select(_ => WorkAsync(address, context, Loader.Trust(pki), resumes, clock, until))
        );
        var took = clock.Elapsed.TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new Load(counts.Sum() / took, 0, 0, counts.Sum())));
        return 0;
    }

    private static async Task<long> WorkAsync(
        Uri address,
        SslStreamCertificateContext certificate,
        X509ChainPolicy trust,
        bool resumes,
        Stopwatch clock,
        TimeSpan until
    )
    {
        var request = Encoding.ASCII.GetBytes(
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: localhost:{address.Port}\r\nConnection: close\r\n\r\n"
        );
        var buffer = new byte[32 << 10];
        var count = 0L;
        while (clock.Elapsed < until)
        {
            await using var tls = await Loader.ConnectAsync(address, certificate, trust, resumes);
            await tls.WriteAsync(request);
            var read = 0;
            while (await tls.ReadAsync(buffer.AsMemory(read)) is > 0 and var now)
                read += now;
            if (!buffer.AsSpan(0, read).StartsWith("HTTP/1.1 200"u8))
                throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, Math.Min(read, 200)));
            count++;
        }

        return count;
    }

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
            $"*Checked*: an endpoint of {Table:N0} bytes, as much as the table of a procedure (and of {Row} bytes, as little as a row), behind the whole security slice: host, certificate, revocation lists, the count of requests for each identity, roles, the audit log on disk. *Bare*: the same bytes from a Kestrel in the same process, over the same TLS with client certificates asked for, and nobody checked. One load program, a process of its own on the same machine, keeps {Loader.Connections} connections busy for {Seconds} seconds with each in turn; one turn of each warms up and is not counted."
        );
        foreach (var mode in Modes)
        {
            Line($"");
            Line($"## {mode.Name}");
            Line($"");
            Line($"| round | checked | bare | ratio | checked, µs of the server's processor time each | bare, µs |");
            Line($"|---|---|---|---|---|---|");
            foreach (var (i, round) in results[mode].Index())
                Line(
                    $"| {i + 1} | {round.Checked.PerSecond:0} | {round.Bare.PerSecond:0} | {round.Ratio:0.00} | {round.Checked.Microseconds:0} | {round.Bare.Microseconds:0} |"
                );
            double Of(Func<Round, double> value) => Machine.Median(results[mode].Select(value));
            Line(
                $"| median | {Of(r => r.Checked.PerSecond):0} | {Of(r => r.Bare.PerSecond):0} | {Of(r => r.Ratio):0.00} | {Of(r => r.Checked.Microseconds):0} | {Of(r => r.Bare.Microseconds):0} |"
            );
            Line($"");
            if (mode.Wanted is { } wanted)
                Line($"Wanted: a ratio of at least {wanted:0.00}.");
            else
                Line($"Nothing is wanted here: it shows what the checks themselves cost.");
        }

        return text.ToString();
    }
}
