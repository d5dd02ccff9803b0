using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Tests.Security;

/// <summary>However a connection came about and however long it has lasted, the answer is the same.</summary>
public sealed class ConnectionTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, SslProtocols, string, bool> Connections
    {
        get
        {
            var all = new TheoryData<string, SslProtocols, string, bool>();
            foreach (var name in new[] { "navigator", "bad/twin-issuer" })
            foreach (var protocol in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
            foreach (var version in new[] { "1.1", "2.0" })
            foreach (var sendsIntermediates in new[] { false, true })
                all.Add(name, protocol, version, sendsIntermediates);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task The_thousandth_request_is_answered_as_the_first_was(
        string name,
        SslProtocols protocol,
        string version,
        bool sendsIntermediates
    )
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock);
        using var client = host.Client(pki[name], Intermediates(sendsIntermediates), protocol);
        client.DefaultRequestVersion = new Version(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var first = await AskAsync(client);
        Assert.Equal(name == "navigator" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, first.Status);
        for (var i = 1; i < 1000; i++)
        {
            // So that what is remembered of the certificate is forgotten, again and again.
            if (i % 100 == 0)
                clock.Now += TimeSpan.FromMinutes(2);
            Assert.Equal(first, await AskAsync(client));
        }
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task A_new_connection_is_answered_as_the_first_was(
        string name,
        SslProtocols protocol,
        string version,
        bool sendsIntermediates
    )
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock);
        // Once in full, then resumed where the client can.
        using var client = host.Client(pki[name], Intermediates(sendsIntermediates), protocol, keepConnections: false);
        client.DefaultRequestVersion = new Version(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var first = await AskAsync(client);
        for (var i = 0; i < 10; i++)
        {
            clock.Now += TimeSpan.FromMinutes(2);
            Assert.Equal(first, await AskAsync(client));
        }
    }

    private X509Certificate2Collection? Intermediates(bool sent) =>
        sent ? [pki["ca/person-hsa-id-3"], pki["ca/twin-person-hsa-id-3"], pki["ca/root"]] : null;

    /// <summary>The status and the body, but for what tells one request or connection from another.</summary>
    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client)
    {
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        var end = body.IndexOf(
            response.IsSuccessStatusCode ? "\"connectionId\"" : "\"traceId\"",
            StringComparison.Ordinal
        );
        return (response.StatusCode, body[..end]);
    }
}
