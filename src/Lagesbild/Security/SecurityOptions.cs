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

    /// <summary>The names that the service answers to; none: those of its certificate.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Proxies that may say which certificate their visitors have; null: nobody may.</summary>
    public ProxyOptions? Proxy { get; init; }

    /// <summary>The root certificates that are trusted; the machine's own store never is.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>The issuing CAs whose certificates are accepted.</summary>
    public IReadOnlyList<IssuerOptions> Issuers { get; init; } = [];

    /// <summary>
    /// CA certificates that are known but not accepted as issuers (SITHS Person ID, say): their holders are told that it
    /// was the wrong certificate of the card (<c>issuer</c>), not that the certificate is a stranger's (<c>chain</c>).
    /// </summary>
    public IReadOnlyList<string> Intermediates { get; init; } = [];

    /// <summary>Whether certificates are looked for in revocation lists.</summary>
    public RevocationMode Revocation { get; init; } = RevocationMode.Lists;

    public RevocationListOptions RevocationLists { get; init; } = new();

    public AuditOptions Audit { get; init; } = new();

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

public enum RevocationMode
{
    /// <summary>In lists only, and nobody is let in whom no list answers for.</summary>
    Lists,

    /// <summary>Nowhere: for test environments, refused in Production.</summary>
    None,
}

/// <summary>Where the revocation lists of the roots and issuing CAs come from. What a list is about stands in the list.</summary>
public sealed record RevocationListOptions
{
    /// <summary>http or https; the lists are signed.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Files that are put here (<c>.crl</c>, <c>.der</c>, <c>.pem</c>) are taken in within a minute.</summary>
    public string? Folder { get; init; }

    /// <summary>Folder of this node's own, for the newest list of each CA.</summary>
    public string Kept { get; init; } = "";

    /// <summary>How often an address is asked.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>The audit log: who asked for what, one JSON line each.</summary>
public sealed record AuditOptions
{
    /// <summary>Folder of this node's own, with a file a day. Null: standard output.</summary>
    public string? Folder { get; init; }
}
