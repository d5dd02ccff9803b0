using System.Text.Json.Serialization;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>
/// How a median came about: the smallest x at which the cumulated histogram reaches the rank, interpolated within a bin.
/// </summary>
/// <param name="Picture">The picture that the figure is from.</param>
/// <param name="Procedure">What it is about.</param>
/// <param name="Period">30d, 90d or 365d.</param>
/// <param name="From">First day of the period.</param>
/// <param name="To">Last day of the period: the reference date.</param>
/// <param name="Group">The patient group; <c>all</c> is everybody.</param>
/// <param name="Level">What it is about: unit, region, healthcare-region or country.</param>
/// <param name="Unit">Level unit.</param>
/// <param name="Region">Level region.</param>
/// <param name="HealthcareRegion">Level healthcare-region: its name.</param>
/// <param name="Count">N: operations; 0 where none, null where masked or not reported.</param>
/// <param name="Rank">k = N/2; null without patients that may be shown.</param>
/// <param name="CountBefore">F: patients before the bin; null where the median is.</param>
/// <param name="Bin">The bin that holds the median, with its count f; null where the median is.</param>
/// <param name="MedianDays">Days, two decimals; null where masked or open-ended.</param>
/// <param name="MedianIsOpenEnded">True where the median lies beyond what the bins tell.</param>
/// <param name="Formula">from + (k − F) / f · (to + 1 − from), with the numbers in it; null without patients that may be shown.</param>
/// <param name="Histogram">Neighbouring bins joined until each holds at least 5 patients; for the country, where three units or more contribute, as they are.</param>
/// <param name="BinsJoined">How many bins went up in their neighbours.</param>
/// <param name="Units">Above the unit level: units that contributed; else null.</param>
/// <param name="UnitsMasked">Above the unit level: units whose cell was masked; else null.</param>
/// <param name="Absence">Why there is no figure: <c>masked</c>, <c>none</c>, <c>not-reported</c>; null where there is.</param>
/// <param name="Reasons">Name of each figure that is null, and why it is.</param>
/// <param name="Delivery">The register's file that it was computed from.</param>
public sealed record ExplanationResponse(
    PictureInfo Picture,
    ProcedureInfo Procedure,
    string Period,
    DateOnly From,
    DateOnly To,
    string Group,
    string Level,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UnitInfo? Unit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegionInfo? Region,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HealthcareRegion,
    long? Count,
    double? Rank,
    double? CountBefore,
    ExplainedBin? Bin,
    double? MedianDays,
    bool MedianIsOpenEnded,
    string? Formula,
    IReadOnlyList<ExplainedBin> Histogram,
    int BinsJoined,
    int? Units,
    int? UnitsMasked,
    string? Absence,
    IReadOnlyDictionary<string, string> Reasons,
    DeliveryInfo Delivery,
    [property: JsonPropertyName("_links")] SelfLink Links
);

/// <summary>Patients whose wait lay in a range of completed days.</summary>
/// <param name="From">First day.</param>
/// <param name="To">Last day, inclusive; null for an open bin.</param>
/// <param name="Count">Patients; a fraction only where the bins of merged units overlap.</param>
public sealed record ExplainedBin(int From, int? To, double Count);

/// <summary>The file that a figure comes from.</summary>
/// <param name="Source">Code of the register.</param>
/// <param name="ReferenceDate">Last day that it covers.</param>
/// <param name="FileName">Its name.</param>
/// <param name="Sha256">Of the file as handed in, hexadecimal.</param>
public sealed record DeliveryInfo(string Source, DateOnly ReferenceDate, string FileName, string Sha256);

internal static class ExplainResource
{
    private static readonly Parameter Level = Parameters.Level with
    {
        Default = null,
        Description = new Bilingual(
            "Vad siffran gäller. Utelämnad: vårdenheten eller regionen som anges, annars hela landet. En sjukvårdsregion "
                + "anges med en av dess regioner.",
            "What the figure is about. Left out: the unit or region given, else the whole country. A healthcare region is "
                + "given by one of its regions."
        ),
    };

    private static readonly Parameter Region = Parameters.Region with
    {
        IsRepeatable = false,
        Description = new Bilingual("Regionen (länskod).", "The region (county code)."),
    };

    private static readonly Parameter Unit = Parameters.Unit with
    {
        IsRepeatable = false,
        Description = new Bilingual("Vårdenheten (HSA-id).", "The care unit (HSA-id)."),
    };

    public static void Map(ApiRoutes routes)
    {
        routes
            .Get(
                "/waiting-times/explain",
                [Parameters.Procedure, Parameters.Period, Level, Region, Unit, .. routes.GroupParameters],
                ApiJson.Instance.ExplanationResponse,
                request => Answer(request, routes)
            )
            .Describe(
                "explainWaitingTime",
                "Hur en median räknats fram",
                "How a median came about",
                "Talen bakom en median: antal, rang, facket som håller den, formeln, histogrammet och leveransen. Räcker för "
                    + "att göra om räkningen, inte för att följa en patient från dag till dag.",
                "The numbers behind a median: count, rank, the bin that holds it, the formula, the histogram and the "
                    + "delivery. Enough to redo the sum, not enough to follow one patient from day to day."
            );
    }

    private static Answer<ExplanationResponse> Answer(PictureRequest request, ApiRoutes routes)
    {
        var (picture, query) = (request.Picture, request.Query);
        var selection = Selection.Read(query, picture, Parameters.Procedure, routes).SingleOrDefault();
        var place = ReadPlace(query, picture);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var (period, group) = (selection!.Period, selection.Group);
        if (selection.Figures is not { } figures || figures.FindFigure(place!, period, group) is not { } figure)
        {
            return Problem.NoFigure;
        }

        var bins = figures.HistogramOf(place!, period, group);
        var why = bins.Length == 0 ? null : Explanation.Of(bins, Explanation.IsAsItIs(place!, figure));
        var isUnit = place!.Level == Picture.Level.Unit;
        var origin = selection.Part!.Origin;
        return new ExplanationResponse(
            PictureInfo.Of(picture),
            ProcedureInfo.Of(selection.Procedure),
            period.ApiValue,
            selection.From!.Value,
            selection.To!.Value,
            selection.GroupValue,
            place.Level.ApiValue(),
            place.Unit is { } unit ? UnitInfo.Of(unit) : null,
            place.Region is { } region ? RegionInfo.Of(region) : null,
            place.HealthcareRegion,
            figure.Count,
            why?.Rank,
            why?.HeldBy?.CountBefore,
            why?.HeldBy is { } held ? new ExplainedBin(held.FromDays, held.ToDays, held.CountWithin) : null,
            figure.MedianDays,
            figure.MedianIsOpenEnded,
            why?.Formula,
            [
                .. (why?.Histogram ?? []).Select(bin => new ExplainedBin(
                    bin.From,
                    bin.IsOpen ? null : bin.To,
                    bin.Count
                )),
            ],
            why?.BinsJoined ?? 0,
            isUnit ? null : figure.Units,
            isUnit ? null : figure.UnitsMasked,
            figure.Absence.ApiValue(),
            ReasonsOf(figure),
            new DeliveryInfo(origin.Source.Code, origin.ReferenceDate, origin.FileName, origin.Sha256),
            new SelfLink(new Link(query.Canonical(request.Path)))
        );
    }

    private static Dictionary<string, string> ReasonsOf(Figure figure)
    {
        var reasons = new Dictionary<string, string>();
        if (figure.Absence.ApiValue() is { } absence)
        {
            if (figure.Count is null)
            {
                reasons["count"] = absence;
            }

            foreach (var name in (string[])["rank", "countBefore", "bin", "medianDays", "formula"])
            {
                reasons[name] = absence;
            }
        }
        else if (figure.MedianIsOpenEnded)
        {
            reasons["countBefore"] = reasons["bin"] = reasons["medianDays"] = "open-ended";
        }

        return reasons;
    }

    // One unit, one region, one healthcare region (by a region in it), or the country.
    private static Place? ReadPlace(Query query, Picture.Picture picture)
    {
        var (regions, units) = (query.Regions(picture), query.Units(picture));
        var level =
            query.Find(Level) is { } given ? ApiValues.LevelOf(given)
            : units.Count > 0 ? Picture.Level.Unit
            : regions.Count > 0 ? Picture.Level.Region
            : Picture.Level.Country;
        if (units.Count > 0 && (level != Picture.Level.Unit || regions.Count > 0))
        {
            query.Refuse(
                Problem.ParameterConflict(
                    Unit.Name,
                    "The figure of one place is explained: give unit, or region, or neither for the country, and a level that goes with it."
                )
            );
        }

        query.RefuseRegionOfCountry(level);
        if (level == Picture.Level.Unit && units.Count == 0)
        {
            query.Refuse(Problem.MissingParameter(Unit.Name, $"{Unit.Shape}, with level=unit"));
        }

        if (level is Picture.Level.Region or Picture.Level.HealthcareRegion && regions.Count == 0)
        {
            query.Refuse(Problem.MissingParameter(Region.Name, $"{Region.Shape}, with level={level.ApiValue()}"));
        }

        if (query.Problem is not null)
        {
            return null;
        }

        return level switch
        {
            Picture.Level.Unit => Place.Of(picture.FindUnit(units[0])!),
            Picture.Level.Region => Place.Of(picture.Catalogue.FindRegion(regions[0])!),
            Picture.Level.HealthcareRegion => Place.OfHealthcareRegion(
                picture.Catalogue.FindRegion(regions[0])!.HealthcareRegion
            ),
            _ => Place.Country,
        };
    }
}
