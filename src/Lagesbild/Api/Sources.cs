using System.Text.Json;
using System.Text.Json.Serialization;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>The registers that the figures come from.</summary>
/// <param name="Picture">What is shown now; null before the first delivery.</param>
/// <param name="Data">By code.</param>
public sealed record SourcesResponse(
    PictureInfo? Picture,
    IReadOnlyList<SourceRow> Data,
    [property: JsonPropertyName("_links")] SelfLink Links
);

/// <summary>A register, and its delivery in the current picture. Without one, what belongs to a delivery is null.</summary>
/// <param name="Source">Its code.</param>
/// <param name="Name">Its name, Swedish.</param>
/// <param name="Clock">From when to when it measures a wait.</param>
/// <param name="Coverage">Who is in the register and who is not.</param>
/// <param name="ReferenceDate">Last day that the delivery covers.</param>
/// <param name="Correction">1 for the first delivery of that date, 2 and on for corrections.</param>
/// <param name="ReceivedAt">When the file came.</param>
/// <param name="PublishedAt">When its figures were first shown.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Sha256">Of the file as handed in, hexadecimal.</param>
/// <param name="Units">Care units in it.</param>
/// <param name="Operations">Operations of the last 365 days, masked cells left out.</param>
/// <param name="Synthetic">True for invented data.</param>
/// <param name="Freshness"><c>fresh</c>, <c>late</c> or <c>stale</c>: days since the reference date against the source's limits.</param>
/// <param name="Retention">When delivered content is erased.</param>
public sealed record SourceRow(
    string Source,
    string Name,
    BilingualText Clock,
    BilingualText Coverage,
    DateOnly? ReferenceDate,
    int? Correction,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? PublishedAt,
    string? FileName,
    string? Sha256,
    int? Units,
    long? Operations,
    bool? Synthetic,
    string? Freshness,
    RetentionInfo Retention
);

/// <summary>When delivered content is erased (gallring).</summary>
/// <param name="Days">Days after a delivery was superseded; null where nothing is erased.</param>
/// <param name="Decision">Reference of the decision to erase; null without one.</param>
public sealed record RetentionInfo(int? Days, string? Decision);

/// <summary>Depends on the clock and the configuration beside the picture: answered anew each time, ETag from the body.</summary>
internal static class SourcesResource
{
    public static void Map(ApiRoutes routes, RetentionInfo retention)
    {
        var (current, readers, freshness, clock) = (routes.Current, routes.Readers, routes.Freshness, routes.Clock);
        routes
            .Fixed<SourcesResponse>(
                "/sources",
                context =>
                {
                    var today = clock.TodayInStockholm();
                    var picture = current.Value;
                    var response = new SourcesResponse(
                        picture is null ? null : PictureInfo.Of(picture),
                        [
                            .. readers
                                .All.Select(reader => reader.Source)
                                .OrderBy(source => source.Code, StringComparer.Ordinal)
                                .Select(source => RowOf(source, picture, freshness, today, retention)),
                        ],
                        new SelfLink(new Link(ApiSetup.Root + "/sources"))
                    );
                    var body = JsonSerializer.SerializeToUtf8Bytes(response, ApiJson.Instance.SourcesResponse);
                    return StoredResponse.WriteAsync(context, body, Representation.Json, "no-cache");
                }
            )
            .Describe(
                "listSources",
                "Källorna",
                "The sources",
                "Registren: vad deras klocka mäter, täckning, leveransen som visas och hur färsk den är.",
                "The registers: what their clock measures, coverage, the delivery that is shown and how fresh it is."
            );
    }

    private static SourceRow RowOf(
        Source source,
        Picture.Picture? picture,
        FreshnessRules freshness,
        DateOnly today,
        RetentionInfo retention
    )
    {
        var origin = picture?.Sources.FirstOrDefault(s => s.Source.Code == source.Code);
        return new SourceRow(
            source.Code,
            source.Name,
            BilingualText.Of(source.Clock),
            BilingualText.Of(source.Coverage),
            origin?.ReferenceDate,
            origin?.Correction,
            origin?.ReceivedAt,
            origin?.PublishedAt,
            origin?.FileName,
            origin?.Sha256,
            origin?.Units,
            origin?.Operations,
            origin?.IsSynthetic,
            origin is null ? null : Word(freshness.Of(source.Code).Judge(origin.ReferenceDate, today)),
            retention
        );
    }

    private static string Word(FreshnessState state) =>
        state switch
        {
            FreshnessState.Fresh => "fresh",
            FreshnessState.Late => "late",
            _ => "stale",
        };
}
