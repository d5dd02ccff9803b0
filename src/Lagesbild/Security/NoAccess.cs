using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lagesbild.Security;

/// <summary>The answer to whoever is not let in: problem details to a program, a page in plain Swedish to a person.</summary>
internal static partial class NoAccess
{
    public const string StylesheetPath = "/ingen-atkomst.css";

    private static readonly Lazy<string> Stylesheet = new(() =>
    {
        using var stream = typeof(NoAccess).Assembly.GetManifestResourceStream("Lagesbild.Security.NoAccess.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    public static void MapStylesheet(IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapGet(
                StylesheetPath,
                static (HttpContext context) =>
                {
                    context.Response.Headers.CacheControl = "public, max-age=3600";
                    return TypedResults.Text(Stylesheet.Value, "text/css; charset=utf-8");
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();

    public static Task Write(HttpContext context, Refusal refusal)
    {
        var response = context.Response;
        response.StatusCode = refusal.Status;
        response.Headers.CacheControl = "no-store";
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            // RFC 9110 demands a challenge with every 401; none is registered for certificates of the TLS layer.
            response.Headers.WWWAuthenticate = "ClientCertificate realm=\"lagesbild\"";
        return context.Request.Path.StartsWithSegments("/lagesbild")
            ? WriteProblem(context, refusal)
            : WritePage(context, refusal);
    }

    private static Task WriteProblem(HttpContext context, Refusal refusal)
    {
        var problem = new Problem(
            $"urn:lagesbild:problem:{refusal.Code}",
            refusal.Title,
            refusal.Status,
            refusal.Detail,
            context.Request.PathBase + context.Request.Path,
            refusal.Code,
            Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier
        );
        return context.Response.WriteAsJsonAsync(
            problem,
            Json.Default.Problem,
            "application/problem+json",
            context.RequestAborted
        );
    }

    private static Task WritePage(HttpContext context, Refusal refusal)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        // Only our own texts, and nothing out of the request or the certificate.
        static string Html(string text) => HtmlEncoder.Default.Encode(text);
        return context.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="sv">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Html(refusal.Heading)} – Nationella lägesbilden</title>
            <link rel="stylesheet" href="{context.Request.PathBase}{StylesheetPath}">
            </head>
            <body>
            <header><p>Nationella lägesbilden<span>Väntetider till operation i hela landet</span></p></header>
            <main>
            <h1>{Html(refusal.Heading)}</h1>
            <p class="what">{Html(refusal.What)}</p>
            <h2>Så kommer du vidare</h2>
            <p>{Html(refusal.How)}</p>
            <h2>Vem kan använda tjänsten?</h2>
            <p>All personal med SITHS-kort kan läsa lägesbilden. Regioners system läser den med funktionscertifikat, efter överenskommelse.</p>
            <dl><dt>Felkod till supporten</dt><dd><code>{refusal.Code}</code></dd></dl>
            </main>
            </body>
            </html>

            """,
            context.RequestAborted
        );
    }

    internal sealed record Problem(
        string Type,
        string Title,
        int Status,
        string Detail,
        string Instance,
        string Reason,
        string TraceId
    );

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Problem))]
    private sealed partial class Json : JsonSerializerContext;
}
