using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>What the table and the trend are both asked for: of which procedures, and of which places.</summary>
/// <param name="Selections">One for each procedure, by code; at least one.</param>
internal sealed record Scope(
    Level Level,
    IReadOnlyList<string> Regions,
    IReadOnlyList<string> Units,
    IReadOnlyList<Selection> Selections
)
{
    /// <summary>Null exactly when something was refused.</summary>
    /// <param name="ofUnits">Parameters that go with the unit level only.</param>
    /// <param name="format">Null for JSON.</param>
    public static Scope? Read(
        PictureRequest request,
        ApiRoutes routes,
        IReadOnlyList<Parameter> ofUnits,
        DownloadFormat? format
    )
    {
        var (query, picture) = (request.Query, request.Picture);
        var selections = Selection.Read(query, picture, Parameters.Procedures, routes);
        var level = ApiValues.LevelOf(query.Find(Parameters.Level)!);
        var (regions, units) = (query.Regions(picture), query.Units(picture));
        if (selections.Count > 1 && format is null or DownloadFormat.JsonStat)
        {
            query.Refuse(Problem.OneProcedure(Parameters.Procedures.Name));
        }

        foreach (var parameter in ofUnits.Where(p => level != Level.Unit && query.Has(p)))
        {
            query.Refuse(Problem.OnlyOfUnits(parameter.Name, parameter.Name, level));
        }

        query.RefuseRegionOfCountry(level);
        if (format is not null)
        {
            query.RefusePaging();
        }

        return query.Problem is null ? new Scope(level, regions, units, selections) : null;
    }

    public TableQuery QueryOf(Selection selection) =>
        new(selection.Period, selection.Group, Level) { Regions = Regions, Units = Units };

    /// <summary>
    /// Leaves the healthcare regions that hold one of the regions asked for; the picture itself has seen to units and
    /// regions.
    /// </summary>
    public IReadOnlyList<T> Within<T>(IReadOnlyList<T> rows, Func<T, Place> placeOf, ProcedureCatalogue catalogue)
    {
        if (Regions.Count == 0 || Level != Level.HealthcareRegion)
        {
            return rows;
        }

        var wanted = Regions.Select(region => catalogue.FindRegion(region)!.HealthcareRegion).ToHashSet();
        return [.. rows.Where(row => wanted.Contains(placeOf(row).HealthcareRegion!))];
    }
}

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

    /// <summary>One for each procedure asked for; empty exactly when something was refused.</summary>
    public static IReadOnlyList<Selection> Read(
        Query query,
        Picture.Picture picture,
        Parameter procedure,
        ApiRoutes routes
    )
    {
        var period = Deliveries.Period.FromApiValue(query.Find(Parameters.Period) ?? "") ?? Period.Days90;
        var selections = query
            .Procedures(procedure, picture)
            .Select(one =>
            {
                var figures = picture.FindProcedure(one.Code);
                var source = figures?.Source ?? routes.Readers.Find(one.Source)?.Source;
                var group = query.Group(routes.GroupParameters, source);
                var part = picture.Parts.FirstOrDefault(part => part.Origin.Source.Code == source?.Code);
                return new Selection(one, figures, source, part, period, group);
            })
            .ToList();
        return query.Problem is null ? selections : [];
    }
}
