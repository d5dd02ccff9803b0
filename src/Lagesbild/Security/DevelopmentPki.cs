using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lagesbild.Security;

/// <summary>
/// A PKI in the image of SITHS, for development and tests: CAs, good certificates, and bad ones for each reason of refusal. It
/// lives in a folder that is never committed. Opening the folder again keeps what is valid and renews what is not.
/// </summary>
public sealed class DevelopmentPki
{
    /// <summary>Of the <c>.p12</c> files, which browsers import.</summary>
    public const string Password = "lagesbild";

    public const string NavigatorHsaId = "SE2321000180-EXNAV1";
    public const string OperatorHsaId = "SE2321000180-EXOPR1";
    public const string RegionSystemHsaId = "SE2321000180-EXSYS1";
    public const string SporHsaId = "SE1121111111-EXSPOR";
    public const string NcrHsaId = "SE1121111112-EXNCR1";
    public const string UnlistedSystemHsaId = "SE1121111113-EXSYS9";

    private const string MarkFile = "README.txt";

    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, X509Certificate2> _opened = [];
    private readonly List<string> _made = [];
    private readonly List<string> _kept = [];

    private DevelopmentPki(string directory, DateTimeOffset now) => (Directory, _now) = (directory, now);

    /// <summary>Absolute path.</summary>
    public string Directory { get; }

    /// <summary>Names of the certificates that were made or renewed now.</summary>
    public IReadOnlyList<string> Made => _made;

    /// <summary>Names of the certificates that were there and are still what they should be.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>The revocation lists of its CAs.</summary>
    public string ListsDirectory => Path.Combine(Directory, "crl");

    /// <summary>A section <c>Security</c> that trusts this PKI, as JSON.</summary>
    public string ConfigurationFile => Path.Combine(Directory, "security.json");

    /// <summary>PEM file of the certificate with this name (<c>navigator</c>, <c>bad/expired</c>, <c>ca/root</c>).</summary>
    public string CertificateFile(string name) => Path.Combine(Directory, name + ".pem");

    public string KeyFile(string name) => Path.Combine(Directory, name + ".key");

    /// <summary>The same as <see cref="ConfigurationFile"/>, for a configuration in memory.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Configuration => Flatten(Section(), SecurityOptions.Section);

    /// <summary>Reads waiting times as the navigator; works as printed, in any shell of a POSIX kind.</summary>
    public string CurlLine(int port) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"curl --cacert {Quoted("ca/root.pem")} --cert {Quoted("navigator.pem")} --key {Quoted("navigator.key")} 'https://localhost:{port}/lagesbild/v1/waiting-times?procedure=NGB'"
        );

    /// <exception cref="InvalidOperationException">The folder holds what is not of this PKI; nothing was overwritten.</exception>
    public static DevelopmentPki Open(string directory, TimeProvider clock)
    {
        var pki = new DevelopmentPki(Path.GetFullPath(directory), clock.GetUtcNow());
        pki.Claim();
        foreach (var blueprint in CertificateBlueprint.All)
            pki.KeepOrMake(blueprint);
        foreach (var authority in CertificateBlueprint.RevocationLists)
            pki.KeepOrMakeList(authority);
        pki.Write(
            "security.json",
            new JsonObject { [SecurityOptions.Section] = pki.Section() }.ToJsonString(Indented) + "\n"
        );
        return pki;
    }

    /// <summary>The folder is new, empty, or carries our mark; a stranger's files are left alone.</summary>
    private void Claim()
    {
        var mark = Path.Combine(Directory, MarkFile);
        if (File.Exists(mark) && File.ReadAllText(mark, Encoding.UTF8) == Mark)
            return;
        if (System.IO.Directory.Exists(Directory) && System.IO.Directory.EnumerateFileSystemEntries(Directory).Any())
            throw new InvalidOperationException(
                $"{Directory} is not empty and was not made by `lagesbild certs`: name another folder."
            );
        Write(MarkFile, Mark);
    }

    private const string Mark = $"""
        Certificates for developing and testing Lägesbild, made by `lagesbild certs`. Not SITHS: never trust them elsewhere.

        NAME.pem        certificate            NAME-chain.pem  certificate and its issuer
        NAME.key        private key            NAME.p12        both, for a browser; password: {Password}
        ca/             issuing CAs and root   bad/            certificates that the service must refuse
        security.json   configuration that trusts them

        Running `lagesbild certs` again keeps what is valid and renews what has expired.

        """;

    private void KeepOrMake(CertificateBlueprint blueprint)
    {
        if (Existing(blueprint) is { } existing)
        {
            _kept.Add(blueprint.Name);
            _opened[blueprint.Name] = existing;
            return;
        }
        _made.Add(blueprint.Name);
        _opened[blueprint.Name] = Make(blueprint);
    }

    /// <summary>Null where there is none, or where it has to be renewed.</summary>
    private X509Certificate2? Existing(CertificateBlueprint blueprint)
    {
        var file = CertificateFile(blueprint.Name);
        if (!File.Exists(file))
            return null;
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (CryptographicException)
        {
            throw NotOurs(file);
        }
        if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(blueprint.Subject.RawData))
            // One of ours, of an earlier version that gave its holder another HSA-id, is renewed.
            return
                _opened.TryGetValue(blueprint.Issuer, out var issuer)
                && certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)
                && Subject.Read(certificate.SubjectName)?.CommonName == Subject.Read(blueprint.Subject)?.CommonName
                ? null
                : throw NotOurs(file);
        if (!HoldsStill(certificate, blueprint) || !File.Exists(KeyFile(blueprint.Name)))
            return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(file, KeyFile(blueprint.Name));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Stopped between the two files: made anew.
            return null;
        }

        static InvalidOperationException NotOurs(string file) =>
            new($"{file} is not a certificate of this PKI: move it away, or name another folder.");
    }

    private bool HoldsStill(X509Certificate2 certificate, CertificateBlueprint blueprint)
    {
        var validity =
            _now >= certificate.NotAfter ? CertificateValidity.Past
            : _now < certificate.NotBefore ? CertificateValidity.Future
            : CertificateValidity.Now;
        if (validity != blueprint.Validity)
            return false;
        if (blueprint.Issuer == blueprint.Name)
            return true;
        var authority = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault();
        return authority?.KeyIdentifier is { } identifier
            && identifier.Span.SequenceEqual(KeyIdentifier(blueprint.Issuer).Span);
    }

    private ReadOnlyMemory<byte> KeyIdentifier(string name) =>
        _opened[name].Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes;

    private X509Certificate2 Make(CertificateBlueprint blueprint)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(blueprint.Subject, key, HashAlgorithmName.SHA256);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(blueprint.IsAuthority, false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(blueprint.KeyUsage, critical: true));
        extensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (blueprint.ExtendedKeyUsage.Length > 0)
            extensions.Add(
                new X509EnhancedKeyUsageExtension([.. blueprint.ExtendedKeyUsage.Select(o => new Oid(o))], false)
            );
        if (blueprint.Name == "server")
        {
            extensions.Add(LocalNames());
            // As real ones have; nobody is there.
            extensions.Add(
                CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(["http://crl.example/function.crl"])
            );
        }

        var selfSigned = blueprint.Issuer == blueprint.Name;
        var issuer = selfSigned ? null : _opened[blueprint.Issuer];
        if (issuer is not null)
            extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        using var issuerKey = issuer?.GetECDsaPrivateKey();
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        var (from, to) = blueprint.Validity switch
        {
            CertificateValidity.Past => (_now.AddDays(-60), _now.AddDays(-1)),
            CertificateValidity.Future => (_now.AddYears(1), _now.AddYears(2)),
            _ => (_now.AddHours(-1), _now.AddYears(blueprint.Years)),
        };
        using var certificate = request.Create(
            issuer?.SubjectName ?? blueprint.Subject,
            X509SignatureGenerator.CreateForECDsa(issuerKey ?? key),
            from,
            to,
            serial
        );
        var withKey = certificate.CopyWithPrivateKey(key);

        var pem = certificate.ExportCertificatePem() + "\n";
        Write(blueprint.Name + ".key", key.ExportPkcs8PrivateKeyPem() + "\n");
        if (issuer is not null && !blueprint.IsAuthority)
            Write(blueprint.Name + "-chain.pem", pem + issuer.ExportCertificatePem() + "\n");
        if (blueprint.Browser)
            Write(
                blueprint.Name + ".p12",
                new X509Certificate2Collection
                {
                    withKey,
                    X509CertificateLoader.LoadCertificate(issuer!.RawData),
                }.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, Password)
            );
        // Last, so that a certificate whose files are not all there is made anew.
        Write(blueprint.Name + ".pem", pem);
        return withKey;
    }

    /// <summary>The revocation list of one of our CAs; renewed a month before it runs out.</summary>
    private void KeepOrMakeList(string name)
    {
        var authority = _opened[name];
        X509Certificate2[] revoked =
        [
            .. CertificateBlueprint.All.Where(b => b.IsRevoked && b.Issuer == name).Select(b => _opened[b.Name]),
        ];
        var file = Path.Combine(ListsDirectory, Path.GetFileName(name) + ".crl");
        if (File.Exists(file) && HoldsStill(File.ReadAllBytes(file), authority, revoked))
            return;
        var list = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
            list.AddEntry(certificate, _now.AddHours(-1), X509RevocationReason.KeyCompromise);
        Write(
            Path.GetRelativePath(Directory, file),
            list.Build(
                authority,
                _now.ToUnixTimeSeconds(),
                _now.AddYears(1),
                HashAlgorithmName.SHA256,
                thisUpdate: _now.AddHours(-1)
            )
        );
    }

    private bool HoldsStill(byte[] content, X509Certificate2 authority, X509Certificate2[] revoked)
    {
        try
        {
            var list = RevocationList.Read(content);
            return list.IsSignedBy(authority) && list.NextUpdate > _now.AddDays(30) && revoked.All(list.Contains);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static X509Extension LocalNames()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        return names.Build();
    }

    private JsonObject Section()
    {
        JsonObject Issuer(string name, string kind, int? level) =>
            level is null
                ? new() { ["Certificate"] = CertificateFile(name), ["Kind"] = kind }
                : new()
                {
                    ["Certificate"] = CertificateFile(name),
                    ["Kind"] = kind,
                    ["LevelOfAssurance"] = level,
                };
        return new()
        {
            ["ServerCertificate"] = Path.Combine(Directory, "server-chain.pem"),
            ["ServerKey"] = KeyFile("server"),
            ["Roots"] = new JsonArray(CertificateFile("ca/root")),
            ["Issuers"] = new JsonArray(
                Issuer("ca/person-hsa-id-3", "person", 3),
                Issuer("ca/person-hsa-id-2", "person", 2),
                Issuer("ca/function", "function", null)
            ),
            ["Intermediates"] = new JsonArray(CertificateFile("ca/person-id-3")),
            ["RevocationLists"] = new JsonObject
            {
                ["Folder"] = ListsDirectory,
                [nameof(RevocationListOptions.Kept)] = Path.Combine(Directory, "crl-kept"),
            },
            ["Readers"] = new JsonArray(RegionSystemHsaId),
            ["Operators"] = new JsonArray(OperatorHsaId),
            ["Registers"] = new JsonObject { ["SPOR"] = new JsonArray(SporHsaId), ["NCR"] = new JsonArray(NcrHsaId) },
        };
    }

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static IEnumerable<KeyValuePair<string, string?>> Flatten(JsonNode? node, string key) =>
        node switch
        {
            JsonObject members => members.SelectMany(m => Flatten(m.Value, $"{key}:{m.Key}")),
            JsonArray elements => elements.SelectMany((e, i) => Flatten(e, $"{key}:{i}")),
            _ => [new(key, node?.ToString())],
        };

    /// <summary>In place of what was there, whole or not at all; keys for their owner alone.</summary>
    private void Write(string name, ReadOnlySpan<byte> content)
    {
        var file = Path.Combine(Directory, name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        else
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var secret = Path.GetExtension(name) is ".key" or ".p12";
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!, owner | UnixFileMode.UserExecute);
            options.UnixCreateMode = secret ? owner : owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        }
        File.Delete(file + ".new");
        using (var stream = new FileStream(file + ".new", options))
            stream.Write(content);
        File.Move(file + ".new", file, overwrite: true);
    }

    private void Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Relative to where the command was given, if that is shorter; quoted, if a shell needs it.</summary>
    private string Quoted(string name)
    {
        var absolute = Path.Combine(Directory, name);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, absolute);
        var path = relative.Length < absolute.Length ? relative : absolute;
        return path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
            ? path
            : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
