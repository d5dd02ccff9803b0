using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class QuantileTests
{
    [Fact]
    public void The_rank_is_half_of_N_interpolated_within_its_bin()
    {
        // N = 20, k = 10. F = 4 before week 1, f = 12 in it: 7 + (10 − 4)/12 · 7 = 7 + 3.5.
        Bin[] bins = [new(0, 6, 4), new(7, 13, 12), new(14, 20, 4)];
        Assert.Equal(10.5, Quantile.Median(bins).Days);
    }

    [Fact]
    public void The_rank_is_not_half_of_N_plus_one()
    {
        // N = 5, k = 2.5. F = 2, f = 3: 70 + 0.5/3 · 7 = 71.1666…; with (N+1)/2 = 3 it would be 72.333….
        Bin[] bins = [new(0, 6, 2), new(70, 76, 3)];
        Assert.Equal(70 + 3.5 / 3, Quantile.Median(bins).Days!.Value, 1e-12);
    }

    [Fact]
    public void Where_the_count_is_flat_at_the_rank_the_smallest_such_day_is_the_quantile()
    {
        // N = 10, k = 5: reached at the end of the first bin, and the count stays 5 until day 70.
        Bin[] bins = [new(0, 6, 5), new(70, 76, 5)];
        Assert.Equal(7, Quantile.Median(bins).Days);
        // What binning hides is wide here, and holds the median's completed day.
        Assert.Equal(new DayRange(0, 76), MedianInterval.Bounds(bins));
    }

    [Fact]
    public void The_ninetieth_percentile_uses_nine_tenths_of_N()
    {
        // N = 40, k = 36. F = 30, f = 8: 28 + 6/8 · 7 = 33.25.
        Bin[] bins = [new(0, 6, 30), new(28, 34, 8), new(35, 41, 2)];
        Assert.Equal(33.25, Quantile.P90(bins).Days);
    }

    [Fact]
    public void One_patient_waited_in_the_middle_of_the_bin()
    {
        // k = 0.5: 14 + 0.5/1 · 7.
        Assert.Equal(17.5, Quantile.Median([new Bin(14, 20, 1)]).Days);
        Assert.Equal(14.5, Quantile.Median([new Bin(14, 14, 1)]).Days);
    }

    [Fact]
    public void Without_patients_there_is_neither_value_nor_limit() =>
        Assert.Equal(new QuantileValue(null, null), Quantile.Median([]));

    [Fact]
    public void A_rank_beyond_the_closed_bins_is_open_ended()
    {
        // N = 11, k = 5.5 > 5.
        var median = Quantile.Median([new Bin(0, 6, 5), new Bin(728, null, 6)]);
        Assert.Equal(new QuantileValue(null, 728), median);
        Assert.True(median.IsOpenEnded);
    }

    [Fact]
    public void A_rank_that_the_closed_bins_just_reach_has_a_value()
    {
        // N = 10, k = 5: reached at the end of the closed bin.
        Assert.Equal(new QuantileValue(7, null), Quantile.Median([new Bin(0, 6, 5), new Bin(728, null, 5)]));
    }

    [Fact]
    public void Everybody_in_an_open_bin_is_open_ended() =>
        Assert.Equal(new QuantileValue(null, 364), Quantile.Median([new Bin(364, null, 1)]));

    [Fact]
    public void With_several_open_bins_the_smallest_first_day_is_the_limit() =>
        Assert.Equal(
            new QuantileValue(null, 364),
            Quantile.Median([new Bin(0, 6, 1), new Bin(364, null, 2), new Bin(728, null, 7)])
        );

    [Fact]
    public void A_value_beyond_the_first_day_of_an_open_bin_is_not_one()
    {
        // Merged: one unit closes its bins at 400, another opens at 364. C reaches k = 4 at 371 > 364, but the open
        // patient may have waited less or more than that: nothing is known beyond 364.
        Bin[] bins = [new(364, null, 1), new(364, 370, 4), new(371, 377, 3)];
        Assert.Equal(new QuantileValue(null, 364), Quantile.Median(bins));
    }

    [Fact]
    public void A_value_exactly_at_the_first_day_of_an_open_bin_stands()
    {
        // N = 4, k = 2: reached at day 364 exactly, which is not greater than 364.
        Assert.Equal(364, Quantile.Median([new Bin(357, 363, 2), new Bin(364, null, 2)]).Days);
        // Inside a closed bin: N = 12, k = 6, 360 + 6/8 · 8 = 366.
        Assert.Equal(new QuantileValue(366, null), Quantile.Median([new Bin(360, 367, 8), new Bin(366, null, 4)]));
        Assert.Equal(new QuantileValue(null, 365), Quantile.Median([new Bin(360, 367, 8), new Bin(365, null, 4)]));
        // Where bins overlap: C(366) = 10 · 16/20 + 10 · 6/10 = 14, which is k for N = 28 and less than k for N = 29.
        Assert.Equal(
            new QuantileValue(366, null),
            Quantile.Median([new Bin(350, 369, 10), new Bin(360, 369, 10), new Bin(366, null, 8)])
        );
        Assert.Equal(
            new QuantileValue(null, 366),
            Quantile.Median([new Bin(350, 369, 10), new Bin(360, 369, 10), new Bin(366, null, 9)])
        );
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    [InlineData(3, 2)]
    public void A_share_outside_the_unit_interval_is_a_bug(int numerator, int denominator) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantile.Of([new Bin(0, 6, 5)], numerator, denominator));
}
