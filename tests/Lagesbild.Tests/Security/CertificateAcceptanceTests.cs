using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

public sealed class CertificateAcceptanceTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_navigator_is_known_by_HSA_id_organisation_name_and_issuer()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"]);
        var answer = await WhoAsync(client);
        Assert.Equal("Person", answer.Kind);
        Assert.Equal(DevelopmentPki.NavigatorHsaId, answer.HsaId);
        Assert.Equal("2321000180", answer.Organisation);
        Assert.Equal("Lovisa Lots", answer.Name);
        Assert.Equal(3, answer.LevelOfAssurance);
        Assert.Equal("TEST SITHS e-id Person HSA-id 3 CA v1 (development)", answer.Issuer);
        Assert.Equal(pki["navigator"].GetCertHashString(HashAlgorithmName.SHA256), answer.Thumbprint);
        Assert.Equal(["reader"], answer.Roles);
    }

    [Theory]
    [InlineData("navigator", "reader")]
    [InlineData("operator", "reader operator")]
    [InlineData("region-system", "reader")]
    [InlineData("register-spor", "register")]
    [InlineData("register-ncr", "register")]
    public async Task Roles_come_from_the_configuration(string name, string roles)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki[name]);
        foreach (
            var (path, role) in new[]
            {
                (SecureHost.Who, Roles.Reader),
                ("/lagesbild/v1/operators", Roles.Operator),
                ("/lagesbild/v1/registers", Roles.Register),
            }
        )
        {
            using var response = await client.GetAsync(path, Cancelled);
            Assert.Equal(
                roles.Split(' ').Contains(role) ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
                response.StatusCode
            );
        }
    }

    [Fact]
    public async Task A_register_delivers_for_its_own_source_only()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var rules = host.Get<AccessRules>();
        var spor = new Caller(CallerKind.Function, DevelopmentPki.SporHsaId, "1121111111", "spor", null, null, null);
        Assert.True(rules.MayDeliver(spor, "SPOR"));
        Assert.False(rules.MayDeliver(spor, "NCR"));
        Assert.False(rules.MayDeliver(spor with { Kind = CallerKind.Person }, "SPOR"));
    }

    [Theory]
    [InlineData(DevelopmentPki.UnlistedSystemHsaId)]
    [InlineData("1121111113")]
    public async Task A_system_reads_when_its_HSA_id_or_its_organisation_is_listed(string listed)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: [("Readers:1", listed)]);
        using var client = host.Client(pki["bad/unlisted-system"]);
        Assert.Equal("Function", (await WhoAsync(client)).Kind);
    }

    [Fact]
    public async Task The_issuer_decides_that_it_is_a_system_whatever_the_subject_says()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: [("Operators:1", "SE2321000180-EXPRV1")]);
        var certificate = IssuedCertificate.By(pki.Pki, "ca/function", IssuedCertificate.Person("SE2321000180-EXPRV1"));
        using var client = host.Client(certificate);
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_client_comes_back_on_new_connections_that_resume_its_session(SslProtocols protocol)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        X509Certificate2Collection intermediates = [pki["ca/person-hsa-id-3"]];
        using var client = host.Client(pki["navigator"], intermediates, protocol, keepConnections: false);
        var connections = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            var answer = await WhoAsync(client);
            Assert.Equal(DevelopmentPki.NavigatorHsaId, answer.HsaId);
            connections.Add(answer.ConnectionId);
        }
        Assert.Equal(5, connections.Count);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_HTTP_are_spoken(string version)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"]);
        client.DefaultRequestVersion = new Version(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(client.DefaultRequestVersion, response.Version);
    }

    [Fact]
    public async Task The_handshake_names_the_issuers_whose_certificates_can_be_accepted()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        string[]? offered = null;
        var tls = host.ClientTls();
        tls.LocalCertificateSelectionCallback = (_, _, _, _, issuers) =>
        {
            offered = issuers.Length > 0 ? issuers : offered;
            return null!;
        };
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Https.Port, Cancelled);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(tls, Cancelled);
        Assert.NotNull(offered);
        Assert.Equal(2, offered.Length);
        Assert.Contains(offered, name => name.Contains("Person HSA-id 3 CA v1", StringComparison.Ordinal));
        Assert.Contains(offered, name => name.Contains("Function CA v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_expires_is_refused_on_the_connection_that_it_came_with()
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock);
        using var certificate = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person("SE2321000180-EXPRV1"),
            notAfter: clock.Now.AddSeconds(60)
        );
        using var client = host.Client(certificate);
        Assert.Equal("Pia Prov", (await WhoAsync(client)).Name);
        clock.Now = certificate.NotAfter.AddSeconds(-1);
        Assert.Equal("Pia Prov", (await WhoAsync(client)).Name);
        clock.Now = certificate.NotAfter;
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("\"expired\"", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    private static async Task<SecureHost.Answer> WhoAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<SecureHost.Answer>(SecureHost.Who, Cancelled))!;
}
