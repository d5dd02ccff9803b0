using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Lagesbild.Security;

/// <summary>
/// The only gate: the TLS handshake lets any certificate through, and what comes of it is decided here. (<see cref="Gate"/>
/// repeats what was decided a moment ago.)
/// </summary>
internal sealed class CertificateAuthenticationHandler(
    IOptionsMonitor<CertificateAuthenticationOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    AccessRules rules,
    RevocationLists lists,
    VerdictCache cache,
    ILogger<Gate> log
) : AuthenticationHandler<CertificateAuthenticationOptions>(options, logger, encoder)
{
    private Refusal? _refusal;

    private new CertificateAuthenticationEvents Events => (CertificateAuthenticationEvents)base.Events!;

    protected override Task<object> CreateEventsAsync() =>
        Task.FromResult<object>(new CertificateAuthenticationEvents());

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Connection.ClientCertificate is not { } certificate)
        {
            _refusal = Refusal.CertificateMissing;
            return AuthenticateResult.NoResult();
        }
        var thumbprint = Gate.ThumbprintOf(certificate);
        if (Context.Features.Get<AuditTrail>() is { } trail)
            trail.Thumbprint = thumbprint;
        if (!cache.TryGet(thumbprint, out var known))
            known = Judge(certificate, thumbprint);

        _refusal = known.Refusal;
        if (_refusal is null)
            await Events.CertificateValidated(new(Context, Scheme, Options, known.Result.Principal!));
        else
            await Events.AuthenticationFailed(new(Context, Scheme, Options, _refusal));
        return known.Result;
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync();
        await NoAccess.Write(Context, _refusal ?? Refusal.NotAuthorised);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        NoAccess.Write(Context, Refusal.NotAuthorised);

    private VerdictCache.Entry Judge(X509Certificate2 certificate, string thumbprint)
    {
        var epoch = cache.Epoch;
        var (caller, refusal, holdsUntil) = CertificateChecks.Run(
            certificate,
            Options,
            lists,
            TimeProvider.GetUtcNow()
        );
        if (caller is null)
        {
            // Nothing out of the certificate: a name or a personal identity number may stand anywhere in it.
            log.LogInformation("Certificate {Thumbprint} refused: {Reason}", thumbprint, refusal!.Code);
            return cache.Refuse(thumbprint, refusal, epoch);
        }
        var identity = new CallerIdentity(caller, rules.RolesOf(caller), Scheme.Name);
        return cache.Accept(thumbprint, new ClaimsPrincipal(identity), holdsUntil, epoch);
    }
}
