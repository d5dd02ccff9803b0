using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Api;

/// <summary>A form that a response can be given in.</summary>
/// <param name="Format">Value of the parameter <c>format</c>.</param>
/// <param name="MediaType">Value of the headers Accept and Content-Type.</param>
internal sealed record Representation(string Format, string MediaType)
{
    public static readonly Representation Json = new("json", "application/json");

    /// <summary>The default first.</summary>
    public static IReadOnlyList<Representation> All { get; } = [Json];

    public static Representation? Find(string? format) => All.FirstOrDefault(one => one.Format == format);

    /// <summary>What the Accept header likes best; null where it rules all of them out.</summary>
    public static Representation? Accepted(StringValues accept)
    {
        if (accept.Count == 0 || accept.Count == 1 && accept[0] is "*/*" or "application/json")
        {
            return Json;
        }

        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges))
        {
            return Json;
        }

        Representation? best = null;
        var bestQuality = 0.0;
        foreach (var representation in All)
        {
            var quality = Quality(ranges, new MediaTypeHeaderValue(representation.MediaType));
            if (quality > bestQuality)
            {
                (best, bestQuality) = (representation, quality);
            }
        }

        return best;
    }

    // The most specific range that matches decides: RFC 9110 §12.5.1.
    private static double Quality(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue type)
    {
        var quality = 0.0;
        var closest = -1;
        foreach (var range in ranges)
        {
            var closeness =
                range.MatchesAllTypes ? 0
                : range.MatchesAllSubTypes ? 1
                : 2;
            if (
                closeness > closest
                && (
                    closeness == 0
                    || range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase)
                        && (closeness == 1 || range.SubType.Equals(type.SubType, StringComparison.OrdinalIgnoreCase))
                )
            )
            {
                closest = closeness;
                quality = range.Quality ?? 1;
            }
        }

        return quality;
    }
}
