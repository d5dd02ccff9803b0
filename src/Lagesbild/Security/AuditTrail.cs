using System.Diagnostics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;

namespace Lagesbild.Security;

/// <summary>What is learnt of a request on its way, for its line in the audit log.</summary>
internal sealed class AuditTrail
{
    /// <summary>Of the certificate that was shown, accepted or not.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>Why the request was not let in.</summary>
    public string? Reason { get; set; }

    public int? Rows { get; set; }

    /// <summary>A kept answer was given, before any endpoint was looked for.</summary>
    public bool IsFromKept { get; set; }

    /// <summary>
    /// Writes a line about each request that was denied, or whose endpoint is not open to all: those are the ones that reach
    /// a figure or a delivery.
    /// </summary>
    public static async Task Record(HttpContext context, RequestDelegate next, AuditLog log, TimeProvider clock)
    {
        var trail = new AuditTrail();
        context.Features.Set(trail);
        var began = clock.GetUtcNow();
        var fault = true;
        try
        {
            await next(context);
            fault = false;
        }
        finally
        {
            var isOpen =
                context.GetEndpoint() is not { } endpoint
                || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            if (trail.Reason is not null || trail.IsFromKept || !isOpen)
                log.Write(
                    new AuditEntry(
                        began,
                        Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier,
                        context.User.Caller(),
                        trail.Thumbprint,
                        context.Request.Method,
                        context.Features.Get<IHttpRequestFeature>()!.RawTarget,
                        fault ? StatusCodes.Status500InternalServerError : context.Response.StatusCode,
                        trail.Rows,
                        trail.Reason
                    )
                );
        }
    }
}

public static class AuditExtensions
{
    /// <summary>For the audit log: how many rows of figures, or receipts, the answer holds.</summary>
    public static void RowsReturned(this HttpContext context, int rows)
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            trail.Rows = rows;
    }

    /// <summary>What has been said of the answer, so that it can be said again when the answer is kept.</summary>
    public static int? RowsReturned(this HttpContext context) => context.Features.Get<AuditTrail>()?.Rows;

    /// <summary>For the audit log: a request that somebody else than the authentication refuses.</summary>
    /// <param name="reason">A stable code.</param>
    public static void Denied(this HttpContext context, string reason)
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            trail.Reason = reason;
    }
}
