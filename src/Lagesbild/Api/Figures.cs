using System.Text.Json.Serialization;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Api;

/// <summary>A 95 % confidence interval of a median, in completed days.</summary>
/// <param name="Level">0.95.</param>
/// <param name="LowerDays">First day.</param>
/// <param name="UpperDays">Last day; null where the interval has no upper end that the bins tell.</param>
public sealed record DaysInterval(double Level, int LowerDays, int? UpperDays);

/// <summary>A 95 % Wilson interval of a share.</summary>
/// <param name="Level">0.95.</param>
/// <param name="Lower">0–1, four decimals.</param>
/// <param name="Upper">0–1, four decimals.</param>
public sealed record ShareInterval(double Level, double Lower, double Upper);

/// <summary>Patients with ASA class 3 or 4 among the operations of the last 365 days, whatever period was asked for.</summary>
/// <param name="Share">0–1; null where fewer than 20 are known (reason <c>few</c>) or, without a reason, where only bounds are.</param>
/// <param name="ConfidenceInterval">95 % interval; null where the share is.</param>
/// <param name="ShareAtLeast">Lower bound where the exact number is not delivered, else null.</param>
/// <param name="ShareAtMost">Upper bound where the exact number is not delivered, else null.</param>
/// <param name="IsApproximate">True where the share is the midpoint of bounds at most 0.02 apart.</param>
/// <param name="Count">Operations of class 3–4; null where not exact.</param>
/// <param name="Known">Operations with a class registered.</param>
public sealed record Asa34Figure(
    double? Share,
    ShareInterval? ConfidenceInterval,
    double? ShareAtLeast,
    double? ShareAtMost,
    bool IsApproximate,
    long? Count,
    long? Known
)
{
    private const double Confidence = 0.95;

    internal static Asa34Figure? Of(AsaShare? asa) =>
        asa is not { } share || share.Reason == AsaShareReason.Masked
            ? null
            : new Asa34Figure(
                Rounded(share.Share),
                share.Interval is { } interval
                    ? new ShareInterval(Confidence, Rounded(interval.Lower)!.Value, Rounded(interval.Upper)!.Value)
                    : null,
                Rounded(share.AtLeast),
                Rounded(share.AtMost),
                share.IsApproximate,
                share.Count,
                share.Known
            );

    private static double? Rounded(double? share) => share is { } value ? Math.Round(value, 4) : null;
}

/// <summary>How a row's median compares with the one at the patient's home.</summary>
/// <param name="Word"><c>shorter</c> or <c>longer</c>, beyond chance and by a week at least; else <c>similar</c>.</param>
/// <param name="DifferenceDays">The row's median minus the home's, in days.</param>
public sealed record HomeComparison(string Word, double DifferenceDays);

/// <summary>
/// The figures of one cell: a place's, for one procedure, period and patient group. Every figure that is null has its
/// reason in <see cref="Reasons"/>, or its bounds: <c>few</c> (too few patients for this figure), <c>open-ended</c> (beyond what the
/// delivered bins tell), <c>masked</c> (too few to be shown, or hidden so that another cannot be worked out),
/// <c>none</c> (the unit reports and did none), <c>not-reported</c> (the unit has stopped sending),
/// <c>not-collected</c> (the source has no such figure), <c>no-comparison</c> (the country, or the patient's home, has no
/// median to compare with, or is itself the row), <c>large-share</c> (the row is more than a quarter of the country).
/// </summary>
public abstract record CellFigures
{
    /// <summary>N: operations performed. 0 where there were none; null where masked or not reported.</summary>
    public long? Count { get; init; }

    /// <summary>Median wait in days of those who were operated on, two decimals.</summary>
    public double? MedianDays { get; init; }

    /// <summary>What binning hides: the true sample median is at least this many completed days.</summary>
    public int? MedianLowerDays { get; init; }

    /// <summary>And at most this many; null where it has no upper end that the bins tell.</summary>
    public int? MedianUpperDays { get; init; }

    /// <summary>True where the median is longer than the bins tell; <c>medianLowerDays</c> then says from where.</summary>
    public bool MedianIsOpenEnded { get; init; }

    /// <summary>What chance hides: 95 % confidence interval of the median; null below six patients.</summary>
    public DaysInterval? ConfidenceInterval { get; init; }

    /// <summary>90th percentile in days, two decimals; null below twenty patients.</summary>
    public double? P90Days { get; init; }

    /// <summary>True where the 90th percentile is longer than the bins tell.</summary>
    public bool P90IsOpenEnded { get; init; }

    /// <summary>Share operated on within 90 days, 0–1, four decimals. Not the fulfilment of the care guarantee.</summary>
    public double? Within90Days { get; init; }

    /// <summary>True where a bin straddles 90 days, so that the share is interpolated.</summary>
    public bool Within90DaysIsInterpolated { get; init; }

    /// <summary><c>shorter</c>, <c>similar</c> or <c>longer</c> than the country, beyond chance and by a week at least.</summary>
    public string? ComparedToCountry { get; init; }

    /// <summary>ASA class 3–4, last 365 days; null where masked or not collected by the source.</summary>
    public Asa34Figure? Asa34 { get; init; }

    /// <summary>Compared with the patient's home; null, without a reason, where <c>compareWith</c> was not given.</summary>
    public HomeComparison? ComparedToHome { get; init; }

    /// <summary>Name of each figure that is null, and why it is. Where the share of <c>asa34</c> is null but has bounds, <c>shareAtLeast</c> and <c>shareAtMost</c> stand in its place and no reason is given.</summary>
    public required IReadOnlyDictionary<string, string> Reasons { get; init; }

    /// <summary>Above the unit level: units that contributed; else null.</summary>
    public int? Units { get; init; }

    /// <summary>Above the unit level: units whose cell was masked and so did not contribute; else null.</summary>
    public int? UnitsMasked { get; init; }

    /// <summary>Great circle from the town asked for, in kilometres, one decimal; null where none was.</summary>
    public double? DistanceKm { get; init; }

    /// <summary>Why the whole cell has no figure: <c>masked</c>, <c>none</c>, <c>not-reported</c>; null where it has.</summary>
    public string? Absence { get; init; }

    /// <summary>The row's trend and explanation.</summary>
    [JsonPropertyName("_links")]
    [JsonPropertyOrder(1)]
    public required RowLinks Links { get; init; }
}

/// <summary>How figures of the picture become figures of a response.</summary>
internal static class FigureMapping
{
    private const double Confidence = 0.95;

    public static DaysInterval? Interval(this Figure figure) =>
        figure.IntervalLowerDays is { } lower ? new DaysInterval(Confidence, lower, figure.IntervalUpperDays) : null;

    /// <summary>Fills the figures of a row.</summary>
    /// <param name="country">The country's figure of the same cell.</param>
    public static T WithFigures<T>(
        this T row,
        Place place,
        Figure figure,
        AsaShare? asa,
        Source source,
        Figure? country,
        double? distanceKm = null
    )
        where T : CellFigures
    {
        var isUnit = place.Level == Level.Unit;
        return row with
        {
            Count = figure.Count,
            MedianDays = figure.MedianDays,
            MedianLowerDays = figure.MedianLowerDays,
            MedianUpperDays = figure.MedianUpperDays,
            MedianIsOpenEnded = figure.MedianIsOpenEnded,
            ConfidenceInterval = figure.Interval(),
            P90Days = figure.P90Days,
            P90IsOpenEnded = figure.P90IsOpenEnded,
            Within90Days = figure.Within90Days,
            Within90DaysIsInterpolated = figure.Within90DaysIsInterpolated,
            ComparedToCountry = figure.ComparedToCountry.Word()?.English,
            Asa34 = Asa34Figure.Of(asa),
            Reasons = Reasons.Of(figure, asa, source, place.Level == Level.Country ? null : country),
            Units = isUnit ? null : figure.Units,
            UnitsMasked = isUnit ? null : figure.UnitsMasked,
            DistanceKm = distanceKm,
            Absence = figure.Absence.ApiValue(),
        };
    }
}
