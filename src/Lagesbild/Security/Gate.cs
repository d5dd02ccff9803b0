using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authorization;

namespace Lagesbild.Security;

/// <summary>
/// For those whose certificate was accepted a moment ago. It lets nobody in that authentication and
/// authorization would not: it only spares making their handlers anew for each request, and leaves everything that it does
/// not know to them.
/// </summary>
internal sealed class Gate(VerdictCache verdicts, Proxies proxies)
{
    // A connection keeps one certificate object for all its requests: it is hashed once.
    private static readonly ConditionalWeakTable<X509Certificate2, string> Thumbprints = [];

    // An endpoint's metadata never changes: it is looked through once.
    private static readonly ConditionalWeakTable<Endpoint, object> ForReaders = [];
    private static readonly object Yes = true;
    private static readonly object No = false;

    /// <summary>SHA-256, in upper-case hexadecimal.</summary>
    public static string ThumbprintOf(X509Certificate2 certificate) =>
        Thumbprints.GetValue(certificate, static c => c.GetCertHashString(HashAlgorithmName.SHA256));

    /// <summary>True where the caller's certificate was accepted and the verdict still holds: <see cref="HttpContext.User"/> is set.</summary>
    public bool Recognises(HttpContext context)
    {
        if (
            DemoDoor.IsEntrance(context)
            || context.Connection.ClientCertificate is not { } certificate
            || !verdicts.TryGet(ThumbprintOf(certificate), out var known)
            || known.Result.Principal is not { } caller
        )
            return false;
        context.User = caller;
        Introduce(context, known, caller);
        return true;
    }

    /// <summary>Remembers a reader for the <see cref="ShortWay"/>; the host was looked at before the caller.</summary>
    private void Introduce(HttpContext context, VerdictCache.Entry verdict, ClaimsPrincipal caller)
    {
        var host = context.Request.Headers.Host.ToString();
        if (
            caller.IsInRole(Roles.Reader)
            && context.Features.Get<Acquaintance>() is { } connection
            && (connection.Reader?.Verdict != verdict || connection.Reader.Host != host)
            // A proxy's connection is many visitors'.
            && !proxies.IsProxy(context.Connection.RemoteIpAddress)
        )
            connection.Reader = new(
                host,
                SecuritySetup.IsLocal(Hosts.Asked(context.Request)),
                caller.Caller()!,
                verdict
            );
    }

    /// <summary>True where the endpoint asks for a reader and nothing more, and the caller is one.</summary>
    public static bool Admits(HttpContext context) =>
        context.GetEndpoint() is { } endpoint
        && ReferenceEquals(ForReaders.GetValue(endpoint, static e => IsForReaders(e) ? Yes : No), Yes)
        && IsReader(context);

    /// <summary>What is kept for the request, if a reader asks to see it; null: it has to be made.</summary>
    public static Task? AnswerOf(HttpContext context, FindKept[] kept)
    {
        if (!IsReader(context) || KeptAnswer.Find(context.Request, kept) is not { } answer)
            return null;
        context.Features.Get<AuditTrail>()!.IsFromKept = true;
        return answer.GiveAsync(context);
    }

    private static bool IsReader(HttpContext context) => context.User.IsInRole(Roles.Reader);

    // Whatever else an endpoint may say of who is let in is for authorization to read.
    private static bool IsForReaders(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
        && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
        && endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>() is { Count: > 0 } demands
        && demands.All(demand =>
            demand is { Policy: Roles.Reader, Roles: null or "", AuthenticationSchemes: null or "" }
        )
        && endpoint.Metadata.GetOrderedMetadata<IAuthorizationRequirementData>().Count == 0;
}
