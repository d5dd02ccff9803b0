using System.Globalization;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>What has to agree over a whole delivery.</summary>
internal static class Sums
{
    private const int WidestTried = 3;

    private static readonly string[] Windows = ["30D", "90D", "365D"];

    public static void Judge(Delivery delivery)
    {
        Oracle.Require(delivery.Units.Count > 0 && delivery.Cells.Values.Any(n => n is not null), "empty");
        var pairs = delivery.Cells.Keys.Select(k => (k.Unit, k.Code)).ToHashSet();
        var periods = delivery.Periods();
        var attacker = new Attacker([.. periods.Values], delivery.Groups.Length + (delivery.Partition ? 0 : 1));
        foreach (var (unit, code) in pairs)
        {
            long? Of(string period, string group) => delivery.Of(unit, code, period, group);
            foreach (var period in periods.Keys)
            {
                JudgeGroups(delivery, group => Of(period, group));
            }

            foreach (var group in delivery.Groups)
            {
                JudgeWindows(delivery, periods, period => Of(period, group));
            }

            JudgeAttack(delivery, attacker, [.. periods.Keys], Of);
        }

        if (delivery.Asa is { } asa)
        {
            JudgeAsa(delivery, asa);
        }
    }

    private static void JudgeGroups(Delivery delivery, Func<string, long?> of)
    {
        var all = of(delivery.Groups[0]);
        var groups = delivery.Groups[1..].Select(of).ToList();
        var visible = groups.Sum(n => n ?? 0);
        var masked = groups.Count(n => n is null);
        if (all is null)
        {
            Oracle.Require(visible == 0, "visible group under masked");
            return;
        }

        Oracle.Require(visible + masked <= all, "groups exceed everybody");
        if (delivery.Partition)
        {
            Oracle.Require(masked > 0 || visible == all, "groups do not add up");
            Oracle.Require(masked == 0 || (masked >= 2 && all - visible >= 5), "derivable");
        }
        else
        {
            Oracle.Require(visible == 0 || all - visible is 0 or >= 5, "derivable rest");
        }
    }

    private static void JudgeWindows(
        Delivery delivery,
        Dictionary<string, (DateOnly First, DateOnly Last)> periods,
        Func<string, long?> of
    )
    {
        for (var i = 0; i < Windows.Length; i++)
        {
            foreach (var longer in Windows[(i + 1)..])
            {
                var (few, many) = (of(Windows[i]), of(longer));
                Oracle.Require(few == 0 || many != 0, "longer window missing");
                Oracle.Require(few is null or 0 || many is not null, "longer window masked");
                Oracle.Require(many is null || (few ?? 1) <= many, "shorter window has more");
            }
        }

        foreach (var (period, days) in periods.Where(p => p.Key.Contains('-', StringComparison.Ordinal)))
        {
            var isInside = days.First >= delivery.Date.AddDays(-364);
            Oracle.Require(!isInside || of("365D") is null || (of(period) ?? 1) <= of("365D"), "month above the year");
        }
    }

    private static void JudgeAttack(
        Delivery delivery,
        Attacker attacker,
        string[] periods,
        Func<string, string, long?> of
    )
    {
        var cells = new long?[periods.Length, delivery.Groups.Length + (delivery.Partition ? 0 : 1)];
        var anyMasked = false;
        for (var period = 0; period < periods.Length; period++)
        {
            for (var group = 0; group < delivery.Groups.Length; group++)
            {
                var patients = of(periods[period], delivery.Groups[group]);
                cells[period, group] = patients is { } n ? Math.Min(n, 10_000_000) : Attacker.Masked;
                anyMasked |= patients is null;
            }
        }

        if (anyMasked && attacker.Learn(cells))
        {
            JudgeAttack(attacker, cells, delivery.Groups.Length);
        }
        else if (anyMasked)
        {
            JudgeWhatAgrees(attacker, cells, delivery.Groups.Length);
        }
    }

    // Every period alone, and then one after another as far as they agree: whole, or else group by group.
    private static void JudgeWhatAgrees(Attacker attacker, long?[,] cells, int groups)
    {
        var taken = new long?[cells.GetLength(0), cells.GetLength(1)];
        bool Takes(int period, int from, int to)
        {
            for (var group = from; group < to; group++)
            {
                taken[period, group] = cells[period, group];
            }

            var agrees = attacker.Learn(taken);
            for (var group = from; group < to && !agrees; group++)
            {
                taken[period, group] = null;
            }

            return agrees;
        }

        for (var period = 0; period < cells.GetLength(0); period++)
        {
            if (Takes(period, 0, groups))
            {
                JudgeAttack(attacker, taken, groups);
            }

            Array.Clear(taken);
        }

        for (var period = 0; period < cells.GetLength(0); period++)
        {
            if (cells[period, 0] != 0 && !Takes(period, 0, groups))
            {
                for (var group = 0; group < groups; group++)
                {
                    Takes(period, group, group + 1);
                }
            }
        }

        Oracle.Require(attacker.Learn(taken), "what agrees");
        JudgeAttack(attacker, taken, groups);
    }

    private static void JudgeAttack(Attacker attacker, long?[,] taken, int groups)
    {
        for (var period = 0; period < taken.GetLength(0); period++)
        {
            for (var group = 1; group < groups; group++)
            {
                Oracle.Require(
                    taken[period, group] != Attacker.Masked
                        || attacker.Width(period, group) > WidestTried
                        || !attacker.IsPinnedByTrial(period, group),
                    "pinned"
                );
            }
        }
    }

    private static void JudgeAsa(
        Delivery delivery,
        Dictionary<(string Unit, string Code), (string Known, string Asa34)> asa
    )
    {
        var visible = delivery
            .Cells.Where(c => c.Key is { Period: "365D", Group: "ALLA" } && c.Value is not null)
            .ToDictionary(c => (c.Key.Unit, c.Key.Code), c => c.Value!.Value);
        Oracle.Require(visible.Keys.ToHashSet().SetEquals(asa.Keys), "ASA rows");
        foreach (var (pair, (knownText, asa34Text)) in asa)
        {
            if (knownText == "x")
            {
                Oracle.Require(asa34Text == "x", "ASA masked by half");
                continue;
            }

            var known = Oracle.Number(knownText, 100_000_000);
            Oracle.Require(known is 0 or >= 5 && known <= visible[pair], "ASA known");
            if (asa34Text is "x" or "<5")
            {
                Oracle.Require(known >= 1, "ASA of nobody");
                continue;
            }

            var asa34 = Oracle.Number(asa34Text, 100_000_000);
            Oracle.Require(asa34 is 0 or >= 5 && asa34 <= known, "ASA 3-4");
            Oracle.Require(known - asa34 is 0 or >= 5, "ASA complement");
        }
    }

    /// <summary>Digits only, or <c>x</c>, or <c>&lt;5</c>.</summary>
    public static void JudgeAsaForm(string known, string asa34)
    {
        Oracle.Require(known == "x" || IsNumber(known), "ASA form");
        Oracle.Require(asa34 is "x" or "<5" || IsNumber(asa34), "ASA form");
    }

    private static bool IsNumber(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (text == "0" || text[0] != '0');
}
