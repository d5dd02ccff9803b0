using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Lagesbild.Security;

/// <summary>The answer to whoever is not let in: problem details to a program, a page in plain Swedish to a person.</summary>
internal static partial class NoAccess
{
    public const string MeterName = "Lagesbild.Security";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Denials = Meter.CreateCounter<long>(
        "lagesbild.denials",
        "{request}",
        "Requests that were not let in, by reason"
    );

    public const string StylesheetPath = "/ingen-atkomst.css";

    /// <summary>Leaves å, ä and ö as they are.</summary>
    private static readonly HtmlEncoder Plainly = HtmlEncoder.Create(
        UnicodeRanges.BasicLatin,
        UnicodeRanges.Latin1Supplement
    );

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
        Denials.Add(1, new KeyValuePair<string, object?>("lagesbild.reason", refusal.Code));
        context.Denied(refusal.Code);
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
            Instance(context.Request),
            refusal.Code,
            context.TraceId()
        );
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, Json.Plain.Problem);
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers.ContentLanguage = "en";
        return Send(context, body);
    }

    /// <summary>The path alone: a query, or a path that is long or of which the audit log would hide something, is not repeated.</summary>
    private static string Instance(HttpRequest request)
    {
        var path = request.PathBase.Add(request.Path).ToUriComponent();
        return path.Length > 200 || AuditEntry.Hides(path) ? "/lagesbild" : path;
    }

    private static Task Send(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        return Receiver.SendAsync(context, body);
    }

    private const string WhoMayUseIt = """
        <div class="who">
        <h2>Vem kan använda tjänsten?</h2>
        <p>All personal med SITHS-kort kan läsa lägesbilden. Regioners system läser den med funktionscertifikat, efter överenskommelse.</p>
        </div>

        """;

    private static Task WritePage(HttpContext context, Refusal refusal)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentLanguage = "sv";
        // Only our own texts, and nothing out of the request or the certificate.
        static string Html(string text) => Plainly.Encode(text);
        var page = $"""
            <!doctype html>
            <html lang="sv">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Html(refusal.Heading)} – Lägesbild</title>
            <link rel="stylesheet" href="{context.Request.PathBase}{StylesheetPath}">
            </head>
            <body>
            <header><svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" focusable="false"><path d="M3 19h18"/><path d="M6 19v-5M12 19V5M18 19v-9"/></svg><p>Lägesbild</p></header>
            <main>
            <h1>{Html(refusal.Heading)}</h1>
            <p class="what">{Html(refusal.What)}</p>
            <div class="how">
            <h2>Så kommer du vidare</h2>
            <p>{Html(refusal.How)}</p>
            </div>
            {(refusal.IsAboutAccess ? WhoMayUseIt : "")}<dl>
            <div><dt>Felkod till supporten</dt><dd><code>{refusal.Code}</code></dd></div>
            <div><dt>Spårnummer</dt><dd><code class="trace">{context.TraceId()}</code></dd></div>
            </dl>
            </main>
            </body>
            </html>

            """;
        return Send(context, Encoding.UTF8.GetBytes(page));
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

    [JsonSerializable(typeof(Problem))]
    private sealed partial class Json : JsonSerializerContext
    {
        public static Json Plain { get; } =
            new(
                new JsonSerializerOptions(JsonSerializerDefaults.Web)
                {
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            );
    }
}
