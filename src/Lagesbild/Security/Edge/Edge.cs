using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lagesbild.Security;

/// <summary>What a request meets before anybody looks at who sends it.</summary>
public static class Edge
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The API's answers are no pages: whatever takes one for a page gets nothing out of it.</summary>
    private const string ApiContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

    internal static readonly Refusal AddressTooLong = new(
        "uri-too-long",
        StatusCodes.Status414UriTooLong,
        "The address is too long",
        $"The path and query together may be {LimitOptions.Address} characters at most. Ask for fewer units or procedures at a time.",
        "Adressen är för lång",
        "Adressen är längre än vad tjänsten läser.",
        "Gå tillbaka, välj färre enheter eller regioner och försök igen."
    );

    internal static readonly Refusal AnotherSite = new(
        "cross-site",
        StatusCodes.Status403Forbidden,
        "Sent by another site's page",
        "The browser says that a page of another site sent this (Sec-Fetch-Site). Only this service's own pages may change anything.",
        "Sidan skickades från en annan webbplats",
        "En annan webbplats försökte göra något här i ditt namn. Det går inte.",
        "Öppna Lägesbild och gör det du tänkt göra där."
    );

    internal static void AddEdge(
        this IHostApplicationBuilder builder,
        SecurityOptions options,
        TrustedAuthorities authorities,
        bool demoDoor
    )
    {
        var services = builder.Services;
        var proxies = Proxies.Read(options.Proxy);
        services.AddSingleton(proxies);
        services.AddSingleton(Hosts.Read(options.Hosts, authorities.Server, proxies));
        services.AddSingleton(LimitOptions.Read(builder.Configuration));
        services.AddSingleton<RateLimit>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<Patience>();
        services.AddAntiforgery(antiforgery =>
        {
            // The prefix keeps other hosts of the domain from setting it; browsers want TLS for that, and the demo door has none.
            antiforgery.Cookie.Name = demoDoor ? "lagesbild-formular" : "__Host-lagesbild-formular";
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // frame-ancestors says it, of every page
        });
    }

    /// <summary>Limits on what the server reads, waits for and holds open; for every listener that is named afterwards.</summary>
    public static void ApplyLimits(this KestrelServerOptions kestrel)
    {
        var services = kestrel.ApplicationServices;
        services.GetRequiredService<LimitOptions>().Apply(kestrel.Limits);
        var connections = services.GetRequiredService<OpenConnections>();
        var patience = services.GetRequiredService<Patience>();
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            ((IConnectionBuilder)listen).Use(connections.Limit);
            ((IConnectionBuilder)listen).Use(patience.Accompany);
        });
    }

    internal static void UseEdge(this WebApplication app)
    {
        var hosts = app.Services.GetRequiredService<Hosts>();
        var proxies = app.Services.GetRequiredService<Proxies>();
        var limit = app.Services.GetRequiredService<RateLimit>();
        RequestDelegate misdirected = context => limit.Refuse(context, Hosts.Misdirected);
        app.Use(
            (context, next) =>
            {
                context.Response.OnStarting(AddHeaders, context);
                return context.Features.Get<IHttpRequestFeature>()!.RawTarget.Length > LimitOptions.Address
                        ? limit.Refuse(context, AddressTooLong)
                    : IsPostedByAnotherSite(context.Request) ? limit.Refuse(context, AnotherSite)
                    : next(context);
            }
        );
        app.Use((context, next) => hosts.Require(context, next, misdirected));
        app.Use((context, next) => proxies.Receive(context, next, limit.Refuse));
    }

    // The browser says so itself: the certificate goes along with a foreign page's requests too.
    private static bool IsPostedByAnotherSite(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method)
        && !HttpMethods.IsHead(request.Method)
        && request.Headers["Sec-Fetch-Site"] == "cross-site";

    private static Task AddHeaders(object state)
    {
        var context = (HttpContext)state;
        AddHeaders(context, SecuritySetup.IsLocal(Hosts.Asked(context.Request)), null);
        return Task.CompletedTask;
    }

    /// <summary>What goes with every answer.</summary>
    /// <param name="isLocal">The service was asked for by one of this machine's names for itself.</param>
    /// <param name="trace">To be returned to callers of the API; null: it has been.</param>
    internal static void AddHeaders(HttpContext context, bool isLocal, string? trace)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // The browser sends the certificate along with a foreign page's requests too.
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.Path.StartsWithSegments("/lagesbild"))
        {
            headers.ContentSecurityPolicy = ApiContentSecurityPolicy;
            if (trace is not null)
                headers.TraceParent = trace;
        }
        else
        {
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        }

        // Not for localhost: HSTS holds for every port of a host, the demo door's plain HTTP included.
        if (context.Request.IsHttps && !isLocal)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
