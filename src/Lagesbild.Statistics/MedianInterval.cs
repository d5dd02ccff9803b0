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
        if (interval.Upper + 1 <= others && others - own >= LeastDifferenceDays)
        {
            return ComparedWith.Shorter;
        }

        return interval.Lower >= others && own - others >= LeastDifferenceDays
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
            var term = Math.ScaleB(1, (int)-n);
            var sum = 0.0;
            long r = 0;
            while (r <= n && sum + term <= tail)
            {
                sum += term;
                term *= (double)(n - r) / (r + 1);
                r++;
            }

            return r;
        }

        // Start at what the normal approximation says, sum the tail below it exactly, step to the right rank.
        var z = tail <= Tail998 ? 3.1 : 1.96;
        var start = Math.Max(1, (long)(n / 2.0 - z * Math.Sqrt(n) / 2));
        var below = TailBelow(n, start);
        while (below > tail)
        {
            start--;
            below -= Probability(n, start);
        }

        for (var next = Probability(n, start); below + next <= tail; next = Probability(n, start))
        {
            below += next;
            start++;
        }

        return start;
    }

    // P(Bin(n, ½) ≤ r − 1)
    private static double TailBelow(long n, long r)
    {
        var term = Probability(n, r - 1);
        var sum = 0.0;
        for (var i = r - 1; i >= 0 && term > sum * 1e-17; i--)
        {
            sum += term;
            term *= (double)i / (n - i + 1);
        }

        return sum;
    }

    private static double Probability(long n, long k) =>
        Math.Exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) - n * Math.Log(2));

    // Stirling's series; its arguments are in the hundreds at least, where four terms are exact to a double's precision.
    private static double LogFactorial(long n)
    {
        double x = n;
        return n < 2
            ? 0
            : x * Math.Log(x)
                - x
                + 0.5 * Math.Log(2 * Math.PI * x)
                + 1 / (12 * x)
                - 1 / (360 * x * x * x)
                + 1 / (1260 * x * x * x * x * x);
    }

    private const int RememberedRanks = 4_096;
    private static readonly int[] Ranks95 = new int[RememberedRanks];
    private static readonly int[] Ranks998 = new int[RememberedRanks];

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
