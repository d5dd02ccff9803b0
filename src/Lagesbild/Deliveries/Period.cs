using System.Globalization;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>
/// A period of a delivery, as its place among the 21 there are: the last 30, 90 or 365 days ending on and including the
/// reference date (0–2), or the i-th of the 18 complete months before the reference date's month (3–20, oldest first).
/// </summary>
public readonly record struct Period(byte Index)
{
    public const int Count = 3 + Month.TrendLength;

    public static readonly Period Days30 = new(0);
    public static readonly Period Days90 = new(1);
    public static readonly Period Days365 = new(2);

    /// <summary>The three windows, shortest first.</summary>
    public static IReadOnlyList<Period> Windows { get; } = [Days30, Days90, Days365];

    /// <summary>The i-th month of the trend, 0–17.</summary>
    public static Period OfMonth(int i) => new((byte)(3 + i));

    public bool IsMonth => Index >= 3;

    /// <summary>0–17; only for a month.</summary>
    public int MonthPlace => Index - 3;

    /// <summary>Length of a window in days; only for a window.</summary>
    public int Days =>
        Index switch
        {
            0 => 30,
            1 => 90,
            _ => 365,
        };

    public DateOnly FirstDay(DateOnly referenceDate) =>
        IsMonth ? Month.OfTrend(referenceDate, MonthPlace).FirstDay : referenceDate.AddDays(1 - Days);

    public DateOnly LastDay(DateOnly referenceDate) =>
        IsMonth ? Month.OfTrend(referenceDate, MonthPlace).LastDay : referenceDate;

    /// <summary>As delivered: <c>90D</c> or <c>2026-10</c>.</summary>
    public string ToCode(DateOnly referenceDate) =>
        IsMonth
            ? Month.OfTrend(referenceDate, MonthPlace).ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{Days}D");

    /// <summary>As asked for over the API; only for a window: <c>90d</c>.</summary>
    public string ApiValue => string.Create(CultureInfo.InvariantCulture, $"{Days}d");

    /// <summary>The window of an API value; null where it is none.</summary>
    public static Period? FromApiValue(string value) =>
        value switch
        {
            "30d" => Days30,
            "90d" => Days90,
            "365d" => Days365,
            _ => null,
        };
}
