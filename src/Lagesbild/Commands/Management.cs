using Lagesbild.Jobs;
using Lagesbild.Picture;

namespace Lagesbild.Commands;

/// <summary>Whether the service may be called ready although it has a picture; <c>demo</c> waits for the first deliveries.</summary>
public sealed class Readiness
{
    private volatile bool _isHeldBack;

    public bool IsHeldBack
    {
        get => _isHeldBack;
        set => _isHeldBack = value;
    }
}

/// <summary>The management port: health, for those who watch the service; it knows no callers.</summary>
public static class Management
{
    /// <summary>Goes first: what comes to the management port gets no further, and nothing else is answered there.</summary>
    public static void MapManagement(this WebApplication app) =>
        app.MapWhen(
            // Plain HTTP: the others need not be looked through for the mark.
            context => !context.Request.IsHttps && context.Features.Get<ManagementConnection>() is not null,
            management => management.Run(AnswerAsync)
        );

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var path = context.Request.Path.Value;
        if (path is not ("/health/live" or "/health/ready"))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        if (path == "/health/live")
        {
            return context.Response.WriteAsJsonAsync(new Health("live", null, null), context.RequestAborted);
        }

        var picture = context.RequestServices.GetRequiredService<CurrentPicture>().Value;
        var heldBack = context.RequestServices.GetRequiredService<Readiness>().IsHeldBack;
        var isReady = picture is not null && !heldBack;
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var status =
            picture is null ? "no-picture"
            : heldBack ? "starting"
            // Served from memory all the same: whoever balances the load must not take this node away.
            : context.RequestServices.GetRequiredService<PictureKeeper>().IsLedgerAway ? "degraded"
            : "ready";
        return context.Response.WriteAsJsonAsync(
            new Health(status, picture?.Id, picture?.PublishedAt),
            context.RequestAborted
        );
    }

    private sealed record Health(string Status, string? Picture, DateTimeOffset? PublishedAt);
}
