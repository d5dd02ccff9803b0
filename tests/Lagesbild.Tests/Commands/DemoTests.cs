using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Commands;

public sealed partial class DemoTests
{
    private static readonly DateOnly Day = new(2026, 1, 13);

    [Fact]
    public async Task It_is_ready_when_what_was_handed_in_is_settled_and_goes_on_after_a_crash_and_a_stop()
    {
        using var folder = new TestFolder();
        var deliveries = folder.Inside("deliveries");
        SmallDelivery.Ncr(Day).PutInto(deliveries);
        SmallDelivery.Spor(Day).PutInto(deliveries);
        new SmallDelivery("SPOR_2026-01-13.zip.receipt.json", []).PutInto(deliveries);
        new SmallDelivery("vad som helst.txt", [1]).PutInto(deliveries);
        using var client = new HttpClient();

        using var first = await StartAsync(folder);
        Assert.Contains("NCR_2026-01-13.jsonl.gz: published", first.Told, StringComparison.Ordinal);
        Assert.Contains("SPOR_2026-01-13.zip: published", first.Told, StringComparison.Ordinal);
        Assert.Contains("vad som helst.txt: refused", first.Told, StringComparison.Ordinal);
        Assert.Contains("FEL file-name", first.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("receipt.json:", first.Told, StringComparison.Ordinal);
        var picture = await ReadyAsync(client, first.Told);
        first.Process.Kill();
        await first.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Directory.CreateDirectory(folder.Inside("data", "inbox", "SPOR", "levererat"));
        using var second = await StartAsync(folder);
        Assert.Contains("levererat in the inbox of SPOR is left lying", second.Told, StringComparison.Ordinal);
        Assert.Equal(picture, await ReadyAsync(client, second.Told));
        Terminate(second.Process);
        await second.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, second.Process.ExitCode);
        Assert.False(File.Exists(folder.Inside("data", "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task The_printed_curl_line_works_as_printed()
    {
        using var folder = new TestFolder();
        SmallDelivery.Spor(Day).PutInto(folder.Inside("deliveries"));
        using var demo = await StartAsync(folder);

        using var curl = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", CurlLine().Match(demo.Told).Value + " --silent --show-error --fail"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var answer = await curl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Terminate(demo.Process);
        await demo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, curl.ExitCode);
        Assert.Contains("\"NGB\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_watches_is_told_of_deliveries_and_denials_but_not_what_stood_in_an_address()
    {
        using var folder = new TestFolder();
        SmallDelivery.Spor(Day).PutInto(folder.Inside("deliveries"));
        await using var collector = await Collector.StartAsync();
        using var demo = await StartAsync(folder, collector.Environment);
        using var client = new HttpClient();
        using var uncoded = new HttpRequestMessage(HttpMethod.Get, WebAddress().Match(demo.Told).Value + "/om");
        uncoded.Headers.Add("Accept-Encoding", "gzip, identity;q=0");
        using var coded = await client.SendAsync(uncoded, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, coded.StatusCode);
        using var page = await client.GetAsync(
            WebAddress().Match(demo.Told).Value + "/atgard/planterat?near=planterat",
            TestContext.Current.CancellationToken
        );
        Terminate(demo.Process);
        await demo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var told = collector.Told;
        Assert.Equal(0, demo.Process.ExitCode);
        Assert.Contains("delivery read", told, StringComparison.Ordinal);
        Assert.Contains("delivery compute", told, StringComparison.Ordinal);
        Assert.Contains("delivery record", told, StringComparison.Ordinal);
        Assert.Contains("lagesbild.deliveries", told, StringComparison.Ordinal);
        Assert.Contains("lagesbild.picture.age", told, StringComparison.Ordinal);
        Assert.Contains("http.request.method", told, StringComparison.Ordinal);
        Assert.DoesNotContain("planterat", told, StringComparison.Ordinal);
    }

    /// <summary>Takes in what is sent by OTLP over http, as text; protobuf leaves strings as they are.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> _bodies = new();

        public string Told => string.Join('\n', _bodies);

        public KeyValuePair<string, string?>[] Environment =>
            [
                new("OTEL_EXPORTER_OTLP_ENDPOINT", app.Urls.Single()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ];

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var collector = new Collector(app);
            app.MapPost(
                "/v1/{signal}",
                async (HttpRequest request) =>
                {
                    using var reader = new StreamReader(request.Body, Encoding.Latin1);
                    collector._bodies.Enqueue(await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
                }
            );
            await app.StartAsync(TestContext.Current.CancellationToken);
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }

    /// <summary>A running demo and what it has told.</summary>
    private sealed record Demo(Process Process, string Told) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited)
            {
                Process.Kill();
                Process.WaitForExit();
            }

            Process.Dispose();
        }
    }

    private static async Task<Demo> StartAsync(TestFolder folder, params KeyValuePair<string, string?>[] environment)
    {
        var process = Program.Start(
            environment,
            "demo",
            "--deliveries",
            folder.Inside("deliveries"),
            "--data",
            folder.Inside("data"),
            "--http",
            "0",
            "--https",
            "0",
            "--management",
            "0"
        );
        var told = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            told.Add(line);
            if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            {
                return new Demo(process, string.Join('\n', told));
            }
        }

        Assert.Fail(
            string.Join('\n', told) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        throw new UnreachableException();
    }

    private static async Task<string> ReadyAsync(HttpClient client, string told)
    {
        using var answer = await client.GetAsync(
            ReadyAddress().Match(told).Value,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static void Terminate(Process process)
    {
        using var kill = Process.Start(
            "kill",
            ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
        );
        kill.WaitForExit();
    }

    [GeneratedRegex(@"(?<=Web: +)http://127\.0\.0\.1:\d+")]
    private static partial Regex WebAddress();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/health/ready")]
    private static partial Regex ReadyAddress();

    [GeneratedRegex("curl .*")]
    private static partial Regex CurlLine();
}
