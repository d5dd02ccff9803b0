using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

/// <summary>The short way to what is kept is for those alone whom the long way would let in, and leads to the same answer.</summary>
public sealed partial class ShortWayTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Short = "200 short";
    private const string Long = "200 long";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_reader_is_known_from_the_second_request_on_his_connection(string version)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        for (var connection = 0; connection < 2; connection++)
        {
            using var client = host.Client(pki["navigator"]);
            client.DefaultRequestVersion = Version.Parse(version);
            client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            // The certificate may be known from another connection, the connection itself is not.
            var beginning = connection == 0 ? 2 : 1;
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(i < beginning ? Long : Short, await AskAsync(client));
            }
        }
    }

    [Fact]
    public async Task What_each_request_says_for_itself_is_asked_of_each()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        await using (var tls = await host.ConnectAsync(pki["navigator"]))
        {
            string[] beginning = [Long, Long, Short];
            foreach (var answer in beginning)
            {
                Assert.Equal(answer, await SayAsync(tls));
            }
            Assert.Equal("421", await SayAsync(tls, host: "elsewhere.example"));
            // One of the service's names, though not the one that the connection was opened for.
            Assert.Equal("421", await SayAsync(tls, host: "127.0.0.1"));
            Assert.Equal(Short, await SayAsync(tls));
            Assert.Equal("403", await SayAsync(tls, header: "Client-Cert: :AAAA:\r\n"));
            Assert.Equal("414", await SayAsync(tls, path: SecureHost.Kept + "?" + new string('a', 9_000)));
            Assert.Equal("405", await SayAsync(tls, method: "PUT"));
            Assert.Equal("404", await SayAsync(tls, path: "/lagesbild/v1/unheard-of"));
            // Found in order as well, and remembered in the other's place.
            Assert.Equal(Long, await SayAsync(tls, host: "localhost:5443"));
            Assert.Equal(Short, await SayAsync(tls, host: "localhost:5443"));
        }
        var statuses = (await host.AuditAsync()).Select(line => StatusMember().Match(line).Value);
        Assert.Equal("200 200 200 421 421 200 403 414 405 200 200", string.Join(' ', statuses));
    }

    [Fact]
    public async Task A_verdict_that_has_ended_or_was_withdrawn_leads_the_long_way()
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock, settings: ("Revocation", "None"));
        using var client = host.Client(pki["navigator"]);
        await KnownAsync(client);
        clock.Now += TimeSpan.FromMinutes(3);
        Assert.Equal(Long, await AskAsync(client));
        await KnownAsync(client);
        host.Get<VerdictCache>().Clear();
        Assert.Equal(Long, await AskAsync(client));
        await KnownAsync(client);
        var verdicts = host.Get<VerdictCache>();
        verdicts.Clear();
        verdicts.Refuse(Gate.ThumbprintOf(pki["navigator"]), Refusal.Revoked, verdicts.Epoch);
        Assert.Equal("403", await AskAsync(client));
    }

    [Fact]
    public async Task Whoever_is_no_reader_never_goes_it()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        foreach (var name in (string?[])["register-spor", "bad/unlisted-system", null])
        {
            using var client = host.Client(name is null ? null : pki[name]);
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(name is null ? "401" : "403", await AskAsync(client));
            }
        }
    }

    [Fact]
    public async Task A_proxys_connection_is_not_its_first_visitors()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Proxy:Addresses:0", "127.0.0.2"), ("Proxy:Header", "Client-Cert"), ("Proxy:Form", "Rfc9440")]
        );
        // With a certificate of its own, as some have.
        using var proxy = host.Client(pki["region-system"], from: IPAddress.Parse("127.0.0.2"));
        foreach (var (name, status) in ((string, string)[])[("navigator", Long), ("register-spor", "403")])
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(
                    status,
                    await AskAsync(
                        proxy,
                        change: request =>
                            request.Headers.Add("Client-Cert", $":{Convert.ToBase64String(pki[name].RawData)}:")
                    )
                );
            }
        }
        Assert.Equal("401", await AskAsync(proxy));
    }

    [Fact]
    public async Task The_allowance_counts_both_ways()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Limits:Burst", "6"), ("Limits:RequestsPerSecond", "0.001")]
        );
        using var client = host.Client(pki["navigator"]);
        var answers = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await AskAsync(client));
        }
        Assert.Equal([Long, Long, Short, Short, Short, Short, "429", "429"], answers);
    }

    [Theory]
    [InlineData("/lagesbild/v1/waiting-times?procedure=NGB")]
    [InlineData("/atgard/NGB")]
    public async Task Both_ways_lead_to_the_same_answer_and_the_same_line(string path)
    {
        var audit = Path.Combine(pki.Pki.Directory, "both-ways", $"{path.Length}");
        var app = await FiguresHost.StartAsync(pki, audit);
        await using (app)
        {
            using (var first = FiguresHost.Client(pki, app, "navigator"))
            {
                await first.GetAsync(path, Cancelled); // made, and kept
            }
            string? etag = null;
            string? seen = null;
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Get])
            {
                // A new one, where the long way is gone once.
                using var client = FiguresHost.Client(pki, app, "navigator");
                var heads = new List<string>();
                for (var i = 0; i < 3; i++)
                {
                    using var request = new HttpRequestMessage(method, path);
                    if (etag is not null)
                    {
                        request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                    }
                    using var response = await client.SendAsync(request, Cancelled);
                    Assert.Equal(etag is null ? HttpStatusCode.OK : HttpStatusCode.NotModified, response.StatusCode);
                    var body = await response.Content.ReadAsByteArrayAsync(Cancelled);
                    heads.Add(
                        string.Join('\n', Everything(response).Order(StringComparer.Ordinal))
                            + Convert.ToHexString(body)
                    );
                    if (method == HttpMethod.Head)
                    {
                        Assert.Empty(body);
                        seen = response.Headers.ETag!.ToString();
                    }
                }
                etag = seen;
                Assert.Single(heads.Distinct());
                Assert.Contains("Content-Security-Policy", heads[0], StringComparison.Ordinal);
            }
            await app.StopAsync(Cancelled);
        }
        var lines = Directory.EnumerateFiles(audit).SelectMany(File.ReadAllLines).ToList();
        Assert.Equal(10, lines.Count);
        Assert.Equal(3, lines.Select(line => Own().Replace(line, "")).Distinct().Count());
        Assert.Equal(10, lines.Select(line => Own().Match(line).Value).Distinct().Count());
    }

    private static IEnumerable<string> Everything(HttpResponseMessage response) =>
        response
            .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Select(h =>
                // Each answer's own; that they are there, and how long, all the same.
                h.Key
                    is "Date"
                        or "traceparent"
                    ? $"{h.Key} {h.Value.ToString().Length}"
                    : $"{h.Key}: {h.Value}"
            );

    /// <summary>On one connection for certain; a client opens one for each host's name.</summary>
    private static async Task<string> SayAsync(
        Stream connection,
        string host = "localhost",
        string path = SecureHost.Kept,
        string method = "GET",
        string header = ""
    )
    {
        var request = $"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{header}Content-Length: 0\r\n\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(request), Cancelled);
        var buffer = new byte[64 << 10];
        var read = 0;
        while (true)
        {
            var now = await connection.ReadAsync(buffer.AsMemory(read), Cancelled);
            Assert.NotEqual(0, now);
            read += now;
            var answer = Encoding.UTF8.GetString(buffer, 0, read);
            if (answer.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) || IsWhole(answer))
            {
                var status = answer["HTTP/1.1 ".Length..][..3];
                return status == "200" ? $"200 {answer.Split("\r\n")[^4]}" : status;
            }
        }
    }

    private static bool IsWhole(string answer) =>
        answer.Split("\r\n\r\n", 2) is [var head, var body]
        && ContentLength().Match(head) is { Success: true } length
        && Encoding.UTF8.GetByteCount(body) == int.Parse(length.Value, CultureInfo.InvariantCulture);

    private static async Task KnownAsync(HttpClient client)
    {
        await AskAsync(client);
        await AskAsync(client);
        Assert.Equal(Short, await AskAsync(client));
    }

    private static async Task<string> AskAsync(
        HttpClient client,
        string path = SecureHost.Kept,
        Action<HttpRequestMessage>? change = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        change?.Invoke(request);
        using var response = await client.SendAsync(request, Cancelled);
        var status = $"{(int)response.StatusCode}";
        return response.StatusCode == HttpStatusCode.OK
            ? $"{status} {await response.Content.ReadAsStringAsync(Cancelled)}"
            : status;
    }

    [GeneratedRegex("(?<=\"status\":)[0-9]+")]
    private static partial Regex StatusMember();

    [GeneratedRegex("(?<=Content-Length: )[0-9]+")]
    private static partial Regex ContentLength();

    // What every line has for itself.
    [GeneratedRegex("\"time\":\"[^\"]+\",\"traceId\":\"[^\"]+\",\"id\":\"[^\"]+\"")]
    private static partial Regex Own();
}
