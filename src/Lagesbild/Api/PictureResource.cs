using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lagesbild.Catalogue;
using Lagesbild.Formats;
using Lagesbild.Picture;
using Lagesbild.Security;

namespace Lagesbild.Api;

/// <summary>What a resource answers: a body, or why not.</summary>
internal readonly record struct Answer<T>(T? Body, Problem? Problem)
    where T : class
{
    public static implicit operator Answer<T>(T body) => new(body, null);

    public static implicit operator Answer<T>(Problem problem) => new(null, problem);
}

/// <summary>A request to a resource about the picture.</summary>
/// <param name="Id">What stands in the path for <c>{code}</c> or <c>{hsaId}</c>; empty without one.</param>
/// <param name="Path">As the service itself spells it, for links.</param>
internal sealed record PictureRequest(Picture.Picture Picture, Query Query, string Path, string Id)
{
    public required ContactList Contacts { get; init; }
}

/// <summary>
/// A GET whose response depends on the picture and the request alone. Known requests are answered from
/// <see cref="ResponseCache"/> without being parsed; unknown ones are read, answered, and kept. Downloads are written as
/// they are read, and not kept.
/// </summary>
/// <param name="download">Null where there is nothing but JSON.</param>
internal sealed class PictureResource<T>(
    CurrentPicture current,
    ResponseCache cache,
    string path,
    string? idName,
    IReadOnlyList<Parameter> parameters,
    JsonTypeInfo<T> json,
    Func<PictureRequest, Answer<T>> answer,
    Func<PictureRequest, DownloadFormat, Answer<Download>>? download
)
    where T : class
{
    private readonly IReadOnlyList<Representation> _representations = download is null
        ? Representation.OnlyJson
        : Representation.OfTables;

    public Task Respond(HttpContext context)
    {
        if (current.Value is not { } picture)
        {
            return Problem.NoPicture.WriteAsync(context);
        }

        var request = context.Request;
        var accepted = Representation.Accepted(request.Headers.Accept, _representations);
        var coding = ContentCodings.Accepted(request.Headers.AcceptEncoding);
        var key = new RequestKey(request.Path.Value!, request.QueryString.Value, accepted, coding);
        var generation = cache.Of(picture);
        return generation.Find(key) is { } known ? known.GiveAsync(context) : RespondAnew(context, generation, key);
    }

    private Task RespondAnew(HttpContext context, ResponseCache.Generation generation, RequestKey key)
    {
        var query = Query.Read(parameters, key.Query);
        if (query.Problem is { } refused)
        {
            return refused.WriteAsync(context);
        }

        if (query.Representation(_representations, key.Accepted) is not { } format)
        {
            return Problem.NotAcceptable(_representations).WriteAsync(context);
        }

        var id = idName is null ? "" : (string)context.Request.RouteValues[idName]!;
        var canonicalPath = idName is null ? path : path + Uri.EscapeDataString(id);
        var canonical = query.Canonical(canonicalPath);
        var asked = new PictureRequest(generation.Picture, query, canonicalPath, id) { Contacts = generation.Contacts };
        if (format.Download is { } form)
        {
            return StreamedResponse.WriteAsync(context, asked, download!(asked, form), format);
        }

        var canonicalKey = new RequestKey("", canonical, format, key.Coding);
        if (generation.Find(canonicalKey) is not { } response)
        {
            var answered = answer(asked);
            if (answered.Body is null)
            {
                return answered.Problem!.WriteAsync(context);
            }

            response = new StoredResponse(
                JsonSerializer.SerializeToUtf8Bytes(answered.Body, json),
                EntityTag.Of(generation.Edition, canonical, format, key.Coding),
                format,
                key.Coding,
                (answered.Body as ICounted)?.Rows ?? 1
            );
            generation.Keep(canonicalKey, response);
        }

        generation.Keep(key, response);
        return response.GiveAsync(context);
    }
}
