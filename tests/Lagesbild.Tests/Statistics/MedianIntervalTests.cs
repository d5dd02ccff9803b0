using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class MedianIntervalTests
{
    [Fact]
    public void With_one_day_bins_the_bounds_are_the_two_middle_observations()
    {
        // Waits 3, 3, 8, 11: the 2nd and the 3rd.
        Assert.Equal(
            new DayRange(3, 8),
            MedianInterval.Bounds([new Bin(3, 3, 2), new Bin(8, 8, 1), new Bin(11, 11, 1)])
        );
        // Waits 3, 3, 8: the 2nd, twice.
        Assert.Equal(new DayRange(3, 3), MedianInterval.Bounds([new Bin(3, 3, 2), new Bin(8, 8, 1)]));
    }

    [Fact]
    public void Bounds_are_the_first_and_last_day_of_the_bins_that_hold_the_middle_observations()
    {
        // N = 20: the 10th is in week 1, the 11th too.
        Assert.Equal(
            new DayRange(7, 13),
            MedianInterval.Bounds([new Bin(0, 6, 4), new Bin(7, 13, 12), new Bin(14, 20, 4)])
        );
        // N = 20: the 10th is the last of week 0, the 11th the first of week 5.
        Assert.Equal(new DayRange(0, 41), MedianInterval.Bounds([new Bin(0, 6, 10), new Bin(35, 41, 10)]));
        Assert.Equal(new DayRange(null, null), MedianInterval.Bounds([]));
    }

    [Fact]
    public void A_bound_in_an_open_bin_has_no_upper_end()
    {
        Assert.Equal(new DayRange(0, null), MedianInterval.Bounds([new Bin(0, 6, 5), new Bin(728, null, 5)]));
        Assert.Equal(new DayRange(728, null), MedianInterval.Bounds([new Bin(0, 6, 4), new Bin(728, null, 5)]));
        // An open bin of one unit amid the closed bins of another: its patients count as infinite above.
        Assert.Equal(new DayRange(364, 370), MedianInterval.Bounds([new Bin(364, 370, 3), new Bin(364, null, 2)]));
    }

    // Ranks as printed in tables of the sign test: the binomial sums are written out for the small ones.
    // n = 6: P(≤ 0) = 1/64 = 0.0156, P(≤ 1) = 7/64 = 0.109. n = 10: P(≤ 1) = 11/1024 = 0.0107, P(≤ 2) = 56/1024 = 0.0547.
    // n = 20: P(≤ 5) = 21700/1048576 = 0.0207, P(≤ 6) = 0.0577.
    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    [InlineData(10, 2)]
    [InlineData(15, 4)]
    [InlineData(20, 6)]
    [InlineData(30, 10)]
    [InlineData(50, 18)]
    [InlineData(100, 40)]
    public void The_ranks_of_the_95_percent_interval_are_those_of_printed_tables(int n, int rank) =>
        Assert.Equal(rank, MedianInterval.LowerRank(n, 0.025));

    // n = 9: 1/512 = 0.00195 > 0.001. n = 10: 1/1024 = 0.00098. n = 13: P(≤ 1) = 14/8192 = 0.0017.
    // n = 14: P(≤ 1) = 15/16384 = 0.00092. n = 20: P(≤ 2) = 211/1048576 = 0.0002, P(≤ 3) = 1351/1048576 = 0.0013.
    [Theory]
    [InlineData(9, 0)]
    [InlineData(10, 1)]
    [InlineData(13, 1)]
    [InlineData(14, 2)]
    [InlineData(20, 3)]
    public void The_ranks_of_the_998_per_mille_interval_are_those_of_the_binomial_sums(int n, int rank) =>
        Assert.Equal(rank, MedianInterval.LowerRank(n, 0.001));

    [Fact]
    public void Both_ranks_are_exact_for_every_number_of_patients_to_two_thousand()
    {
        for (var n = 1; n <= 2_000; n++)
        {
            Assert.Equal(ExactOracle.LowerRank(n, 40), MedianInterval.LowerRank(n, 0.025));
            Assert.Equal(ExactOracle.LowerRank(n, 1_000), MedianInterval.LowerRank(n, 0.001));
        }
    }

    [Fact]
    public void Both_ranks_are_exact_for_large_numbers_of_patients()
    {
        // Close calls, where a sum good to nine digits picks the wrong rank, then round numbers, then a seeded spread.
        long[] chosen = [953_799, 1_376_050, 2_001, 4_095, 4_096, 10_000, 99_999, 100_000, 550_000, 999_999, 1_000_000];
        var random = new Random(1);
        foreach (var n in chosen.Concat(Enumerable.Range(0, 150).Select(_ => (long)random.Next(2_001, 1_000_000))))
        {
            Assert.Equal(ExactOracle.LowerRankOfMany(n, 40), MedianInterval.LowerRank(n, 0.025));
            Assert.Equal(ExactOracle.LowerRankOfMany(n, 1_000), MedianInterval.LowerRank(n, 0.001));
        }
    }

    [Fact]
    public void The_two_ways_to_an_exact_rank_agree()
    {
        for (var n = 1; n <= 600; n += 7)
        {
            Assert.Equal(ExactOracle.LowerRank(n, 40), ExactOracle.LowerRankOfMany(n, 40));
            Assert.Equal(ExactOracle.LowerRank(n, 1_000), ExactOracle.LowerRankOfMany(n, 1_000));
        }
    }

    [Fact]
    public void The_interval_runs_from_the_first_day_of_the_lower_rank_to_the_last_day_of_the_upper()
    {
        // N = 20, ranks 6 and 15. Running counts 4, 10, 16, 20: the 6th in week 1, the 15th in week 2.
        Bin[] bins = [new(0, 6, 4), new(7, 13, 6), new(14, 20, 6), new(21, 27, 4)];
        Assert.Equal(new DayRange(7, 20), MedianInterval.Confidence95(bins));
        // Ranks 3 and 18 of the 99.8 % interval: week 0 and week 3.
        Assert.Equal(new DayRange(0, 27), MedianInterval.Confidence998(bins));
    }

    [Fact]
    public void Below_six_patients_there_is_no_interval_and_below_ten_none_to_compare_with()
    {
        Assert.Equal(default, MedianInterval.Confidence95([new Bin(0, 6, 5)]));
        Assert.Equal(new DayRange(0, 6), MedianInterval.Confidence95([new Bin(0, 6, 6)]));
        Assert.Equal(default, MedianInterval.Confidence998([new Bin(0, 6, 9)]));
        Assert.Equal(new DayRange(0, 6), MedianInterval.Confidence998([new Bin(0, 6, 10)]));
        Assert.Equal(default, MedianInterval.Confidence95([]));
    }

    [Fact]
    public void An_interval_that_ends_in_an_open_bin_has_no_upper_limit()
    {
        // N = 20, upper rank 15; 14 are closed.
        Assert.Equal(new DayRange(0, null), MedianInterval.Confidence95([new Bin(0, 6, 14), new Bin(728, null, 6)]));
        Assert.Equal(new DayRange(0, 6), MedianInterval.Confidence95([new Bin(0, 6, 15), new Bin(728, null, 5)]));
    }

    [Fact]
    public void Asking_again_gives_the_same_ranks()
    {
        Bin[] bins = [.. Enumerable.Range(0, 77).Select(day => new Bin(day, day, 1))];
        Assert.Equal(MedianInterval.Confidence95(bins), MedianInterval.Confidence95(bins));
        Assert.Equal(MedianInterval.Confidence998(bins), MedianInterval.Confidence998(bins));
        Assert.NotEqual(MedianInterval.Confidence95(bins), MedianInterval.Confidence998(bins));
    }
}
