namespace Lagesbild.Deliveries;

/// <summary>A delivery against the one that is published: the rules that need both, and what an operator is shown.</summary>
public sealed record DeliveryComparison(DeliveryProfile Published, DeliveryProfile Delivered)
{
    // Percent, days and patients. (docs/leveransformat.md)
    private const int UnitDrop = 20;
    private const int VolumeChange = 30;
    private const int MedianShift = 20;
    private const int MedianShiftDays = 7;
    private const int LeastForMedianShift = 500;

    /// <summary>Every unit of either, by HSA-id.</summary>
    public IReadOnlyList<(UnitProfile? Before, UnitProfile? After)> Units =>
        Join(Published.Units, Delivered.Units, unit => unit.Unit.HsaId);

    /// <summary>Every procedure of either, by code.</summary>
    public IReadOnlyList<(ProcedureProfile? Before, ProcedureProfile? After)> Procedures =>
        Join(Published.Procedures, Delivered.Procedures, procedure => procedure.Code);

    /// <summary>Every unit that shows a figure of a procedure in either, by HSA-id.</summary>
    public static IEnumerable<(string HsaId, WaitProfile? Before, WaitProfile? After)> UnitsOf(
        ProcedureProfile? before,
        ProcedureProfile? after
    ) =>
        (before?.Units.Keys ?? [])
            .Union(after?.Units.Keys ?? [])
            .Order(StringComparer.Ordinal)
            .Select(unit => (unit, In(before, unit), In(after, unit)));

    private static WaitProfile? In(ProcedureProfile? procedure, string unit) =>
        procedure is not null && procedure.Units.TryGetValue(unit, out var wait) ? wait : null;

    /// <summary>Adds what holds the delivery up, and what is only worth knowing.</summary>
    public void Judge(Findings findings)
    {
        JudgeUnits(findings);
        JudgeVolume(findings, "365D", Published.Last365Days, Delivered.Last365Days);
        JudgeVolume(findings, "30D", Published.Last30Days, Delivered.Last30Days);
        foreach (var (before, after) in Procedures)
        {
            if (before is not null && after is not null && IsShifted(before.Country, after.Country))
            {
                Hold(
                    findings,
                    "median-shift",
                    $"{after.Code}: landets median för 365D är {Days(after.Country)} mot {Days(before.Country)} i den publicerade leveransen."
                );
            }
        }
    }

    /// <summary>Whether a procedure's median in the whole country has moved so far that somebody has to look at it.</summary>
    public static bool IsShifted(WaitProfile before, WaitProfile after)
    {
        if (before.Count < LeastForMedianShift || after.Count < LeastForMedianShift)
        {
            return false;
        }

        if (before.Median.Days is not { } was || after.Median.Days is not { } @is)
        {
            return before.Median.IsOpenEnded != after.Median.IsOpenEnded;
        }

        var moved = Math.Abs(@is - was);
        return moved >= MedianShiftDays && moved * 100 >= was * MedianShift;
    }

    private void JudgeUnits(Findings findings)
    {
        var (before, after) = (Published.Units.Count, Delivered.Units.Count);
        if ((long)(before - after) * 100 >= (long)before * UnitDrop && before > after)
        {
            Hold(
                findings,
                "unit-drop",
                $"Leveransen har {Number(after)} {(after == 1 ? "enhet" : "enheter")} mot {Number(before)} i den publicerade: minst {UnitDrop} % färre."
            );
        }

        var published = Published.Units.ToDictionary(unit => unit.Unit.HsaId, unit => unit.Unit);
        for (var i = 0; i < Delivered.Units.Count; i++)
        {
            var unit = Delivered.Units[i].Unit;
            if (published.TryGetValue(unit.HsaId, out var was) && was != unit)
            {
                // By its place: neither name nor id is repeated.
                findings.Add(
                    new Finding(
                        "unit-renamed",
                        Severity.Info,
                        $"Enhet nummer {Number(i + 1)} i leveransen har fått {Changed(was, unit)}."
                    )
                );
            }
        }
    }

    private static void JudgeVolume(Findings findings, string window, long before, long after)
    {
        if (before != after && Math.Abs(after - before) * 100 >= before * VolumeChange)
        {
            Hold(
                findings,
                "volume-change",
                $"{window}: {Number(after)} operationer mot {Number(before)} i den publicerade leveransen, en ändring på minst {VolumeChange} %."
            );
        }
    }

    private static string Changed(DeliveredUnit was, DeliveredUnit @is)
    {
        string?[] changed =
        [
            was.Name != @is.Name ? "ett annat namn" : null,
            was.RegionCode != @is.RegionCode ? "en annan region" : null,
            was.MunicipalityCode != @is.MunicipalityCode ? "en annan kommun" : null,
            was.Operator != @is.Operator ? "en annan driftsform" : null,
        ];
        return string.Join(", ", changed.OfType<string>());
    }

    private static void Hold(Findings findings, string code, string message) =>
        findings.Add(new Finding(code, Severity.Hold, message));

    private static string Days(WaitProfile wait) =>
        wait.Median.Days is { } days
            ? Math.Round(days, 1).ToString("0.#", Catalogue.ProcedureCatalogue.Swedish) + " dagar"
            : $"mer än {Number(wait.Median.OpenEndedFrom ?? 0)} dagar";

    private static string Number(long n) => n.ToString("#,0", Catalogue.ProcedureCatalogue.Swedish);

    private static List<(T? Before, T? After)> Join<T>(
        IReadOnlyList<T> before,
        IReadOnlyList<T> after,
        Func<T, string> key
    )
        where T : class
    {
        var old = before.ToDictionary(key);
        var current = after.ToDictionary(key);
        return
        [
            .. old
                .Keys.Union(current.Keys)
                .Order(StringComparer.Ordinal)
                .Select(k => (old.GetValueOrDefault(k), current.GetValueOrDefault(k))),
        ];
    }
}
