using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Lagesbild.Security;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Pages;

/// <summary>
/// The stylesheet, the script and the icon. Carried inside the program and compressed once, so that they are there wherever it is
/// started from; open to all, because the page that refuses a visitor wears the same clothes; the script is for readers.
/// </summary>
internal static class Assets
{
    private sealed record Asset(string ContentType, byte[] Plain, byte[] Brotli, string Version);

    private static readonly Asset Stylesheet = Load("css/lagesbild.css", "text/css; charset=utf-8");
    private static readonly Asset Script = Load("js/lagesbild.js", "text/javascript; charset=utf-8");
    private static readonly Asset Icon = Load("favicon.svg", "image/svg+xml");

    /// <summary>Its address carries its content's hash: a browser keeps it until it changes.</summary>
    public static string StylesheetAddress { get; } = "/css/lagesbild.css?v=" + Stylesheet.Version;

    /// <summary>Likewise.</summary>
    public static string ScriptAddress { get; } = "/js/lagesbild.js?v=" + Script.Version;

    public static void MapAssets(this WebApplication app)
    {
        app.MapGet("/css/lagesbild.css", context => WriteAsync(context, Stylesheet)).AllowAnonymous();
        app.MapGet("/js/lagesbild.js", context => WriteAsync(context, Script)).RequireAuthorization(Roles.Reader);
        app.MapGet("/favicon.svg", context => WriteAsync(context, Icon)).AllowAnonymous();
    }

    /// <summary>The page for a fault of ours.</summary>
    public static Task WriteFaultPageAsync(HttpContext context) =>
        WritePageAsync(
            context,
            StatusCodes.Status500InternalServerError,
            "Något gick fel hos oss",
            $"""
            <p>Sidan kunde inte visas. Felet är loggat. Försök igen om en stund; uppgifterna i lägesbilden påverkas inte.</p>
            <p>Uppge den här koden om du kontaktar förvaltningen: <code>{context.TraceId()}</code></p>
            """
        );

    /// <summary>The page for a method that pages do not know.</summary>
    public static Task WriteOnlyForReadingAsync(HttpContext context) =>
        WritePageAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            "Sidan kan bara läsas",
            "<p>Det som skickades hit togs inte emot. Ingenting har ändrats. Öppna sidan på nytt från sökningen.</p>"
        );

    // Fixed text: it must stand when everything else has fallen.
    private static async Task WritePageAsync(HttpContext context, int status, string heading, string content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var page = $"""
            <!DOCTYPE html>
            <html lang="sv">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{heading} – Lägesbild</title>
            <link rel="icon" href="/favicon.svg">
            <link rel="stylesheet" href="{StylesheetAddress}">
            </head>
            <body>
            <header class="top"><a class="brand" href="/">Lägesbild</a></header>
            <main class="plain">
            <h1>{heading}</h1>
            {content}
            <p><a href="/">Till sökningen</a></p>
            </main>
            </body>
            </html>
            """;
        await context.Response.WriteAsync(page, Encoding.UTF8, context.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext context, Asset asset)
    {
        var headers = context.Response.Headers;
        var brotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        var tag = new EntityTagHeaderValue($"\"{asset.Version}{(brotli ? "-br" : "")}\"");
        headers.ETag = tag.ToString();
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.CacheControl = context.Request.QueryString.HasValue
            ? "public, max-age=31536000, immutable"
            : "public, no-cache";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = brotli ? asset.Brotli : asset.Plain;
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = body.Length;
        if (brotli)
        {
            headers.ContentEncoding = "br";
        }

        await Receiver.SendAsync(context, body);
    }

    private static Asset Load(string name, string contentType)
    {
        using var resource =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("wwwroot/" + name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        var plain = content.ToArray();
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            brotli.Write(plain);
        }

        return new Asset(
            contentType,
            plain,
            packed.ToArray(),
            Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8))
        );
    }
}
