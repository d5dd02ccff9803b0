using System.Text.Json.Serialization;
using Lagesbild.Formats;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Api;

/// <summary>18 complete calendar months, a row for each unit, region, healthcare region or the country.</summary>
/// <param name="Picture">The picture that the figures are from.</param>
/// <param name="Procedure">What the figures are about.</param>
/// <param name="Group">The patient group; <c>all</c> is everybody.</param>
/// <param name="Level">What a row is about.</param>
/// <param name="Data">By name, Swedish order.</param>
public sealed record TrendsResponse(
    PictureInfo Picture,
    ProcedureInfo Procedure,
    string Group,
    string Level,
    IReadOnlyList<TrendsRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
) : ICounted
{
    int ICounted.Rows => Data.Count;
}

/// <summary>18 months of one place: exactly one of unit, region and healthcare region, or none of them for the country.</summary>
public sealed record TrendsRow
{
    /// <summary>Level unit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnitInfo? Unit { get; init; }

    /// <summary>Level region.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegionInfo? Region { get; init; }

    /// <summary>Level healthcare-region: its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HealthcareRegion { get; init; }

    /// <summary>18, oldest first.</summary>
    public required IReadOnlyList<TrendMonth> Months { get; init; }
}

/// <summary>One month.</summary>
/// <param name="Month"><c>yyyy-MM</c>.</param>
/// <param name="Preliminary">True for the latest: registrations arrive late. All months may be revised.</param>
/// <param name="Count">Operations; 0 where there were none, null where masked or not reported.</param>
/// <param name="MedianDays">Days, two decimals.</param>
/// <param name="MedianLowerDays">What binning hides: at least, completed days.</param>
/// <param name="MedianUpperDays">At most, completed days; null where the bins do not tell.</param>
/// <param name="ConfidenceInterval">95 % interval of the median; null below six patients.</param>
/// <param name="Within90Days">0–1, four decimals.</param>
/// <param name="Units">Above the unit level: units that contributed; else null.</param>
/// <param name="UnitsMasked">Above the unit level: units whose cell was masked and so did not contribute; else null.</param>
/// <param name="Absence">Why the month has no figure: <c>masked</c>, <c>none</c>, <c>not-reported</c>; null where it has.</param>
/// <param name="Reasons">Name of each figure that is null, and why it is; empty where <c>absence</c> says it of all.</param>
public sealed record TrendMonth(
    string Month,
    bool Preliminary,
    long? Count,
    double? MedianDays,
    int? MedianLowerDays,
    int? MedianUpperDays,
    DaysInterval? ConfidenceInterval,
    double? Within90Days,
    int? Units,
    int? UnitsMasked,
    string? Absence,
    IReadOnlyDictionary<string, string> Reasons
);

internal static class TrendsResource
{
    public const string OperationId = "listTrends";

    public static void Map(ApiRoutes routes)
    {
        routes
            .Get(
                "/trends",
                [
                    Parameters.Procedures,
                    Parameters.Level,
                    Parameters.Region,
                    Parameters.Unit,
                    .. routes.GroupParameters,
                    Parameters.Limit,
                    Parameters.Page,
                    Parameters.Format,
                ],
                ApiJson.Instance.TrendsResponse,
                request => Answer(request, routes),
                (request, format) => Downloaded(request, routes, format)
            )
            .Describe(
                OperationId,
                "Utvecklingen över 18 månader",
                "Trends over 18 months",
                "Medianen per kalendermånad, de 18 hela månaderna före referensdatumets månad. Den senaste är preliminär. "
                    + "Ingen utjämning och ingen interpolation över luckor.",
                "The median of each calendar month, the 18 complete ones before the reference date's month. The latest is "
                    + "preliminary. No smoothing, no interpolation across gaps."
            );
    }

    private static Answer<TrendsResponse> Answer(PictureRequest request, ApiRoutes routes)
    {
        var picture = request.Picture;
        if (Scope.Read(request, routes, [Parameters.Unit], null) is not { } scope)
        {
            return request.Query.Problem!;
        }

        var selection = scope.Selections.Single();
        var (rows, meta, links) = Paging.Of(request, RowsOf(selection, scope, picture));
        return new TrendsResponse(
            PictureInfo.Of(picture),
            ProcedureInfo.Of(selection.Procedure),
            selection.GroupValue,
            scope.Level.ApiValue(),
            [.. rows.Select(row => RowOf(row, selection.Figures!.ReferenceDate))],
            meta,
            links
        );
    }

    private static Answer<Download> Downloaded(PictureRequest request, ApiRoutes routes, DownloadFormat format)
    {
        if (Scope.Read(request, routes, [Parameters.Unit], format) is not { } scope)
        {
            return request.Query.Problem!;
        }

        return Download.OfTrends(
            request.Picture,
            [
                .. scope.Selections.Select(selection => new TrendTable(
                    selection.Procedure,
                    selection.Figures,
                    scope.QueryOf(selection),
                    RowsOf(selection, scope, request.Picture)
                )),
            ],
            format
        );
    }

    private static IReadOnlyList<TrendRow> RowsOf(Selection selection, Scope scope, Picture.Picture picture) =>
        scope.Within(selection.Figures?.Trend(scope.QueryOf(selection)) ?? [], row => row.Place, picture.Catalogue);

    private static TrendsRow RowOf(TrendRow row, DateOnly referenceDate)
    {
        var isUnit = row.Place.Level == Level.Unit;
        return new()
        {
            Unit = row.Place.Unit is { } unit ? UnitInfo.Of(unit) : null,
            Region = row.Place.Region is { } region ? RegionInfo.Of(region) : null,
            HealthcareRegion = row.Place.HealthcareRegion,
            Months =
            [
                .. row.Months.Select(
                    (figure, i) =>
                        new TrendMonth(
                            Month.OfTrend(referenceDate, i).ToString(),
                            i == Month.Preliminary,
                            figure.Count,
                            figure.MedianDays,
                            figure.MedianLowerDays,
                            figure.MedianUpperDays,
                            figure.Interval(),
                            figure.Within90Days,
                            isUnit ? null : figure.Units,
                            isUnit ? null : figure.UnitsMasked,
                            figure.Absence.ApiValue(),
                            Reasons.OfMonth(figure)
                        )
                ),
            ],
        };
    }
}
