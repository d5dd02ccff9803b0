using System.Collections.Concurrent;
using System.Security.Cryptography;
using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Pages;

/// <summary>
/// Finished pages, kept compressed: a page depends on nothing but the picture, the contacts, the day and its address, so a second
/// asking costs a lookup and a write. Everything goes when one of them does, and when the bounds are reached.
/// </summary>
internal sealed class PageCache(CurrentPicture current, Contacts contacts, TimeProvider clock)
{
    private const int Capacity = 16 << 20;
    private const int LongestAddress = 400;

    private readonly record struct Key(string Path, string Query, ContentCoding Coding);

    private sealed class Generation(Picture.Picture picture, ContactList contacts, DateOnly day)
    {
        public Picture.Picture Picture { get; } = picture;
        public ContactList Contacts { get; } = contacts;
        public DateOnly Day { get; } = day;
        public ConcurrentDictionary<Key, Kept> Pages { get; } = new();
        public long Bytes;
    }

    private volatile Generation? _generation;

    /// <summary>What is kept for the request; null where nothing is. Only for readers.</summary>
    public KeptAnswer? Find(HttpRequest request) =>
        current.Value is { } picture ? Of(picture).Pages.GetValueOrDefault(KeyOf(request)) : null;

    /// <summary>Lets a page's endpoint make it, and keeps it.</summary>
    public async Task MakeAsync(HttpContext context, RequestDelegate next)
    {
        if (current.Value is not { } picture)
        {
            context.Response.Headers.CacheControl = "no-store";
            await next(context);
            return;
        }

        var pages = Of(picture);
        var key = KeyOf(context.Request);
        if (await MakeAsync(context, next, key.Coding) is { } made)
        {
            Keep(pages, key, made);
            await made.GiveAsync(context);
        }
    }

    private static Key KeyOf(HttpRequest request) =>
        new(
            request.Path.Value ?? "",
            request.QueryString.Value ?? "",
            ContentCodings.Accepted(request.Headers.AcceptEncoding)
        );

    private Generation Of(Picture.Picture picture)
    {
        var today = clock.TodayInStockholm();
        var list = contacts.Current;
        var generation = _generation;
        return generation?.Picture == picture && generation.Contacts == list && generation.Day == today
            ? generation
            // Two that race here make one of two equal, empty generations: nothing but a page is lost.
            : _generation = new Generation(picture, list, today);
    }

    // Null where the answer was something else than a page, and has been given already.
    private static async Task<Kept?> MakeAsync(HttpContext context, RequestDelegate next, ContentCoding coding)
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
            var content = coding.Pack(made.ToArray());
            var etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"";
            return new Kept(content, etag, coding, context.RowsReturned());
        }

        response.Headers.CacheControl = "no-store";
        if (made.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
        {
            made.Position = 0;
            await made.CopyToAsync(new Receiver(context), context.RequestAborted);
        }

        return null;
    }

    private static void Keep(Generation pages, Key key, Kept kept)
    {
        if (key.Path.Length + key.Query.Length > LongestAddress)
        {
            return;
        }

        var size = kept.Size + 1_000;
        if (Interlocked.Add(ref pages.Bytes, size) > Capacity)
        {
            // Starting over is simpler than choosing whom to drop; the popular ones are back at once.
            pages.Pages.Clear();
            Interlocked.Exchange(ref pages.Bytes, size);
        }

        pages.Pages[key] = kept;
    }

    private sealed class Kept(byte[] body, string etag, ContentCoding coding, int? rows) : KeptAnswer(rows)
    {
        public int Size => body.Length;

        public override Task WriteAsync(HttpContext context)
        {
            var response = context.Response;
            response.Headers.ETag = etag;
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (CallerHas(context, etag))
            {
                response.ContentType = null;
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = body.Length;
            if (coding.HeaderValue() is { } packed)
            {
                response.Headers.ContentEncoding = packed;
            }

            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : Receiver.SendAsync(context, body);
        }
    }
}

/// <summary>On an endpoint: what it answers may be kept for all readers.</summary>
internal sealed class KeptPage;
