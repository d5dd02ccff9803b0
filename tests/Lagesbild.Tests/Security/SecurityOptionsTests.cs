using Microsoft.Extensions.Options;

namespace Lagesbild.Tests.Security;

public sealed class SecurityOptionsTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    [Theory]
    [InlineData("Roots:0", "nowhere.pem", "Security:Roots:0: the file ")]
    [InlineData("Issuers:0:Certificate", "", "Security:Issuers:0:Certificate: names no file.")]
    [InlineData("Issuers:0:LevelOfAssurance", null, "Security:Issuers:0:LevelOfAssurance: must be 1 to 4")]
    [InlineData("Issuers:0:Kind", "dog", "Security:Issuers:0:Kind")]
    [InlineData("Readers:0", "Dalarna", "Security:Readers:0: must be an HSA-id or an organisation number")]
    [InlineData("Operators:0", "199913329999", "Security:Operators:0: must be an HSA-id.")]
    [InlineData("Registers:SPOR:0", "spor", "Security:Registers:SPOR:0: must be an HSA-id.")]
    [InlineData("MinimumLevelOfAssurance", "9", "Security:MinimumLevelOfAssurance: must be 1 to 4.")]
    [InlineData("HsaIdPattern", "(", "Security:HsaIdPattern: is not a usable regular expression")]
    [InlineData("ServerKey", "nowhere.key", "Security:ServerKey: the file ")]
    [InlineData("Isuers:0:Kind", "person", "Isuers")]
    [InlineData("Issuers:0:Policies:0", "hej", "Security:Issuers:0:Policies:0: must be an object identifier")]
    public async Task A_wrong_value_is_told_by_its_key_at_start(string key, string? value, string message)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: [(key, value)])
        );
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("1332", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_of_another_root_is_told_at_start() =>
        await WrongAsync(
            "Security:Issuers:0:Certificate: does not lead to any of Security:Roots.",
            ("Issuers:0:Certificate", pki.Pki.CertificateFile("ca/other-person-hsa-id-3"))
        );

    [Fact]
    public async Task A_root_is_no_issuer_and_a_file_holds_one_certificate()
    {
        await WrongAsync(
            "Security:Issuers:0:Certificate: is one of Security:Roots",
            ("Issuers:0:Certificate", pki.Pki.CertificateFile("ca/root"))
        );
        var bundle = Path.Combine(pki.Pki.Directory, "bundle.pem");
        await File.WriteAllTextAsync(
            bundle,
            File.ReadAllText(pki.Pki.CertificateFile("ca/root"))
                + "\n"
                + File.ReadAllText(pki.Pki.CertificateFile("ca/other-root")),
            TestContext.Current.CancellationToken
        );
        await WrongAsync("holds several certificates", ("Roots:0", bundle));
    }

    [Fact]
    public async Task A_leaf_is_no_issuer() =>
        await WrongAsync(
            "is not the certificate of a CA",
            ("Issuers:0:Certificate", pki.Pki.CertificateFile("navigator"))
        );

    [Fact]
    public async Task A_key_of_another_certificate_is_told_at_start() =>
        await WrongAsync("Security:ServerCertificate: ", ("ServerKey", pki.Pki.KeyFile("navigator")));

    [Fact]
    public async Task The_looser_form_of_HSA_id_is_not_for_Production()
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, environment: "Production", settings: [("HsaIdPattern", ".*")])
        );
        Assert.Contains("Security:HsaIdPattern", wrong.Message, StringComparison.Ordinal);
    }

    private async Task WrongAsync(string message, (string, string?) setting)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: [setting])
        );
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
    }
}
