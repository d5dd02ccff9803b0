using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class ProportionTests
{
    [Fact]
    public void Ninety_completed_days_are_within_and_ninety_one_are_not()
    {
        Assert.Equal(1, Proportion.Within90Days([new Bin(90, 90, 5)]));
        Assert.Equal(0, Proportion.Within90Days([new Bin(91, 91, 5)]));
        // The thirteenth week ends on day 90: 30 of 40.
        Bin[] weeks = [new(84, 90, 30), new(91, 97, 10)];
        Assert.Equal(0.75, Proportion.Within90Days(weeks));
        Assert.False(Proportion.Within90DaysIsInterpolated(weeks));
    }

    [Fact]
    public void A_bin_that_straddles_the_ninety_days_is_shared_out_and_said_to_be()
    {
        // [88, 94]: days 88, 89 and 90 of seven, 3/7 of 14 = 6; with 4 before, 10 of 20.
        Bin[] bins = [new(0, 6, 4), new(88, 94, 14), new(95, 101, 2)];
        Assert.Equal(0.5, Proportion.Within90Days(bins));
        Assert.True(Proportion.Within90DaysIsInterpolated(bins));
        // Narrowest that straddles.
        Assert.Equal(0.5, Proportion.Within90Days([new Bin(90, 91, 1)]));
        Assert.True(Proportion.Within90DaysIsInterpolated([new Bin(90, 91, 1)]));
        Assert.False(Proportion.Within90DaysIsInterpolated([new Bin(90, 90, 1), new Bin(91, 91, 1)]));
        // An open bin straddles nothing.
        Assert.False(Proportion.Within90DaysIsInterpolated([new Bin(364, null, 1)]));
    }

    [Fact]
    public void Those_in_open_bins_waited_longer() =>
        Assert.Equal(0.25, Proportion.Within90Days([new Bin(0, 6, 5), new Bin(728, null, 15)]));

    [Fact]
    public void Nobody_has_no_share() => Assert.Null(Proportion.Within90Days([]));

    [Fact]
    public void The_share_of_any_merged_histogram_is_the_exact_one()
    {
        var random = new Random(90);
        for (var i = 0; i < 1_000; i++)
        {
            var bins = ExactOracle.RandomMerge(random, random.Next(1, 6));
            var exact = ExactOracle.Cumulative(bins, 91) / bins.Sum(b => (long)b.Count);
            Assert.Equal(exact.ToDouble(), Proportion.Within90Days(bins)!.Value, 1e-12);
            Assert.Equal(
                bins.Any(b => !b.IsOpen && b.From <= 90 && b.To >= 91),
                Proportion.Within90DaysIsInterpolated(bins)
            );
        }
    }

    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (Wilson, no continuity correction), to four decimals.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_interval_is_the_published_one(int hits, int n, double lower, double upper)
    {
        var interval = Proportion.Wilson((double)hits / n, n);
        Assert.Equal(lower, interval.Lower, 5e-5);
        Assert.Equal(upper, interval.Upper, 5e-5);
    }

    [Fact]
    public void Wilsons_limits_solve_the_equation_that_defines_them()
    {
        // |p − π| = z·√(π(1 − π)/n) at both ends.
        const double z = 1.959964;
        foreach (var n in new[] { 20, 57, 310, 12_345, 1_000_000 })
        {
            foreach (var share in new[] { 0, 0.01, 0.132, 0.5, 0.98, 1 })
            {
                var interval = Proportion.Wilson(share, n);
                Assert.InRange(share, interval.Lower, interval.Upper);
                Assert.InRange(interval.Lower, 0, 1);
                Assert.InRange(interval.Upper, 0, 1);
                foreach (var end in new[] { interval.Lower, interval.Upper })
                {
                    Assert.Equal(z * Math.Sqrt(end * (1 - end) / n), Math.Abs(share - end), 1e-9);
                }
            }
        }
    }
}
