using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lagesbild.Deliveries;

/// <summary>
/// What an outsider can work out of one unit × procedure: for each cell the least and the most patients that it can hold,
/// given everything that is visible. Time is cut at every day where a period begins or ends; a period is the sum of what
/// lies between its cuts, a window is the next shorter one and the rest, and the groups add up to everybody in all of
/// them. A masked cell has at least one patient. Bounds are tightened until nothing changes, and so are the numbers that
/// follow from equations alone (<see cref="CellEquations"/>); where they leave a few numbers, each is tried. All groups are
/// judged at once, one lane of a vector each.
/// </summary>
internal sealed class CellBounds
{
    // More parts of this size than a year has still fit an int.
    private const int Most = 50_000_000;
    private const int Lanes = 8;

    // Bounds further apart than this are not gone through number by number.
    private const int WidestTried = 3;

    // A round takes less than a microsecond; honest deliveries need two to five.
    private const int MostRounds = 200;

    private readonly int _groups;
    private readonly bool _partition;
    private readonly Sum[] _sums;
    private readonly int[] _patients = new int[Period.Count * Lanes];
    private readonly Vector256<int>[] _low;
    private readonly Vector256<int>[] _high;
    private readonly Vector256<int>[] _lowBefore;
    private readonly Vector256<int>[] _highBefore;
    private readonly Vector256<int>[] _isTaken = new Vector256<int>[Period.Count];
    private readonly Vector256<int>[] _isPinnedAlone = new Vector256<int>[Period.Count];
    private readonly CellEquations _equations;
    private ulong _changed;
    private bool _isContradiction;

    /// <summary>Days, by their numbers, that a period is about or that lie between two cuts.</summary>
    private readonly record struct Stretch(int First, int Last);

    /// <summary>Stretches that add up to another; all of them as a set of bits.</summary>
    private readonly record struct Sum(int Whole, int[] Parts)
    {
        public ulong Members { get; } = Parts.Aggregate(1UL << Whole, (bits, part) => bits | (1UL << part));
    }

    /// <param name="groups">The first is everybody; at most seven.</param>
    /// <param name="partition">The others add up to it; else they leave a rest that is never delivered.</param>
    public CellBounds(DateOnly referenceDate, int groups, bool partition)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(groups, Lanes);
        _groups = groups;
        _partition = partition;
        var periods = Enumerable
            .Range(0, Period.Count)
            .Select(i => new Period((byte)i))
            .Select(p => new Stretch(p.FirstDay(referenceDate).DayNumber, p.LastDay(referenceDate).DayNumber))
            .ToList();
        var stretches = WithParts(periods);
        _sums = [.. Sums(stretches)];
        _low = new Vector256<int>[stretches.Count];
        _high = new Vector256<int>[stretches.Count];
        _lowBefore = new Vector256<int>[stretches.Count];
        _highBefore = new Vector256<int>[stretches.Count];
        var cuts = Cuts(stretches);
        _equations = new CellEquations(
            [.. stretches.Select(s => (cuts.IndexOf(s.First), cuts.IndexOf(s.Last + 1)))],
            cuts.Count,
            partition ? groups : groups + 1
        );
    }

    /// <summary>Says what a cell shows.</summary>
    /// <param name="patients">0 where none was sent, −1 where it is masked.</param>
    public void Set(int period, int group, long patients) =>
        _patients[period * Lanes + group] = (int)Math.Min(patients, Most / 2);

    /// <summary>Works out all bounds; false where no patients at all could give all these cells.</summary>
    /// <remarks>
    /// Then one number at least is wrong, and nobody can tell which: every period is judged alone, and the periods together
    /// as far as they agree. Windows before months, everybody before the groups: what contradicts those before is left out,
    /// and a period of which nothing was sent tells nothing: it may be that the register leaves such periods out.
    /// </remarks>
    public bool Tighten()
    {
        Array.Fill(_isTaken, Vector256<int>.AllBitsSet);
        Array.Clear(_isPinnedAlone);
        Start();
        for (var period = 0; period < Period.Count; period++)
        {
            (_low[period], _high[period]) = Shown(period);
        }

        if (Settle(All))
        {
            return true;
        }

        for (var period = 0; period < Period.Count; period++)
        {
            Start();
            (_low[period], _high[period]) = Shown(period);
            _isPinnedAlone[period] = Propagate(1UL << period, [])
                ? Vector256.Equals(_low[period], _high[period])
                : Vector256<int>.Zero;
        }

        Start();
        Array.Clear(_isTaken);
        for (var period = 0; period < Period.Count; period++)
        {
            if (IsSent(period) && !Take(period, Vector256<int>.AllBitsSet))
            {
                for (var group = 0; group < _groups; group++)
                {
                    Take(period, Vector256<int>.Zero.WithElement(group, -1));
                }
            }
        }

        return false;
    }

    /// <summary>True where a masked cell can hold one number only. Only after <see cref="Tighten"/>.</summary>
    public bool IsPinned(int period, int group)
    {
        if (_patients[period * Lanes + group] >= 0)
        {
            return false;
        }

        var (low, high) = (_low[period][group], _high[period][group]);
        if (_isTaken[period][group] == 0 || high - low is 0 or > WidestTried)
        {
            return _isPinnedAlone[period][group] != 0 || (_isTaken[period][group] != 0 && high == low);
        }

        Keep();
        var possible = 0;
        for (var number = low; number <= high && possible < 2; number++)
        {
            _low[period] = _low[period].WithElement(group, number);
            _high[period] = _high[period].WithElement(group, number);
            possible += Propagate(1UL << period, _sums) ? 1 : 0;
            GoBack();
        }

        return possible < 2 || _isPinnedAlone[period][group] != 0;
    }

    /// <summary>The smallest visible cell that, were it masked too, would keep a pinned one from being worked out.</summary>
    /// <returns>Null where no single one would.</returns>
    public (int Period, int Group)? FindToMask(int period, int group)
    {
        var shown = new List<(int Patients, int Place)>();
        for (var place = 0; place < _patients.Length; place++)
        {
            if (place % Lanes < _groups && _patients[place] > 0)
            {
                shown.Add((_patients[place], place));
            }
        }

        shown.Sort();
        foreach (var (patients, place) in shown)
        {
            _patients[place] = -1;
            Tighten();
            var helps = !IsPinned(period, group);
            _patients[place] = patients;
            if (helps)
            {
                return (place / Lanes, place % Lanes);
            }
        }

        return null;
    }

    private bool IsSent(int period) => _patients[period * Lanes] != 0;

    private ulong All => (1UL << _low.Length) - 1;

    // Nothing is known yet.
    private void Start()
    {
        var isUsed = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(_partition ? _groups : _groups + 1));
        Array.Clear(_low);
        Array.Fill(_high, isUsed & Vector256.Create(Most));
    }

    private (Vector256<int> Low, Vector256<int> High) Shown(int period)
    {
        var isRest = _partition ? Vector256<int>.Zero : Vector256<int>.Zero.WithElement(_groups, -1);
        var patients = Vector256.Create(_patients.AsSpan(period * Lanes, Lanes));
        var isMasked = Vector256.LessThan(patients, Vector256<int>.Zero);
        return (
            Vector256.ConditionalSelect(isMasked, Vector256<int>.One, patients),
            Vector256.ConditionalSelect(isMasked | isRest, Vector256.Create(Most), patients)
        );
    }

    // Takes what some groups of a period show, unless it contradicts what has been taken.
    private bool Take(int period, Vector256<int> groups)
    {
        Keep();
        var (low, high) = Shown(period);
        _low[period] = Vector256.ConditionalSelect(groups, Vector256.Max(low, _low[period]), _low[period]);
        _high[period] = Vector256.ConditionalSelect(groups, Vector256.Min(high, _high[period]), _high[period]);
        if (Vector256.GreaterThanAny(_low[period], _high[period]) || !Settle(1UL << period))
        {
            GoBack();
            return false;
        }

        _isTaken[period] |= groups;
        return true;
    }

    private void Keep()
    {
        _low.CopyTo(_lowBefore, 0);
        _high.CopyTo(_highBefore, 0);
    }

    private void GoBack()
    {
        _lowBefore.CopyTo(_low, 0);
        _highBefore.CopyTo(_high, 0);
    }

    // Bounds by sums and numbers by equations, until neither finds more.
    private bool Settle(ulong changed)
    {
        while (changed != 0)
        {
            if (!Propagate(changed, _sums))
            {
                return false;
            }

            changed = 0;
            if (!_equations.Solve(_low, _high, ref changed))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="changed">The stretches whose bounds are new.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Propagate(ulong changed, Sum[] sums)
    {
        _isContradiction = false;
        for (var round = 0; changed != 0 && !_isContradiction && round < MostRounds; round++)
        {
            _changed = 0;
            for (var rest = changed; rest != 0; rest &= rest - 1)
            {
                AddUp(BitOperations.TrailingZeroCount(rest));
            }

            foreach (var sum in sums)
            {
                if ((sum.Members & (changed | _changed)) != 0)
                {
                    AddUp(sum.Whole, sum.Parts);
                }
            }

            changed = _changed;
        }

        return !_isContradiction;
    }

    // The other groups add up to the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddUp(int stretch)
    {
        var (low, high) = (_low[stretch], _high[stretch]);
        var leastOfAll = Vector256.Sum(low) - low[0];
        var mostOfAll = Vector256.Sum(high) - high[0];
        var most = Vector256.Create(high[0] - leastOfAll) + low;
        var least = Vector256.Create(low[0] - mostOfAll) + high;
        Narrow(stretch, least.WithElement(0, leastOfAll), most.WithElement(0, mostOfAll));
    }

    // The parts of a stretch of time add up to it, group by group.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddUp(int whole, int[] parts)
    {
        var (least, most) = (Vector256<int>.Zero, Vector256<int>.Zero);
        foreach (var part in parts)
        {
            least += _low[part];
            most += _high[part];
        }

        Narrow(whole, least, most);
        foreach (var part in parts)
        {
            Narrow(part, _low[whole] - (most - _high[part]), _high[whole] - (least - _low[part]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Narrow(int stretch, Vector256<int> least, Vector256<int> most)
    {
        var low = Vector256.Max(_low[stretch], least);
        var high = Vector256.Min(_high[stretch], most);
        if (low == _low[stretch] && high == _high[stretch])
        {
            return;
        }

        _low[stretch] = low;
        _high[stretch] = high;
        _changed |= 1UL << stretch;
        _isContradiction |= Vector256.GreaterThanAny(low, high);
    }

    /// <summary>The periods, what a longer window has beside the next shorter one, and what lies between two cuts.</summary>
    private static List<Stretch> WithParts(List<Stretch> periods)
    {
        var cuts = Cuts(periods);
        IEnumerable<Stretch> beside =
        [
            new(periods[1].First, periods[0].First - 1),
            new(periods[2].First, periods[1].First - 1),
        ];
        return
        [
            .. periods,
            .. beside.Concat(cuts.Zip(cuts.Skip(1), (cut, next) => new Stretch(cut, next - 1))).Except(periods),
        ];
    }

    private static List<int> Cuts(IEnumerable<Stretch> stretches) =>
        [.. stretches.SelectMany(s => (int[])[s.First, s.Last + 1]).Distinct().Order()];

    private static IEnumerable<Sum> Sums(List<Stretch> all)
    {
        var cuts = Cuts(all);
        for (var whole = 0; whole < all.Count; whole++)
        {
            var (first, last) = all[whole];
            var inside = cuts.Where(cut => cut >= first && cut <= last + 1).ToList();
            if (inside.Count > 2)
            {
                yield return new Sum(
                    whole,
                    [.. inside.Zip(inside.Skip(1), (cut, next) => all.IndexOf(new Stretch(cut, next - 1)))]
                );
            }

            // Whole months where they fit, so that what is known of a month cut in two is not lost.
            int[] months = [.. WithMonths(all, first, last)];
            if (months.Length > 1 && months.Length < inside.Count - 1)
            {
                yield return new Sum(whole, months);
            }
        }

        for (var window = 1; window < 3; window++)
        {
            yield return new Sum(
                window,
                [window - 1, all.IndexOf(new Stretch(all[window].First, all[window - 1].First - 1))]
            );
        }
    }

    private static IEnumerable<int> WithMonths(List<Stretch> all, int first, int last)
    {
        const int firstMonth = 3;
        var cuts = Cuts(all);
        while (first <= last)
        {
            var month = all.FindIndex(firstMonth, Period.Count - firstMonth, s => s.First == first && s.Last <= last);
            var next = month >= 0 ? month : all.IndexOf(new Stretch(first, cuts.First(cut => cut > first) - 1));
            yield return next;
            first = all[next].Last + 1;
        }
    }
}
