using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class AsaShareTests
{
    [Fact]
    public void An_exact_count_gives_the_share_its_interval_and_the_count_beside_it()
    {
        // 41 of 310 = 0.13226. Wilson: (0.13226 + 0.0061958) / 1.012392 ± 1.959964/1.012392 · √(0.00037022 + 0.0000099935)
        // = 0.13676 ± 0.03775.
        var asa = AsaShare.Of(AsaCount.Exact(310, 41), isUnit: true);
        Assert.Equal((310L, 41L), (asa.Known, asa.Count));
        Assert.Equal(41.0 / 310, asa.Share);
        Assert.Equal(0.0990, asa.Interval!.Value.Lower, 1e-4);
        Assert.Equal(0.1745, asa.Interval!.Value.Upper, 1e-4);
        Assert.False(asa.IsApproximate);
        Assert.Null(asa.AtLeast);
        Assert.Null(asa.AtMost);
        Assert.Null(asa.Reason);
    }

    [Fact]
    public void None_of_many_is_a_share_of_nought()
    {
        var asa = AsaShare.Of(AsaCount.Exact(100, 0), isUnit: true);
        Assert.Equal((0L, 0.0, 0.0), (asa.Count, asa.Share, asa.Interval!.Value.Lower));
        Assert.Equal(0.0370, asa.Interval.Value.Upper, 1e-4);
    }

    [Fact]
    public void Fewer_than_twenty_known_is_few()
    {
        var few = AsaShare.Of(AsaCount.Exact(19, 6), isUnit: true);
        Assert.Equal(AsaShareReason.Few, few.Reason);
        Assert.Equal((19L, 6L), (few.Known, few.Count));
        Assert.Null(few.Share);
        Assert.Null(few.Interval);
        Assert.Null(AsaShare.Of(AsaCount.Exact(20, 6), isUnit: true).Reason);
        // `<5` of few tells no bound either.
        var bounded = AsaShare.Of(AsaCount.FewerThanFive(19), isUnit: true);
        Assert.Equal((AsaShareReason.Few, null, null), (bounded.Reason, bounded.AtLeast, bounded.AtMost));
        // A unit whose operations have no class registered at all.
        Assert.Equal(AsaShareReason.Few, AsaShare.Of(AsaCount.Exact(0, 0), isUnit: true).Reason);
    }

    [Fact]
    public void Fewer_than_five_gives_bounds_and_no_interval()
    {
        var asa = AsaShare.Of(AsaCount.FewerThanFive(40), isUnit: true);
        Assert.Equal((1.0 / 40, 4.0 / 40), (asa.AtLeast, asa.AtMost));
        Assert.Null(asa.Share);
        Assert.Null(asa.Interval);
        Assert.Null(asa.Count);
        Assert.Null(asa.Reason);
        Assert.Equal(40, asa.Known);
    }

    [Fact]
    public void A_units_bounds_are_never_made_into_a_share_however_narrow()
    {
        // 1 to 4 of 1 000 are 0.3 points apart.
        Assert.Null(AsaShare.Of(AsaCount.FewerThanFive(1_000), isUnit: true).Share);
        Assert.NotNull(AsaShare.Of(AsaCount.FewerThanFive(1_000), isUnit: false).Share);
    }

    [Fact]
    public void A_masked_row_has_no_share_but_keeps_what_was_shown_of_it()
    {
        Assert.Equal(
            new AsaShare(null, null, null, null, null, null, false, AsaShareReason.Masked),
            AsaShare.Of(AsaCount.Masked(0), isUnit: true)
        );
        Assert.Equal(
            new AsaShare(310, null, null, null, null, null, false, AsaShareReason.Masked),
            AsaShare.Of(AsaCount.Masked(310), isUnit: true)
        );
    }

    [Fact]
    public void Levels_add_numbers_and_leave_masked_rows_out()
    {
        // 41 of 310, 9 of 90, two masked rows: 50 of 400.
        var sum = AsaCount.Masked(0) + AsaCount.Exact(310, 41) + AsaCount.Masked(250) + AsaCount.Exact(90, 9);
        Assert.Equal(new AsaCount(400, 50, 50, 2), sum);
        var asa = AsaShare.Of(sum, isUnit: false);
        Assert.Equal((400L, 50L, 0.125), (asa.Known, asa.Count, asa.Share));
        Assert.Equal(
            AsaShareReason.Masked,
            AsaShare.Of(AsaCount.Masked(0) + AsaCount.Masked(30) + AsaCount.Masked(0), isUnit: false).Reason
        );
    }

    [Fact]
    public void Each_fewer_than_five_adds_one_to_the_least_and_four_to_the_most()
    {
        // 50 of 400, `<5` of 60, `<5` of 40: between 52 and 58 of 500, 1.2 points apart.
        var sum = AsaCount.Exact(400, 50) + AsaCount.FewerThanFive(60) + AsaCount.FewerThanFive(40);
        Assert.Equal(new AsaCount(500, 52, 58, 3), sum);
        var asa = AsaShare.Of(sum, isUnit: false);
        Assert.True(asa.IsApproximate);
        Assert.Equal(0.11, asa.Share!.Value, 1e-12);
        Assert.Equal(Proportion.Wilson(0.11, 500).Lower, asa.Interval!.Value.Lower, 1e-12);
        Assert.Equal((0.104, 0.116), (asa.AtLeast, asa.AtMost));
        Assert.Null(asa.Count);
        Assert.Null(asa.Reason);
    }

    [Fact]
    public void Two_points_apart_is_near_enough_and_a_little_more_is_not()
    {
        // 3 of 150 is two points exactly, whatever the least; of 149 it is a little more.
        for (var exact = 0; exact < 100; exact += 5)
        {
            var near = AsaCount.Exact(100, exact) + AsaCount.FewerThanFive(50);
            Assert.True(AsaShare.Of(near, isUnit: false).IsApproximate);
            var far = AsaShare.Of(AsaCount.Exact(99, exact) + AsaCount.FewerThanFive(50), isUnit: false);
            Assert.False(far.IsApproximate);
            Assert.Null(far.Share);
            Assert.Equal((exact + 1.0) / 149, far.AtLeast);
            Assert.Equal((exact + 4.0) / 149, far.AtMost);
        }
    }

    [Fact]
    public void The_order_of_addition_does_not_matter()
    {
        AsaCount[] rows = [AsaCount.Exact(25, 7), AsaCount.Masked(0), AsaCount.FewerThanFive(31), AsaCount.Masked(12)];
        var forwards = rows.Aggregate((a, b) => a + b);
        Assert.Equal(forwards, rows.Reverse().Aggregate((a, b) => AsaCount.Add(a, b)));
        Assert.Equal(new AsaCount(56, 8, 11, 2), forwards);
    }
}
