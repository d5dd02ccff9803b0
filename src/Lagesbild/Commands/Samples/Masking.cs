using Lagesbild.Deliveries;

namespace Lagesbild.Commands.Samples;

/// <summary>
/// Hides what is too small to show, and then whatever would let it be worked out. Each step only ever hides more, so it
/// ends.
/// </summary>
/// <param name="groups">The first is everybody.</param>
/// <param name="partition">The groups after the first add up to it (SPOR); else they are parts of it (NCR).</param>
internal sealed class Masking(DateOnly referenceDate, int groups, bool partition)
{
    private const int Smallest = DeliveryBuilder.SmallestCell;

    // What is hidden in the year hides most of the months as well.
    private static readonly int[] LongestFirst = [2, 1, 0, .. Enumerable.Range(3, Period.Count - 3)];

    private readonly CellBounds _bounds = new(referenceDate, groups, partition);

    public void Apply(Waits waits)
    {
        for (var period = 0; period < Period.Count; period++)
        {
            for (var group = 0; group < waits.Groups; group++)
            {
                if (waits.Count(period, group) is > 0 and < Smallest)
                {
                    waits.Mask(period, group);
                }
            }
        }

        do
        {
            MaskNeighbours(waits);
        } while (MaskBeside(waits));
    }

    private void MaskNeighbours(Waits waits)
    {
        bool changed;
        do
        {
            changed = MaskWindows(waits);
            for (var period = 0; period < Period.Count; period++)
            {
                changed |= MaskUnderMasked(waits, period);
                changed |= partition ? MaskPartition(waits, period) : MaskParts(waits, period);
            }
        } while (changed);
    }

    // Where periods and groups together leave one number for a masked cell: hides the smallest other cell that helps.
    private bool MaskBeside(Waits waits)
    {
        if (FindPinned(waits) is not var (period, group))
        {
            return false;
        }

        var (hiddenPeriod, hiddenGroup) = _bounds.FindToMask(period, group) ?? SmallestShown(waits);
        waits.Mask(hiddenPeriod, hiddenGroup);
        return true;
    }

    private static (int Period, int Group) SmallestShown(Waits waits) =>
        (
            from period in Enumerable.Range(0, Period.Count)
            from @group in Enumerable.Range(0, waits.Groups)
            where waits.IsVisible(period, @group)
            select (period, @group)
        ).MinBy(cell => waits.Count(cell.period, cell.@group));

    private (int Period, int Group)? FindPinned(Waits waits)
    {
        for (var period = 0; period < Period.Count; period++)
        {
            for (var group = 0; group < waits.Groups; group++)
            {
                _bounds.Set(period, group, waits.IsMasked(period, group) ? -1 : waits.Count(period, group));
            }
        }

        _bounds.Tighten();
        foreach (var period in LongestFirst)
        {
            for (var group = 0; group < waits.Groups; group++)
            {
                if (_bounds.IsPinned(period, group))
                {
                    return (period, group);
                }
            }
        }

        return null;
    }

    // A shorter window is shown only where the longer ones are, and where their difference is nobody or at least five.
    private static bool MaskWindows(Waits waits)
    {
        var changed = false;
        for (var group = 0; group < waits.Groups; group++)
        {
            for (var longer = Period.Days365.Index; longer > 0; longer--)
            {
                for (var shorter = longer - 1; shorter >= 0; shorter--)
                {
                    if (
                        waits.IsVisible(shorter, group)
                        && (
                            !waits.IsVisible(longer, group)
                            || waits.Count(longer, group) - waits.Count(shorter, group) is > 0 and < Smallest
                        )
                    )
                    {
                        waits.Mask(shorter, group);
                        changed = true;
                    }
                }
            }
        }

        return changed;
    }

    private static bool MaskUnderMasked(Waits waits, int period)
    {
        var changed = false;
        for (var group = 1; group < waits.Groups && waits.IsMasked(period, 0); group++)
        {
            if (waits.IsVisible(period, group))
            {
                waits.Mask(period, group);
                changed = true;
            }
        }

        return changed;
    }

    // What the visible groups leave of everybody must be at least five, in at least two groups.
    private static bool MaskPartition(Waits waits, int period)
    {
        if (!waits.IsVisible(period, 0))
        {
            return false;
        }

        var changed = false;
        while (true)
        {
            var (masked, hidden, smallest) = (0, 0, 0);
            for (var group = 1; group < waits.Groups; group++)
            {
                if (waits.IsMasked(period, group))
                {
                    masked++;
                    hidden += waits.Count(period, group);
                }
                else if (
                    waits.IsVisible(period, group)
                    && (smallest == 0 || waits.Count(period, group) < waits.Count(period, smallest))
                )
                {
                    smallest = group;
                }
            }

            if (masked == 0 || (masked >= 2 && hidden >= Smallest))
            {
                return changed;
            }

            // No group left to hide it behind: then everybody is.
            waits.Mask(period, smallest);
            changed = true;
            if (smallest == 0)
            {
                return true;
            }
        }
    }

    // Those who are not in the part must be nobody or at least five.
    private static bool MaskParts(Waits waits, int period)
    {
        var changed = false;
        for (var group = 1; group < waits.Groups; group++)
        {
            if (
                waits.IsVisible(period, group)
                && waits.Count(period, 0) - waits.Count(period, group) is > 0 and < Smallest
            )
            {
                waits.Mask(period, group);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The two ASA figures as they may be sent: a number, <c>&lt;5</c> or <c>x</c>.</summary>
    public static (string Known, string Asa34) Asa(int known, int asa34)
    {
        if (known is > 0 and < Smallest)
        {
            return ("x", "x");
        }

        var shown = asa34 switch
        {
            // One to four of nine leave at least five, whichever it is.
            > 0 and < Smallest => known >= 2 * Smallest - 1 ? "<5" : "x",
            _ => known - asa34 is > 0 and < Smallest ? "x" : Digits(asa34),
        };
        return (Digits(known), shown);

        static string Digits(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
