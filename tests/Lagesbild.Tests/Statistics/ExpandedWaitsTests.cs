using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

/// <summary>Histograms taken apart into single waits, or made of them: what the figures claim must hold for those.</summary>
public sealed class ExpandedWaitsTests
{
    [Fact]
    public void The_bounds_bracket_the_true_sample_median_however_the_waits_lie_within_their_bins()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2_000; i++)
        {
            var bins = ExactOracle.RandomMerge(random, random.Next(1, 5));
            var waits = Expand(bins, random);
            var (low, high) = Middle(waits);
            var bounds = MedianInterval.Bounds(bins);
            Assert.True(bounds.Lower <= low, $"{bounds} {low}");
            Assert.True(bounds.Upper is null || high <= bounds.Upper, $"{bounds} {high}");
        }
    }

    [Fact]
    public void The_bounds_are_reached_by_the_earliest_and_the_latest_waits_that_the_bins_allow()
    {
        var random = new Random(4712);
        for (var i = 0; i < 500; i++)
        {
            var bins = ExactOracle.RandomMerge(random, random.Next(1, 5));
            var earliest = bins.SelectMany(b => Enumerable.Repeat(b.From, b.Count)).Order().ToArray();
            var latest = bins.SelectMany(b => Enumerable.Repeat(b.IsOpen ? int.MaxValue : b.To, b.Count))
                .Order()
                .ToArray();
            var bounds = MedianInterval.Bounds(bins);
            Assert.Equal(Middle(earliest).Low, bounds.Lower);
            Assert.Equal(Middle(latest).High, bounds.Upper ?? int.MaxValue);
        }
    }

    [Fact]
    public void With_one_day_bins_the_median_is_within_a_day_of_the_sample_median()
    {
        var random = new Random(4713);
        for (var i = 0; i < 500; i++)
        {
            var waits = LogNormalWaits(random, random.Next(1, 80), median: 30, sigma: 0.8);
            var bins = Bins(waits, width: 1);
            var (low, high) = Middle(waits);
            var median = Quantile.Median(bins).Days!.Value;
            Assert.InRange(median, low, high + 1);
            Assert.Equal(new DayRange(low, high), MedianInterval.Bounds(bins));
        }
    }

    // Waits are log-normal with a median of 45 days. Its completed day must lie in at least 95 (99.8) of 100 intervals; binning
    // only widens them. 4 000 trials leave a standard error of 0.35 points at 95 %.
    [Theory]
    [InlineData(6, 1)]
    [InlineData(20, 7)]
    [InlineData(77, 7)]
    [InlineData(400, 1)]
    public void The_intervals_cover_the_true_median_as_often_as_they_say(int n, int width)
    {
        const int trials = 4_000;
        var random = new Random(n);
        var covered95 = 0;
        var covered998 = 0;
        for (var i = 0; i < trials; i++)
        {
            var bins = Bins(LogNormalWaits(random, n, median: 45, sigma: 1), width);
            covered95 += Holds(MedianInterval.Confidence95(bins), 45) ? 1 : 0;
            covered998 += Holds(MedianInterval.Confidence998(bins), 45) ? 1 : 0;
        }

        Assert.InRange(covered95, 0.945 * trials, trials);
        // Below ten patients there is no such interval, and nothing is claimed.
        Assert.InRange(covered998, n < 10 ? 0 : 0.996 * trials, trials);
    }

    [Fact]
    public void The_interval_is_no_wider_than_order_statistics_need()
    {
        // With one-day bins and many patients the coverage is close to 95 %, not merely above it.
        const int trials = 4_000;
        var random = new Random(95);
        var covered = 0;
        for (var i = 0; i < trials; i++)
        {
            var waits = Enumerable.Range(0, 1_001).Select(_ => random.Next(0, 20_001)).Order().ToArray();
            covered += Holds(MedianInterval.Confidence95(Bins(waits, width: 1)), 10_000) ? 1 : 0;
        }

        Assert.InRange(covered, 0.94 * trials, 0.965 * trials);
    }

    private static bool Holds(DayRange range, int day) =>
        range.Lower <= day && (range.Upper is null || day <= range.Upper);

    private static (int Low, int High) Middle(int[] sorted) =>
        (sorted[(sorted.Length + 1) / 2 - 1], sorted[sorted.Length / 2]);

    private static int[] Expand(Bin[] bins, Random random) =>
        [
            .. bins.SelectMany(b =>
                    Enumerable
                        .Range(0, b.Count)
                        .Select(_ => random.Next(b.From, b.IsOpen ? b.From + 2_000 : b.To + 1))
                        .ToArray()
                )
                .Order(),
        ];

    private static int[] LogNormalWaits(Random random, int n, double median, double sigma) =>
        [
            .. Enumerable
                .Range(0, n)
                .Select(_ =>
                {
                    // Box and Muller's normal deviate.
                    var z =
                        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                    // +½: the middle of the completed day that the median is in.
                    return (int)Math.Min((median + 0.5) * Math.Exp(sigma * z), Bin.LongestWait);
                })
                .Order(),
        ];

    private static Bin[] Bins(int[] waits, int width) =>
        [
            .. waits
                .GroupBy(w => w / width * width)
                .OrderBy(g => g.Key)
                .Select(g => new Bin(g.Key, g.Key + width - 1, g.Count())),
        ];
}
