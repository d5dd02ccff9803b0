using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;

namespace Lagesbild.Security;

/// <summary>What is learnt of a request on its way, for its line in the audit log.</summary>
internal sealed class AuditTrail
{
    public const string Aborted = "aborted";

    /// <summary>Of the certificate that was shown, accepted or not.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>Why the request was not let in.</summary>
    public string? Reason { get; set; }

    public int? Rows { get; set; }

    /// <summary>Where the request is beyond its caller's allowance: the others that are.</summary>
    public Withheld? Withheld { get; set; }

    /// <summary>The receiver did not take the answer to its end.</summary>
    public bool IsBrokenOff { get; set; }

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
        Exception? fault = null;
        try
        {
            await next(context);
        }
        // Only looked at on its way.
        catch (Exception e) when ((fault = e) is null)
        {
            throw;
        }
        finally
        {
            var isOpen =
                context.GetEndpoint() is not { } endpoint
                || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            if (trail.Reason is not null || trail.IsFromKept || !isOpen)
            {
                var entry = EntryOf(
                    context,
                    began,
                    RequestTrace.Of(context),
                    context.Features.Get<IHttpRequestFeature>()!.RawTarget,
                    context.User.Caller(),
                    trail.Thumbprint,
                    trail.Rows,
                    trail.Reason ?? (trail.IsBrokenOff ? Aborted : null),
                    fault
                );
                await (trail.Withheld is { } withheld ? log.WriteAsync(entry, withheld) : log.WriteAsync(entry));
            }
        }
    }

    /// <summary>Once the request has been answered, or has failed.</summary>
    public static AuditEntry EntryOf(
        HttpContext context,
        DateTimeOffset began,
        RequestTrace trace,
        string target,
        Caller? caller,
        string? thumbprint,
        int? rows,
        string? denied,
        Exception? fault
    )
    {
        var (status, reason) = Outcome(context, fault, denied);
        return new AuditEntry(began, trace, caller, thumbprint, context.Request.Method, target, status, rows, reason);
    }

    /// <summary>What the caller was sent; an answer that he did not get to its end is <c>aborted</c>.</summary>
    private static (int Status, string? Reason) Outcome(HttpContext context, Exception? fault, string? denied)
    {
        var response = context.Response;
        return fault switch
        {
            null => (response.StatusCode, denied),
            _ when response.HasStarted => (response.StatusCode, denied ?? Aborted),
            BadHttpRequestException bad => (bad.StatusCode, denied),
            _ when context.RequestAborted.IsCancellationRequested => (
                StatusCodes.Status499ClientClosedRequest,
                denied ?? Aborted
            ),
            _ => (StatusCodes.Status500InternalServerError, denied),
        };
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

    /// <summary>
    /// For the audit log: the receiver did not take the answer. Said where it is written, because whoever handles a page's
    /// exceptions keeps those of a broken connection to himself.
    /// </summary>
    public static void BrokenOff(this HttpContext context)
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            trail.IsBrokenOff = true;
        else
            context.Features.Set(new AuditTrail { IsBrokenOff = true });
    }

    /// <summary>For the audit log: a request that somebody else than the authentication refuses.</summary>
    /// <param name="reason">A stable code.</param>
    public static void Denied(this HttpContext context, string reason)
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            trail.Reason = reason;
    }
}
