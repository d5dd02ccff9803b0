using System.Runtime.CompilerServices;

namespace Lagesbild.Statistics;

/// <summary>A range of completed days.</summary>
/// <param name="Lower">First day; null where there is no interval.</param>
/// <param name="Upper">Last day; null where the end lies in an open bin, or there is no interval.</param>
public readonly record struct DayRange(int? Lower, int? Upper);

/// <summary>How a median compares with another.</summary>
public enum ComparedWith : byte
{
    /// <summary>No comparison can be made.</summary>
    None,

    /// <summary>Surely shorter, by a week or more.</summary>
    Shorter,

    /// <summary>Neither surely shorter nor surely longer.</summary>
    Similar,

    /// <summary>Surely longer, by a week or more.</summary>
    Longer,
}

/// <summary>What binning hides (bounds) and what chance hides (confidence intervals) of a median. (docs/metod.md §3–4, §8)</summary>
public static class MedianInterval
{
    /// <summary>Least number of patients for a 95 % interval.</summary>
    public const int LeastForInterval = 6;

    /// <summary>Least number of patients for a comparison with another median.</summary>
    public const int LeastForComparison = 10;

    /// <summary>Least difference between two medians that is called one, in days.</summary>
    public const int LeastDifferenceDays = 7;

    // Two doubles may differ in their last bit where the days that they stand for are equal.
    private const double Billionth = 1e-9;

    private const double Tail95 = 0.025;
    private const double Tail998 = 0.001;

    /// <summary>
    /// Bounds of the sample median that the individual waits would have given, in completed days. Null without patients;
    /// the upper one null where it lies in an open bin.
    /// </summary>
    public static DayRange Bounds(ReadOnlySpan<Bin> bins)
    {
        var n = Histogram.Count(bins);
        return n == 0 ? default : new DayRange(EarliestOf(bins, (n + 1) / 2), LatestOf(bins, n / 2 + 1));
    }

    /// <summary>95 % interval for the median by order statistics; conservative. Null below six patients.</summary>
    public static DayRange Confidence95(ReadOnlySpan<Bin> bins) => Interval(bins, Tail95, LeastForInterval);

    /// <summary>99.8 % interval, which comparisons use. Null below ten patients.</summary>
    public static DayRange Confidence998(ReadOnlySpan<Bin> bins) => Interval(bins, Tail998, LeastForComparison);

    /// <summary>A row's median against the country's. (docs/metod.md §8)</summary>
    /// <param name="bins">The row's histogram.</param>
    /// <param name="country">The country's histogram of the same procedure, period and group.</param>
    public static ComparedWith CompareWithCountry(ReadOnlySpan<Bin> bins, ReadOnlySpan<Bin> country)
    {
        var n = Histogram.Count(bins);
        return CompareWithCountry(
            bins,
            n,
            Quantile.Median(bins).Days,
            Histogram.Count(country),
            Quantile.Median(country).Days
        );
    }

    /// <summary>The same, for a caller that has the counts and medians already.</summary>
    public static ComparedWith CompareWithCountry(
        ReadOnlySpan<Bin> bins,
        long n,
        double? median,
        long countryCount,
        double? countryMedian
    )
    {
        if (
            median is not { } own
            || countryMedian is not { } others
            || n < LeastForComparison
            || 4 * n > countryCount // such a row is much of what it is compared with
        )
        {
            return ComparedWith.None;
        }

        var interval = Confidence998(bins);
        if (interval.Upper + 1 <= others + Billionth && others - own >= LeastDifferenceDays - Billionth)
        {
            return ComparedWith.Shorter;
        }

        return interval.Lower >= others - Billionth && own - others >= LeastDifferenceDays - Billionth
            ? ComparedWith.Longer
            : ComparedWith.Similar;
    }

    /// <summary>
    /// A row's median against the one at the patient's home: the two 99.8 % intervals do not overlap, and the medians lie a
    /// week apart or more. (docs/metod.md §8)
    /// </summary>
    /// <param name="bins">The row's histogram.</param>
    /// <param name="home">The home's, of the same procedure, period and group.</param>
    public static ComparedWith CompareWithHome(ReadOnlySpan<Bin> bins, ReadOnlySpan<Bin> home)
    {
        if (
            Quantile.Median(bins).Days is not { } own
            || Quantile.Median(home).Days is not { } other
            || Histogram.Count(bins) < LeastForComparison
            || Histogram.Count(home) < LeastForComparison
        )
        {
            return ComparedWith.None;
        }

        var (interval, homes) = (Confidence998(bins), Confidence998(home));
        // Both ends are completed days: intervals that share none do not overlap. An open end is above everything.
        if (interval.Upper < homes.Lower && other - own >= LeastDifferenceDays - Billionth)
        {
            return ComparedWith.Shorter;
        }

        return interval.Lower > homes.Upper && own - other >= LeastDifferenceDays - Billionth
            ? ComparedWith.Longer
            : ComparedWith.Similar;
    }

    /// <summary>
    /// L of the sign-test interval: the largest r with P(Bin(n, ½) ≤ r − 1) ≤ <paramref name="tail"/>, 0 where there is
    /// none. The interval's ranks are L and n − L + 1, counted from 1.
    /// </summary>
    public static long LowerRank(long n, double tail)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        if (n <= 1_000)
        {
            // From the first term on: 2⁻¹⁰⁰⁰ is still a normal number.
            var first = Math.ScaleB(1, (int)-n);
            var sum = 0.0;
            long rank = 0;
            while (rank <= n && sum + first <= tail)
            {
                sum += first;
                first *= (double)(n - rank) / (rank + 1);
                rank++;
            }

            return rank;
        }

        // From the middle down, where half of the probability is below: every term follows from its neighbour, so the
        // sum is good to thirteen digits. Logarithms of factorials are not: they miss the rank for 953 799 patients.
        var term = Central(n);
        var r = n / 2;
        var below = n % 2 == 0 ? 0.5 + term / 2 : 0.5;
        while (below > tail)
        {
            below -= term;
            term *= (double)r / (n - r + 1);
            r--;
        }

        return r + 1;
    }

    // P(Bin(n, ½) = ⌊n/2⌋) by the asymptotic series of the central binomial coefficient; n is in the hundreds at least,
    // where these terms are exact to a double's precision.
    private static double Central(long n)
    {
        var m = n / 2;
        double x = m;
        var even =
            (1 - 1 / (8 * x) + 1 / (128 * x * x) + 5 / (1024 * x * x * x) - 21 / (32768 * x * x * x * x))
            / Math.Sqrt(Math.PI * x);
        return n % 2 == 0 ? even : even * n / (2 * (m + 1));
    }

    private const int RememberedRanks = 4_096;
    private static readonly int[] Ranks95 = new int[RememberedRanks];
    private static readonly int[] Ranks998 = new int[RememberedRanks];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static DayRange Interval(ReadOnlySpan<Bin> bins, double tail, int least)
    {
        var n = Histogram.Count(bins);
        if (n < least)
        {
            return default;
        }

        var l = Remembered(n, tail);
        return new DayRange(EarliestOf(bins, l), LatestOf(bins, n - l + 1));
    }

    private static long Remembered(long n, double tail)
    {
        if (n >= RememberedRanks)
        {
            return LowerRank(n, tail);
        }

        // Racing threads write the same number.
        var ranks = tail == Tail95 ? Ranks95 : Ranks998;
        return ranks[n] != 0 ? ranks[n] : ranks[n] = (int)LowerRank(n, tail);
    }

    // The rank-th smallest wait with every patient placed at the first day of the bin.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EarliestOf(ReadOnlySpan<Bin> bins, long rank)
    {
        long count = 0;
        foreach (var bin in bins)
        {
            count += bin.Count;
            if (count >= rank)
            {
                return bin.From;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    // The rank-th smallest wait with every patient placed at the last day of the bin; null for infinity.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int? LatestOf(ReadOnlySpan<Bin> bins, long rank)
    {
        if (!EndsAscend(bins))
        {
            // In a merged histogram a narrow bin may start later and still end earlier.
            var byEnd = bins.ToArray();
            Array.Sort(byEnd, (a, b) => a.To.CompareTo(b.To));
            bins = byEnd;
        }

        long count = 0;
        foreach (var bin in bins)
        {
            count += bin.Count;
            if (count >= rank)
            {
                return bin.IsOpen ? null : bin.To;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool EndsAscend(ReadOnlySpan<Bin> bins)
    {
        for (var i = 1; i < bins.Length; i++)
        {
            if (bins[i].To < bins[i - 1].To)
            {
                return false;
            }
        }

        return true;
    }
}
