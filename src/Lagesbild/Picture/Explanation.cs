using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>How a median came about: enough to redo the sum, not enough to follow one patient from day to day.</summary>
/// <param name="Count">N.</param>
/// <param name="Rank">k = N/2.</param>
/// <param name="CountBefore">F: patients before the bin that holds the median.</param>
/// <param name="Bin">The bin that holds it; null where the median is open-ended, or where merged bins overlap there.</param>
/// <param name="Formula">The sum with its numbers in it.</param>
/// <param name="Histogram">Neighbouring bins joined until each holds at least five; for the country as it is.</param>
/// <param name="BinsJoined">How many bins were joined away.</param>
public sealed record Explanation(
    long Count,
    double Rank,
    double CountBefore,
    Bin? Bin,
    QuantileValue Median,
    string Formula,
    IReadOnlyList<Bin> Histogram,
    int BinsJoined
)
{
    /// <param name="bins">In order, at least one.</param>
    /// <param name="asItIs">True for the country.</param>
    public static Explanation Of(ReadOnlySpan<Bin> bins, bool asItIs) => throw new NotImplementedException();
}
