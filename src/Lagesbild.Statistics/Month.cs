using System.Globalization;

namespace Lagesbild.Statistics;

/// <summary>A calendar month. (docs/metod.md §9)</summary>
public readonly record struct Month(int Year, int Number) : IComparable<Month>
{
    /// <summary>Months in a trend: the complete ones before the reference date's month.</summary>
    public const int TrendLength = 18;

    /// <summary>Place of the trend's latest month, for which registrations still come in.</summary>
    public const int Preliminary = TrendLength - 1;

    /// <summary>The month that holds <paramref name="date"/>.</summary>
    public static Month Of(DateOnly date) => new(date.Year, date.Month);

    /// <summary>First day.</summary>
    public DateOnly FirstDay => new(Year, Number, 1);

    /// <summary>Last day.</summary>
    public DateOnly LastDay => FirstDay.AddMonths(1).AddDays(-1);

    /// <summary>This many months later (earlier where negative).</summary>
    public Month Add(int months) => Of(FirstDay.AddMonths(months));

    /// <summary>The i-th (0–17, oldest first) of the 18 complete months before the reference date's month.</summary>
    public static Month OfTrend(DateOnly referenceDate, int i) => Of(referenceDate).Add(i - TrendLength);

    /// <summary>Its place (0–17) in the trend of a reference date; null outside it.</summary>
    public int? PlaceInTrend(DateOnly referenceDate)
    {
        var i = (Year - referenceDate.Year) * 12 + Number - referenceDate.Month + TrendLength;
        return i is >= 0 and < TrendLength ? i : null;
    }

    /// <inheritdoc/>
    public int CompareTo(Month other) => (Year, Number).CompareTo((other.Year, other.Number));

    /// <summary>Earlier.</summary>
    public static bool operator <(Month left, Month right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(Month left, Month right) => left.CompareTo(right) > 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(Month left, Month right) => left.CompareTo(right) <= 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(Month left, Month right) => left.CompareTo(right) >= 0;

    /// <summary><c>yyyy-MM</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Number:D2}");
}
