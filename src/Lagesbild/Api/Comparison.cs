using Lagesbild.Deliveries;

namespace Lagesbild.Api;

/// <summary>A held delivery against the published one of its source.</summary>
/// <param name="PublishedReferenceDate">Reference date of the published delivery.</param>
/// <param name="PublishedCorrection">1 for the first of that date.</param>
/// <param name="Units">Number of units, before and after.</param>
/// <param name="Last365Days">Operations in visible cells of 365 days.</param>
/// <param name="Last30Days">Operations in visible cells of 30 days.</param>
/// <param name="ChangedUnits">Units that came, went, or have other operations; by HSA-id.</param>
/// <param name="ChangedProcedures">Procedures that came, went, or have other counts or medians; by code.</param>
public sealed record ComparisonInfo(
    DateOnly PublishedReferenceDate,
    int PublishedCorrection,
    BeforeAndAfter Units,
    BeforeAndAfter Last365Days,
    BeforeAndAfter Last30Days,
    IReadOnlyList<UnitChangeInfo> ChangedUnits,
    IReadOnlyList<ProcedureChangeInfo> ChangedProcedures
)
{
    internal static ComparisonInfo Of(DeliveryComparison comparison)
    {
        var (before, after) = (comparison.Published, comparison.Delivered);
        return new ComparisonInfo(
            before.Version.ReferenceDate,
            before.Version.Correction,
            new BeforeAndAfter(before.Units.Count, after.Units.Count),
            new BeforeAndAfter(before.Last365Days, after.Last365Days),
            new BeforeAndAfter(before.Last30Days, after.Last30Days),
            [.. comparison.Units.Where(unit => unit.Before != unit.After).Select(UnitChangeInfo.Of)],
            [.. comparison.Procedures.Select(ProcedureChangeInfo.Of).Where(procedure => procedure.IsChanged)]
        );
    }
}

/// <summary>A number before and after; null where there is none.</summary>
/// <param name="Before">In the published delivery.</param>
/// <param name="After">In the held delivery.</param>
public sealed record BeforeAndAfter(long? Before, long? After);

/// <summary>A unit in the two deliveries.</summary>
/// <param name="HsaId">Its HSA-id.</param>
/// <param name="Name">As last delivered.</param>
/// <param name="Last365Days">Operations of all procedures; null where the delivery lacks the unit.</param>
/// <param name="Last30Days">Operations of all procedures; null where the delivery lacks the unit.</param>
public sealed record UnitChangeInfo(string HsaId, string Name, BeforeAndAfter Last365Days, BeforeAndAfter Last30Days)
{
    internal static UnitChangeInfo Of((UnitProfile? Before, UnitProfile? After) unit)
    {
        var named = (unit.After ?? unit.Before)!.Unit;
        return new UnitChangeInfo(
            named.HsaId,
            named.Name,
            new BeforeAndAfter(unit.Before?.Last365Days, unit.After?.Last365Days),
            new BeforeAndAfter(unit.Before?.Last30Days, unit.After?.Last30Days)
        );
    }
}

/// <summary>A procedure in the two deliveries: the whole country, the last 365 days, and the units that changed.</summary>
/// <param name="Code">KVÅ, three characters.</param>
/// <param name="Count">Operations; null where the delivery lacks the procedure.</param>
/// <param name="Median">The country's median wait.</param>
/// <param name="IsShifted">True where the median has moved so far that it holds the delivery.</param>
/// <param name="Units">Units whose own count or median changed, by HSA-id.</param>
public sealed record ProcedureChangeInfo(
    string Code,
    BeforeAndAfter Count,
    MedianChangeInfo Median,
    bool IsShifted,
    IReadOnlyList<UnitProcedureChangeInfo> Units
)
{
    internal bool IsChanged => Count.Before != Count.After || Median.IsChanged || Units.Count > 0;

    internal static ProcedureChangeInfo Of((ProcedureProfile? Before, ProcedureProfile? After) procedure)
    {
        var (before, after) = procedure;
        return new ProcedureChangeInfo(
            (after ?? before)!.Code,
            new BeforeAndAfter(before?.Country.Count, after?.Country.Count),
            MedianChangeInfo.Of(before?.Country, after?.Country),
            before is not null && after is not null && DeliveryComparison.IsShifted(before.Country, after.Country),
            [
                .. DeliveryComparison
                    .UnitsOf(before, after)
                    .Where(unit => unit.Before != unit.After)
                    .Select(unit => new UnitProcedureChangeInfo(
                        unit.HsaId,
                        new BeforeAndAfter(unit.Before?.Count, unit.After?.Count),
                        MedianChangeInfo.Of(unit.Before, unit.After)
                    )),
            ]
        );
    }
}

/// <summary>A unit's own figures of a procedure.</summary>
/// <param name="HsaId">Its HSA-id.</param>
/// <param name="Count">Operations; null where the delivery shows none.</param>
/// <param name="Median">Its median wait.</param>
public sealed record UnitProcedureChangeInfo(string HsaId, BeforeAndAfter Count, MedianChangeInfo Median);

/// <summary>A median before and after, in days with two decimals; null where there is none or it lies in an open bin.</summary>
/// <param name="BeforeDays">In the published delivery.</param>
/// <param name="AfterDays">In the held delivery.</param>
public sealed record MedianChangeInfo(double? BeforeDays, double? AfterDays)
{
    internal bool IsChanged => BeforeDays != AfterDays;

    internal static MedianChangeInfo Of(WaitProfile? before, WaitProfile? after) =>
        new(Rounded(before?.Median.Days), Rounded(after?.Median.Days));

    private static double? Rounded(double? days) => days is { } exact ? Math.Round(exact, 2) : null;
}
