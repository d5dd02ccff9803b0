using System.Numerics;

namespace Lagesbild.Tests.Deliveries;

/// <summary>
/// An outsider with patience: tries to pin the masked cells of one unit × procedure to a number. Time is cut at every day
/// where a period begins or ends, and for each group the patients between any two cuts are bounded: what is between two
/// cuts is no more than what is between cuts further apart, shown cells are known, masked ones hold at least one, and the
/// groups add up to everybody between any two cuts. He solves the equations between the known numbers as well, in whole
/// numbers, and holds what comes of them against the bounds. Written apart from the service's own rule and in another way.
/// </summary>
internal sealed class Attacker
{
    public const long Masked = -1;

    private const int Unbounded = 50_000_000;

    private readonly (int Start, int End)[] _periods;
    private readonly int _cuts;
    private readonly int _row;
    private readonly int[][] _most;
    private bool _isPossible;

    /// <param name="periods">First and last day of every period of the delivery.</param>
    /// <param name="groups">The first is everybody; the others add up to it.</param>
    public Attacker(IReadOnlyList<(DateOnly First, DateOnly Last)> periods, int groups)
    {
        var days = periods.SelectMany(p => (DateOnly[])[p.First, p.Last.AddDays(1)]).Distinct().Order().ToList();
        _periods = [.. periods.Select(p => (days.IndexOf(p.First), days.IndexOf(p.Last.AddDays(1))))];
        _cuts = days.Count;
        _row = (_cuts + Vector<int>.Count - 1) / Vector<int>.Count * Vector<int>.Count;
        _most = [.. Enumerable.Range(0, groups).Select(_ => new int[_cuts * _row])];
    }

    /// <summary>Takes what is known; false where the cells contradict each other.</summary>
    /// <param name="cells">By period and group: patients, 0 where nothing was sent, <see cref="Masked"/>, or null: never sent.</param>
    public bool Learn(long?[,] cells)
    {
        for (var group = 0; group < _most.Length; group++)
        {
            Start(_most[group]);
            for (var period = 0; period < _periods.Length; period++)
            {
                var (start, end) = _periods[period];
                if (cells[period, group] is { } patients)
                {
                    ref var least = ref _most[group][end * _row + start];
                    ref var most = ref _most[group][start * _row + end];
                    least = Math.Min(least, patients == Masked ? -1 : (int)-patients);
                    most = patients == Masked ? most : Math.Min(most, (int)patients);
                }
            }
        }

        do
        {
            _isPossible = Close(_most);
        } while (_isPossible && Equate(_most));

        return _isPossible;
    }

    /// <summary>True where a masked cell must hold one certain number.</summary>
    public bool IsPinned(int period, int group) => _isPossible && Low(period, group) == High(period, group);

    /// <summary>How many numbers beside the least a cell could hold, as far as is seen without trying.</summary>
    public int Width(int period, int group) => High(period, group) - Low(period, group);

    /// <summary>True where every number but one leads to a contradiction.</summary>
    public bool IsPinnedByTrial(int period, int group)
    {
        var (start, end) = _periods[period];
        var possible = 0;
        for (var number = Low(period, group); _isPossible && number <= High(period, group) && possible < 2; number++)
        {
            var trial = _most.Select(m => (int[])m.Clone()).ToArray();
            trial[group][start * _row + end] = number;
            trial[group][end * _row + start] = -number;
            possible += Close(trial) ? 1 : 0;
        }

        return _isPossible && possible < 2;
    }

    private int Low(int period, int group) => -_most[group][_periods[period].End * _row + _periods[period].Start];

    private int High(int period, int group) => _most[group][_periods[period].Start * _row + _periods[period].End];

    // In row i and column j the most that S(j) − S(i) can be, S being the patients before a cut: never less than nobody.
    private void Start(int[] most)
    {
        for (var i = 0; i < _cuts; i++)
        {
            for (var j = 0; j < _row; j++)
            {
                most[i * _row + j] = j > i ? Unbounded : 0;
            }
        }
    }

    private bool Close(int[][] most)
    {
        do
        {
            foreach (var group in most)
            {
                if (!Close(group))
                {
                    return false;
                }
            }
        } while (AddUp(most));

        return true;
    }

    // Over every third cut.
    private bool Close(int[] most)
    {
        for (var k = 0; k < _cuts; k++)
        {
            for (var i = 0; i < _cuts; i++)
            {
                var first = most[i * _row + k];
                if (first >= Unbounded)
                {
                    continue;
                }

                var add = new Vector<int>(first);
                for (var j = 0; j < _row; j += Vector<int>.Count)
                {
                    var by = add + new Vector<int>(most, k * _row + j);
                    Vector.Min(by, new Vector<int>(most, i * _row + j)).CopyTo(most, i * _row + j);
                }
            }
        }

        return Enumerable.Range(0, _cuts).All(i => most[i * _row + i] >= 0);
    }

    private bool AddUp(int[][] most)
    {
        var changed = false;
        for (var i = 0; i < _cuts; i++)
        {
            for (var j = 0; j < _cuts; j++)
            {
                var (there, back) = (i * _row + j, j * _row + i);
                long sum = 0;
                long least = 0;
                for (var group = 1; group < most.Length; group++)
                {
                    sum += most[group][there];
                    least += most[group][back];
                }

                changed |= Lower(ref most[0][there], sum);
                for (var group = 1; group < most.Length; group++)
                {
                    changed |= Lower(ref most[group][there], most[0][there] + least - most[group][back]);
                }
            }
        }

        return changed;
    }

    // Unknown are the patients of each group before each cut. An equation is the difference of two of these, or of
    // everybody the differences of all groups; the last two numbers are for a target's own and for the sum.
    private bool Equate(int[][] most)
    {
        var equations = new List<(int Pivot, long[] Row)>();
        for (var group = most.Length - 1; group >= 0; group--)
        {
            for (var i = 0; i < _cuts; i++)
            {
                var next = Enumerable.Range(i + 1, _cuts - i - 1).Where(j => IsKnown(most[group], i, j)).ToList();
                if (next.Count > 0)
                {
                    var row = Row(group, i, next[0]);
                    row[^1] = most[group][i * _row + next[0]];
                    Reduce(row, equations);
                    var pivot = Array.FindLastIndex(row, row.Length - 3, number => number != 0);
                    if (pivot >= 0)
                    {
                        equations.Add((pivot, row));
                        equations.Sort((a, b) => b.Pivot.CompareTo(a.Pivot));
                    }
                }
            }
        }

        var changed = false;
        foreach (var (start, end) in _periods)
        {
            for (var group = 0; group < most.Length; group++)
            {
                if (!IsKnown(most[group], start, end))
                {
                    changed |= Conclude(most[group], start, end, Row(group, start, end), equations);
                }
            }
        }

        foreach (var (_, row) in equations)
        {
            changed |= Narrow(most, row);
        }

        return changed;
    }

    private bool IsKnown(int[] most, int i, int j) => most[i * _row + j] == -most[j * _row + i];

    private long[] Row(int group, int start, int end)
    {
        var row = new long[(_most.Length - 1) * _cuts + 2];
        for (var g = 1; g < _most.Length; g++)
        {
            if (group == 0 || g == group)
            {
                row[(g - 1) * _cuts + start]--;
                row[(g - 1) * _cuts + end]++;
            }
        }

        return row;
    }

    private static void Reduce(long[] row, List<(int Pivot, long[] Row)> equations)
    {
        foreach (var (pivot, equation) in equations)
        {
            if (row[pivot] == 0)
            {
                continue;
            }

            var divisor = (long)BigInteger.GreatestCommonDivisor(row[pivot], equation[pivot]);
            var (times, less) = (equation[pivot] / divisor, row[pivot] / divisor);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = checked(times * row[i] - less * equation[i]);
            }
        }
    }

    private bool Conclude(int[] most, int start, int end, long[] target, List<(int Pivot, long[] Row)> equations)
    {
        target[^2] = 1;
        Reduce(target, equations);
        if (target.AsSpan(0, target.Length - 2).IndexOfAnyExcept(0) >= 0)
        {
            return false;
        }

        var number = -target[^1] / target[^2];
        return Lower(ref most[start * _row + end], number) | Lower(ref most[end * _row + start], -number);
    }

    // An equation as a sum of stretches of time, each so many times; what the bounds of the others leave each of them.
    private bool Narrow(int[][] most, long[] row)
    {
        var terms = new List<(int Group, int Start, int End, long Times)>();
        for (var group = 1; group < most.Length; group++)
        {
            var (start, times) = (0, 0L);
            for (var cut = 0; cut < _cuts; cut++)
            {
                if (row[(group - 1) * _cuts + cut] is not 0 and var change)
                {
                    if (times != 0)
                    {
                        terms.Add((group, start, cut, times));
                    }

                    (start, times) = (cut, times - change);
                }
            }
        }

        long Least((int Group, int Start, int End, long Times) t) =>
            t.Times > 0
                ? -t.Times * most[t.Group][t.End * _row + t.Start]
                : t.Times * most[t.Group][t.Start * _row + t.End];
        var least = terms.Sum(Least);
        var greatest = terms.Sum(t => -Least(t with { Times = -t.Times }));
        var changed = false;
        foreach (var term in terms)
        {
            var upTo = row[^1] - (least - Least(term));
            var from = row[^1] - (greatest + Least(term with { Times = -term.Times }));
            var (lowest, highest) = term.Times > 0 ? (from, upTo) : (-upTo, -from);
            var times = Math.Abs(term.Times);
            changed |= Lower(
                ref most[term.Group][term.Start * _row + term.End],
                (long)Math.Floor((decimal)highest / times)
            );
            changed |= Lower(
                ref most[term.Group][term.End * _row + term.Start],
                -(long)Math.Ceiling((decimal)lowest / times)
            );
        }

        return changed;
    }

    private static bool Lower(ref int bound, long to)
    {
        if (to >= bound)
        {
            return false;
        }

        bound = (int)Math.Max(to, -Unbounded);
        return true;
    }
}
