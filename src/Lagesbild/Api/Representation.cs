using Lagesbild.Formats;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Api;

/// <summary>A form that a response can be given in.</summary>
/// <param name="Format">Value of the parameter <c>format</c>.</param>
/// <param name="MediaType">As the Accept header names it.</param>
/// <param name="Download">How it is written; null for JSON, which is paged and kept.</param>
internal sealed record Representation(string Format, string MediaType, DownloadFormat? Download = null)
{
    public static readonly Representation Json = new("json", "application/json");

    private static readonly Representation Csv = new("csv", "text/csv", DownloadFormat.Csv);

    /// <summary>What most resources can be given as.</summary>
    public static IReadOnlyList<Representation> OnlyJson { get; } = [Json];

    /// <summary>What a table can be given as, the default first.</summary>
    public static IReadOnlyList<Representation> OfTables { get; } =
    [
        Json,
        Csv,
        new("csv-excel-sv", "text/csv", DownloadFormat.CsvForExcel),
        new("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", DownloadFormat.Xlsx),
        new("json-stat", "application/vnd.json-stat+json", DownloadFormat.JsonStat),
    ];

    /// <summary>What the whole picture can be given as, the default first.</summary>
    public static IReadOnlyList<Representation> OfPicture { get; } =
    [Csv, new("json", "application/x-ndjson", DownloadFormat.JsonLines)];

    /// <summary>What the Accept header likes best among those there are; null where it rules all of them out.</summary>
    public static Representation? Accepted(StringValues accept, IReadOnlyList<Representation> all)
    {
        if (all[0].IsPlainlyAccepted(accept))
        {
            return all[0];
        }

        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges))
        {
            return all[0];
        }

        Representation? best = null;
        var bestQuality = 0.0;
        foreach (var representation in all)
        {
            var quality = Quality(ranges, new MediaTypeHeaderValue(representation.MediaType));
            if (quality > bestQuality)
            {
                (best, bestQuality) = (representation, quality);
            }
        }

        return best;
    }

    /// <summary>For a default: the header names it alone, or asks for nothing in particular.</summary>
    public bool IsPlainlyAccepted(StringValues accept) =>
        accept.Count == 0 || accept.Count == 1 && accept[0] is { } only && (only == "*/*" || only == MediaType);

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
