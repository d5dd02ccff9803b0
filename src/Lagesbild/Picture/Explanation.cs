using System.Globalization;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>
/// How a median came about: enough to redo the sum, not enough to follow one patient from day to day.
/// </summary>
/// <param name="Count">N.</param>
/// <param name="Rank">k = N/2.</param>
/// <param name="Median">The result, at full precision.</param>
/// <param name="HeldBy">The stretch of days that holds the median; null where it is open-ended.</param>
/// <param name="Formula">The sum with its numbers in it, decimal points.</param>
/// <param name="Histogram">
/// Neighbouring bins joined until each holds at least five; for the country as it is, where it is of three units or more.
/// </param>
/// <param name="BinsJoined">How many bins were joined away.</param>
public sealed record Explanation(
    long Count,
    double Rank,
    QuantileValue Median,
    MedianStretch? HeldBy,
    string Formula,
    IReadOnlyList<Bin> Histogram,
    int BinsJoined
)
{
    private const int SmallestShownBin = 5;

    // Of one unit the country's bins are that unit's; of two, each knows the other's.
    private const int FewestUnitsAsItIs = 3;

    /// <summary>True where no unit's own bins can be seen in a place's.</summary>
    public static bool IsAsItIs(Place place, Figure figure) =>
        place.Level == Level.Country && figure.Units >= FewestUnitsAsItIs;

    /// <param name="bins">In order, at least one.</param>
    /// <param name="asItIs">Nothing is joined (<see cref="IsAsItIs"/>).</param>
    public static Explanation Of(ReadOnlySpan<Bin> bins, bool asItIs)
    {
        var count = Statistics.Histogram.Count(bins);
        var rank = count / 2.0;
        var median = Quantile.Median(bins);
        var stretch = median.Days is { } days ? StretchAround(bins, days) : null;
        var shown = asItIs ? [.. bins] : Joined(bins);
        return new Explanation(
            count,
            rank,
            median,
            stretch,
            stretch is null ? OpenEnded(count, rank, median) : Sum(rank, stretch, median.Days!.Value),
            shown,
            bins.Length - shown.Count
        );
    }

    // Between two neighbouring bin edges C(x) is a straight line; without overlaps such a stretch is one bin.
    private static MedianStretch StretchAround(ReadOnlySpan<Bin> bins, double median)
    {
        var from = 0;
        var end = int.MaxValue;
        foreach (var bin in bins)
        {
            if (bin.IsOpen)
            {
                continue;
            }

            foreach (var edge in (ReadOnlySpan<int>)[bin.From, bin.To + 1])
            {
                if (edge < median)
                {
                    from = Math.Max(from, edge);
                }
                else
                {
                    end = Math.Min(end, edge);
                }
            }
        }

        var before = Quantile.CumulativeAt(bins, from);
        return new MedianStretch(from, end - 1, before, Quantile.CumulativeAt(bins, end) - before);
    }

    private static string Sum(double rank, MedianStretch s, double median) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{s.FromDays} + ({rank:0.##} - {s.CountBefore:0.##}) / {s.CountWithin:0.##} * {s.ToDays + 1 - s.FromDays} = {median:0.00}"
        );

    private static string OpenEnded(long count, double rank, QuantileValue median) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{count} / 2 = {rank:0.##}, beyond the bins that end before {median.OpenEndedFrom} days"
        );

    private static List<Bin> Joined(ReadOnlySpan<Bin> bins)
    {
        var joined = new List<Bin>();
        Bin? open = null;
        foreach (var bin in bins)
        {
            open = open is { } begun ? Join(begun, bin) : bin;
            if (open.Value.Count >= SmallestShownBin)
            {
                joined.Add(open.Value);
                open = null;
            }
        }

        if (open is { } rest)
        {
            if (joined.Count == 0)
            {
                return [rest];
            }

            joined[^1] = Join(joined[^1], rest);
        }

        return joined;
    }

    private static Bin Join(Bin a, Bin b) =>
        new(a.From, a.IsOpen || b.IsOpen ? null : Math.Max(a.To, b.To), a.Count + b.Count);
}

/// <summary>The stretch of completed days that holds a median: one bin, or a part of several that overlap.</summary>
/// <param name="CountBefore">F: patients before it (a fraction only where merged bins overlap).</param>
/// <param name="CountWithin">f: patients within it.</param>
public sealed record MedianStretch(int FromDays, int ToDays, double CountBefore, double CountWithin);
