using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lagesbild.Statistics;

/// <summary>A quantile, or why there is none.</summary>
/// <param name="Days">Days on the continuous axis, not rounded; null where open-ended or without patients.</param>
/// <param name="OpenEndedFrom">"More than this many days": set only where the quantile lies in an open bin.</param>
public readonly record struct QuantileValue(double? Days, int? OpenEndedFrom)
{
    /// <summary>True where patients exist but the quantile lies beyond what the bins tell.</summary>
    public bool IsOpenEnded => OpenEndedFrom is not null;
}

/// <summary>
/// Quantiles by linear interpolation within bins at rank p·N: the rule by which NHS England computes its published
/// waiting times. Ranks are compared as whole numbers, so no rounding decides which bin is chosen. (docs/metod.md §2)
/// </summary>
public static class Quantile
{
    /// <summary>Least number of patients for a 90th percentile.</summary>
    public const int LeastForP90 = 20;

    /// <summary>The median, p = 0.5.</summary>
    public static QuantileValue Median(ReadOnlySpan<Bin> bins) => Of(bins, 1, 2);

    /// <summary>The 90th percentile; the caller withholds it below <see cref="LeastForP90"/> patients.</summary>
    public static QuantileValue P90(ReadOnlySpan<Bin> bins) => Of(bins, 9, 10);

    /// <summary>The quantile p = <paramref name="numerator"/>/<paramref name="denominator"/>, 0 &lt; p ≤ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static QuantileValue Of(ReadOnlySpan<Bin> bins, int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numerator, denominator);
        long all = 0;
        long closed = 0;
        var lastDay = -1;
        var overlapping = false;
        int? openFrom = null;
        foreach (var bin in bins)
        {
            all += bin.Count;
            if (bin.IsOpen)
            {
                openFrom ??= bin.From;
                continue;
            }

            closed += bin.Count;
            overlapping |= bin.From <= lastDay;
            lastDay = Math.Max(lastDay, bin.To);
        }

        if (all == 0)
        {
            return default;
        }

        var rank = numerator * all;
        if (denominator * closed < rank)
        {
            return new QuantileValue(null, openFrom);
        }

        var days = overlapping ? Overlapping(bins, rank, denominator, openFrom) : Disjoint(bins, rank, denominator);
        return days > openFrom ? new QuantileValue(null, openFrom) : new QuantileValue(days, null);
    }

    /// <summary>C(day): patients who waited fewer than <paramref name="day"/> days, straddling bins interpolated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double CumulativeAt(ReadOnlySpan<Bin> bins, int day)
    {
        long whole = 0;
        double part = 0;
        foreach (var bin in bins)
        {
            if (bin.IsOpen || bin.From >= day)
            {
                continue;
            }

            if (bin.To < day)
            {
                whole += bin.Count;
            }
            else
            {
                part += (double)bin.Count * (day - bin.From) / bin.Width;
            }
        }

        return whole + part;
    }

    /// <summary>True where a closed bin holds both <paramref name="day"/> − 1 and <paramref name="day"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool IsInterpolatedAt(ReadOnlySpan<Bin> bins, int day)
    {
        foreach (var bin in bins)
        {
            if (!bin.IsOpen && bin.From < day && bin.To >= day)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Disjoint(ReadOnlySpan<Bin> bins, long rank, int denominator)
    {
        long before = 0;
        foreach (var bin in bins)
        {
            if (bin.IsOpen)
            {
                continue;
            }

            if (denominator * (before + bin.Count) >= rank)
            {
                var into = (double)(rank - denominator * before) / ((double)denominator * bin.Count);
                return bin.From + into * bin.Width;
            }

            before += bin.Count;
        }

        throw new InvalidOperationException("The rank lies beyond the closed bins.");
    }

    // With overlapping bins C(x) is piecewise linear between bin edges. Scaled by the least common multiple of the
    // widths its value and slope are whole numbers, so "C reaches k here" is decided exactly.
    private static double Overlapping(ReadOnlySpan<Bin> bins, long rank, int denominator, int? openFrom)
    {
        BigInteger scale = 1;
        foreach (var bin in bins)
        {
            if (!bin.IsOpen)
            {
                scale *= bin.Width / (int)BigInteger.GreatestCommonDivisor(scale, bin.Width);
            }
        }

        return scale < 1L << 48
            ? Walk<Int128>(bins, (Int128)scale, rank, denominator, openFrom)
            : Walk<BigInteger>(bins, scale, rank, denominator, openFrom);
    }

    private static double Walk<T>(ReadOnlySpan<Bin> bins, T scale, long rank, int denominator, int? openFrom)
        where T : IBinaryInteger<T>
    {
        var edges = new int[2 * bins.Length + 1];
        var slopeChanges = new T[2 * bins.Length + 1];
        var used = 0;
        if (openFrom is { } limit)
        {
            // An edge too, so that a rank reached just there is told from one reached beyond.
            (edges[used], slopeChanges[used++]) = (limit, T.Zero);
        }

        foreach (var bin in bins)
        {
            if (bin.IsOpen)
            {
                continue;
            }

            var slope = T.CreateChecked(bin.Count) * (scale / T.CreateChecked(bin.Width));
            (edges[used], slopeChanges[used++]) = (bin.From, slope);
            (edges[used], slopeChanges[used++]) = (bin.To + 1, -slope);
        }

        Array.Sort(edges, slopeChanges, 0, used);
        var target = T.CreateChecked(rank) * scale;
        var parts = T.CreateChecked(denominator);
        var value = T.Zero;
        var current = T.Zero;
        for (var i = 0; i < used - 1; i++)
        {
            current += slopeChanges[i];
            var next = value + current * T.CreateChecked(edges[i + 1] - edges[i]);
            if (parts * next == target)
            {
                return edges[i + 1];
            }

            if (parts * next > target)
            {
                return edges[i] + Ratio(target - parts * value, parts * current);
            }

            value = next;
        }

        throw new InvalidOperationException("The rank lies beyond the closed bins.");
    }

    // Brought within a double's range first: the common multiple of many widths can be longer than that.
    private static double Ratio<T>(T numerator, T denominator)
        where T : IBinaryInteger<T>
    {
        var excess = Math.Max(0, denominator.GetShortestBitLength() - 1_000);
        return double.CreateChecked(numerator >> excess) / double.CreateChecked(denominator >> excess);
    }
}
