using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>A request for another host than this one, or than its connection was opened for, is sent away.</summary>
public sealed class HostTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    // Opened for, asked for.
    [InlineData("localhost", "localhost", 200)]
    [InlineData("localhost", "LocalHost:443", 200)]
    [InlineData("127.0.0.1", "127.0.0.1", 200)]
    [InlineData("127.0.0.1", "[::1]:5443", 200)]
    [InlineData("localhost", "127.0.0.1", 421)]
    [InlineData("localhost", "lagesbild.example", 421)]
    [InlineData("lagesbild.example", "lagesbild.example", 421)]
    [InlineData("lagesbild.example", "localhost", 421)]
    [InlineData("127.0.0.1", "localhost.evil.example", 421)]
    [InlineData("127.0.0.1", "10.0.0.1", 421)]
    [InlineData("127.0.0.1", "", 421)]
    [InlineData("localhost", "xn--localhost", 421)]
    public async Task Only_the_certificates_names_are_answered_to(string opened, string asked, int status)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        foreach (var path in (string[])[SecureHost.Who, "/sida", "/lagesbild/v1/open"])
        {
            // By hand: a client of the ordinary kind opens its connections for the name that it asks for.
            using var connection = await host.ConnectAsync(pki["navigator"], opened);
            await connection.WriteAsync(
                Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {asked}\r\nConnection: close\r\n\r\n"),
                Cancelled
            );
            var answer = await SecureHost.ReadToEndAsync(connection);
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
            if (status == 421 && path == SecureHost.Who)
            {
                Assert.Contains("urn:lagesbild:problem:host", answer, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("lagesbild.example", 421)]
    public async Task And_over_HTTP_2_as_well(string name, int status)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"], targetHost: name);
        using var request = new HttpRequestMessage(HttpMethod.Get, SecureHost.Who)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = name;
        using (var response = await client.SendAsync(request, Cancelled))
        {
            Assert.Equal(status, (int)response.StatusCode);
        }

        var line = JsonNode.Parse(Assert.Single(await host.AuditAsync()))!;
        Assert.Equal(status == 421 ? "host" : null, (string?)line["reason"]);
        Assert.DoesNotContain(host.Log, logged => logged.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nor_does_HTTP_2_trip_over_what_only_looks_encoded()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, host.Https.Port, Cancelled);
            await using var tls = new SslStream(socket.GetStream());
            var options = host.ClientTls();
            options.ApplicationProtocols = [SslApplicationProtocol.Http2];
            await tls.AuthenticateAsClientAsync(options, Cancelled);
            // By hand, for clients refuse the name: GET, https and / from the static table, and :authority in plain letters.
            byte[] headers = [0x82, 0x87, 0x84, 0x01, 13, .. "xn--localhost"u8];
            byte[] request =
            [
                .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
                .. (byte[])[0, 0, 0, 4, 0, 0, 0, 0, 0],
                .. (byte[])[0, 0, (byte)headers.Length, 1, 5, 0, 0, 0, 1],
                .. headers,
            ];
            await tls.WriteAsync(request, Cancelled);
            var frame = new byte[9];
            do
            {
                await tls.ReadExactlyAsync(frame, Cancelled);
                await tls.ReadExactlyAsync(new byte[frame[0] << 16 | frame[1] << 8 | frame[2]], Cancelled);
            } while (frame[3] != 1);
        }

        var line = JsonNode.Parse(Assert.Single(await host.AuditAsync()))!;
        Assert.Equal((421, "host"), ((int)line["status"]!, (string?)line["reason"]));
        Assert.DoesNotContain(host.Log, logged => logged.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lägesbild.example.se")]
    [InlineData("xn--lgesbild-0za.example.se")]
    [InlineData("*.example.se")]
    public async Task A_name_with_other_letters_is_answered_to_as_it_is_sent(string configured)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Hosts:0", configured));
        const string sent = "xn--lgesbild-0za.example.se";
        using var connection = await host.ConnectAsync(pki["navigator"], sent);
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {SecureHost.Who} HTTP/1.1\r\nHost: {sent}\r\nConnection: close\r\n\r\n"),
            Cancelled
        );
        var answer = await SecureHost.ReadToEndAsync(connection);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_are_configured_take_the_place_of_the_certificates()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Hosts:0", "lagesbild.example"), ("Hosts:1", "*.lagesbild.example")]
        );
        var statuses = new Dictionary<string, int>();
        foreach (
            var name in (string[])
                [
                    "lagesbild.example",
                    "test.lagesbild.example",
                    "a.test.lagesbild.example",
                    "xlagesbild.example",
                    "localhost",
                ]
        )
        {
            using var client = host.Client(pki["navigator"], targetHost: name);
            using var request = new HttpRequestMessage(HttpMethod.Get, SecureHost.Who);
            request.Headers.Host = name;
            using var response = await client.SendAsync(request, Cancelled);
            statuses[name] = (int)response.StatusCode;
        }

        Assert.Equal([200, 200, 421, 421, 421], statuses.Values);
    }

    [Theory]
    [InlineData("https://lagesbild.example/")]
    [InlineData("*.se")]
    [InlineData("*")]
    public async Task A_name_that_is_none_is_refused_at_start(string name)
    {
        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: ("Hosts:0", name))
        );
        Assert.Contains("Security:Hosts:0", refusal.Message, StringComparison.Ordinal);
    }
}
