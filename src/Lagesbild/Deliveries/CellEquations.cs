using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lagesbild.Deliveries;

/// <summary>
/// What equations alone give away of one unit × procedure. Unknown is, for each group, how many patients come before a cut
/// in time. A known cell ties two cuts of its group together, so what is left are a few parts that may slide against each
/// other; a known cell of everybody is an equation between such parts of all groups. What no solution of these equations
/// can change is known. That is seen from one random solution of them with nobody in any known cell: what is zero there is
/// zero in all of them. Reckoned modulo a prime greater than any determinant of the equations (at most 23 rows of 14 ones
/// and minus ones, so below 10¹⁴), hence exactly; chance makes a mistake once in 10¹⁸.
/// </summary>
internal sealed class CellEquations
{
    private const ulong Prime = (1UL << 61) - 1;
    private const int Lanes = 8;

    private readonly int _lanes;
    private readonly int _cuts;
    private readonly (int From, int To)[] _stretches;

    // By group and cut, group after group: the part that the cut belongs to (as one of its cuts), and the patients between.
    private readonly int[] _loose;
    private readonly int[] _part;
    private readonly long[] _offset;

    // By part: the random solution with nobody in any known cell, and one with all that is known.
    private readonly ulong[] _random;
    private readonly ulong[] _free;
    private readonly ulong[] _some;

    // Equations still to be solved, each as its cut: it is about what lies between that and the first cut of its part.
    private readonly int[] _rows;
    private readonly ulong[] _sums;
    private readonly int[] _uses;
    private readonly List<(int Row, int Unknown)> _solved = [];

    // Those that no part has for itself, as a matrix with the sums in its last column.
    private readonly List<int> _unknowns = [];
    private readonly int[] _column;
    private readonly ulong[] _matrix;
    private readonly int[] _pivots;

    /// <param name="stretches">Where each begins and ends, as places among the cuts.</param>
    /// <param name="lanes">Everybody, and the groups that add up to them.</param>
    public CellEquations((int From, int To)[] stretches, int cuts, int lanes)
    {
        (_stretches, _cuts, _lanes) = (stretches, cuts, lanes);
        var unknowns = lanes * cuts;
        _loose = [.. Enumerable.Range(0, unknowns)];
        _part = new int[unknowns];
        _offset = new long[unknowns];
        _free = new ulong[unknowns];
        _some = new ulong[unknowns];
        _uses = new int[unknowns];
        _column = new int[unknowns];
        _rows = new int[cuts];
        _sums = new ulong[cuts];
        _pivots = new int[cuts];
        _matrix = new ulong[cuts * (unknowns + 1)];
        _random = new ulong[unknowns];
        var state = 0x9E3779B97F4A7C15UL;
        for (var i = 0; i < unknowns; i++)
        {
            // The same each time: xorshift.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            _random[i] = state % Prime;
        }
    }

    /// <summary>Sets both bounds of all that follows from what has one number already; false where it cannot be.</summary>
    /// <param name="changed">Gets the stretches whose bounds are new.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Solve(Vector256<int>[] low, Vector256<int>[] high, ref ulong changed)
    {
        var lows = MemoryMarshal.Cast<Vector256<int>, int>(low.AsSpan());
        var highs = MemoryMarshal.Cast<Vector256<int>, int>(high.AsSpan());
        if (!Join(low, high, lows) || !Equate())
        {
            return false;
        }

        SolveTaken();
        return Conclude(lows, highs, ref changed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Join(Vector256<int>[] low, Vector256<int>[] high, ReadOnlySpan<int> lows)
    {
        _loose.CopyTo(_part, 0);
        Array.Clear(_offset);
        for (var stretch = 0; stretch < _stretches.Length; stretch++)
        {
            var (from, to) = _stretches[stretch];
            var known = Vector256.Equals(low[stretch], high[stretch]).ExtractMostSignificantBits();
            for (var lane = 0; lane < _lanes; lane++)
            {
                var first = lane * _cuts;
                if ((known >> lane & 1) != 0 && !Join(first, first + from, first + to, lows[stretch * Lanes + lane]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Join(int first, int from, int to, long patients)
    {
        var (part, joined) = (_part[from], _part[to]);
        var further = _offset[from] + patients - _offset[to];
        if (part == joined)
        {
            return further == 0;
        }

        for (var cut = first; cut < first + _cuts; cut++)
        {
            if (_part[cut] == joined)
            {
                _part[cut] = part;
                _offset[cut] += further;
            }
        }

        return true;
    }

    // Takes one equation after another that has a part for itself, which it then is about; the rest goes into the matrix.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Equate()
    {
        _random.CopyTo(_free, 0);
        Array.Clear(_some);
        Array.Clear(_uses);
        _solved.Clear();
        var rows = 0;
        for (var cut = 0; cut < _cuts; cut++)
        {
            var start = _part[cut];
            if (start == cut)
            {
                continue;
            }

            var (sum, isEmpty) = (_offset[cut], true);
            for (var lane = _cuts; lane < _part.Length; lane += _cuts)
            {
                sum -= _offset[lane + cut] - _offset[lane + start];
                if (_part[lane + cut] != _part[lane + start])
                {
                    _uses[_part[lane + cut]]++;
                    _uses[_part[lane + start]]++;
                    isEmpty = false;
                }
            }

            if (!isEmpty)
            {
                _sums[cut] = ToField(sum);
                _rows[rows++] = cut;
            }
            else if (sum != 0)
            {
                return false;
            }
        }

        for (var before = rows + 1; rows < before; )
        {
            before = rows;
            rows = 0;
            for (var i = 0; i < before; i++)
            {
                if (OwnUnknown(_rows[i]) is >= 0 and var unknown)
                {
                    _solved.Add((_rows[i], unknown));
                    Use(_rows[i], -1);
                }
                else
                {
                    _rows[rows++] = _rows[i];
                }
            }
        }

        return Eliminate(rows);
    }

    private int OwnUnknown(int row)
    {
        var start = _part[row];
        for (var lane = _cuts; lane < _part.Length; lane += _cuts)
        {
            var (end, begin) = (_part[lane + row], _part[lane + start]);
            if (end != begin && (_uses[end] == 1 || _uses[begin] == 1))
            {
                return _uses[end] == 1 ? end : begin;
            }
        }

        return -1;
    }

    private void Use(int row, int more)
    {
        var start = _part[row];
        for (var lane = _cuts; lane < _part.Length; lane += _cuts)
        {
            if (_part[lane + row] != _part[lane + start])
            {
                _uses[_part[lane + row]] += more;
                _uses[_part[lane + start]] += more;
            }
        }
    }

    // Gauss.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Eliminate(int rows)
    {
        if (rows == 0)
        {
            return true;
        }

        var width = Fill(rows);
        for (var i = 0; i < rows; i++)
        {
            var row = _matrix.AsSpan(i * width, width);
            var pivot = _pivots[i] = row[..^1].IndexOfAnyExcept(0UL);
            if (pivot < 0)
            {
                if (row[^1] != 0)
                {
                    return false;
                }

                continue;
            }

            var inverse = Inverse(row[pivot]);
            for (var column = pivot; column < width; column++)
            {
                row[column] = Multiply(row[column], inverse);
            }

            for (var j = i + 1; j < rows; j++)
            {
                var other = _matrix.AsSpan(j * width, width);
                var factor = other[pivot];
                for (var column = pivot; factor != 0 && column < width; column++)
                {
                    other[column] = Subtract(other[column], Multiply(row[column], factor));
                }
            }
        }

        for (var i = rows - 1; i >= 0; i--)
        {
            if (_pivots[i] >= 0)
            {
                var row = _matrix.AsSpan(i * width, width);
                var (free, some) = (0UL, row[^1]);
                for (var column = _pivots[i] + 1; column < width - 1; column++)
                {
                    free = Subtract(free, Multiply(row[column], _free[_unknowns[column]]));
                    some = Subtract(some, Multiply(row[column], _some[_unknowns[column]]));
                }

                _free[_unknowns[_pivots[i]]] = free;
                _some[_unknowns[_pivots[i]]] = some;
            }
        }

        return true;
    }

    private int Fill(int rows)
    {
        _unknowns.Clear();
        for (var unknown = 0; unknown < _uses.Length; unknown++)
        {
            if (_uses[unknown] > 0)
            {
                _column[unknown] = _unknowns.Count;
                _unknowns.Add(unknown);
            }
        }

        var width = _unknowns.Count + 1;
        _matrix.AsSpan(0, rows * width).Clear();
        for (var i = 0; i < rows; i++)
        {
            var row = _matrix.AsSpan(i * width, width);
            var start = _part[_rows[i]];
            row[^1] = _sums[_rows[i]];
            for (var lane = _cuts; lane < _part.Length; lane += _cuts)
            {
                var (end, begin) = (_part[lane + _rows[i]], _part[lane + start]);
                if (end != begin)
                {
                    row[_column[end]] = 1;
                    row[_column[begin]] = Prime - 1;
                }
            }
        }

        return width;
    }

    // What the taken equations are about follows from what was taken later, and from the matrix.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveTaken()
    {
        for (var i = _solved.Count - 1; i >= 0; i--)
        {
            var (row, unknown) = _solved[i];
            var (free, some, isEnd) = (0UL, _sums[row], false);
            for (var lane = _cuts; lane < _part.Length; lane += _cuts)
            {
                var (end, begin) = (_part[lane + row], _part[lane + _part[row]]);
                if (end == begin)
                {
                    continue;
                }

                isEnd |= end == unknown;
                if (end != unknown)
                {
                    free = Subtract(free, _free[end]);
                    some = Subtract(some, _some[end]);
                }

                if (begin != unknown)
                {
                    free = Add(free, _free[begin]);
                    some = Add(some, _some[begin]);
                }
            }

            _free[unknown] = isEnd ? free : Subtract(0, free);
            _some[unknown] = isEnd ? some : Subtract(0, some);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Conclude(Span<int> lows, Span<int> highs, ref ulong changed)
    {
        for (var stretch = 0; stretch < _stretches.Length; stretch++)
        {
            var (from, to) = _stretches[stretch];
            var (freeOfAll, ofAll) = (0UL, 0UL);
            for (var lane = _lanes - 1; lane >= 0; lane--)
            {
                var (free, patients) = (freeOfAll, ofAll);
                if (lane > 0)
                {
                    var (begin, end) = (lane * _cuts + from, lane * _cuts + to);
                    free = Subtract(_free[_part[end]], _free[_part[begin]]);
                    patients = Subtract(_some[_part[end]], _some[_part[begin]]);
                    patients = Add(patients, ToField(_offset[end] - _offset[begin]));
                    (freeOfAll, ofAll) = (Add(freeOfAll, free), Add(ofAll, patients));
                }

                var place = stretch * Lanes + lane;
                if (free == 0 && lows[place] != highs[place])
                {
                    if (patients > (ulong)highs[place] || (int)patients < lows[place])
                    {
                        return false;
                    }

                    lows[place] = highs[place] = (int)patients;
                    changed |= 1UL << stretch;
                }
            }
        }

        return true;
    }

    private static ulong ToField(long number) => number < 0 ? Prime - (ulong)-number : (ulong)number;

    private static ulong Add(ulong a, ulong b) => a + b >= Prime ? a + b - Prime : a + b;

    private static ulong Subtract(ulong a, ulong b) => a >= b ? a - b : a + Prime - b;

    // 2⁶¹ is 1: the upper bits of a product are added to the lower ones.
    private static ulong Multiply(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return Add(low & Prime, high << 3 | low >> 61);
    }

    // Fermat; nearly always of one or minus one.
    private static ulong Inverse(ulong number)
    {
        if (number is 1 or Prime - 1)
        {
            return number;
        }

        var inverse = 1UL;
        for (var power = Prime - 2; power != 0; power >>= 1)
        {
            inverse = (power & 1) == 0 ? inverse : Multiply(inverse, number);
            number = Multiply(number, number);
        }

        return inverse;
    }
}
