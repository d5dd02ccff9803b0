using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Pictures;

public sealed class FigureTests
{
    // N = 3 496, k = 1 748 of the 1 749 in [77, 83]: 77 + 1 748 / 1 749 · 7 = 83.996 days.
    [Fact]
    public void A_median_that_rounds_up_to_a_whole_day_has_not_completed_it()
    {
        var figure = Figure.Of([new Bin(77, 83, 1_749), new Bin(84, 90, 1_747)], country: null);

        Assert.Equal(84.00, figure.MedianDays);
        Assert.Equal(83, figure.MedianCompletedDays);
        Assert.Equal((77, 83), (figure.MedianLowerDays, figure.MedianUpperDays));
    }

    // k = 20 of 40, all 20 in [0, 6]: the bin's end, 7.00 days, which are seven completed ones.
    [Fact]
    public void A_median_at_a_bins_end_has_completed_that_day()
    {
        var figure = Figure.Of([new Bin(0, 6, 20), new Bin(7, 13, 20)], country: null);

        Assert.Equal(7.00, figure.MedianDays);
        Assert.Equal(7, figure.MedianCompletedDays);
        Assert.Equal((0, 13), (figure.MedianLowerDays, figure.MedianUpperDays));
    }
}
