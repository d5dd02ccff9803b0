using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

public sealed class DevelopmentPkiTests : IDisposable
{
    private readonly string _directory = Path.Combine(AppContext.BaseDirectory, "pki", Guid.NewGuid().ToString("N"));
    private readonly PinnedClock _clock = new();

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Opening_it_again_changes_nothing()
    {
        var first = Open();
        Assert.Empty(first.Kept);
        var before = Contents();
        var second = Open();
        Assert.Empty(second.Made);
        Assert.Equal(first.Made, second.Kept);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void What_has_expired_is_renewed_and_what_has_not_is_kept()
    {
        Open();
        _clock.Now = _clock.Now.AddYears(1).AddDays(1);
        var later = Open();
        Assert.Contains("navigator", later.Made);
        Assert.Contains("bad/not-yet-valid", later.Made);
        Assert.Contains("ca/root", later.Kept);
        Assert.Contains("bad/expired", later.Kept);
        Assert.True(Certificate("navigator").NotAfter > _clock.Now);
        Assert.True(Certificate("bad/not-yet-valid").NotBefore > _clock.Now);
    }

    [Fact]
    public void A_new_root_renews_everything_below_it()
    {
        Open();
        File.Delete(Path.Combine(_directory, "ca/root.pem"));
        var again = Open();
        Assert.Contains("ca/person-hsa-id-3", again.Made);
        Assert.Contains("navigator", again.Made);
        Assert.Contains("ca/other-root", again.Kept);
    }

    [Theory]
    [InlineData("navigator.key")]
    [InlineData("navigator.pem")]
    public void Half_of_a_pair_is_made_whole(string missing)
    {
        Open();
        File.Delete(Path.Combine(_directory, missing));
        Assert.Equal(["navigator"], Open().Made);
    }

    [Fact]
    public void A_folder_of_somebody_elses_is_left_alone()
    {
        Directory.CreateDirectory(_directory);
        var file = Path.Combine(_directory, "letter.txt");
        File.WriteAllText(file, "Dear");
        Assert.Throws<InvalidOperationException>(() => Open());
        Assert.Equal([file], Directory.GetFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_certificate_of_somebody_elses_is_not_overwritten(bool readable)
    {
        var pki = Open();
        var file = pki.CertificateFile("navigator");
        var foreign = readable ? File.ReadAllText(pki.CertificateFile("operator")) : "not a certificate";
        File.WriteAllText(file, foreign);
        var refusal = Assert.Throws<InvalidOperationException>(() => Open());
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, File.ReadAllText(file));
    }

    [Fact]
    public void A_holder_who_has_another_HSA_id_since_gets_a_new_certificate()
    {
        var pki = Open();
        using var older = IssuedCertificate.By(
            pki,
            "ca/function",
            IssuedCertificate.Name(
                [(IssuedCertificate.CommonName, "spor.register.example")],
                [(IssuedCertificate.SerialNumber, "SE1111111111-EXSPOR")]
            )
        );
        var file = pki.CertificateFile("register-spor");
        File.WriteAllText(file, older.ExportCertificatePem());
        Assert.Contains("register-spor", Open().Made);
        using var renewed = X509CertificateLoader.LoadCertificateFromFile(file);
        Assert.Contains(DevelopmentPki.SporHsaId, renewed.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_for_their_owner_alone()
    {
        Open();
        if (OperatingSystem.IsWindows())
            return; // Files have no mode there.
        foreach (var file in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories))
            if (Path.GetExtension(file) is ".key" or ".p12")
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_browser_can_import_the_navigator()
    {
        Open();
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(
            Path.Combine(_directory, "navigator.p12"),
            DevelopmentPki.Password
        );
        Assert.Equal(2, all.Count);
        Assert.Single(all, c => c.HasPrivateKey);
    }

    [Fact]
    public void Its_configuration_stands_in_a_file_too()
    {
        var pki = Open();
        using var file = JsonDocument.Parse(File.ReadAllText(pki.ConfigurationFile));
        Assert.Equal(
            pki.Configuration.Single(c => c.Key == "Security:ServerKey").Value,
            file.RootElement.GetProperty("Security").GetProperty("ServerKey").GetString()
        );
    }

    private DevelopmentPki Open() => DevelopmentPki.Open(_directory, _clock);

    private X509Certificate2 Certificate(string name) =>
        X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_directory, name + ".pem"));

    private Dictionary<string, string> Contents() =>
        Directory
            .EnumerateFiles(_directory, "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, f => Convert.ToBase64String(File.ReadAllBytes(f)));
}
