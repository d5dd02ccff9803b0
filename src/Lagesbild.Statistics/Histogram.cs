using System.Buffers;
using System.Runtime.CompilerServices;

namespace Lagesbild.Statistics;

/// <summary>
/// One bin of a histogram of waits: <see cref="Count"/> patients whose wait in completed days lies in
/// [<see cref="From"/>, <see cref="To"/>], both inclusive. An open bin has no upper end: its patients waited at
/// least <see cref="From"/> days. Eight bytes, because a national delivery holds millions. (docs/metod.md §1)
/// </summary>
public readonly struct Bin : IEquatable<Bin>, IComparable<Bin>
{
    /// <summary>The longest wait that can be held, in days: a hundred years.</summary>
    public const int LongestWait = 36_500;

    private const int OpenEnd = ushort.MaxValue;
    private const int RangeShift = 32;
    private const int FromShift = 48;

    // First day, last day, patients, from the upper bits down: such numbers sort as their bins do.
    private readonly ulong _key;

    /// <param name="from">First day, 0–36 500.</param>
    /// <param name="to">Last day, ≥ <paramref name="from"/>; null for an open bin.</param>
    /// <param name="count">Patients, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Any of these does not hold.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bin(int from, int? to, int count)
    {
        var last = to ?? OpenEnd;
        if (from < 0 || from > LongestWait || last < from || (last > LongestWait && to is not null) || count < 1)
        {
            ThrowImpossible(from, to, count);
        }

        _key = (ulong)(uint)from << FromShift | (ulong)(uint)last << RangeShift | (uint)count;
    }

    private Bin(ulong key) => _key = key;

    private static void ThrowImpossible(int from, int? to, int count) =>
        throw new ArgumentOutOfRangeException(nameof(from), $"No bin has {count} from {from} to {to}.");

    /// <summary>First completed day.</summary>
    public int From => (int)(_key >> FromShift);

    /// <summary>Last completed day; for an open bin a number beyond every wait (see <see cref="IsOpen"/>).</summary>
    public int To => (int)(_key >> RangeShift & OpenEnd);

    /// <summary>True where there is no upper end.</summary>
    public bool IsOpen => To == OpenEnd;

    /// <summary>Patients.</summary>
    public int Count => (int)(_key & uint.MaxValue);

    /// <summary>Days that the bin spans; meaningless for an open bin.</summary>
    public int Width => To + 1 - From;

    /// <summary>First and last day as one number that orders as they do.</summary>
    internal uint Range => (uint)(_key >> RangeShift);

    /// <summary>The patients of another bin of the same range put to these.</summary>
    /// <exception cref="OverflowException">More than 2³¹−1.</exception>
    internal Bin With(Bin other) => new(_key >> RangeShift << RangeShift | (uint)checked(Count + other.Count));

    /// <summary>By first day, then by last day, open bins last.</summary>
    public int CompareTo(Bin other) => Range.CompareTo(other.Range);

    /// <inheritdoc/>
    public bool Equals(Bin other) => _key == other._key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bin other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _key.GetHashCode();

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
    /// <remarks>Fast where the histograms stand one after another, as each is in order already.</remarks>
    /// <returns>How many bins remain, at the front of <paramref name="bins"/>.</returns>
    /// <exception cref="OverflowException">A range holds more than 2³¹−1 patients.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Merge(Span<Bin> bins)
    {
        var stretches = CountStretches(bins);
        if (stretches <= 1)
        {
            return bins.Length;
        }

        var room = ArrayPool<Bin>.Shared.Rent(bins.Length);
        var ends = ArrayPool<int>.Shared.Rent(stretches);
        FindEnds(bins, ends);
        var from = bins;
        var into = room.AsSpan(0, bins.Length);
        while (stretches > 1)
        {
            stretches = MergeNeighbours(from, into, ends.AsSpan(0, stretches));
            var emptied = from;
            from = into;
            into = emptied;
        }

        var length = ends[0];
        from[..length].CopyTo(bins);
        ArrayPool<int>.Shared.Return(ends);
        ArrayPool<Bin>.Shared.Return(room);
        return length;
    }

    // A stretch is in order, without two of the same range.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountStretches(ReadOnlySpan<Bin> bins)
    {
        var stretches = bins.IsEmpty ? 0 : 1;
        for (var i = 1; i < bins.Length; i++)
        {
            stretches += bins[i].Range <= bins[i - 1].Range ? 1 : 0;
        }

        return stretches;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindEnds(ReadOnlySpan<Bin> bins, Span<int> ends)
    {
        var stretch = 0;
        for (var i = 1; i < bins.Length; i++)
        {
            if (bins[i].Range <= bins[i - 1].Range)
            {
                ends[stretch++] = i;
            }
        }

        ends[stretch] = bins.Length;
    }

    // Two stretches make one; returns how many there are then, their ends at the front of `ends`.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeNeighbours(ReadOnlySpan<Bin> from, Span<Bin> into, Span<int> ends)
    {
        var (start, written) = (0, 0);
        for (var i = 0; i < ends.Length; i += 2)
        {
            var middle = ends[i];
            var end = i + 1 < ends.Length ? ends[i + 1] : middle;
            written += MergeTwo(from[start..middle], from[middle..end], into[written..]);
            ends[i / 2] = written;
            start = end;
        }

        return (ends.Length + 1) / 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeTwo(ReadOnlySpan<Bin> a, ReadOnlySpan<Bin> b, Span<Bin> into)
    {
        var (i, j, written) = (0, 0, 0);
        while (i < a.Length && j < b.Length)
        {
            var (x, y) = (a[i], b[j]);
            if (x.Range == y.Range)
            {
                into[written++] = x.With(y);
                i++;
                j++;
            }
            else if (x.Range < y.Range)
            {
                into[written++] = x;
                i++;
            }
            else
            {
                into[written++] = y;
                j++;
            }
        }

        a[i..].CopyTo(into[written..]);
        written += a.Length - i;
        b[j..].CopyTo(into[written..]);
        return written + b.Length - j;
    }

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
