using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>Malformed and hostile callers over real sockets: each is sent away, and the others go on being served.</summary>
public sealed class ServerLimitTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.OK, 8_000)]
    [InlineData(HttpStatusCode.RequestUriTooLong, 9_000)]
    [InlineData(HttpStatusCode.RequestUriTooLong, 15_000)]
    public async Task An_address_that_is_too_long_is_told_so(HttpStatusCode status, int length)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"]);
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var api = await SendAsync(client, version, SecureHost.Who + "?q=" + new string('x', length));
            Assert.Equal(status, api.StatusCode);
            using var page = await SendAsync(client, version, "/sida?q=" + new string('x', length));
            Assert.Equal(status, page.StatusCode);
            if (status == HttpStatusCode.OK)
            {
                continue;
            }

            var problem = await api.Content.ReadFromJsonAsync<JsonObject>(Cancelled);
            Assert.Equal("urn:lagesbild:problem:uri-too-long", (string?)problem!["type"]);
            Assert.Equal(414, (int?)problem["status"]);
            Assert.Contains("8192", (string?)problem["detail"], StringComparison.Ordinal);
            Assert.Contains(
                "Adressen är för lång",
                await page.Content.ReadAsStringAsync(Cancelled),
                StringComparison.Ordinal
            );
            using var path = await SendAsync(client, version, "/lagesbild/v1/" + new string('x', length));
            Assert.Equal(status, path.StatusCode);
            Assert.True(path.Content.Headers.ContentLength < 1_000, "the address was repeated");
        }
    }

    [Theory]
    [InlineData("GET /lagesbild/v1/open?{20000} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\nX: {40000}\r\n\r\n", 431)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\n[X: y\r\n]\r\n", 431)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\nHost : localhost\r\n\r\n", 400)]
    [InlineData("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n", 400)]
    [InlineData("GET /lagesbild/v1/open HTTP/9.9\r\nHost: localhost\r\n\r\n", 505)]
    [InlineData("GET\0 /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData(
        "POST /lagesbild/v1/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        400
    )]
    [InlineData("POST /lagesbild/v1/body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\nhello", 400)]
    [InlineData("POST /lagesbild/v1/body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400)]
    [InlineData("POST /lagesbild/v1/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n", 413)]
    public async Task What_is_malformed_or_immoderate_is_refused_and_the_connection_closed(string request, int status)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var connection = await host.ConnectAsync();
        await connection.WriteAsync(Encoding.ASCII.GetBytes(Expand(request)), Cancelled);
        var answer = await SecureHost.ReadToEndAsync(connection);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        await StillServesAsync(host);
    }

    [Fact]
    public async Task What_is_no_HTTP_at_all_harms_nobody()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var random = new Random(20261122);
        for (var i = 0; i < 40; i++)
        {
            var noise = new byte[random.Next(1, 3_000)];
            random.NextBytes(noise);
            if (i % 2 == 0)
            {
                using var connection = await host.ConnectAsync();
                await connection.WriteAsync(noise, Cancelled);
                await connection.ShutdownAsync();
                await SecureHost.ReadToEndAsync(connection);
            }
            else
            {
                // Not even TLS.
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, host.Https.Port, Cancelled);
                var stream = client.GetStream();
                await stream.WriteAsync(noise, Cancelled);
                client.Client.Shutdown(SocketShutdown.Send);
                await SecureHost.ReadToEndAsync(stream);
            }
        }

        await StillServesAsync(host);
    }

    [Fact]
    public async Task Whoever_sends_his_headers_in_drops_is_not_waited_for()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Limits:HeadersWithin", "00:00:01"));
        using var connection = await host.ConnectAsync();
        await connection.WriteAsync("GET /lagesbild/v1/open HTTP/1.1\r\nHost: loc"u8.ToArray(), Cancelled);
        Assert.StartsWith("HTTP/1.1 408 ", await SecureHost.ReadToEndAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_says_nothing_at_all_is_not_waited_for()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Limits:IdleFor", "00:00:01"));
        using var silent = await host.ConnectAsync();
        Assert.Equal("", await SecureHost.ReadToEndAsync(silent));

        using var client = host.Client(pki["navigator"]);
        var first = await client.GetFromJsonAsync<SecureHost.Answer>(SecureHost.Who, Cancelled);
        Assert.NotNull(first);
    }

    [Fact]
    public async Task Whoever_sends_a_body_in_drops_is_not_waited_for()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: ("Limits:LeastBytesPerSecond", "100000000")
        );
        using var connection = await host.ConnectAsync();
        await connection.WriteAsync(
            "POST /lagesbild/v1/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\nhello"u8.ToArray(),
            Cancelled
        );
        Assert.StartsWith("HTTP/1.1 408 ", await SecureHost.ReadToEndAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_no_other()
    {
        const int Most = 20;
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: ("Limits:Connections", Most.ToString(CultureInfo.InvariantCulture))
        );
        var held = new List<SslStream>();
        try
        {
            for (var i = 0; i < Most; i++)
            {
                held.Add(await host.ConnectAsync());
            }

            await Assert.ThrowsAnyAsync<IOException>(() => host.ConnectAsync());
            // Another listener (the management port, say) counts its own.
            using var elsewhere = new HttpClient();
            using var answer = await elsewhere.GetAsync(new Uri(host.Http[^1], "/lagesbild/v1/open"), Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            await held[0]
                .WriteAsync("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancelled);
            var first = new byte[15];
            await held[0].ReadExactlyAsync(first, Cancelled);
            Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(first));
        }
        finally
        {
            held.ForEach(stream => stream.Dispose());
        }
    }

    private static async Task StillServesAsync(SecureHost host)
    {
        using var client = host.Client();
        using var answer = await client.GetAsync("/lagesbild/v1/open", Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>{n}: so many letters; [x]: x a hundred times.</summary>
    private static string Expand(string request)
    {
        if (request.IndexOf('{', StringComparison.Ordinal) is var brace and >= 0)
        {
            var end = request.IndexOf('}', StringComparison.Ordinal);
            var count = int.Parse(request.AsSpan(brace + 1, end - brace - 1), CultureInfo.InvariantCulture);
            return request[..brace] + new string('x', count) + request[(end + 1)..];
        }

        return request.IndexOf('[', StringComparison.Ordinal) is var bracket and >= 0
            ? request[..bracket]
                + string.Concat(
                    Enumerable.Repeat(request[(bracket + 1)..request.IndexOf(']', StringComparison.Ordinal)], 100)
                )
                + request[(request.IndexOf(']', StringComparison.Ordinal) + 1)..]
            : request;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Version version, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return await client.SendAsync(request, Cancelled);
    }
}
