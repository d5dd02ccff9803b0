using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

public sealed class AuditTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private sealed record Line(
        DateTimeOffset Time,
        string TraceId,
        string Id,
        string? HsaId,
        string? Organisation,
        string? Kind,
        string? Issuer,
        string? Thumbprint,
        string Method,
        string Path,
        string? Query,
        int Status,
        int? Rows,
        string? Reason,
        int More
    );

    [Fact]
    public async Task A_line_says_all_that_is_known_of_caller_question_and_answer()
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock);
        using (var client = host.Client(pki["region-system"]))
            await client.GetAsync(SecureHost.Who + "?region=20&unit=SE2321000180-EX11", Cancelled);
        var line = Assert.Single(await host.AuditAsync());
        using var json = JsonDocument.Parse(line);
        Assert.Equal(
            [
                "time",
                "traceId",
                "id",
                "hsaId",
                "organisation",
                "kind",
                "issuer",
                "thumbprint",
                "method",
                "path",
                "query",
                "status",
                "rows",
                "reason",
            ],
            json.RootElement.EnumerateObject().Select(member => member.Name)
        );
        var read = Read(line);
        Assert.EndsWith("Z\"", json.RootElement.GetProperty("time").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(clock.Now, read.Time);
        Assert.Matches("^[0-9a-f]{32}$", read.TraceId);
        Assert.Matches("^[0-9a-f]{16}$", read.Id);
        Assert.Equal(
            read with
            {
                HsaId = DevelopmentPki.RegionSystemHsaId,
                Organisation = "2321000180",
                Kind = "function",
                Issuer = "TEST SITHS e-id Function CA v1 (development)",
                Thumbprint = pki["region-system"].GetCertHashString(HashAlgorithmName.SHA256),
                Method = "GET",
                Path = SecureHost.Who,
                Query = "region=20&unit=SE2321000180-EX11",
                Status = 200,
                Rows = null,
                Reason = null,
            },
            read
        );
    }

    [Fact]
    public async Task Who_saw_what_can_be_told_from_the_log_alone()
    {
        var audit = Path.Combine(pki.Pki.Directory, "who-saw-what");
        var expected = new List<(string? HsaId, string Target, int Status, int? Rows, string? Reason)>();
        var traces = new Dictionary<int, string>();
        await using (var app = await FiguresHost.StartAsync(pki, audit))
        {
            async Task AskAsync(string? name, string? hsaId, string target, string? list = null, string? reason = null)
            {
                using var client = FiguresHost.Client(pki, app, name);
                using var response = await client.GetAsync(target, Cancelled);
                int? rows = list is null ? null : 1;
                if (list is not null and not "")
                {
                    var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
                    rows = body.GetProperty(list).GetArrayLength();
                    Assert.NotEqual(0, rows);
                }
                if (target is "/lagesbild/v1/api-info" or "/css/lagesbild.css")
                    return; // Open to all: nobody's business.
                if (target.StartsWith("/lagesbild", StringComparison.Ordinal))
                    traces[expected.Count] = response.Headers.GetValues("traceparent").Single().Split('-')[1];
                expected.Add((hsaId, target, (int)response.StatusCode, rows, reason));
            }
            var (navigator, system) = (DevelopmentPki.NavigatorHsaId, DevelopmentPki.RegionSystemHsaId);
            const string api = "/lagesbild/v1";
            await AskAsync("navigator", navigator, api + "/waiting-times?procedure=NGB&period=365d", "data");
            // From what is kept, by somebody else.
            await AskAsync("region-system", system, api + "/waiting-times?procedure=NGB&period=365d", "data");
            await AskAsync("region-system", system, api + "/trends?procedure=NGB", "data");
            await AskAsync("region-system", system, api + "/units?limit=2", "data");
            await AskAsync("region-system", system, api + "/procedures/NGB", "");
            await AskAsync("region-system", system, api + "/procedures/XXX");
            await AskAsync("region-system", system, api + "/waiting-times?procedure=NGB&colour=red");
            await AskAsync("navigator", navigator, "/om");
            await AskAsync(null, null, api + "/api-info");
            await AskAsync("bad/expired", null, "/css/lagesbild.css");
            await AskAsync(null, null, api + "/regions", reason: "certificate-missing");
            await AskAsync("bad/expired", null, "/atgard/NGB", reason: "expired");
            await AskAsync("register-spor", DevelopmentPki.SporHsaId, api + "/regions", reason: "not-authorised");
            // As the service stops: an answer has been given when its line has been written.
            await app.StopAsync(Cancelled);
        }
        var lines = Directory.EnumerateFiles(audit).SelectMany(File.ReadAllLines).Select(Read).ToList();
        Assert.Equal(
            expected,
            lines.Select(l => (l.HsaId, l.Path + (l.Query is null ? "" : "?" + l.Query), l.Status, l.Rows, l.Reason))
        );
        // The trace that a caller was given leads to the line.
        Assert.NotEmpty(traces);
        Assert.All(traces, trace => Assert.Equal(trace.Value, lines[trace.Key].TraceId));
        // What was asked with which card, even where nobody knows whose it is.
        Assert.Equal(
            pki["bad/expired"].GetCertHashString(HashAlgorithmName.SHA256),
            lines.Single(l => l.Reason == "expired").Thumbprint
        );
    }

    [Fact]
    public async Task A_kept_page_is_counted_for_each_who_sees_it()
    {
        var audit = Path.Combine(pki.Pki.Directory, "kept-pages");
        await using (var app = await FiguresHost.StartAsync(pki, audit))
        {
            foreach (var name in new[] { "navigator", "operator", "navigator" })
            {
                using var client = FiguresHost.Client(pki, app, name);
                Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/atgard/NGB", Cancelled)).StatusCode);
            }
            await app.StopAsync(Cancelled);
        }
        var lines = Directory.EnumerateFiles(audit).SelectMany(File.ReadAllLines).Select(Read).ToList();
        Assert.Equal(
            [DevelopmentPki.NavigatorHsaId, DevelopmentPki.OperatorHsaId, DevelopmentPki.NavigatorHsaId],
            lines.Select(l => l.HsaId)
        );
        Assert.True(Assert.Single(lines.Select(l => l.Rows).Distinct()) > 0);
    }

    public static TheoryData<string> HostileTargets =>
        [
            "/x%0d%0a{%22time%22:%222026-01-01%22}",
            "/x?q=%0A%0D%1B[2J%07",
            "/x?q=%E2%80%A8%E2%80%A9%C2%85",
            "/x?q=%E2%80%AEevil",
            "/x?q=\"},{\"hsaId\":\"somebody\"}",
            "/x?q=\\u000a\\n\\\"",
            "/x?q=%",
            "/x?q=%zz%c3%28",
            "/x?q=</script><script>alert(1)</script>",
            "/x?" + string.Join('&', Enumerable.Repeat("p=v", 1_000)),
            "/" + new string('a', 6000),
            "/%2e%2e/%2e%2e/etc/passwd",
            "//evil.example/x",
            "/x?a=b=c&&=&d",
        ];

    [Theory]
    [MemberData(nameof(HostileTargets))]
    public async Task No_target_breaks_a_line(string target)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var answer = await RawAsync(host, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        var line = Assert.Single(await host.AuditAsync());
        Assert.All(line, c => Assert.InRange(c, ' ', '~'));
        Assert.True(line.Length < 8_000);
        var read = Read(line);
        Assert.Equal("certificate-missing", read.Reason);
        var shown = read.Path + (read.Query is null ? "" : "?" + read.Query);
        if (shown.EndsWith('…'))
            Assert.StartsWith(shown[..^1], target, StringComparison.Ordinal);
        else
            Assert.Equal(target, shown);
    }

    [Theory]
    [InlineData("/units/19991332-9999")]
    [InlineData("/units/199913329999")]
    [InlineData("/units?unit=9913329999")]
    [InlineData("/procedures?q=Karin%20Svensson%20991332-9999%20kn%C3%A4")]
    [InlineData("/procedures?q=19+99+13+32-99+99")]
    [InlineData("/procedures?q=%31%39%39%39%31%33%33%32%39%39%39%39")]
    [InlineData("/procedures?q=%2531%2539%2539%2539%2531%2533%2533%2532%2539%2539%2539%2539")]
    [InlineData("/procedures?q=%D9%A1%D9%A9%D9%A9%D9%A9%D9%A1%D9%A3%D9%A3%D9%A2%D9%A9%D9%A9%D9%A9%D9%A9")]
    [InlineData(
        "/procedures?q=%F0%9D%9F%8F%F0%9D%9F%97%F0%9D%9F%97%F0%9D%9F%97%F0%9D%9F%8F%F0%9D%9F%91%F0%9D%9F%91%F0%9D%9F%90%F0%9D%9F%97%F0%9D%9F%97%F0%9D%9F%97%F0%9D%9F%97"
    )]
    [InlineData("/procedures?199913329999")]
    [InlineData("/procedures?199913329999=q")]
    [InlineData("/units/SE2321000180-199913329999")]
    [InlineData("/units/SE9913329999-A")]
    [InlineData("/units/991332/9999")]
    [InlineData("/units/1999/13/32/9999")]
    [InlineData("/units?procedure=991332&unit=9999")]
    [InlineData("/units?procedure=%39%39%31%33%33%32&unit=%39%39%39%39")]
    [InlineData("/units/991332?near=9999")]
    [InlineData("/units?u=00000000199912319999000000000000")]
    [InlineData("/units?u=00000000-0000-0000-0000-199912319999")]
    [InlineData("/units?u=00000000-0000-7000-8000-199912319999")]
    [InlineData("/units?u=019af3c2-1234-7abc-8def-199912319999")]
    [InlineData("/units?u=abcdef0000000000000000000000000000000000000000000000199912319999")]
    [InlineData("/units?u=SPOR_1999-12-31_999.9999")]
    public async Task A_personal_number_is_in_no_line(string path)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        // As written, escapes and all.
        var address = new Uri(
            $"https://localhost:{host.Https.Port}/lagesbild/v1{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        foreach (var certificate in new[] { pki["navigator"], null })
        {
            using var client = host.Client(certificate);
            await client.GetAsync(address, Cancelled);
        }
        var lines = await host.AuditAsync();
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            var read = Read(line);
            Assert.Contains("[hidden]", read.Path + read.Query, StringComparison.Ordinal);
            Assert.DoesNotContain("9999", read.Path + read.Query, StringComparison.Ordinal);
            Assert.DoesNotContain("%31", read.Path + read.Query, StringComparison.Ordinal);
            Assert.DoesNotContain("%D9", read.Path + read.Query, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/lagesbild/v1/sources/SPOR/deliveries/SPOR_2026-11-21_02.jsonl.gz")]
    [InlineData("/lagesbild/v1/units/SE2321000180-EX11")]
    [InlineData("/lagesbild/v1/deliveries/0190f3c2-1234-7abc-8def-123456789012")]
    [InlineData("/lagesbild/v1/waiting-times?procedure=NGB&region=20&region=21&near=2380&maxDistanceKm=120")]
    [InlineData("/lagesbild/v1/waiting-times?procedure=NGB&period=90d&timeLimit=91-180&minCount=100&limit=1000&page=2")]
    [InlineData("/atgard/NGB?dagar=365&region=01&region=03&region=04&region=05&region=06&kommun=0180&km=250")]
    [InlineData("/jamfor?enhet=SE2321000180-10034&enhet=SE2321000156-10045&dagar=90")]
    [InlineData("/lagesbild/v1/deliveries?sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public async Task What_is_needed_to_tell_what_was_seen_is_not_hidden(string target)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using (var client = host.Client())
            await client.GetAsync(target, Cancelled);
        var read = Read(Assert.Single(await host.AuditAsync()));
        Assert.Equal(target, read.Path + (read.Query is null ? "" : "?" + read.Query));
    }

    [Fact]
    public async Task Neither_does_the_method()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        foreach (var method in (string[])[new('X', 500), "199912319999", "DELETE", "get"])
            await RawAsync(host, $"{method} /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(
            ["[hidden]", "[hidden]", "DELETE", "get"],
            (await host.AuditAsync()).Select(line => Read(line).Method)
        );
    }

    [Theory]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true)]
    [InlineData("00000000000000000000198501012384-00f067aa0ba902b7-01", false)]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736-0000198501012384-01", false)]
    public async Task A_caller_may_say_which_trace_it_is_but_not_which_line(string sent, bool isTaken)
    {
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            // As a collector that follows whoever asks.
            Sample = (ref ActivityCreationOptions<ActivityContext> asked) =>
                asked.Parent.TraceId == default || asked.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
        };
        var recorded = new ConcurrentQueue<(string Trace, string? State, bool IsRecorded)>();
        traces.ActivityStopped = activity =>
            recorded.Enqueue((activity.TraceId.ToHexString(), activity.TraceStateString, activity.Recorded));
        ActivitySource.AddActivityListener(traces);
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
            // Else the client begins a trace of its own.
            request.Headers.Add("traceparent", "00-" + sent);
            request.Headers.Add("tracestate", "who=198501012384");
            await client.SendAsync(request, Cancelled);
        }

        var lines = (await host.AuditAsync()).Select(Read).ToList();
        Assert.Equal(2, lines.Select(line => line.Id).Distinct().Count());
        Assert.All(lines, line => Assert.Equal(isTaken, line.TraceId == sent.Split('-')[0]));
        foreach (var line in lines)
        {
            Assert.Contains((line.TraceId, null, true), recorded);
            Assert.DoesNotContain("8501012384", line.TraceId + line.Id, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_asks_beyond_his_allowance_gets_one_line_that_counts_the_others()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            new StandingClock(),
            settings: [("Limits:Burst", "4"), ("Limits:RequestsPerSecond", "0.001"), ("Revocation", "None")]
        );
        using (var client = host.Client())
        {
            var statuses = new List<int>();
            for (var i = 0; i < 60; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/x?" + new string('a', 4_000));
                switch (i % 4)
                {
                    case 0:
                        request.Headers.Host = "elsewhere.example";
                        break;
                    case 1:
                        request.RequestUri = new Uri("/x?" + new string('a', 9_000), UriKind.Relative);
                        break;
                    case 2:
                        request.Headers.Add("Client-Cert", ":AAAA:");
                        break;
                }
                using var response = await client.SendAsync(request, Cancelled);
                statuses.Add((int)response.StatusCode);
            }
            Assert.Equal([421, 414, 403, 401, .. Enumerable.Repeat(429, 56)], statuses);
        }

        var lines = await host.AuditAsync();
        Assert.All(lines, line => Assert.True(line.Length < 1_000, line));
        Assert.Equal(
            [("host", 0), ("uri-too-long", 0), ("forwarded-certificate", 0), ("certificate-missing", 0)],
            lines.Take(4).Select(line => (Read(line).Reason!, Read(line).More))
        );
        // The first of them at once, and when the service stops the last, for the others too.
        Assert.Equal([0, 54], lines.Skip(4).Select(line => Read(line).More));
        Assert.All(lines.Skip(4), line => Assert.Equal("too-many-requests", Read(line).Reason));
    }

    [Fact]
    public async Task More_lines_than_may_wait_are_written_all_the_same()
    {
        var folder = Path.Combine(pki.Pki.Directory, "many");
        await using (var host = await SecureHost.StartAsync(pki.Pki, settings: [("Audit:Folder", folder)]))
        {
            var log = host.Get<AuditLog>();
            var entry = new AuditEntry(DateTimeOffset.UtcNow, default, null, null, "GET", "/", 200, null, null);
            for (var i = 0; i < 2 * AuditLog.Capacity + 1; i++)
                await log.WriteAsync(entry with { Rows = i });
            await host.StopAsync();
        }
        Assert.Equal(
            Enumerable.Range(0, 2 * AuditLog.Capacity + 1),
            Directory.EnumerateFiles(folder).SelectMany(File.ReadAllLines).Select(line => Read(line).Rows!.Value)
        );
    }

    [Fact]
    public async Task An_answer_that_was_broken_off_is_told_as_it_was_sent()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using (var tls = await host.ConnectAsync(pki["navigator"]))
        {
            await tls.WriteAsync(
                "GET /lagesbild/v1/endless HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(),
                Cancelled
            );
            var read = new byte[12];
            await tls.ReadExactlyAsync(read, Cancelled);
            Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(read));
        }
        var line = Read(Assert.Single(await host.AuditAsync()));
        Assert.Equal((200, "aborted", 7), (line.Status, line.Reason, line.Rows));
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_short_does_not_swallow_the_next()
    {
        var folder = Directory.CreateDirectory(Path.Combine(pki.Pki.Directory, "cut")).FullName;
        var clock = new PinnedClock();
        var file = Path.Combine(folder, $"audit-{clock.Now:yyyy-MM-dd}.jsonl");
        await File.WriteAllTextAsync(file, "{\"time\":\"2026-11-", Cancelled);
        await AskOnceAsync(clock, folder);
        await AskOnceAsync(clock, folder);
        var lines = await File.ReadAllLinesAsync(file, Cancelled);
        Assert.Equal(3, lines.Length);
        Assert.All(lines[1..], line => Assert.Equal("certificate-missing", Read(line).Reason));
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(file);
            await AskOnceAsync(clock, folder);
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
                File.GetUnixFileMode(file)
            );
        }
    }

    [Fact]
    public async Task A_new_day_begins_a_new_file()
    {
        var folder = Path.Combine(pki.Pki.Directory, "days");
        var clock = new PinnedClock { Now = new(2026, 11, 22, 23, 59, 59, TimeSpan.Zero) };
        await using (
            var host = await SecureHost.StartAsync(
                pki.Pki,
                clock,
                settings: [("Audit:Folder", folder), ("Revocation", "None")]
            )
        )
        {
            using var client = host.Client();
            await client.GetAsync("/a", Cancelled);
            clock.Now += TimeSpan.FromSeconds(2);
            await client.GetAsync("/b", Cancelled);
            await host.StopAsync();
        }
        Assert.Equal("/a", Read(File.ReadAllText(Path.Combine(folder, "audit-2026-11-22.jsonl"))).Path);
        Assert.Equal("/b", Read(File.ReadAllText(Path.Combine(folder, "audit-2026-11-23.jsonl"))).Path);
    }

    [Fact]
    public async Task A_folder_that_goes_away_is_told_and_stops_nobody()
    {
        var folder = Path.Combine(pki.Pki.Directory, "gone");
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: [("Audit:Folder", folder)]);
        Directory.Delete(folder);
        await File.WriteAllTextAsync(folder, "in the way", Cancelled);
        using var client = host.Client(pki["navigator"]);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(SecureHost.Who, Cancelled)).StatusCode);
        await host.StopAsync();
        Assert.Contains(
            host.Log,
            line =>
                line.StartsWith("Error", StringComparison.Ordinal)
                && line.Contains("audit log", StringComparison.Ordinal)
        );
    }

    private async Task AskOnceAsync(PinnedClock clock, string folder)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, clock, settings: [("Audit:Folder", folder)]);
        using var client = host.Client();
        await client.GetAsync(SecureHost.Who, Cancelled);
        await host.StopAsync();
    }

    /// <summary>Without a certificate, byte for byte.</summary>
    private static async Task<string> RawAsync(SecureHost host, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Https.Port, Cancelled);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(host.ClientTls(), Cancelled);
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request), Cancelled);
        using var reader = new StreamReader(tls, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancelled);
    }

    private static Line Read(string line) =>
        JsonSerializer.Deserialize<Line>(line, JsonSerializerOptions.Web)
        ?? throw new JsonException("A line that is null.");
}
