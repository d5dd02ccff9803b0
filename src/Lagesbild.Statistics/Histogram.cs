using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lagesbild.Statistics;

/// <summary>
/// One bin of a histogram of waits: <see cref="Count"/> patients whose wait in completed days lies in
/// [<see cref="From"/>, <see cref="To"/>], both inclusive. An open bin has no upper end: its patients waited at
/// least <see cref="From"/> days. Eight bytes, because a national delivery holds millions. (docs/metod.md §1)
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct Bin : IEquatable<Bin>, IComparable<Bin>
{
    /// <summary>The longest wait that can be held, in days: a hundred years.</summary>
    public const int LongestWait = 36_500;

    private const ushort OpenEnd = ushort.MaxValue;

    private readonly ushort _from;
    private readonly ushort _to;

    /// <param name="from">First day, 0–36 500.</param>
    /// <param name="to">Last day, ≥ <paramref name="from"/>; null for an open bin.</param>
    /// <param name="count">Patients, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Any of these does not hold.</exception>
    public Bin(int from, int? to, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, LongestWait);
        if (to is { } last)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(last, from, nameof(to));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(last, LongestWait, nameof(to));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _from = (ushort)from;
        _to = to is null ? OpenEnd : (ushort)to.Value;
        Count = count;
    }

    /// <summary>First completed day.</summary>
    public int From => _from;

    /// <summary>Last completed day; for an open bin a number beyond every wait (see <see cref="IsOpen"/>).</summary>
    public int To => _to;

    /// <summary>True where there is no upper end.</summary>
    public bool IsOpen => _to == OpenEnd;

    /// <summary>Patients.</summary>
    public int Count { get; }

    /// <summary>Days that the bin spans; meaningless for an open bin.</summary>
    public int Width => _to + 1 - _from;

    /// <summary>Same range, the counts put together.</summary>
    internal Bin WithCount(int count) => new(From, IsOpen ? null : To, count);

    internal bool SameRange(Bin other) => _from == other._from && _to == other._to;

    /// <summary>By first day, then by last day, open bins last.</summary>
    public int CompareTo(Bin other) => ((uint)_from << 16 | _to).CompareTo((uint)other._from << 16 | other._to);

    /// <inheritdoc/>
    public bool Equals(Bin other) => SameRange(other) && Count == other.Count;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bin other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_from, _to, Count);

    /// <inheritdoc/>
    public override string ToString() => IsOpen ? $"[{From}, ∞): {Count}" : $"[{From}, {To}]: {Count}";

    /// <summary>Equality of range and count.</summary>
    public static bool operator ==(Bin left, Bin right) => left.Equals(right);

    /// <summary>Inequality of range or count.</summary>
    public static bool operator !=(Bin left, Bin right) => !left.Equals(right);

    /// <summary>Order by range.</summary>
    public static bool operator <(Bin left, Bin right) => left.CompareTo(right) < 0;

    /// <summary>Order by range.</summary>
    public static bool operator >(Bin left, Bin right) => left.CompareTo(right) > 0;

    /// <summary>Order by range.</summary>
    public static bool operator <=(Bin left, Bin right) => left.CompareTo(right) <= 0;

    /// <summary>Order by range.</summary>
    public static bool operator >=(Bin left, Bin right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// A histogram is a span of bins in the order of <see cref="Bin.CompareTo"/>, no two with the same range. Bins of one
/// delivered cell never overlap; bins of merged cells may. Every function of this project takes that order for granted.
/// </summary>
public static class Histogram
{
    /// <summary>N: all patients, those in open bins included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Count(ReadOnlySpan<Bin> bins)
    {
        long n = 0;
        foreach (var bin in bins)
        {
            n += bin.Count;
        }

        return n;
    }

    /// <summary>
    /// Makes one histogram of the bins of many, in place: sorts, and adds up those of the same range. Never a
    /// median of medians: a level above the unit is computed from this. (docs/metod.md §7)
    /// </summary>
    /// <returns>How many bins remain, at the front of <paramref name="bins"/>.</returns>
    /// <exception cref="OverflowException">A range holds more than 2³¹−1 patients.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Merge(Span<Bin> bins)
    {
        if (bins.IsEmpty)
        {
            return 0;
        }

        // As sortable integers: eight times faster than a comparison of structs.
        var keys = MemoryMarshal.Cast<Bin, ulong>(bins);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = Sortable(bins[i]);
        }

        keys.Sort();
        var last = 0;
        var count = CountOf(keys[0]);
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i] >> 32 == keys[last] >> 32)
            {
                count += CountOf(keys[i]);
                continue;
            }

            keys[last] = (keys[last] & RangeMask) | (uint)count;
            last++;
            keys[last] = keys[i];
            count = CountOf(keys[i]);
        }

        keys[last] = (keys[last] & RangeMask) | (uint)count;
        for (var i = 0; i <= last; i++)
        {
            bins[i] = FromSortable(keys[i]);
        }

        return last + 1;
    }

    private const ulong RangeMask = 0xFFFF_FFFF_0000_0000;

    private static ulong Sortable(Bin bin) => ((ulong)bin.From << 48) | ((ulong)bin.To << 32) | (uint)bin.Count;

    private static Bin FromSortable(ulong key)
    {
        var to = (int)((key >> 32) & 0xFFFF);
        return new Bin((int)(key >> 48), to == ushort.MaxValue ? null : to, CountOf(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountOf(ulong key) => (int)(key & 0xFFFF_FFFF);

    /// <summary>The smallest first day of an open bin; null where none is open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int? OpenFrom(ReadOnlySpan<Bin> bins)
    {
        foreach (var bin in bins)
        {
            if (bin.IsOpen)
            {
                return bin.From;
            }
        }

        return null;
    }
}
