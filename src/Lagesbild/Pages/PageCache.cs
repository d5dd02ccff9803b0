using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Pages;

/// <summary>
/// Finished pages, kept compressed: a page depends on nothing but the picture, the day and its address, so a second
/// asking costs a lookup and a write. Everything goes when the picture or the day does, and when the bounds are reached.
/// </summary>
internal sealed class PageCache(CurrentPicture current, TimeProvider clock)
{
    private const int Capacity = 16 << 20;
    private const int LongestAddress = 400;

    private enum Coding
    {
        Identity,
        Gzip,
        Brotli,
    }

    private readonly record struct Key(string Path, string Query, Coding Coding);

    private sealed record Kept(byte[] Body, string ETag, int? Rows);

    private sealed class Generation(Picture.Picture picture, DateOnly day)
    {
        public Picture.Picture Picture { get; } = picture;
        public DateOnly Day { get; } = day;
        public ConcurrentDictionary<Key, Kept> Pages { get; } = new();
        public long Bytes;
    }

    private volatile Generation? _generation;

    /// <summary>Answers a page's endpoint from what is kept, or lets it be made and keeps it.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (current.Value is not { } picture)
        {
            context.Response.Headers.CacheControl = "no-store";
            await next(context);
            return;
        }

        var pages = Of(picture);
        var request = context.Request;
        var key = new Key(request.Path.Value ?? "", request.QueryString.Value ?? "", CodingOf(request));
        if (!pages.Pages.TryGetValue(key, out var kept))
        {
            kept = await MakeAsync(context, next, key.Coding);
            if (kept is null)
            {
                return;
            }

            Keep(pages, key, kept);
        }

        await WriteAsync(context, kept, key.Coding);
    }

    private Generation Of(Picture.Picture picture)
    {
        var today = clock.TodayInStockholm();
        var generation = _generation;
        return generation?.Picture == picture && generation.Day == today
            ? generation
            // Two that race here make one of two equal, empty generations: nothing but a page is lost.
            : _generation = new Generation(picture, today);
    }

    // Null where the answer was something else than a page, and has been given already.
    private static async Task<Kept?> MakeAsync(HttpContext context, RequestDelegate next, Coding coding)
    {
        var response = context.Response;
        var body = response.Body;
        using var made = new MemoryStream();
        response.Body = made;
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
        }

        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var content = Compress(made, coding);
            return new Kept(
                content,
                $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"",
                context.RowsReturned()
            );
        }

        response.Headers.CacheControl = "no-store";
        if (made.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
        {
            made.Position = 0;
            await made.CopyToAsync(body, context.RequestAborted);
        }

        return null;
    }

    private static void Keep(Generation pages, Key key, Kept kept)
    {
        if (key.Path.Length + key.Query.Length > LongestAddress)
        {
            return;
        }

        var size = kept.Body.Length + 1_000;
        if (Interlocked.Add(ref pages.Bytes, size) > Capacity)
        {
            // Starting over is simpler than choosing whom to drop; the popular ones are back at once.
            pages.Pages.Clear();
            Interlocked.Exchange(ref pages.Bytes, size);
        }

        pages.Pages[key] = kept;
    }

    private static async Task WriteAsync(HttpContext context, Kept kept, Coding coding)
    {
        var response = context.Response;
        if (kept.Rows is { } rows)
        {
            context.RowsReturned(rows);
        }

        response.Headers.ETag = kept.ETag;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.Headers.IfNoneMatch == kept.ETag)
        {
            response.ContentType = null;
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = kept.Body.Length;
        if (coding != Coding.Identity)
        {
            response.Headers.ContentEncoding = coding == Coding.Brotli ? "br" : "gzip";
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(kept.Body, context.RequestAborted);
        }
    }

    private static Coding CodingOf(HttpRequest request)
    {
        var accepted = Coding.Identity;
        foreach (var choice in request.GetTypedHeaders().AcceptEncoding)
        {
            if (choice.Quality is 0)
            {
                continue;
            }

            if (choice.Value.Equals("br", StringComparison.OrdinalIgnoreCase))
            {
                return Coding.Brotli;
            }

            if (choice.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            {
                accepted = Coding.Gzip;
            }
        }

        return accepted;
    }

    private static byte[] Compress(MemoryStream made, Coding coding)
    {
        if (coding == Coding.Identity)
        {
            return made.ToArray();
        }

        using var packed = new MemoryStream();
        using (
            Stream packer =
                coding == Coding.Brotli
                    ? new BrotliStream(packed, new BrotliCompressionOptions { Quality = 5 }, leaveOpen: true)
                    : new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)
        )
        {
            packer.Write(made.GetBuffer(), 0, (int)made.Length);
        }

        return packed.ToArray();
    }
}

/// <summary>On an endpoint: what it answers may be kept for all readers.</summary>
internal sealed class KeptPage;
