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

    internal static void AddEdge(
        this IHostApplicationBuilder builder,
        SecurityOptions options,
        TrustedAuthorities authorities
    )
    {
        var services = builder.Services;
        var proxies = Proxies.Read(options.Proxy);
        services.AddSingleton(proxies);
        services.AddSingleton(Hosts.Read(options.Hosts, authorities.Server, proxies));
        services.AddSingleton(LimitOptions.Read(builder.Configuration));
        services.AddSingleton<RateLimit>();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "lagesbild-formular";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            // The demo door has no TLS.
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // frame-ancestors says it, of every page
        });
    }

    /// <summary>Limits on what the server reads, waits for and holds open; for every listener.</summary>
    public static void ApplyLimits(this KestrelServerOptions kestrel) =>
        kestrel.ApplicationServices.GetRequiredService<LimitOptions>().Apply(kestrel.Limits);

    internal static void UseEdge(this WebApplication app)
    {
        var hosts = app.Services.GetRequiredService<Hosts>();
        var proxies = app.Services.GetRequiredService<Proxies>();
        app.Use(
            static (context, next) =>
            {
                context.Response.OnStarting(AddHeaders, context);
                return context.Features.Get<IHttpRequestFeature>()!.RawTarget.Length > LimitOptions.Address
                    ? NoAccess.Write(context, AddressTooLong)
                    : next(context);
            }
        );
        app.Use(hosts.Require);
        app.Use(proxies.Receive);
    }

    private static Task AddHeaders(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // The browser sends the certificate along with a foreign page's requests too.
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.Path.StartsWithSegments("/lagesbild"))
        {
            headers.ContentSecurityPolicy = ApiContentSecurityPolicy;
        }
        else
        {
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        }

        // Not for localhost: HSTS holds for every port of a host, the demo door's plain HTTP included.
        if (context.Request.IsHttps && !SecuritySetup.IsLocal(context.Request.Host))
            headers.StrictTransportSecurity = "max-age=31536000";
        return Task.CompletedTask;
    }
}
