using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Lagesbild.Security;
using Microsoft.Extensions.Options;

namespace Lagesbild.Tests.Security;

public sealed class CertificateRefusalTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string HsaId = "SE2321000180-EXPRV1";

    private static readonly string[] Authorities =
    [
        "ca/person-hsa-id-3",
        "ca/twin-person-hsa-id-3",
        "ca/other-person-hsa-id-3",
        "ca/other-root",
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_certificate_the_answer_is_401_and_only_then()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client();
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("ClientCertificate", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("certificate-missing", await ReasonAsync(response));
    }

    [Theory]
    [InlineData("bad/other-root", "chain")]
    [InlineData("bad/self-signed", "chain")]
    [InlineData("bad/twin-issuer", "chain")]
    [InlineData("bad/expired", "expired")]
    [InlineData("bad/revoked", "revoked")]
    [InlineData("bad/not-yet-valid", "not-yet-valid")]
    [InlineData("bad/person-id", "issuer")]
    [InlineData("bad/signing", "key-usage")]
    [InlineData("bad/no-client-auth", "extended-key-usage")]
    [InlineData("bad/level-2", "level-of-assurance")]
    [InlineData("bad/personal-number", "identity")]
    [InlineData("bad/unlisted-system", "not-authorised")]
    [InlineData("server", "extended-key-usage")]
    [InlineData("ca/root", "issuer")]
    [InlineData("ca/person-hsa-id-3", "issuer")]
    public async Task Each_bad_certificate_has_its_own_reason(string name, string reason)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        // Whatever a client sends along does not make it more trusted.
        X509Certificate2Collection all = [.. Authorities.Select(name => pki[name])];
        foreach (var intermediates in new[] { null, all })
        {
            using var client = host.Client(pki[name], intermediates);
            using var response = await client.GetAsync(SecureHost.Who, Cancelled);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Equal(reason, await ReasonAsync(response));
        }
    }

    [Fact]
    public async Task A_trusted_CA_of_an_accepted_name_on_another_key_is_not_an_accepted_issuer()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Intermediates:1", pki.Pki.CertificateFile("ca/twin-person-hsa-id-3"))]
        );
        await RefusesAsync(host, pki["bad/twin-issuer"], "issuer");
    }

    [Fact]
    public async Task Straight_from_the_root_is_not_from_an_issuing_CA() =>
        await RefusesAsync(IssuedCertificate.By(pki.Pki, "ca/root", IssuedCertificate.Person(HsaId)), "issuer");

    [Fact]
    public async Task A_person_cannot_issue_certificates()
    {
        using var person = pki["navigator"];
        var identifier = person.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(IssuedCertificate.Person(HsaId), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier)
        );
        using var issuerKey = person.GetECDsaPrivateKey()!;
        var now = DateTimeOffset.UtcNow;
        using var bare = request.Create(
            person.SubjectName,
            X509SignatureGenerator.CreateForECDsa(issuerKey),
            now.AddMinutes(-1),
            now.AddDays(1),
            [7]
        );
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(bare.CopyWithPrivateKey(key), [pki["navigator"], pki["ca/person-hsa-id-3"]]);
        Assert.Equal("chain", await ReasonAsync(client));
    }

    [Fact]
    public async Task A_certificate_without_any_key_usage_is_not_taken_to_be_for_everything() =>
        await RefusesAsync(
            IssuedCertificate.By(
                pki.Pki,
                "ca/person-hsa-id-3",
                IssuedCertificate.Person(HsaId),
                without: ["2.5.29.15"]
            ),
            "key-usage"
        );

    [Fact]
    public async Task Any_extended_key_usage_is_not_client_authentication() =>
        await RefusesAsync(
            IssuedCertificate.By(
                pki.Pki,
                "ca/person-hsa-id-3",
                IssuedCertificate.Person(HsaId),
                [new X509EnhancedKeyUsageExtension([new Oid("2.5.29.37.0")], false)]
            ),
            "extended-key-usage"
        );

    [Theory]
    [InlineData(null, "policy")]
    [InlineData("1.2.752.74.8.9", "policy")]
    [InlineData("1.2.752.74.8.1", null)]
    public async Task Where_an_issuer_lists_policies_one_of_them_is_required(string? policy, string? reason)
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Issuers:0:Policies:0", "1.2.752.74.8.1"), ("Issuers:0:Policies:1", "1.2.752.74.8.2")]
        );
        var certificate = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person(HsaId),
            policy is null ? [] : [IssuedCertificate.Policies("2.16.840.1", policy)]
        );
        using var client = host.Client(certificate);
        Assert.Equal(reason, await ReasonAsync(client));
    }

    [Theory]
    [InlineData("2.5.29.19")]
    [InlineData("2.5.29.32")]
    [InlineData("2.5.29.37")]
    public async Task What_cannot_be_read_is_refused_without_a_fault_of_ours(string extension)
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Issuers:0:Policies:0", "1.2.752.74.8.1")]
        );
        using var certificate = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person(HsaId),
            [new X509Extension(extension, [0x30, 0x03, 0x01, 0x01], false)]
        );
        var options = host.Get<IOptionsMonitor<CertificateAuthenticationOptions>>()
            .Get(CertificateAuthenticationDefaults.AuthenticationScheme);
        Assert.Equal(
            Refusal.Chain,
            CertificateChecks
                .Run(certificate, options, host.Get<RevocationLists>(), TimeProvider.System.GetUtcNow())
                .Refusal
        );

        // Over the network it does not come as far: the platform ends the handshake.
        using var client = host.Client(certificate);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(SecureHost.Who, Cancelled));
    }

    public static TheoryData<string> NamesWithoutOneHsaId =>
        [
            "none",
            "two",
            "two in one RDN",
            "in the common name",
            "lower case",
            "newline",
            "too long",
            "digits of another script",
            "empty",
        ];

    [Theory]
    [MemberData(nameof(NamesWithoutOneHsaId))]
    public async Task Exactly_one_serial_number_in_the_form_of_an_HSA_id_is_an_identity(string name)
    {
        (string, string) common = (IssuedCertificate.CommonName, "Pia Prov");
        (string, string) id = (IssuedCertificate.SerialNumber, HsaId);
        (string, string) other = (IssuedCertificate.SerialNumber, "SE2321000180-EXPRV2");
        (string, string) With(string value) => (IssuedCertificate.SerialNumber, value);
        var subject = name switch
        {
            "none" => IssuedCertificate.Name([common]),
            "two" => IssuedCertificate.Name([common], [id], [other]),
            "two in one RDN" => IssuedCertificate.Name([common], [id, other]),
            "in the common name" => IssuedCertificate.Name([
                (IssuedCertificate.CommonName, $"Pia, SERIALNUMBER={HsaId}"),
            ]),
            "lower case" => IssuedCertificate.Name([common], [With("se2321000180-EXPRV1")]),
            "newline" => IssuedCertificate.Name([common], [With(HsaId + "\n")]),
            "too long" => IssuedCertificate.Name([common], [With("SE2321000180-ABCDEFGHIJKLMNOPQRS")]),
            "digits of another script" => IssuedCertificate.Name([common], [With("SE٢٣٢١٠٠٠١٨٠-EXPRV1")]),
            _ => IssuedCertificate.Name([common], [With("")]),
        };
        await RefusesAsync(IssuedCertificate.By(pki.Pki, "ca/person-hsa-id-3", subject), "identity");
    }

    [Fact]
    public async Task An_identity_in_a_field_of_several_values_is_found()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var subject = IssuedCertificate.Name([
            (IssuedCertificate.CommonName, "Pia, SERIALNUMBER=SE0000000000-X"),
            (IssuedCertificate.SerialNumber, HsaId),
        ]);
        using var client = host.Client(IssuedCertificate.By(pki.Pki, "ca/person-hsa-id-3", subject));
        var answer = await client.GetFromJsonAsync<SecureHost.Answer>(SecureHost.Who, Cancelled);
        Assert.Equal(HsaId, answer!.HsaId);
    }

    [Theory]
    [InlineData("TSTNMT2321000156-B02", null, "identity")]
    [InlineData("TSTNMT2321000156-B02", "[A-Z]{2,6}[0-9]{10}-[A-Z0-9]{1,18}", null)]
    [InlineData("XTSTNMT2321000156-B02", "[A-Z]{2,6}[0-9]{10}-[A-Z0-9]{1,18}", "identity")]
    [InlineData("199913329999", ".*", "identity")]
    [InlineData("19991332-9999", ".*", "identity")]
    [InlineData("9913329999", ".*", "identity")]
    public async Task A_looser_form_of_HSA_id_is_configured_for_tests_but_never_a_personal_number(
        string id,
        string? pattern,
        string? reason
    )
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: [("HsaIdPattern", pattern)]);
        using var client = host.Client(
            IssuedCertificate.By(pki.Pki, "ca/person-hsa-id-3", IssuedCertificate.Person(id))
        );
        Assert.Equal(reason, await ReasonAsync(client));
    }

    [Theory]
    [InlineData("bad/personal-number")]
    [InlineData("bad/person-id")]
    public async Task A_personal_number_is_neither_logged_nor_answered(string name)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki[name]);
        foreach (var path in new[] { SecureHost.Who, "/sida", "/lagesbild/v1/open" })
        {
            using var response = await client.GetAsync(path, Cancelled);
            var all = response + await response.Content.ReadAsStringAsync(Cancelled);
            Assert.DoesNotContain("1332", all, StringComparison.Ordinal);
            Assert.DoesNotContain("Ingen Alls", all, StringComparison.Ordinal);
        }
        Assert.Contains(host.Log, line => line.Contains("refused", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log, line => line.Contains("1332", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log, line => line.Contains("Ingen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_personal_number_in_the_address_is_not_answered_either()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client();
        var body = await client.GetAsync("/lagesbild/v1/units/19991332-9999?q=199913329999", Cancelled);
        Assert.DoesNotContain("1332", await body.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_causes_no_traffic()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/";
        var stranger = IssuedCertificate.By(
            pki.Pki,
            "ca/other-person-hsa-id-3",
            IssuedCertificate.Person(HsaId),
            IssuedCertificate.PointingAt(url)
        );
        var known = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person(HsaId),
            IssuedCertificate.PointingAt(url)
        );
        await using var host = await SecureHost.StartAsync(pki.Pki);
        await RefusesAsync(host, stranger, "chain");
        using var client = host.Client(known);
        Assert.Null(await ReasonAsync(client));
        Assert.False(elsewhere.Pending());

        // The same certificate does cause traffic where nobody forbids it: the silence above means something.
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        var build = Task.Run(() => chain.Build(stranger), Cancelled);
        using (await elsewhere.AcceptTcpClientAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled))
            elsewhere.Stop();
        Assert.False(await build);
    }

    [Fact]
    public async Task The_problem_has_the_shape_of_RFC_9457()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["bad/expired"]);
        using var response = await client.GetAsync(SecureHost.Who + "?procedure=NGB", Cancelled);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal(
            ["type", "title", "status", "detail", "instance", "reason", "traceId"],
            problem.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal("urn:lagesbild:problem:expired", problem.GetProperty("type").GetString());
        Assert.Equal(403, problem.GetProperty("status").GetInt32());
        Assert.Equal("The certificate has expired", problem.GetProperty("title").GetString());
        Assert.Equal(SecureHost.Who, problem.GetProperty("instance").GetString());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
    }

    [Theory]
    [InlineData("/lagesbild/v1/units/SE2321000180-EX01", true)]
    [InlineData("/lagesbild/v1/units/198501012384", false)]
    [InlineData("/lagesbild/v1/units/x19850101-2384y", false)]
    [InlineData("/lagesbild/v1/850101/2384", false)]
    [InlineData("/lagesbild/v1/units/%2531%2539850101%252d2384", false)]
    public async Task The_problem_repeats_no_path_that_may_name_a_person(string path, bool isRepeated)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(null);
        using var response = await client.GetAsync(path, Cancelled);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal(isRepeated ? path : "/lagesbild", problem.GetProperty("instance").GetString());
    }

    [Fact]
    public async Task A_browser_gets_a_page_in_Swedish_with_the_reason_and_a_stylesheet()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["bad/signing"]);
        using var response = await client.GetAsync("/sida", Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var page = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("<html lang=\"sv\">", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Det valda certifikatet är till för underskrift</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<code>key-usage</code>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);

        using var nobody = host.Client();
        using var stylesheet = await nobody.GetAsync("/ingen-atkomst.css", Cancelled);
        Assert.Equal(HttpStatusCode.OK, stylesheet.StatusCode);
        Assert.Equal("text/css; charset=utf-8", stylesheet.Content.Headers.ContentType!.ToString());
    }

    private async Task RefusesAsync(X509Certificate2 certificate, string reason)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        await RefusesAsync(host, certificate, reason);
    }

    private static async Task RefusesAsync(SecureHost host, X509Certificate2 certificate, string reason)
    {
        using var client = host.Client(certificate);
        Assert.Equal(reason, await ReasonAsync(client));
    }

    /// <summary>Null: let in.</summary>
    private static async Task<string?> ReasonAsync(HttpClient client)
    {
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        return response.StatusCode == HttpStatusCode.OK ? null : await ReasonAsync(response);
    }

    private static async Task<string?> ReasonAsync(HttpResponseMessage response)
    {
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        var reason = problem.GetProperty("reason").GetString();
        Assert.Equal($"urn:lagesbild:problem:{reason}", problem.GetProperty("type").GetString());
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return reason;
    }
}
