using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

/// <summary>Levels above the unit: bins of different widths, overlapping, some open.</summary>
public sealed class MergedHistogramTests
{
    private static readonly (int Numerator, int Denominator)[] Shares = [(1, 2), (9, 10), (95, 100), (1, 100), (1, 3)];

    [Fact]
    public void Two_widths_are_spread_evenly_over_their_own_days()
    {
        // One unit sends a week of 10, another a fortnight of 20; N = 30, k = 15.
        // Over [0, 7): 10/7 + 20/14 = 20/7 a day, so C(7) = 20 and 15 is reached at 15 / (20/7) = 5.25.
        Bin[] bins = [new(0, 6, 10), new(0, 13, 20)];
        Assert.Equal(5.25, Quantile.Median(bins).Days);

        // Days 10–14 hold 5, days 0–13 hold 14, N = 19, k = 9.5: one a day until day 10, reached at 9.5.
        Assert.Equal(9.5, Quantile.Median([new Bin(0, 13, 14), new Bin(10, 14, 5)]).Days);
        // p = 3/4: k = 14.25. C(10) = 10, then 1 + 1 a day: 10 + 4.25/2.
        Assert.Equal(12.125, Quantile.Of([new Bin(0, 13, 14), new Bin(10, 14, 5)], 3, 4).Days);
    }

    [Fact]
    public void A_narrow_bin_within_a_wide_one_moves_both_bounds()
    {
        // N = 4. At first days: 0, 0, 10, 10 — the 2nd is 0. At last days: 12, 12, 30, 30 — the 3rd is 30.
        Bin[] bins = [new(0, 30, 2), new(10, 12, 2)];
        Assert.Equal(new DayRange(0, 30), MedianInterval.Bounds(bins));
        // k = 2. C(10) = 2 · 10/31, C(13) = 2 · 13/31 + 2 ≥ 2. 10 + (2 − 20/31) / (2/31 + 2/3) = 10 + 42/31 · 93/68.
        Assert.Equal(10 + 42.0 * 93 / (31 * 68), Quantile.Median(bins).Days!.Value, 1e-12);
    }

    [Fact]
    public void Every_quantile_of_overlapping_bins_is_the_exact_one()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 500; i++)
        {
            var bins = ExactOracle.RandomMerge(random, random.Next(1, 7));
            foreach (var (numerator, denominator) in Shares)
            {
                var (days, openFrom) = ExactOracle.Quantile(bins, numerator, denominator);
                var computed = Quantile.Of(bins, numerator, denominator);
                Assert.Equal(openFrom is { } o && days is null ? o : null, computed.OpenEndedFrom);
                Assert.Equal(days is null, computed.Days is null);
                if (days is { } exact)
                {
                    Assert.Equal(exact.ToDouble(), computed.Days!.Value, 1e-9);
                    // What a person sees is the completed day, so its floor must be right and not merely near.
                    Assert.Equal((long)exact.Floor(), (long)Math.Floor(computed.Days.Value));
                }
            }
        }
    }

    [Fact]
    public void Widths_without_a_small_common_multiple_are_still_exact()
    {
        // Widths of primes to 199: their common multiple has eighty digits, beyond any built-in integer.
        int[] primes = [.. Enumerable.Range(2, 198).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0))];
        var bins = primes.Select(p => new Bin(p, 2 * p - 1, p + 1)).Order().ToArray();
        foreach (var (numerator, denominator) in Shares)
        {
            var exact = ExactOracle.Quantile(bins, numerator, denominator).Days!.Value;
            Assert.Equal(exact.ToDouble(), Quantile.Of(bins, numerator, denominator).Days!.Value, 1e-9);
        }
    }

    [Fact]
    public void Bounds_and_intervals_of_overlapping_bins_are_those_of_patients_lined_up_one_by_one()
    {
        var random = new Random(7);
        for (var i = 0; i < 1_500; i++)
        {
            var bins = ExactOracle.RandomMerge(random, random.Next(1, 7));
            var n = (int)Histogram.Count(bins);
            Assert.Equal(Ranks(bins, (n + 1) / 2, n / 2 + 1), MedianInterval.Bounds(bins));
            Assert.Equal(Interval(bins, n, 40, least: 6), MedianInterval.Confidence95(bins));
            Assert.Equal(Interval(bins, n, 1_000, least: 10), MedianInterval.Confidence998(bins));
        }
    }

    [Fact]
    public void Merging_adds_bins_of_the_same_range_and_keeps_the_others_apart()
    {
        Bin[] bins = [new(7, 13, 5), new(0, 6, 1), new(7, 13, 6), new(7, 20, 2), new(728, null, 1), new(728, null, 2)];
        var left = Histogram.Merge(bins);
        Assert.Equal([new Bin(0, 6, 1), new(7, 13, 11), new(7, 20, 2), new(728, null, 3)], bins[..left]);
        Assert.Equal(17, Histogram.Count(bins.AsSpan(0, left)));
        Assert.Equal(728, Histogram.OpenFrom(bins.AsSpan(0, left)));
        Assert.Equal(0, Histogram.Merge([]));
    }

    [Fact]
    public void More_patients_in_a_range_than_can_be_counted_is_an_error_and_never_a_wrong_sum() =>
        Assert.Throws<OverflowException>(() => Histogram.Merge([new Bin(0, 6, int.MaxValue), new Bin(0, 6, 1)]));

    [Fact]
    public void The_order_of_bins_is_that_of_a_merge_for_the_longest_waits_too()
    {
        Bin[] bins = [new(36_500, null, 1), new(36_000, 36_500, 1), new(33_000, 33_006, 1), new(0, 6, 1)];
        var sorted = bins.Order().ToArray();
        var merged = bins.ToArray();
        Histogram.Merge(merged);
        Assert.Equal(merged, sorted);
        Assert.Equal([0, 33_000, 36_000, 36_500], sorted.Select(b => b.From));
        Assert.True(bins[0] > bins[1] && bins[3] < bins[2] && bins[3] <= bins[2] && bins[0] >= bins[1]);
    }

    [Fact]
    public void A_bin_that_no_patient_can_be_in_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bin(-1, 6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bin(7, 6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bin(0, 36_501, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bin(36_501, null, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bin(0, 6, 0));
    }

    private static DayRange Interval(Bin[] bins, int n, int tailPart, int least)
    {
        if (n < least)
        {
            return default;
        }

        var l = ExactOracle.LowerRank(n, tailPart);
        return Ranks(bins, l, n - l + 1);
    }

    private static DayRange Ranks(Bin[] bins, long lower, long upper) =>
        new(
            ExactOracle.OrderStatistic(bins, lower, atLastDay: false),
            ExactOracle.OrderStatistic(bins, upper, atLastDay: true)
        );
}
