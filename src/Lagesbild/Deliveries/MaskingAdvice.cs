namespace Lagesbild.Deliveries;

/// <summary>
/// What to mask of one unit × procedure so that a finding goes and no other comes in its place: the cells to begin with, what
/// the sums then want masked with them, and as many more as it takes for none of them to be worked out.
/// </summary>
/// <param name="patients">By period and group: 0 where nothing was sent, −1 where it is masked.</param>
internal sealed class MaskingAdvice(
    Source source,
    long[] patients,
    CellBounds bounds,
    IReadOnlyList<string> periodCodes
)
{
    private const long Masked = -1;

    private readonly int _groups = source.Groups.Count;

    /// <param name="start">Visible cells that are to be masked at any rate.</param>
    /// <param name="hidden">Masked cells that nobody is to work out afterwards.</param>
    public IReadOnlyCollection<(int Period, int Group)> Find(
        IEnumerable<(int Period, int Group)> start,
        IReadOnlyCollection<(int Period, int Group)> hidden
    )
    {
        var chosen = WithAllThatFollows(start);
        if (Helps(chosen, hidden))
        {
            return chosen;
        }

        // The fewest cells, and of those the smallest.
        var more = Enumerable
            .Range(0, patients.Length)
            .Where(place => patients[place] > 0)
            .Select(place => WithAllThatFollows(chosen.Append((place / _groups, place % _groups))))
            .OrderBy(cells => cells.Count)
            .ThenBy(cells => cells.Sum(cell => patients[cell.Period * _groups + cell.Group]))
            .ToList();
        if (more.Find(cells => Helps(cells, hidden)) is { } enough)
        {
            return enough;
        }

        // No single one does. All of them would.
        foreach (var cells in more)
        {
            chosen.UnionWith(cells);
            if (Helps(chosen, hidden))
            {
                break;
            }
        }

        return chosen;
    }

    /// <summary>The cells in words, shortest first: <c>14 och EJ i 2026-10 samt alla celler i 30D och 90D</c>.</summary>
    public string Text(IReadOnlyCollection<(int Period, int Group)> cells)
    {
        var whole = cells
            .Select(cell => cell.Period)
            .Distinct()
            .Where(period => cells.Contains((period, 0)) && Shown(period).Count() > 1)
            .ToHashSet();
        var parts = cells
            .Where(cell => !whole.Contains(cell.Period))
            .GroupBy(cell => cell.Group, cell => cell.Period)
            .OrderBy(group => group.Key)
            .GroupBy(group => List(group.Order().Select(period => periodCodes[period])), group => group.Key)
            .Select(groups => $"{List(groups.Select(group => source.Groups[group].Code))} i {groups.Key}");
        return string.Join(
            " samt ",
            whole.Count > 0
                ? parts.Append($"alla celler i {List(whole.Order().Select(period => periodCodes[period]))}")
                : parts
        );
    }

    public static string List(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return all is [var only] ? only : $"{string.Join(", ", all[..^1])} och {all[^1]}";
    }

    // What sums ask for when these are masked: the same group in shorter windows, all groups where everybody is, and everybody
    // where a group would be masked alone or with too few.
    private HashSet<(int Period, int Group)> WithAllThatFollows(IEnumerable<(int Period, int Group)> start)
    {
        var cells = new HashSet<(int Period, int Group)>();
        var next = new Queue<(int Period, int Group)>(start);
        while (next.Count > 0)
        {
            while (next.TryDequeue(out var cell))
            {
                if (patients[cell.Period * _groups + cell.Group] <= 0 || !cells.Add(cell))
                {
                    continue;
                }

                for (var shorter = 0; shorter < cell.Period && cell.Period <= Period.Days365.Index; shorter++)
                {
                    next.Enqueue((shorter, cell.Group));
                }

                for (var group = 1; group < _groups && cell.Group == 0; group++)
                {
                    next.Enqueue((cell.Period, group));
                }
            }

            // Only now that all groups are there that are masked anyway.
            foreach (var period in cells.Select(cell => cell.Period).Distinct().Where(p => !IsSound(p, cells)))
            {
                if (patients[period * _groups] > 0 && !cells.Contains((period, 0)))
                {
                    next.Enqueue((period, 0));
                }
            }
        }

        return cells;
    }

    // Nothing of the period's sums can be complained of that masking helps against.
    private bool IsSound(int period, HashSet<(int Period, int Group)> cells)
    {
        long Of(int group) => cells.Contains((period, group)) ? Masked : patients[period * _groups + group];
        var all = Of(0);
        var groups = Enumerable.Range(1, _groups - 1).Select(Of).ToList();
        return all == 0
            || (
                all == Masked
                    ? !groups.Any(group => group > 0)
                    : !DeliveryRules.IsDerivable(
                        source,
                        all,
                        groups.Where(group => group > 0).Sum(),
                        groups.Count(group => group == Masked)
                    )
            );
    }

    private bool Helps(HashSet<(int Period, int Group)> cells, IReadOnlyCollection<(int Period, int Group)> hidden)
    {
        foreach (var (period, group) in cells)
        {
            bounds.Set(period, group, Masked);
        }

        bounds.Tighten();
        var helps = hidden
            .Concat(cells.Where(cell => cell.Group > 0))
            .All(cell => IsSound(cell.Period, cells) && !bounds.IsPinned(cell.Period, cell.Group));
        foreach (var (period, group) in cells)
        {
            bounds.Set(period, group, patients[period * _groups + group]);
        }

        return helps;
    }

    private IEnumerable<int> Shown(int period) =>
        Enumerable.Range(0, _groups).Where(group => patients[period * _groups + group] > 0);
}
