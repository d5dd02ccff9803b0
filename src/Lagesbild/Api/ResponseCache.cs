using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Api;

/// <summary>A request as it came, in as far as the response can depend on it.</summary>
/// <param name="Accepted">What Accept leads to; null where it rules out everything (format may overrule it).</param>
internal readonly record struct RequestKey(string Path, string? Query, Representation? Accepted, ContentCoding Coding)
{
    // There are few representations, and hashing one means hashing its names.
    public override int GetHashCode() => HashCode.Combine(Path, Query, Coding);
}

/// <summary>A response of 200, ready to be written: its bytes, packed, and its headers as they go out.</summary>
internal sealed class StoredResponse : KeptAnswer
{
    public static readonly StringValues PictureCacheControl = "private, max-age=60";
    private static readonly StringValues Varies = $"{HeaderNames.Accept}, {HeaderNames.AcceptEncoding}";

    private readonly byte[] _body;
    private readonly StringValues _etag;
    private readonly StringValues _coding;
    private readonly string _contentType;

    /// <param name="body">As it is before it is packed.</param>
    /// <param name="etag">Of this coding.</param>
    /// <param name="rows">How many it holds, for the audit log; null where it is not about the picture.</param>
    public StoredResponse(
        byte[] body,
        string etag,
        Representation representation,
        ContentCoding coding,
        int? rows = null
    )
        : base(rows)
    {
        _body = coding.Pack(body);
        _etag = etag;
        _coding = coding.HeaderValue();
        _contentType = representation.MediaType;
    }

    public int Size => _body.Length;

    /// <summary>Writes a body that is not kept, packed as asked for; where the caller has it, it is not packed either.</summary>
    public static Task WriteAsync(
        HttpContext context,
        byte[] body,
        Representation representation,
        StringValues cacheControl
    )
    {
        var coding = ContentCodings.Accepted(context.Request.Headers.AcceptEncoding);
        var etag = EntityTag.Of(body, coding);
        return Has(context, etag, cacheControl)
            ? Task.CompletedTask
            : new StoredResponse(body, etag, representation, coding).WriteBodyAsync(context);
    }

    public override Task WriteAsync(HttpContext context) =>
        Has(context, _etag, PictureCacheControl) ? Task.CompletedTask : WriteBodyAsync(context);

    private Task WriteBodyAsync(HttpContext context)
    {
        var response = context.Response;
        if (_coding.Count > 0)
        {
            response.Headers.ContentEncoding = _coding;
        }

        response.ContentType = _contentType;
        response.ContentLength = _body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : Receiver.SendAsync(context, _body);
    }

    /// <summary>Writes the headers of both answers, and the 304 where the caller has the other.</summary>
    public static bool Has(HttpContext context, StringValues etag, StringValues cacheControl)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.ETag = etag;
        headers.CacheControl = cacheControl;
        headers.Vary = Varies;
        if (!CallerHas(context, etag))
        {
            return false;
        }

        response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }
}

/// <summary>A body that never changes, packed in each coding when that is first asked for.</summary>
internal sealed class FixedResponse(byte[] body, Representation representation)
{
    private readonly StoredResponse?[] _packed = new StoredResponse?[ContentCodings.All.Count];

    public Task WriteAsync(HttpContext context)
    {
        var coding = ContentCodings.Accepted(context.Request.Headers.AcceptEncoding);
        // Two that race here pack the same twice.
        var response = _packed[(int)coding] ??= new StoredResponse(
            body,
            EntityTag.Of(body, coding),
            representation,
            coding
        );
        return response.WriteAsync(context);
    }
}

/// <summary>A strong ETag.</summary>
internal static class EntityTag
{
    private static readonly string Build = typeof(EntityTag).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    /// <summary>Of what the response is made from, known before it is made.</summary>
    public static string Of(
        string pictureId,
        string canonicalRequest,
        Representation representation,
        ContentCoding coding
    ) => Of(Encoding.UTF8.GetBytes($"{pictureId}\n{Build}\n{canonicalRequest}\n{representation.Format}"), coding);

    /// <summary>Of the response itself, before it is packed.</summary>
    public static string Of(ReadOnlySpan<byte> content, ContentCoding coding)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content);
        hash.AppendData([(byte)coding]);
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"";
    }
}

/// <summary>
/// The responses already given from the current picture: a second asking costs a lookup and a write. Everything goes
/// when the picture does, and when the bounds are reached.
/// </summary>
internal sealed class ResponseCache(CurrentPicture current, Contacts contacts)
{
    /// <summary>Bytes kept at most, bodies and keys.</summary>
    public const int Capacity = 16 << 20;

    private const int LargestKept = Capacity / 8;

    private volatile Generation? _generation;

    /// <summary>
    /// What is kept for a request that plainly accepts JSON, the default of all that is kept; null where there is nothing, or
    /// somebody has to think about what is wanted. Only for readers.
    /// </summary>
    public KeptAnswer? Find(HttpRequest request)
    {
        if (current.Value is not { } picture || !Representation.Json.IsPlainlyAccepted(request.Headers.Accept))
        {
            return null;
        }

        var coding = ContentCodings.Accepted(request.Headers.AcceptEncoding);
        var key = new RequestKey(request.Path.Value!, request.QueryString.Value, Representation.Json, coding);
        return Of(picture).Find(key);
    }

    /// <summary>The responses of a picture; those of another are forgotten.</summary>
    public Generation Of(Picture.Picture picture)
    {
        var generation = _generation;
        var list = contacts.Current;
        if (generation?.Picture == picture && generation.Contacts == list)
        {
            return generation;
        }

        // Two that race here make one of two equal, empty generations: nothing but a response is lost.
        return _generation = new Generation(picture, list);
    }

    internal sealed class Generation(Picture.Picture picture, ContactList contacts)
    {
        private readonly ConcurrentDictionary<RequestKey, StoredResponse> _responses = new();
        private long _bytes;

        public Picture.Picture Picture { get; } = picture;

        public ContactList Contacts { get; } = contacts;

        /// <summary>What a response stands on besides the request; part of its ETag.</summary>
        public string Edition { get; } = picture.Id + contacts.Version;

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
