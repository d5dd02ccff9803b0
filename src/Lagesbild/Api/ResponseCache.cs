using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Api;

/// <summary>A request as it came, in as far as the response can depend on it.</summary>
/// <param name="Accepted">What Accept leads to; null where it rules out everything (format may overrule it).</param>
internal readonly record struct RequestKey(string Path, string? Query, Representation? Accepted);

/// <summary>A response of 200, ready to be written: its bytes, and its headers as they go out.</summary>
internal sealed class StoredResponse
{
    private static readonly StringValues PictureCacheControl = "private, max-age=60";
    private static readonly StringValues Varies = HeaderNames.Accept;

    private readonly byte[] _body;
    private readonly StringValues _etag;
    private readonly string _contentType;

    public StoredResponse(byte[] body, string etag, Representation representation)
    {
        _body = body;
        _etag = etag;
        _contentType = representation.MediaType;
    }

    public int Size => _body.Length;

    /// <summary>Writes it, or 304 where the caller has it.</summary>
    /// <param name="cacheControl">As for what depends only on the picture, unless said otherwise.</param>
    public Task WriteAsync(HttpContext context, StringValues? cacheControl = null)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.ETag = _etag;
        headers.CacheControl = cacheControl ?? PictureCacheControl;
        headers.Vary = Varies;
        var known = context.Request.Headers.IfNoneMatch;
        if (known.Count > 0 && IsAmong(known))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = _contentType;
        response.ContentLength = _body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(_body, context.RequestAborted).AsTask();
    }

    // If-None-Match compares weakly: RFC 9110 §13.1.2.
    private bool IsAmong(StringValues known)
    {
        if (known == _etag)
        {
            return true;
        }

        return EntityTagHeaderValue.TryParseList([.. known.OfType<string>()], out var tags)
            && tags.Any(tag =>
                tag == EntityTagHeaderValue.Any || tag.Tag.Equals(_etag.ToString(), StringComparison.Ordinal)
            );
    }
}

/// <summary>A strong ETag.</summary>
internal static class EntityTag
{
    private static readonly string Build = typeof(EntityTag).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    /// <summary>Of what the response is made from, known before it is made.</summary>
    public static string Of(string pictureId, string canonicalRequest, Representation representation) =>
        Of(Encoding.UTF8.GetBytes($"{pictureId}\n{Build}\n{canonicalRequest}\n{representation.MediaType}"));

    /// <summary>Of the response itself.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return $"\"{Convert.ToHexStringLower(hash[..16])}\"";
    }
}

/// <summary>
/// The responses already given from the current picture: a second asking costs a lookup and a write. Everything goes
/// when the picture does, and when the bounds are reached.
/// </summary>
internal sealed class ResponseCache
{
    /// <summary>Bytes kept at most, bodies and keys.</summary>
    public const int Capacity = 16 << 20;

    private const int LargestKept = Capacity / 8;

    private volatile Generation? _generation;

    /// <summary>The responses of a picture; those of another are forgotten.</summary>
    public Generation Of(Picture.Picture picture)
    {
        var generation = _generation;
        if (generation?.Picture == picture)
        {
            return generation;
        }

        // Two that race here make one of two equal, empty generations: nothing but a response is lost.
        return _generation = new Generation(picture);
    }

    internal sealed class Generation(Picture.Picture picture)
    {
        private readonly ConcurrentDictionary<RequestKey, StoredResponse> _responses = new();
        private long _bytes;

        public Picture.Picture Picture { get; } = picture;

        public long Bytes => Interlocked.Read(ref _bytes);

        public StoredResponse? Find(RequestKey key) => _responses.GetValueOrDefault(key);

        /// <summary>Keeps a response under a key; the body of one that is kept under two keys is counted twice.</summary>
        public void Keep(RequestKey key, StoredResponse response)
        {
            var size = response.Size + 2 * (key.Path.Length + (key.Query?.Length ?? 0)) + 200;
            if (size > LargestKept)
            {
                return;
            }

            if (Interlocked.Add(ref _bytes, size) > Capacity)
            {
                // Starting over is simpler than choosing whom to drop; the popular ones are back at once.
                _responses.Clear();
                Interlocked.Exchange(ref _bytes, size);
            }

            if (!_responses.TryAdd(key, response))
            {
                Interlocked.Add(ref _bytes, -size);
            }
        }
    }
}
