using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;

namespace Lagesbild.Security;

// Scheme, options and events carry the names of Microsoft.AspNetCore.Authentication.Certificate (docs/adr/010).

public static class CertificateAuthenticationDefaults
{
    public const string AuthenticationScheme = "Certificate";
}

/// <summary>An accepted issuing CA.</summary>
/// <param name="Policies">Certificate policies of which one is required; none listed: any.</param>
public sealed record CertificateIssuer(
    X509Certificate2 Certificate,
    CallerKind Kind,
    int? LevelOfAssurance,
    IReadOnlyList<string> Policies
)
{
    internal string Name { get; } = Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>Names can be copied; this cannot.</summary>
    internal byte[] Key { get; } = Certificate.PublicKey.ExportSubjectPublicKeyInfo();
}

public sealed class CertificateAuthenticationOptions : AuthenticationSchemeOptions
{
    public CertificateAuthenticationOptions() => Events = new();

    /// <summary>Trusted roots. The machine's own store is never asked.</summary>
    public X509Certificate2Collection CustomTrustStore { get; set; } = [];

    /// <summary>CAs that help to build a chain without being accepted as issuers.</summary>
    public X509Certificate2Collection AdditionalChainCertificates { get; set; } = [];

    public IReadOnlyList<CertificateIssuer> Issuers { get; set; } = [];

    /// <summary>For persons; functions have none.</summary>
    public int MinimumLevelOfAssurance { get; set; } = 3;

    public Regex HsaIdPattern { get; set; } = HsaId.Strict();

    public new CertificateAuthenticationEvents Events
    {
        get => (CertificateAuthenticationEvents)base.Events!;
        set => base.Events = value;
    }
}

/// <summary>Called with every request, cached verdict or not.</summary>
public class CertificateAuthenticationEvents
{
    public Func<CertificateValidatedContext, Task> OnCertificateValidated { get; set; } = _ => Task.CompletedTask;

    public Func<CertificateAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } =
        _ => Task.CompletedTask;

    public virtual Task CertificateValidated(CertificateValidatedContext context) => OnCertificateValidated(context);

    public virtual Task AuthenticationFailed(CertificateAuthenticationFailedContext context) =>
        OnAuthenticationFailed(context);
}

public sealed class CertificateValidatedContext(
    HttpContext context,
    AuthenticationScheme scheme,
    CertificateAuthenticationOptions options,
    ClaimsPrincipal principal
) : BaseContext<CertificateAuthenticationOptions>(context, scheme, options)
{
    public ClaimsPrincipal Principal { get; } = principal;
}

public sealed class CertificateAuthenticationFailedContext(
    HttpContext context,
    AuthenticationScheme scheme,
    CertificateAuthenticationOptions options,
    Refusal refusal
) : BaseContext<CertificateAuthenticationOptions>(context, scheme, options)
{
    public Refusal Refusal { get; } = refusal;
}
