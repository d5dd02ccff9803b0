using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>Whose waits are asked for: a procedure, a period and a patient group.</summary>
/// <param name="Figures">Null where the catalogue knows the procedure and no unit has a figure of it.</param>
/// <param name="Source">Null where no reader knows the catalogue's source.</param>
internal sealed record Selection(
    Procedure Procedure,
    ProcedurePicture? Figures,
    Source? Source,
    SourcePicture? Part,
    Period Period,
    int Group
)
{
    public DateOnly? From => Part is null ? null : Period.FirstDay(Part.Origin.ReferenceDate);

    public DateOnly? To => Part is null ? null : Period.LastDay(Part.Origin.ReferenceDate);

    public string GroupValue => Source?.Groups[Group].ApiValue ?? "all";

    /// <summary>Null exactly when something was refused.</summary>
    public static Selection? Read(
        Query query,
        Picture.Picture picture,
        IReadOnlyList<Parameter> groups,
        SourceReaders readers
    )
    {
        if (query.Procedure(Parameters.Procedure, picture) is not { } procedure)
        {
            return null;
        }

        var figures = picture.FindProcedure(procedure.Code);
        var source = figures?.Source ?? readers.Find(procedure.Source)?.Source;
        var group = query.Group(groups, source);
        var period = Deliveries.Period.FromApiValue(query.Find(Parameters.Period) ?? "") ?? Period.Days90;
        var part = picture.Parts.FirstOrDefault(one => one.Origin.Source.Code == source?.Code);
        return query.Problem is null ? new Selection(procedure, figures, source, part, period, group) : null;
    }

    /// <summary>
    /// Leaves the healthcare regions that hold one of the regions asked for; the picture itself has seen to units and
    /// regions.
    /// </summary>
    public static IReadOnlyList<T> Within<T>(
        IReadOnlyList<T> rows,
        Func<T, Place> placeOf,
        IReadOnlyList<string> regions,
        ProcedureCatalogue catalogue
    )
    {
        if (regions.Count == 0 || rows.Count == 0 || placeOf(rows[0]).Level != Level.HealthcareRegion)
        {
            return rows;
        }

        var wanted = regions.Select(region => catalogue.FindRegion(region)!.HealthcareRegion).ToHashSet();
        return [.. rows.Where(row => wanted.Contains(placeOf(row).HealthcareRegion!))];
    }
}
