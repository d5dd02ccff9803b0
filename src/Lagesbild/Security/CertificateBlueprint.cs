using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

internal enum CertificateValidity
{
    Now,
    Past,
    Future,
}

/// <summary>What a certificate of the development PKI is to be.</summary>
/// <param name="Issuer">Name of the issuing certificate; its own for a self-signed one.</param>
/// <param name="Years">How long a certificate that is valid now stays so.</param>
/// <param name="Browser">A <c>.p12</c> file is wanted.</param>
/// <param name="IsRevoked">It stands in its issuer's revocation list.</param>
internal sealed record CertificateBlueprint(
    string Name,
    string Issuer,
    X500DistinguishedName Subject,
    X509KeyUsageFlags KeyUsage,
    string[] ExtendedKeyUsage,
    CertificateValidity Validity = CertificateValidity.Now,
    int Years = 1,
    bool Browser = false,
    bool IsRevoked = false
)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The form of a personal identity number, of a day that no calendar has.</summary>
    private const string NobodysNumber = "199913329999";

    public bool IsAuthority => KeyUsage.HasFlag(X509KeyUsageFlags.KeyCertSign);

    /// <summary>Issuers before those that they issue.</summary>
    public static IReadOnlyList<CertificateBlueprint> All { get; } =
    [
        Authority("ca/root", "ca/root", "Root CA v2"),
        Authority("ca/person-hsa-id-3", "ca/root", "Person HSA-id 3 CA v1"),
        Authority("ca/person-hsa-id-2", "ca/root", "Person HSA-id 2 CA v1"),
        Authority("ca/person-id-3", "ca/root", "Person ID 3 CA v1"),
        Authority("ca/function", "ca/root", "Function CA v1"),
        // The same names as ours on other keys.
        Authority("ca/twin-person-hsa-id-3", "ca/root", "Person HSA-id 3 CA v1"),
        Authority("ca/other-root", "ca/other-root", "Root CA v2"),
        Authority("ca/other-person-hsa-id-3", "ca/other-root", "Person HSA-id 3 CA v1"),
        Function("server", "SE1121111110-EXSRV1", "localhost", usages: [ServerAuthentication]),
        Person("navigator", DevelopmentPki.NavigatorHsaId, "Lovisa", "Lots", browser: true),
        Person("operator", DevelopmentPki.OperatorHsaId, "Frida", "Förvaltare", browser: true),
        Function("region-system", DevelopmentPki.RegionSystemHsaId, "vardlots.region.example", browser: true),
        Function("register-spor", DevelopmentPki.SporHsaId, "spor.register.example", browser: true),
        Function("register-ncr", DevelopmentPki.NcrHsaId, "ncr.register.example", browser: true),
        Function("bad/unlisted-system", DevelopmentPki.UnlistedSystemHsaId, "okand.example"),
        Person("bad/revoked", "SE2321000180-EXREV1", "Spärrade", "Kortet") with
        {
            IsRevoked = true,
        },
        Person("bad/expired", "SE2321000180-EXOLD1", "Gamla", "Kortet", validity: CertificateValidity.Past),
        Person("bad/not-yet-valid", "SE2321000180-EXNEW1", "Nya", "Kortet", validity: CertificateValidity.Future),
        Navigator("bad/other-root", issuer: "ca/other-person-hsa-id-3"),
        Navigator("bad/self-signed", issuer: "bad/self-signed"),
        Navigator("bad/twin-issuer", issuer: "ca/twin-person-hsa-id-3"),
        Navigator("bad/level-2", issuer: "ca/person-hsa-id-2"),
        Navigator("bad/signing") with
        {
            KeyUsage = X509KeyUsageFlags.NonRepudiation,
        },
        Navigator("bad/no-client-auth") with
        {
            ExtendedKeyUsage = [],
        },
        Person("bad/person-id", NobodysNumber, "Ingen", "Alls", issuer: "ca/person-id-3"),
        Person("bad/personal-number", NobodysNumber, "Ingen", "Alls"),
    ];

    /// <summary>The CAs that publish one.</summary>
    public static IReadOnlyList<string> RevocationLists { get; } =
    ["ca/root", "ca/person-hsa-id-3", "ca/person-hsa-id-2", "ca/person-id-3", "ca/function"];

    private static CertificateBlueprint Authority(string name, string issuer, string commonName) =>
        new(
            name,
            issuer,
            DistinguishedName(("2.5.4.3", $"TEST SITHS e-id {commonName} (development)")),
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
            [],
            Years: 10
        );

    private static CertificateBlueprint Person(
        string name,
        string serialNumber,
        string given,
        string family,
        string issuer = "ca/person-hsa-id-3",
        CertificateValidity validity = CertificateValidity.Now,
        bool browser = false
    ) =>
        new(
            name,
            issuer,
            DistinguishedName(
                ("2.5.4.3", $"{given} {family}"),
                ("2.5.4.4", family),
                ("2.5.4.42", given),
                ("2.5.4.5", serialNumber)
            ),
            X509KeyUsageFlags.DigitalSignature,
            [ClientAuthentication],
            validity,
            Browser: browser
        );

    /// <summary>Somebody who would pass for the navigator.</summary>
    private static CertificateBlueprint Navigator(string name, string issuer = "ca/person-hsa-id-3") =>
        Person(name, DevelopmentPki.NavigatorHsaId, "Lovisa", "Lots", issuer);

    private static CertificateBlueprint Function(
        string name,
        string hsaId,
        string dnsName,
        string[]? usages = null,
        bool browser = false
    ) =>
        new(
            name,
            "ca/function",
            DistinguishedName(("2.5.4.3", dnsName), ("2.5.4.5", hsaId)),
            X509KeyUsageFlags.DigitalSignature,
            usages ?? [ClientAuthentication, ServerAuthentication],
            Browser: browser
        );

    private static X500DistinguishedName DistinguishedName(params (string Oid, string Value)[] attributes)
    {
        // The builder encodes last things first; SITHS names begin with the country and end with the serialNumber.
        var builder = new X500DistinguishedNameBuilder();
        foreach (var (oid, value) in attributes.Reverse())
            builder.Add(oid, value);
        builder.AddOrganizationName("Lägesbild development, not SITHS");
        builder.AddLocalityName("Exempelstad");
        builder.AddCountryOrRegion("SE");
        return builder.Build();
    }
}
