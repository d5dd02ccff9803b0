using FsCheck;
using FsCheck.Fluent;
using Lagesbild.Statistics;
using Microsoft.FSharp.Core;

namespace Lagesbild.Tests.Statistics;

/// <summary>What holds for every histogram there can be; failures are shrunk to the smallest one.</summary>
public sealed class HistogramPropertyTests
{
    private static readonly Config Seeded = Config
        .QuickThrowOnFailure.WithMaxTest(1_000)
        .WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20261121UL), FSharpOption<int>.None)));

    private static readonly Gen<Bin> AnyBin =
        from start in Gen.Choose(0, 800)
        from width in Gen.Frequency((6, Gen.Constant(7)), (3, Gen.Choose(1, 60)), (1, Gen.Constant(0)))
        from count in Gen.Frequency((8, Gen.Choose(1, 40)), (1, Gen.Choose(1, 100_000)))
        let first = width == 7 ? start / 7 * 7 : start
        select width == 0 ? new Bin(364 + start, null, count) : new Bin(first, first + width - 1, count);

    // Shrinks to fewer bins.
    private static readonly Arbitrary<Bin[]> AnyBins = Arb.From(
        AnyBin.NonEmptyListOf().Select(bins => bins.ToArray()),
        bins => bins.Length < 2 ? [] : bins.Select((_, i) => bins.Where((_, j) => j != i).ToArray())
    );

    [Fact]
    public void Merging_does_not_depend_on_order_and_loses_nobody() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var backwards = bins.Reverse().ToArray();
                    var merged = Merge(bins);
                    return merged.SequenceEqual(Merge(backwards))
                        && Histogram.Count(merged) == bins.Sum(b => (long)b.Count)
                        && merged.Zip(merged.Skip(1)).All(p => p.First < p.Second);
                }
            )
        );

    [Fact]
    public void Merging_in_steps_is_merging_at_once() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var half = bins.Length / 2;
                    Bin[] steps = [.. Merge(bins[..half]), .. Merge(bins[half..])];
                    return Merge(steps).SequenceEqual(Merge(bins));
                }
            )
        );

    [Fact]
    public void A_quantile_never_falls_as_its_share_grows() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var merged = Merge(bins);
                    var days = Enumerable
                        .Range(1, 100)
                        .Select(p => Quantile.Of(merged, p, 100).Days ?? double.PositiveInfinity)
                        .ToArray();
                    return days.Zip(days.Skip(1)).All(p => p.First <= p.Second);
                }
            )
        );

    [Fact]
    public void The_completed_days_of_a_median_lie_within_its_bounds_and_those_within_its_interval() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var merged = Merge(bins);
                    var bounds = MedianInterval.Bounds(merged);
                    var interval = MedianInterval.Confidence95(merged);
                    var wide = MedianInterval.Confidence998(merged);
                    var shown = Quantile.Median(merged).Days is { } days ? (int)Math.Floor(days) : (int?)null;
                    return (shown is null || (bounds.Lower <= shown && shown <= (bounds.Upper ?? int.MaxValue)))
                        && (interval.Lower is null || Within(bounds, interval))
                        && (wide.Lower is null || Within(interval, wide));
                }
            )
        );

    [Fact]
    public void An_open_ended_median_is_longer_than_what_its_lower_limit_says() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var merged = Merge(bins);
                    var median = Quantile.Median(merged);
                    var n = Histogram.Count(merged);
                    return median.OpenEndedFrom is { } from
                        ? median.Days is null && 2 * Quantile.CumulativeAt(merged, from) < n
                        : median.Days is not null;
                }
            )
        );

    [Fact]
    public void Everybody_waiting_a_week_longer_makes_the_median_a_week_longer() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                AnyBins,
                bins =>
                {
                    var merged = Merge(bins);
                    var later = merged.Select(b => new Bin(b.From + 7, b.IsOpen ? null : b.To + 7, b.Count)).ToArray();
                    var (a, b) = (Quantile.Median(merged), Quantile.Median(later));
                    return a.OpenEndedFrom + 7 == b.OpenEndedFrom
                        && (a.Days is null ? b.Days is null : Math.Abs(a.Days.Value + 7 - b.Days!.Value) < 1e-9);
                }
            )
        );

    private static bool Within(DayRange inner, DayRange outer) =>
        outer.Lower <= inner.Lower && (outer.Upper is null || inner.Upper <= outer.Upper);

    private static Bin[] Merge(Bin[] bins)
    {
        var copy = bins.ToArray();
        return copy[..Histogram.Merge(copy)];
    }
}
