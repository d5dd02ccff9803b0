using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using Lagesbild.Commands;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lagesbild.Benchmarks;

/// <summary>
/// The table of one procedure at unit level, over kept-alive TLS with a client certificate, against a bare Kestrel endpoint
/// that returns the same bytes over the same TLS. One load program for both, in turns; then the same of 304; then how much
/// memory the largest downloads take.
/// </summary>
internal static class WaitingTimesBenchmark
{
    private const int Rounds = 5;
    private const string Seconds = "6";
    private const string Path = "/lagesbild/v1/waiting-times?procedure=NGB";

    private static readonly string Twenty = string.Join(
        '&',
        "ABC ACC BAA BBA CBB CGG DCA DJD EMB HAC JAB JAE JDF JFB JHC JKA KED LCD NFB NGB"
            .Split(' ')
            .Select(code => "procedure=" + code)
    );

    private static readonly string[] Downloads =
    [
        $"/lagesbild/v1/trends?{Twenty}&format=csv",
        $"/lagesbild/v1/trends?{Twenty}&format=csv-excel-sv",
        $"/lagesbild/v1/trends?{Twenty}&format=xlsx",
        "/lagesbild/v1/pictures/current/waiting-times?format=csv",
        "/lagesbild/v1/pictures/current/waiting-times?format=json",
    ];

    private sealed record Round(Load Service, Load Bare);

    private sealed record Taken(string Path, long Bytes, double Seconds, long AddedBytes);

    public static async Task<int> RunAsync()
    {
        var scratch = Machine.Scratch();
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(
                System.IO.Path.Combine(scratch, "data"),
                durable: false,
                CancellationToken.None
            );
            var pki = DevelopmentPki.Open(System.IO.Path.Combine(scratch, "certs"), TimeProvider.System);
            await using var service = await StartServiceAsync(scratch, postgres, pki);
            var address = Https(service);
            var (answer, etag) = await GetAsync(new Uri(address, Path), pki);
            await using var bare = await StartBareAsync(pki, answer, etag);
            var full = await RoundsAsync(address, Https(bare), pki, null);
            var known = await RoundsAsync(address, Https(bare), pki, etag);
            var downloads = new List<Taken>();
            foreach (var path in Downloads)
            {
                downloads.Add(await DownloadAsync(new Uri(address, path), pki));
            }

            await Machine.WriteAsync("waiting-times.md", Report(full, known, downloads, answer.Length));
            await bare.StopAsync();
            await service.StopAsync();
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<List<Round>> RoundsAsync(Uri service, Uri bare, DevelopmentPki pki, string? etag)
    {
        var rounds = new List<Round>();
        // The first of each warms both up and is not counted.
        for (var i = 0; i <= Rounds; i++)
        {
            var round = new Round(await LoadAsync(service, pki, etag), await LoadAsync(bare, pki, etag));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"service {round.Service.PerSecond:0}/s p99 {round.Service.P99:0.00} ms, bare {round.Bare.PerSecond:0}/s p99 {round.Bare.P99:0.00} ms"
                )
            );
            if (i > 0)
            {
                rounds.Add(round);
            }
        }

        return rounds;
    }

    // What the process holds, looked at every few milliseconds; whoever reads the answer is in it too.
    private static async Task<Taken> DownloadAsync(Uri address, DevelopmentPki pki)
    {
        using var client = Client(pki);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = Environment.WorkingSet;
        var most = before;
        using var done = new CancellationTokenSource();
        var watch = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!done.IsCancellationRequested)
            {
                most = Math.Max(most, Environment.WorkingSet);
                await timer.WaitForNextTickAsync();
            }
        });
        var clock = Stopwatch.StartNew();
        using var response = await client.GetAsync(
            new UriBuilder(address) { Host = "localhost" }.Uri,
            HttpCompletionOption.ResponseHeadersRead
        );
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        long length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            length += read;
        }

        clock.Stop();
        await done.CancelAsync();
        await watch;
        return new Taken(address.PathAndQuery, length, clock.Elapsed.TotalSeconds, most - before);
    }

    private static async Task<WebApplication> StartServiceAsync(
        string scratch,
        PrivatePostgres postgres,
        DevelopmentPki pki
    )
    {
        var inboxFolder = System.IO.Path.Combine(scratch, "inbox");
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(inboxFolder, "SPOR")).FullName;
        string[] sample = ["--source", "SPOR", "--date", "2026-11-21", "--national", "--out", folder];
        if (await SampleCommand.Create().Parse(sample).InvokeAsync() != 0)
        {
            throw new InvalidOperationException("There is no sample.");
        }

        var builder = Hosting.CreateBuilder(
            "Benchmark",
            [
                .. pki.Configuration,
                new("ConnectionStrings:Lagesbild", postgres.ConnectionString()),
                // The load comes from one identity.
                new("Limits:RequestsPerSecond", "0"),
                new($"{DeliveriesOptions.Section}:{nameof(DeliveriesOptions.AllowSynthetic)}", "true"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Path)}", inboxFolder),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Every)}", "00:00:01"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.QuietTime)}", "00:00:00"),
            ]
        );
        builder.Logging.ClearProviders();
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var app = Hosting.Build(builder, new Listeners(null, any, any));
        var done = new TaskCompletionSource<Receipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Services.GetRequiredService<Inbox>().Settled += (_, receipt) => done.TrySetResult(receipt);
        await app.StartAsync();
        var state = (await done.Task).State;
        return state == "published" ? app : throw new InvalidOperationException($"The delivery was {state}.");
    }

    private static async Task<WebApplication> StartBareAsync(DevelopmentPki pki, byte[] answer, string etag)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(pki.Configuration);
        // For the same listener, with the same certificates; nobody asks it whether a caller may.
        builder.AddSecurity(demoDoor: false);
        CertificateBenchmark.AskNobody(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0));
        });
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.Headers.ETag = etag;
            if (context.Request.Headers.IfNoneMatch.Count > 0)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            return context.Response.Body.WriteAsync(answer, 0, answer.Length);
        });
        await app.StartAsync();
        return app;
    }

    private static Uri Https(WebApplication app) =>
        app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(a => new Uri(a))
            .First(a => a.Scheme == "https");

    private static HttpClient Client(DevelopmentPki pki) =>
        new(
            new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = [Loader.Navigator(pki.Directory)],
                    CertificateChainPolicy = Loader.Trust(pki.Directory),
                },
            }
        );

    private static async Task<(byte[] Body, string ETag)> GetAsync(Uri address, DevelopmentPki pki)
    {
        using var client = Client(pki);
        using var response = await client.GetAsync(new UriBuilder(address) { Host = "localhost" }.Uri);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync(), response.Headers.ETag!.ToString());
    }

    private static async Task<Load> LoadAsync(Uri address, DevelopmentPki pki, string? etag)
    {
        using var child = Machine.Again([
            "load",
            new Uri(address, Path).ToString(),
            pki.Directory,
            Seconds,
            .. etag is null ? (string[])[] : ["known", etag],
        ]);
        var line = await child.StandardOutput.ReadLineAsync();
        await child.WaitForExitAsync();
        return JsonSerializer.Deserialize<Load>(line!)!;
    }

    private static string Report(List<Round> full, List<Round> known, List<Taken> downloads, int length)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        void Table(List<Round> rounds)
        {
            Line($"| round | service, requests/s | p50, ms | p99, ms | bare, requests/s | p50, ms | p99, ms | ratio |");
            Line($"|---|---|---|---|---|---|---|---|");
            for (var i = 0; i < rounds.Count; i++)
            {
                var (s, b) = rounds[i];
                Line(
                    $"| {i + 1} | {s.PerSecond:0} | {s.P50:0.00} | {s.P99:0.00} | {b.PerSecond:0} | {b.P50:0.00} | {b.P99:0.00} | {s.PerSecond / b.PerSecond:0.00} |"
                );
            }

            Line(
                $"| median | {Machine.Median(rounds.Select(r => r.Service.PerSecond)):0} | {Machine.Median(rounds.Select(r => r.Service.P50)):0.00} | {Machine.Median(rounds.Select(r => r.Service.P99)):0.00} | {Machine.Median(rounds.Select(r => r.Bare.PerSecond)):0} | {Machine.Median(rounds.Select(r => r.Bare.P50)):0.00} | {Machine.Median(rounds.Select(r => r.Bare.P99)):0.00} | {Machine.Median(rounds.Select(r => r.Service.PerSecond / r.Bare.PerSecond)):0.00} |"
            );
            Line($"");
        }

        Line($"# One procedure's table over the API");
        Line($"");
        Line($"`dotnet run -c Release --project tests/Lagesbild.Benchmarks -- waiting-times`");
        Line($"");
        Line($"{DateTimeOffset.UtcNow:yyyy-MM-dd}, {Machine.Describe()}. Loopback only.");
        Line($"");
        Line(
            $"*Service*: `GET {Path}` of the whole service on a national picture, {length:N0} bytes, uncompressed. *Bare*: a Kestrel endpoint in the same process that does nothing but return those bytes, over the same TLS with the same certificates. One load program, a process of its own on the same machine, keeps {Loader.Connections} connections with a client certificate busy for {Seconds} seconds with each in turn; one turn of each warms up and is not counted."
        );
        Line($"");
        Table(full);
        Line($"Wanted: a ratio of at least 0.85, and a p99 within twice the bare one's.");
        Line($"");
        Line($"## The same with If-None-Match");
        Line($"");
        Line($"304 without a body, from both.");
        Line($"");
        Table(known);
        Line($"Wanted: a ratio of at least 0.90.");
        Line($"");
        Line($"## Downloads");
        Line($"");
        Line(
            $"Unit level, the whole country. *Added*: the most that the process held while it wrote, and read, the answer, over what it held before; looked at every five milliseconds."
        );
        Line($"");
        Line($"| | MB | seconds | added, MB |");
        Line($"|---|---|---|---|");
        foreach (var taken in downloads)
        {
            Line(
                $"| `{taken.Path.Replace(Twenty, "procedure=… (20)", StringComparison.Ordinal)}` | {taken.Bytes / 1e6:0.0} | {taken.Seconds:0.00} | {taken.AddedBytes / 1e6:0} |"
            );
        }

        Line($"");
        Line($"Wanted: less than 100 MB.");
        return text.ToString();
    }
}
