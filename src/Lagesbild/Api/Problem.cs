using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.WebUtilities;

namespace Lagesbild.Api;

/// <summary>
/// Why a request was refused: RFC 9457 problem details (<c>application/problem+json</c>).
/// </summary>
/// <param name="Type">Stable: <c>urn:lagesbild:problem:</c> and the code.</param>
/// <param name="Title">The kind of problem in a few words, English.</param>
/// <param name="Status">The response's status code.</param>
/// <param name="Detail">What was wrong with this request and what is allowed, English.</param>
/// <param name="Parameter">Name of the query parameter that was wrong; left out where none was.</param>
/// <param name="Instance">Path of the request; its query is not repeated.</param>
/// <param name="TraceId">W3C trace id, to quote to support.</param>
/// <param name="Receipt">Of a refused delivery, with its findings; left out otherwise.</param>
/// <param name="Reason">The code that <c>type</c> ends with, where the request was refused before the resource was asked; left out otherwise.</param>
public sealed record ProblemResponse(
    string Type,
    string Title,
    int Status,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parameter,
    string Instance,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DeliveryResponse? Receipt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null
);

/// <summary>A problem before it is known where it happened.</summary>
internal sealed record Problem(int Status, string Code, string Title, string Detail, string? Parameter = null)
{
    public const string MediaType = "application/problem+json";

    /// <summary>Of what passes: seconds after which to try again; null for all else.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The code once more, for what was refused before the API was asked; null for all else.</summary>
    public string? Reason { get; init; }

    public static Problem UnknownParameter(string detail, string? name) =>
        new(400, "unknown-parameter", "Unknown query parameter", detail, name);

    public static Problem RepeatedParameter(string name) =>
        new(
            400,
            "repeated-parameter",
            "Query parameter given more than once",
            $"The parameter {name} may be given once only.",
            name
        );

    public static Problem OneProcedure(string name) =>
        RepeatedParameter(name) with
        {
            Detail = $"In this format {name} may be given once only. csv, csv-excel-sv and xlsx take several.",
        };

    public static Problem MissingParameter(string name, string shape) =>
        new(400, "missing-parameter", "Query parameter missing", $"The parameter {name} is required: {shape}.", name);

    public static Problem InvalidParameter(string name, string detail) =>
        new(400, "invalid-parameter", "Invalid value of a query parameter", detail, name);

    public static Problem ParameterConflict(string name, string detail) =>
        new(400, "parameter-conflict", "Query parameters that exclude each other", detail, name);

    /// <param name="asked">What was asked for, as it stands in the query.</param>
    public static Problem OnlyOfUnits(string name, string asked, Level level) =>
        ParameterConflict(name, $"{asked} goes with level=unit only, not with level={level.ApiValue()}.");

    public static Problem GroupNotAvailable(string name, string detail) =>
        new(400, "group-not-available", "Patient group not available", detail, name);

    public static Problem NoPicture { get; } =
        new(
            503,
            "no-picture",
            "No picture yet",
            "No delivery has been published yet, so there are no figures to show. Try again later."
        )
        {
            RetryAfter = 60,
        };

    public static Problem NotAcceptable(IEnumerable<Representation> representations) =>
        new(
            406,
            "not-acceptable",
            "No acceptable representation",
            $"The Accept header rules out what this resource can be given as: {string.Join(", ", representations.Select(one => one.MediaType).Distinct())}. The parameter format, where the resource has one, overrides Accept."
        );

    public static Problem ProcedureUnknown { get; } =
        new(
            404,
            "procedure-unknown",
            "Unknown procedure",
            "No such procedure. A code (KVÅ) is three capital letters, and /procedures lists them."
        );

    public static Problem UnitUnknown { get; } =
        new(
            404,
            "unit-unknown",
            "Unknown unit",
            $"No such care unit in the current picture. The path takes {Parameters.HsaIdShape}."
        );

    public static Problem NoFigure { get; } =
        new(
            404,
            "no-figure",
            "No figure to explain",
            "The place has no figure of this procedure, in any period. /waiting-times lists those that have."
        );

    public static Problem DeliveryUnknown { get; } =
        new(404, "delivery-unknown", "Unknown delivery", "No such delivery that you may see. /deliveries lists them.");

    public static Problem PictureUnknown { get; } =
        new(404, "picture-unknown", "Unknown picture", "No such picture was ever published. /pictures lists them.");

    public static Problem DeliveryRefused { get; } =
        new(
            422,
            "delivery-refused",
            "Delivery refused",
            "The whole delivery is refused and its content is not kept. The findings in receipt say what to mend."
        );

    public static Problem NoRoom { get; } =
        new(503, "no-room", "No room", "The file could not be stored, so nothing was taken in. Hand it in again later.")
        {
            RetryAfter = 600,
        };

    public static Problem LedgerAway { get; } =
        new(
            503,
            "ledger-away",
            "The ledger does not answer",
            "The database is away; figures are served all the same. Try again later."
        )
        {
            RetryAfter = 60,
        };

    public static Problem NotHeld { get; } =
        new(
            409,
            "not-held",
            "Not held",
            "The delivery does not wait for a decision: it was settled before, or decided otherwise."
        );

    public static Problem Overtaken { get; } =
        new(
            409,
            "older-than-published",
            "Older than the published delivery",
            "The source has published a later delivery since; this one can only be refused."
        );

    public static Problem Erased { get; } =
        new(
            409,
            "content-erased",
            "Content erased",
            "Some of what the picture stands on has been erased by retention."
        );

    public static Problem JsonOnly { get; } =
        new(415, "unsupported-media-type", "Unsupported media type", "The body must be application/json.");

    public static Problem BodyAsItIs { get; } =
        new(
            415,
            "unsupported-media-type",
            "Unsupported coding",
            "The body is read as it is sent, uncompressed. Leave Content-Encoding out."
        );

    public static Problem OnlyUtf8 { get; } =
        new(
            415,
            "unsupported-media-type",
            "Unsupported charset",
            "JSON is UTF-8 (RFC 8259). Leave charset out of Content-Type, or say charset=utf-8."
        );

    public static Problem FileAsItIs { get; } =
        new(
            415,
            "unsupported-media-type",
            "Unsupported coding",
            "A file is handed in as it is: its sha256 is of what is sent. Leave Content-Encoding out."
        );

    /// <summary>RFC 9110 §14.5: a part must not be taken for the whole.</summary>
    public static Problem PartOfFile { get; } =
        new(
            400,
            "bad-request",
            "Part of a file",
            "A file is handed in whole, in one request. Leave Content-Range out."
        );

    public static Problem InvalidBody { get; } =
        new(
            400,
            "invalid-body",
            "Invalid body",
            """The body must be a JSON object {"reason": "…"} and nothing more."""
        );

    public static Problem ReasonNotUsable(ReasonFault fault) =>
        new(
            422,
            "invalid-reason",
            "Invalid reason",
            fault switch
            {
                ReasonFault.Missing => "A reason is required.",
                ReasonFault.TooLong => "The reason may have 1000 characters at most.",
                ReasonFault.Personal =>
                    "The reason holds what looks like a personal identity number. It is recorded for good: leave it out.",
                _ => "The reason holds control characters.",
            }
        );

    /// <summary>For a status code that was set without a body.</summary>
    public static Problem OfStatus(int status) =>
        status switch
        {
            400 => new(400, "bad-request", "Bad request", "The request, or its body, breaks the rules of HTTP."),
            404 => new(
                404,
                "not-found",
                "No such resource",
                "There is no such resource. /lagesbild/v1/openapi.json lists them."
            ),
            405 => new(
                405,
                "method-not-allowed",
                "Method not allowed",
                "The resource does not take this method; the Allow header says which it takes."
            ),
            408 => new(
                408,
                "request-timeout",
                "The body came too slowly",
                "The body came too slowly or stopped. Nothing was taken in: send it again."
            ),
            413 => new(
                413,
                "payload-too-large",
                "The body is too large",
                "The body is larger than the resource takes."
            ),
            500 => new(
                500,
                "internal-error",
                "Internal error",
                "Something went wrong in the service. Quote the traceId to support."
            ),
            _ => new(
                status,
                ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase
                    ? JsonNamingPolicy.KebabCaseLower.ConvertName(phrase)
                    : $"status-{status}",
                ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } title ? title : $"Status {status}",
                "The request was refused."
            ),
        };

    /// <summary>Writes it as the response, with nothing but what the caller may know.</summary>
    /// <param name="receipt">For a refused delivery: why.</param>
    public Task WriteAsync(HttpContext context, DeliveryResponse? receipt = null)
    {
        var response = context.Response;
        response.StatusCode = Status;
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemResponse(
                "urn:lagesbild:problem:" + Code,
                Title,
                Status,
                Detail,
                Parameter,
                Echo.Path(context.Request.Path),
                context.TraceId(),
                receipt
            ),
            ApiJson.Instance.ProblemResponse
        );
        response.ContentType = MediaType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = "en";
        return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

/// <summary>What of a caller's text may be repeated to him: short, printable, and nothing that could be a person.</summary>
internal static partial class Echo
{
    private const int Longest = 60;

    /// <summary>The value in quotation marks, or words in its place.</summary>
    public static string Value(string value)
    {
        if (value.Length == 0)
        {
            return "an empty value";
        }

        if (MayBePersonal(value))
        {
            return "a value that is not repeated here";
        }

        var text = new StringBuilder(Longest + 3).Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            if (text.Length > Longest)
            {
                return text.Append("…\"").ToString();
            }

            // Control, format, surrogate and line separators could forge a log line or turn text around.
            text.Append(
                Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune) || rune.Value == ' '
                    ? rune.ToString()
                    : "\uFFFD"
            );
        }

        return text.Append('"').ToString();
    }

    /// <summary>The path of a request, or its root where it holds what must not be repeated.</summary>
    public static string Path(PathString path) =>
        path.Value is { } value
        && value.Length <= 200
        && !value.Split('/').SkipLast(1).Any(segment => MayBePersonal(segment) && !IsId(segment))
        && !MayBePersonal(value[(value.LastIndexOf('/') + 1)..])
        && !PersonalIdentityNumber.IsIn(value)
            ? path.ToUriComponent()
            : ApiSetup.Root;

    // What deliveries and pictures are called.
    private static bool IsId(string segment) =>
        Guid.TryParseExact(segment, "D", out _)
        && !PersonalNumbers.AreIn(segment.Replace("-", "", StringComparison.Ordinal));

    /// <summary>
    /// Ten digits or more, whatever stands between them; an HSA-id whose organisation number cannot be a person's
    /// (third digit at least 2) is not one.
    /// </summary>
    public static bool MayBePersonal(string value) =>
        value.Count(char.IsDigit) >= 10 && !OrganisationHsaId().IsMatch(value);

    [GeneratedRegex(@"^SE\d{2}[2-9]\d{7}-[A-Za-z0-9]{1,18}\z")]
    private static partial Regex OrganisationHsaId();
}
