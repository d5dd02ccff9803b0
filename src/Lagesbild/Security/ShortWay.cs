using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Security;

/// <summary>An answer that is kept for all readers: found, and not yet given.</summary>
/// <param name="rows">How many rows of figures it holds, for the audit log; null where it is not about figures.</param>
public abstract class KeptAnswer(int? rows)
{
    public int? Rows => rows;

    /// <summary>The first that is kept for a request; null where nothing is, or it is no GET or HEAD.</summary>
    internal static KeptAnswer? Find(HttpRequest request, FindKept[] kept)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            foreach (var find in kept)
                if (find(request) is { } found)
                    return found;
        return null;
    }

    /// <summary>Says how many rows it holds, and writes it.</summary>
    public Task GiveAsync(HttpContext context)
    {
        if (rows is { } held)
            context.RowsReturned(held);
        return WriteAsync(context);
    }

    /// <summary>Writes it, or 304 where the caller has it.</summary>
    public abstract Task WriteAsync(HttpContext context);

    /// <summary>By If-None-Match, which compares weakly: RFC 9110 §13.1.2.</summary>
    protected static bool CallerHas(HttpContext context, StringValues etag)
    {
        var known = context.Request.Headers.IfNoneMatch;
        return known.Count > 0
            && (
                known == etag
                || (
                    EntityTagHeaderValue.TryParseList([.. known.OfType<string>()], out var tags)
                    && tags.Any(tag =>
                        tag == EntityTagHeaderValue.Any || tag.Tag.Equals(etag.ToString(), StringComparison.Ordinal)
                    )
                )
            );
    }
}

/// <summary>What is kept for a request, which is a GET or a HEAD; null where nothing is.</summary>
public delegate KeptAnswer? FindKept(HttpRequest request);

/// <summary>
/// For a reader who asks again, on the same connection and by the same host's name, for what is kept: nothing is made anew for
/// him. What the long way found of the connection is remembered with it (<see cref="Gate"/>); what may have changed since, and
/// what each request says for itself, is asked of each. Whatever is not plainly in order takes the long way, which can say
/// what is wrong.
/// </summary>
internal sealed class ShortWay(
    VerdictCache verdicts,
    Proxies proxies,
    RateLimit limit,
    AuditLog audit,
    TimeProvider clock,
    FindKept[] kept
)
{
    public Task Go(HttpContext context, RequestDelegate next)
    {
        var now = clock.GetUtcNow();
        var request = context.Request;
        return
            context.Features[typeof(Acquaintance)] is Acquaintance { Reader: { } reader }
            && verdicts.StillHolds(reader.Verdict, now)
            && request.Headers.Host == reader.Host
            && !proxies.AreImitatedBy(request)
            && context.Features.Get<IHttpRequestFeature>()!.RawTarget is { Length: <= LimitOptions.Address } target
            && KeptAnswer.Find(request, kept) is { } answer
            && limit.Admits(reader.Caller)
            ? AnswerAsync(context, reader, answer, target, now)
            : next(context);
    }

    private async Task AnswerAsync(
        HttpContext context,
        Reader reader,
        KeptAnswer answer,
        string target,
        DateTimeOffset began
    )
    {
        var trace = RequestTrace.Of(context);
        Exception? fault = null;
        string? reason = null;
        try
        {
            Edge.AddHeaders(context, reader.IsOnThisMachine, trace.Header);
            var writing = answer.WriteAsync(context);
            if (!writing.IsCompletedSuccessfully)
            {
                await writing;
                reason = context.Features.Get<AuditTrail>() is { IsBrokenOff: true } ? AuditTrail.Aborted : null;
            }
        }
        // Only looked at on its way.
        catch (Exception e) when ((fault = e) is null)
        {
            throw;
        }
        finally
        {
            await audit.WriteAsync(
                AuditTrail.EntryOf(context, began, trace, target, reader.Caller, null, answer.Rows, reason, fault)
            );
        }
    }
}

/// <summary>A feature of every connection that was asked for a certificate: whom it is known to belong to, if to a reader.</summary>
internal sealed class Acquaintance
{
    private volatile Reader? _reader;

    /// <summary>Set anew, never changed: the streams of HTTP/2 share a connection.</summary>
    public Reader? Reader
    {
        get => _reader;
        set => _reader = value;
    }
}

/// <param name="Host">The header: one of the service's names, and the one that the connection was opened for.</param>
/// <param name="IsOnThisMachine">By that name the service is on the caller's own machine.</param>
/// <param name="Verdict">On the connection's certificate; asked at each request whether it still holds.</param>
internal sealed record Reader(string Host, bool IsOnThisMachine, Caller Caller, VerdictCache.Entry Verdict);
