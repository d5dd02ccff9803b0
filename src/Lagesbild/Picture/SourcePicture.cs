using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>
/// One source's part of the picture. A procedure belongs to one source, so parts never mix: a new delivery of one
/// source leaves the others' parts as they are.
/// </summary>
public sealed class SourcePicture
{
    private SourcePicture(PictureSource origin, IReadOnlyList<Unit> units, IReadOnlyList<ProcedurePicture> procedures)
    {
        Origin = origin;
        Units = units;
        Procedures = procedures;
    }

    /// <summary>The delivery that it stands on.</summary>
    public PictureSource Origin { get; }

    /// <summary>In the order of the delivery.</summary>
    public IReadOnlyList<Unit> Units { get; }

    /// <summary>By code; procedures that another source answers for are left out.</summary>
    public IReadOnlyList<ProcedurePicture> Procedures { get; }

    /// <summary>Computes every figure of a delivery, on all cores.</summary>
    public static SourcePicture Build(DeliveryContents contents, PictureSource origin, ProcedureCatalogue catalogue)
    {
        var presence = new PeriodsWithCells(contents);
        var units = contents
            .Units.Select((unit, i) => ToUnit(unit, presence.LastMonth(i), contents, catalogue))
            .ToList();
        var pairsOfProcedure = Enumerable
            .Range(0, contents.Pairs.Count)
            .GroupBy(pair => contents.Procedures[contents.Pairs[pair].Procedure])
            .Where(pairs => catalogue.SourceOf(pairs.Key) == contents.Source.Code)
            .OrderBy(pairs => pairs.Key, StringComparer.Ordinal)
            .ToList();
        var procedures = new ProcedurePicture[pairsOfProcedure.Count];
        Parallel.For(
            0,
            procedures.Length,
            i =>
            {
                var pairs = pairsOfProcedure[i];
                procedures[i] = new ProcedurePicture(
                    catalogue.FindProcedure(pairs.Key) ?? Procedure.Unknown(pairs.Key, contents.Source.Code),
                    contents,
                    presence,
                    [.. pairs.Select(pair => (units[contents.Pairs[pair].Unit], pair))],
                    catalogue
                );
            }
        );
        return new SourcePicture(origin, units, procedures);
    }

    private static Unit ToUnit(
        DeliveredUnit unit,
        int? lastMonth,
        DeliveryContents contents,
        ProcedureCatalogue catalogue
    ) =>
        new(
            unit.HsaId,
            unit.Name,
            catalogue.FindRegion(unit.RegionCode)!,
            catalogue.FindMunicipality(unit.MunicipalityCode)!,
            unit.Operator,
            [contents.Source.Code],
            lastMonth is { } place ? Month.OfTrend(contents.Version.ReferenceDate, place) : null
        );
}

/// <summary>In which periods a unit has any cell, of whatever procedure: where it has none, it is silent, not idle.</summary>
internal sealed class PeriodsWithCells
{
    private readonly bool[] _has;

    public PeriodsWithCells(DeliveryContents contents)
    {
        _has = new bool[contents.Units.Count * Period.Count];
        for (var pair = 0; pair < contents.Pairs.Count; pair++)
        {
            var unit = contents.Pairs[pair].Unit * Period.Count;
            for (byte period = 0; period < Period.Count; period++)
            {
                // Every cell of a group comes with one of everybody.
                _has[unit + period] |= contents.FindCell(pair, new Period(period), 0) is not null;
            }
        }
    }

    public bool Has(int unit, Period period) => _has[unit * Period.Count + period.Index];

    /// <summary>Place of the latest month with a cell; null where none has.</summary>
    public int? LastMonth(int unit)
    {
        for (var month = Month.TrendLength - 1; month >= 0; month--)
        {
            if (Has(unit, Period.OfMonth(month)))
            {
                return month;
            }
        }

        return null;
    }
}
