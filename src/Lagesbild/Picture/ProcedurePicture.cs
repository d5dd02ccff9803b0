using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>
/// One procedure's figures: a dense block of places × periods × groups, and the units' bins, from which a figure is
/// explained.
/// </summary>
public sealed class ProcedurePicture
{
    /// <summary>From the catalogue; under its bare code where the catalogue lacks it.</summary>
    public Procedure Procedure => throw new NotImplementedException();

    public Source Source => throw new NotImplementedException();

    public DateOnly ReferenceDate => throw new NotImplementedException();

    /// <summary>Units that have any cell of it, by name.</summary>
    public IReadOnlyList<Unit> Units => throw new NotImplementedException();

    /// <summary>Patients of the country in visible 365-day cells of everybody: the volume that search ranks by.</summary>
    public long CountLast365Days => throw new NotImplementedException();

    /// <summary>
    /// The figure of a place. A unit without any cell of the procedure, or a level without units: null.
    /// </summary>
    public Figure? FindFigure(Place place, Period period, int group) => throw new NotImplementedException();

    /// <summary>The ASA share of a place, last 365 days; null where the source has none or nothing was delivered.</summary>
    public AsaShare? FindAsa(Place place) => throw new NotImplementedException();

    /// <summary>The rows asked for, sorted; rows without a figure last.</summary>
    public IReadOnlyList<Row> Table(TableQuery query) => throw new NotImplementedException();

    /// <summary>18 months for each unit, region or healthcare region (or the one country), by name.</summary>
    public IReadOnlyList<TrendRow> Trend(
        Level level,
        int group,
        IReadOnlyCollection<string> regions,
        IReadOnlyCollection<string> units
    ) => throw new NotImplementedException();

    /// <summary>The histogram behind a figure, merged anew from the units' visible bins; empty where there is none.</summary>
    public Bin[] Histogram(Place place, Period period, int group) => throw new NotImplementedException();
}

/// <summary>One source's part of the picture. A procedure belongs to one source, so parts never mix.</summary>
public sealed class SourcePicture
{
    /// <summary>Computes every figure of a delivery.</summary>
    public static SourcePicture Build(DeliveryContents contents, PictureSource origin, ProcedureCatalogue catalogue) =>
        throw new NotImplementedException();

    public PictureSource Origin => throw new NotImplementedException();

    public IReadOnlyList<ProcedurePicture> Procedures => throw new NotImplementedException();

    public IReadOnlyList<Unit> Units => throw new NotImplementedException();
}
