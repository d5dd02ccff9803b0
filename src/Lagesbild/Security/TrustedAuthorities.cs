using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Lagesbild.Security;

/// <summary>What the configuration says, read and found sound: certificates instead of file names.</summary>
internal sealed partial class TrustedAuthorities
{
    public required X509Certificate2? Server { get; init; }
    public required X509Certificate2Collection ServerChain { get; init; }
    public required X509Certificate2Collection Roots { get; init; }
    public required IReadOnlyList<CertificateIssuer> Issuers { get; init; }
    public required X509Certificate2Collection Intermediates { get; init; }
    public required Regex HsaIdPattern { get; init; }

    /// <summary>Roots, issuers and intermediates; required are those on the way from an accepted issuer to its root.</summary>
    public required IReadOnlyList<(X509Certificate2 Certificate, bool IsRequired)> All { get; init; }

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
            All = [],
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
        var onTheWay = new HashSet<string>();
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
            foreach (var (j, policy) in entry.Policies.Index())
                if (!ObjectIdentifier().IsMatch(policy))
                    Problem($"Issuers:{i}:Policies:{j}", "must be an object identifier, such as 1.2.752.146.1.");
            if (roots.Any(root => root.RawData.AsSpan().SequenceEqual(certificate.RawData)))
                Problem($"Issuers:{i}:Certificate", "is one of Security:Roots; a root issues nobody's certificate.");
            if (!ChainsTo(certificate, roots, intermediates, onTheWay))
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

        RequireRevocation();
        if (options.Audit.Folder is { } audit)
            Writable("Audit:Folder", audit);

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
                All =
                [
                    .. roots
                        .Concat(issuers.Select(i => i.Certificate))
                        .Concat(intermediates)
                        .Select(c => (c, onTheWay.Contains(c.Thumbprint))),
                ],
            };

        void Problem(string key, string what) => problems.Add($"{SecurityOptions.Section}:{key}: {what}");

        string? Existing(string key, string file)
        {
            var path = Path.Combine(environment.ContentRootPath, file);
            if (file.Length > 0 && File.Exists(path))
                return path;
            Problem(
                key,
                file.Length == 0
                    ? "names no file."
                    : $"the file {path} does not exist, or its folder may not be entered by the user that runs the service."
            );
            return null;
        }

        X509Certificate2? Authority(string key, string file)
        {
            if (Existing(key, file) is not { } path)
                return null;
            try
            {
                if (PemCertificates().Count(File.ReadAllText(path)) > 1)
                {
                    Problem(
                        key,
                        $"{path} holds several certificates: put each in a file of its own, and name them all."
                    );
                    return null;
                }
                var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
                if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(b => b.CertificateAuthority))
                    return certificate;
                Problem(key, $"{path} is not the certificate of a CA.");
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                Problem(
                    key,
                    IsOpen(path)
                        ? $"{path} cannot be read as a certificate (PEM or DER): {e.Message}"
                        : $"{path} may not be read by the user that runs the service."
                );
            }
            return null;
        }

        void RequireRevocation()
        {
            if (options.Revocation == RevocationMode.None)
            {
                if (environment.IsProduction())
                    Problem("Revocation", "None is for test environments and cannot be set in Production.");
                return;
            }
            var lists = options.RevocationLists;
            foreach (var (i, address) in lists.Addresses.Index())
                if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                    Problem($"RevocationLists:Addresses:{i}", "must begin with http:// or https://.");
            if (lists.Addresses.Count == 0 && lists.Folder is null)
                Problem("RevocationLists", "Addresses or a Folder are needed, or nobody can be let in.");
            if (lists.Folder is { } folder && !Directory.Exists(Path.Combine(environment.ContentRootPath, folder)))
                Problem("RevocationLists:Folder", $"the folder {folder} does not exist.");
            if (lists.Every < TimeSpan.FromMinutes(1))
                Problem("RevocationLists:Every", "must be at least one minute (00:01:00).");
            Writable("RevocationLists:Kept", lists.Kept);
        }

        void Writable(string key, string folder)
        {
            if (folder.Length == 0)
            {
                Problem(key, "names no folder.");
                return;
            }
            try
            {
                var path = Directory.CreateDirectory(Path.Combine(environment.ContentRootPath, folder)).FullName;
                File.Create(Path.Combine(path, $".{Guid.NewGuid():N}.tmp"), 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                Problem(key, $"the folder {folder} cannot be written: {e.Message}");
            }
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

    private static bool IsOpen(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[0-2](\.(0|[1-9][0-9]*))+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectIdentifier();

    [GeneratedRegex("-----BEGIN (TRUSTED )?CERTIFICATE-----", RegexOptions.ExplicitCapture)]
    private static partial Regex PemCertificates();

    /// <summary>Whether it leads to a root at all; its dates are judged with every request's.</summary>
    private static bool ChainsTo(
        X509Certificate2 certificate,
        X509Certificate2Collection roots,
        X509Certificate2Collection intermediates,
        HashSet<string> onTheWay
    )
    {
        using var chain = new X509Chain { ChainPolicy = CertificateChecks.ChainPolicy(roots, intermediates) };
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        var leads = chain.Build(certificate);
        if (leads)
            onTheWay.UnionWith(chain.ChainElements.Select(e => e.Certificate.Thumbprint));
        return leads;
    }
}
