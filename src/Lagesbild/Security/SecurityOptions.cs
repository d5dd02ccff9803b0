using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Lagesbild.Security;

/// <summary>Section <c>Security</c> of the configuration. File names are relative to the content root.</summary>
public sealed record SecurityOptions
{
    public const string Section = "Security";

    /// <summary>PEM: the server's certificate, followed by its intermediates if any.</summary>
    public string ServerCertificate { get; init; } = "";

    /// <summary>PEM: the server's private key, unencrypted (protect the file instead).</summary>
    public string ServerKey { get; init; } = "";

    /// <summary>The root certificates that are trusted; the machine's own store never is.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>The issuing CAs whose certificates are accepted.</summary>
    public IReadOnlyList<IssuerOptions> Issuers { get; init; } = [];

    /// <summary>
    /// CA certificates that are known but not accepted as issuers (SITHS Person ID, say): their holders are told that it
    /// was the wrong certificate of the card (<c>issuer</c>), not that the certificate is a stranger's (<c>chain</c>).
    /// </summary>
    public IReadOnlyList<string> Intermediates { get; init; } = [];

    /// <summary>The least level of assurance for persons.</summary>
    public int MinimumLevelOfAssurance { get; init; } = 3;

    /// <summary>A looser form of HSA-id, for test environments: refused in Production.</summary>
    public string? HsaIdPattern { get; init; }

    /// <summary>Function certificates that may read: HSA-ids or organisation numbers.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>Persons who may release, refuse and restore: HSA-ids.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    /// <summary>Per source, the function certificates that may hand in its deliveries: HSA-ids.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Registers { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    internal static SecurityOptions Read(IConfiguration configuration)
    {
        try
        {
            return configuration
                    .GetSection(Section)
                    .Get<SecurityOptions>(binder => binder.ErrorOnUnknownConfiguration = true)
                ?? new SecurityOptions();
        }
        catch (InvalidOperationException e)
        {
            throw Invalid([$"{Section}: {e.Message} {e.InnerException?.Message}".TrimEnd()]);
        }
    }

    internal static OptionsValidationException Invalid(IEnumerable<string> problems) =>
        new(Section, typeof(SecurityOptions), problems);
}

/// <summary>An issuing CA. It, and never a certificate's subject, decides whether its holders are persons or functions.</summary>
public sealed record IssuerOptions
{
    public string Certificate { get; init; } = "";

    /// <summary><c>person</c> or <c>function</c>.</summary>
    public CallerKind? Kind { get; init; }

    /// <summary>Level of assurance (tillitsnivå) of its holders: required for persons.</summary>
    public int? LevelOfAssurance { get; init; }

    /// <summary>Certificate policy OIDs of which a certificate must carry one; none listed: any.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];
}

/// <summary>What the configuration says, read and found sound: certificates instead of file names.</summary>
internal sealed class TrustedAuthorities
{
    public required X509Certificate2? Server { get; init; }
    public required X509Certificate2Collection ServerChain { get; init; }
    public required X509Certificate2Collection Roots { get; init; }
    public required IReadOnlyList<CertificateIssuer> Issuers { get; init; }
    public required X509Certificate2Collection Intermediates { get; init; }
    public required Regex HsaIdPattern { get; init; }

    /// <summary>Nothing configured: nobody gets in with a certificate. Only the demo door may run so.</summary>
    public static TrustedAuthorities None { get; } =
        new()
        {
            Server = null,
            ServerChain = [],
            Roots = [],
            Issuers = [],
            Intermediates = [],
            HsaIdPattern = HsaId.Strict(),
        };

    public static TrustedAuthorities Load(SecurityOptions options, IHostEnvironment environment)
    {
        var problems = new List<string>();
        var roots = new X509Certificate2Collection();
        foreach (var (i, file) in options.Roots.Index())
            if (Authority($"Roots:{i}", file) is { } root)
                roots.Add(root);
        if (options.Roots.Count == 0)
            Problem("Roots", "at least one root certificate is needed.");

        var intermediates = new X509Certificate2Collection();
        foreach (var (i, file) in options.Intermediates.Index())
            if (Authority($"Intermediates:{i}", file) is { } intermediate)
                intermediates.Add(intermediate);

        var issuers = new List<CertificateIssuer>();
        foreach (var (i, entry) in options.Issuers.Index())
        {
            if (entry.Kind is null)
                Problem($"Issuers:{i}:Kind", "must be person or function.");
            if (entry.Kind == CallerKind.Person && entry.LevelOfAssurance is not (>= 1 and <= 4))
                Problem($"Issuers:{i}:LevelOfAssurance", "must be 1 to 4 for an issuer of persons.");
            if (
                Authority($"Issuers:{i}:Certificate", entry.Certificate) is not { } certificate
                || entry.Kind is not { } kind
            )
                continue;
            if (!ChainsTo(certificate, roots, intermediates))
                Problem($"Issuers:{i}:Certificate", "does not lead to any of Security:Roots.");
            issuers.Add(new(certificate, kind, entry.LevelOfAssurance, [.. entry.Policies]));
        }
        if (options.Issuers.Count == 0)
            Problem("Issuers", "at least one issuing CA is needed.");

        if (options.MinimumLevelOfAssurance is not (>= 1 and <= 4))
            Problem("MinimumLevelOfAssurance", "must be 1 to 4.");
        var pattern = Pattern();
        foreach (var (i, value) in options.Readers.Index())
            if (!HsaId.IsOrganisation(value) && !HsaId.IsValid(value, pattern))
                Problem($"Readers:{i}", "must be an HSA-id or an organisation number of ten digits.");
        foreach (var (i, value) in options.Operators.Index())
            if (!HsaId.IsValid(value, pattern))
                Problem($"Operators:{i}", "must be an HSA-id.");
        foreach (var (source, hsaIds) in options.Registers)
        foreach (var (i, value) in hsaIds.Index())
            if (!HsaId.IsValid(value, pattern))
                Problem($"Registers:{source}:{i}", "must be an HSA-id.");

        var (server, serverChain) = Server();
        return problems.Count > 0
            ? throw SecurityOptions.Invalid(problems)
            : new TrustedAuthorities
            {
                Server = server,
                ServerChain = serverChain,
                Roots = roots,
                Issuers = issuers,
                Intermediates = intermediates,
                HsaIdPattern = pattern,
            };

        void Problem(string key, string what) => problems.Add($"{SecurityOptions.Section}:{key}: {what}");

        string? Existing(string key, string file)
        {
            var path = Path.Combine(environment.ContentRootPath, file);
            if (file.Length > 0 && File.Exists(path))
                return path;
            Problem(key, file.Length == 0 ? "names no file." : $"the file {path} does not exist.");
            return null;
        }

        X509Certificate2? Authority(string key, string file)
        {
            if (Existing(key, file) is not { } path)
                return null;
            try
            {
                var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
                if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(b => b.CertificateAuthority))
                    return certificate;
                Problem(key, $"{path} is not the certificate of a CA.");
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                Problem(key, $"{path} cannot be read as a certificate: {e.Message}");
            }
            return null;
        }

        Regex Pattern()
        {
            if (options.HsaIdPattern is not { } configured)
                return HsaId.Strict();
            if (environment.IsProduction())
                Problem("HsaIdPattern", "is for test environments and cannot be set in Production.");
            try
            {
                return HsaId.Anchored(configured);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                Problem("HsaIdPattern", $"is not a usable regular expression: {e.Message}");
                return HsaId.Strict();
            }
        }

        (X509Certificate2?, X509Certificate2Collection) Server()
        {
            var certificateFile = Existing("ServerCertificate", options.ServerCertificate);
            var keyFile = Existing("ServerKey", options.ServerKey);
            if (certificateFile is null || keyFile is null)
                return (null, []);
            try
            {
                var rest = new X509Certificate2Collection();
                rest.ImportFromPemFile(certificateFile);
                if (rest.Count > 0)
                    rest.RemoveAt(0);
                return (X509Certificate2.CreateFromPemFile(certificateFile, keyFile), rest);
            }
            catch (Exception e)
                when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                Problem("ServerCertificate", $"{certificateFile} with the key {keyFile} cannot be used: {e.Message}");
                return (null, []);
            }
        }
    }

    /// <summary>Whether it leads to a root at all; its dates are judged with every request's.</summary>
    private static bool ChainsTo(
        X509Certificate2 certificate,
        X509Certificate2Collection roots,
        X509Certificate2Collection intermediates
    )
    {
        using var chain = new X509Chain { ChainPolicy = CertificateChecks.ChainPolicy(roots, intermediates) };
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }
}
