using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

/// <summary>What <see cref="CertificateRefusalTests"/> and <see cref="RevocationTests"/> do not already try.</summary>
public sealed class AttackTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Delivery = "/lagesbild/v1/sources/SPOR/deliveries/SPOR_2026-11-21.jsonl.gz";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1024, false, "chain")]
    [InlineData(2048, false, null)]
    [InlineData(2048, true, "chain")]
    public async Task A_short_key_or_a_SHA_1_signature_is_no_proof(int bits, bool sha1, string? reason)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var key = RSA.Create(bits);
        using var certificate = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person("SE2321000180-EXPRV1"),
            rsa: key,
            hash: sha1 ? HashAlgorithmName.SHA1 : null
        );
        // The platform's client would not even send them.
        var file = Path.Combine(pki.Pki.Directory, $"weak-{bits}-{sha1}.pem");
        await File.WriteAllTextAsync(
            file,
            certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem(),
            Cancelled
        );
        var answer = await OpenSsl.ClientAsync(
            host,
            $"-cert {file} -key {file} -cipher DEFAULT@SECLEVEL=0 -ign_eof",
            (null, OpenSsl.Request())
        );
        Assert.Contains(
            reason is null ? "\"hsaId\":\"SE2321000180-EXPRV1\"" : $"\"reason\":\"{reason}\"",
            answer,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("SE2321000180-EXNAV1 ")]
    [InlineData(" SE2321000180-EXNAV1")]
    [InlineData("SE2321000180-EX NAV1")]
    [InlineData("SE2321000180\u00A0-EXNAV1")]
    [InlineData("SЕ2321000180-EXNAV1")] // Cyrillic Е
    [InlineData("ＳＥ2321000180-EXNAV1")] // full width
    [InlineData("SE2321000180‐EXNAV1")] // another hyphen
    [InlineData("SE2321000180-EXNAV1\u200B")]
    [InlineData("SE2321000180-EXNAV1\0")]
    [InlineData("SE2321000180-EXNAV\u0301")]
    [InlineData("sE2321000180-EXNAV1")]
    [InlineData("SE2321000180-ABCDEFGHIJKLMNOPQR1")] // 32 characters
    [InlineData("SE2321000180-199913329999")]
    [InlineData("SE2321000180-9913329999")]
    // A person in the place of the organisation, and a person's number with something about it.
    [InlineData("SE8501012384-X1")]
    [InlineData("SE2321000180-A198501012384")]
    [InlineData("SE2321000180-198501012384A")]
    [InlineData("SE2321000180-850101A2384")]
    public async Task What_only_looks_like_an_HSA_id_is_none(string serialNumber)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(
            IssuedCertificate.By(pki.Pki, "ca/person-hsa-id-3", IssuedCertificate.Person(serialNumber))
        );
        Assert.Equal("identity", await ReasonAsync(client));
        Assert.Null(JsonNode.Parse(Assert.Single(await host.AuditAsync()))!["hsaId"]);
        Assert.DoesNotContain(
            host.Log,
            line =>
                ((string[])["8501012384", "850101A2384", "9913329999"]).Any(number =>
                    line.Contains(number, StringComparison.Ordinal)
                )
        );
    }

    [Fact]
    public async Task A_certificate_that_the_platform_cannot_read_closes_its_connection_and_makes_no_noise()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var broken = IssuedCertificate.By(
            pki.Pki,
            "ca/person-hsa-id-3",
            IssuedCertificate.Person("SE2321000180-EXPRV1"),
            [new X509Extension("2.5.29.32", [0x30, 0x80, 0x67, 0x61], false)]
        );
        using var client = host.Client(broken);
        try
        {
            Assert.Equal("chain", await ReasonAsync(client));
        }
        catch (HttpRequestException)
        {
            // As likely: the handshake ends.
        }
        using var navigator = host.Client(pki["navigator"]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, HttpMethod.Get, SecureHost.Who));
        await host.StopAsync();
        Assert.DoesNotContain(
            host.Log,
            line =>
                line.StartsWith("Error", StringComparison.Ordinal)
                || line.Contains("Unhandled exception", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task One_refusal_is_one_line_on_the_log()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["bad/expired"]);
        Assert.Equal("expired", await ReasonAsync(client));
        Assert.Single(
            host.Log,
            line =>
                line.StartsWith("Information", StringComparison.Ordinal)
                && line.Contains("Lagesbild.Security", StringComparison.Ordinal)
                && !line.Contains("Revocation list", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_operators_HSA_id_in_other_letters_is_somebody_else()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(
            IssuedCertificate.By(
                pki.Pki,
                "ca/person-hsa-id-3",
                IssuedCertificate.Person(
                    DevelopmentPki.OperatorHsaId.Replace("EXOPR1", "exopr1", StringComparison.Ordinal)
                )
            )
        );
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, HttpMethod.Get, SecureHost.Who));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, HttpMethod.Get, "/lagesbild/v1/operators"));
    }

    [Theory]
    [InlineData("region-system")]
    [InlineData("register-spor")]
    [InlineData("navigator")]
    public async Task Operators_routes_are_for_operators(string name)
    {
        // Though the function's HSA-id is listed: operators are persons.
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Operators:1", DevelopmentPki.RegionSystemHsaId), ("Operators:2", DevelopmentPki.SporHsaId)]
        );
        using var client = host.Client(pki[name]);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, HttpMethod.Get, "/lagesbild/v1/operators"));
    }

    [Theory]
    [InlineData("register-spor", "SPOR", HttpStatusCode.OK)]
    [InlineData("register-spor", "NCR", HttpStatusCode.Forbidden)]
    [InlineData("register-spor", "spor", HttpStatusCode.Forbidden)]
    [InlineData("register-spor", "SPOR%00", HttpStatusCode.Forbidden)]
    [InlineData("register-spor", "%53POR", HttpStatusCode.OK)]
    [InlineData("register-ncr", "SPOR", HttpStatusCode.Forbidden)]
    [InlineData("region-system", "SPOR", HttpStatusCode.Forbidden)]
    [InlineData("navigator", "SPOR", HttpStatusCode.Forbidden)]
    [InlineData("operator", "SPOR", HttpStatusCode.Forbidden)]
    public async Task A_register_hands_in_its_own_source_and_nobody_else_any(
        string name,
        string source,
        HttpStatusCode status
    )
    {
        // A person's HSA-id among the registers' does not make a register of him.
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Registers:SPOR:1", DevelopmentPki.NavigatorHsaId)]
        );
        using var client = host.Client(pki[name]);
        var path = Delivery.Replace("SPOR/", source + "/", StringComparison.Ordinal);
        var answered = await StatusAsync(client, HttpMethod.Put, path);
        // Kestrel refuses some of them before anybody is asked.
        Assert.True(
            answered == status || source.Contains("%00", StringComparison.Ordinal) && (int)answered is >= 400 and < 500,
            $"{answered}"
        );
    }

    [Theory]
    [InlineData("register-spor", HttpStatusCode.OK)]
    [InlineData("operator", HttpStatusCode.OK)]
    [InlineData("navigator", HttpStatusCode.Forbidden)]
    [InlineData("region-system", HttpStatusCode.Forbidden)]
    public async Task Receipts_are_for_registers_and_operators(string name, HttpStatusCode status)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki[name]);
        Assert.Equal(status, await StatusAsync(client, HttpMethod.Get, "/lagesbild/v1/deliveries"));
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(200_000)]
    public async Task A_giant_certificate_harms_nobody(int size)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var giant = IssuedCertificate.By(
            pki.Pki,
            "ca/other-person-hsa-id-3",
            IssuedCertificate.Person("SE2321000180-EXPRV1"),
            [new X509Extension("1.2.3.4", new byte[size], false)]
        );
        using var client = host.Client(giant);
        if (size < 100_000)
            Assert.Equal("chain", await ReasonAsync(client));
        else
            // More than TLS is prepared to read.
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(SecureHost.Who, Cancelled));
        using var navigator = host.Client(pki["navigator"]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, HttpMethod.Get, SecureHost.Who));
    }

    [Fact]
    public async Task A_huge_chain_harms_nobody()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var links = new X509Certificate2Collection();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var above = pki["ca/other-root"];
        for (var i = 0; i < 100; i++)
        {
            var request = new CertificateRequest($"CN=Link {i}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            using var aboveKey = above.GetECDsaPrivateKey()!;
            using var bare = request.Create(
                above.SubjectName,
                X509SignatureGenerator.CreateForECDsa(aboveKey),
                DateTimeOffset.UtcNow.AddHours(-1),
                DateTimeOffset.UtcNow.AddDays(1),
                [1, (byte)i]
            );
            above = bare.CopyWithPrivateKey(key);
            links.Add(above);
        }
        using var client = host.Client(above, links);
        Assert.Equal("chain", await ReasonAsync(client));
        using var navigator = host.Client(pki["navigator"]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, HttpMethod.Get, SecureHost.Who));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_renegotiates_himself_into_another(bool tries)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        (string?, string) ask = (tries ? "RENEGOTIATING" : null, OpenSsl.Request());
        var answer = await OpenSsl.ClientAsync(
            host,
            $"-tls1_2 {Show("navigator")} {(tries ? "" : "-ign_eof")}",
            tries ? [("Verify return code", "R\n"), ask] : [ask]
        );
        Assert.Equal(!tries, answer.Contains("HTTP/1.1 200", StringComparison.Ordinal));
        if (tries)
            Assert.Contains("RENEGOTIATING", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_resumed_session_is_who_began_it_and_is_judged_anew(string version)
    {
        var clock = new PinnedClock();
        await using var host = await SecureHost.StartAsync(pki.Pki, clock);
        var session = Path.Combine(pki.Pki.Directory, $"navigator{version}.session");
        // The operator's certificate beside the navigator's session: the navigator, and nothing of the operator.
        var resumed = await ResumeAsOperatorAsync(host, $"{version} {Show("navigator")}", version, session);
        Assert.Contains(DevelopmentPki.NavigatorHsaId, resumed, StringComparison.Ordinal);
        Assert.DoesNotContain(DevelopmentPki.OperatorHsaId, resumed, StringComparison.Ordinal);
        Assert.Contains("\"roles\":[\"reader\"]", resumed, StringComparison.Ordinal);

        // Revoked since: the session does not carry the verdict with it.
        var list = new WrittenList(pki.Pki, "ca/person-hsa-id-3")
        {
            Number = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1_000_000,
            ThisUpdate = DateTimeOffset.UtcNow.AddMinutes(-1),
            Revoked = [pki["navigator"]],
        };
        Assert.True(host.Get<RevocationLists>().Offer(list.Encode(), "a test"));
        var revoked = await OpenSsl.ClientAsync(
            host,
            $"{version} {Show("navigator")} -sess_in {session} -ign_eof",
            (null, OpenSsl.Request())
        );
        Assert.Contains("\"reason\":\"revoked\"", revoked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_session_that_began_without_a_certificate_stays_without(string version)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        var session = Path.Combine(pki.Pki.Directory, $"nobody{version}.session");
        var resumed = await ResumeAsOperatorAsync(host, version, version, session);
        Assert.Contains("\"reason\":\"certificate-missing\"", resumed, StringComparison.Ordinal);
    }

    /// <summary>
    /// Begins a session and takes it up again beside the operator's certificate. A server may decline a session (the platform
    /// forgets the keys of the oldest when many servers run at once, as here): then another is begun.
    /// </summary>
    private async Task<string> ResumeAsOperatorAsync(SecureHost host, string begin, string version, string session)
    {
        var resumed = "";
        for (var i = 0; i < 5 && !resumed.Contains("Reused, TLSv1", StringComparison.Ordinal); i++)
        {
            await OpenSsl.ClientAsync(host, $"{begin} -sess_out {session} -ign_eof", (null, OpenSsl.Request()));
            resumed = await OpenSsl.ClientAsync(
                host,
                $"{version} {Show("operator")} -sess_in {session} -ign_eof",
                (null, OpenSsl.Request())
            );
        }

        Assert.Contains("Reused, TLSv1", resumed, StringComparison.Ordinal);
        return resumed;
    }

    private string Show(string name) => $"-cert {pki.Pki.CertificateFile(name)} -key {pki.Pki.KeyFile(name)}";

    private static async Task<string?> ReasonAsync(HttpClient client)
    {
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        return problem.TryGetProperty("reason", out var reason) ? reason.GetString() : null;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }
}
