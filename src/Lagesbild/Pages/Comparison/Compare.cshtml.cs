using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Charts;
using Lagesbild.Pages.Errors;
using Lagesbild.Pages.Procedures;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Comparison;

/// <summary>Up to six units side by side: the figures that a choice is made by, and 18 months in one chart.</summary>
[Authorize(Roles.Reader)]
public sealed class CompareModel(Shell shell) : PageModel
{
    /// <summary>A unit in the comparison.</summary>
    /// <param name="Row">Its figures; the figure is missing where the unit does not perform the procedure.</param>
    public sealed record Column(Unit Unit, Row Row, Contact? Contact);

    public ProcedurePicture Subject { get; private set; } = null!;

    /// <summary>The table's that the units were chosen from.</summary>
    public TableFilter Filter { get; private set; } = null!;
    public Period Period => Filter.Period;
    public int Group => Filter.Group;
    public Place? Home => Filter.Home;
    public Figure? HomeFigure { get; private set; }
    public Figure Country { get; private set; }
    public string Region { get; private set; } = "";
    public Notes Notes { get; } = new();
    public IReadOnlyList<Column> Columns { get; private set; } = [];
    public IReadOnlyList<TrendRow> Trends { get; private set; } = [];
    public IReadOnlyList<Figure> CountryMonths { get; private set; } = [];

    /// <summary>Null where no unit is chosen.</summary>
    public ComparisonChart? Chart { get; private set; }

    public bool HasContacts => Columns.Any(column => column.Contact is not null);

    public IActionResult OnGet(string kod)
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        if (!this.TryFindSubject(picture, "/jamfor", kod, out var subject, out var instead))
        {
            return instead;
        }

        Subject = subject;
        Filter = TableFilter.ReadBesideUnits(Request.Query, subject.Source, picture, Notes);
        Region = picture.Catalogue.FindRegion(Request.Query["region"].FirstOrDefault() ?? "")?.Code ?? "";
        var units = ChosenUnits.Read(Request.Query, picture, Notes);
        Country = subject.FindFigure(Place.Country, Period, Group) ?? Figure.Missing(Absence.None);
        HomeFigure = Home is null ? null : subject.FindFigure(Home, Period, Group);
        Columns = [.. units.Select(ToColumn)];
        Trends =
        [
            .. units.Select(unit => new TrendRow(
                Place.Of(unit),
                subject.FindMonths(Place.Of(unit), Group)
                    ?? [.. Enumerable.Repeat(Figure.Missing(Absence.None), Month.TrendLength)]
            )),
        ];
        HttpContext.RowsReturned(units.Count);
        CountryMonths = subject.FindMonths(Place.Country, Group) ?? [];
        Chart =
            units.Count == 0
                ? null
                : new ComparisonChart(subject.Procedure.PlainName, subject.ReferenceDate, Trends, CountryMonths);
        return Page();
    }

    /// <summary>This page, or the patient sheet (<paramref name="page"/>), with other units or another period.</summary>
    public string Address(string page, IEnumerable<Unit> units, Period period) =>
        $"/{page}/{Subject.Procedure.Code}{Query(units, period)}";

    /// <summary>The query alone, with its question mark.</summary>
    public string Query(IEnumerable<Unit> units, Period period)
    {
        string[] parts =
        [
            .. ChosenUnits.InAddress(units),
            .. (Filter with { Period = period }).ParametersBesideUnits.Select(one => $"{one.Name}={one.Value}"),
            .. Region.Length == 0 ? [] : (string[])[$"region={Region}"],
        ];
        return parts.Length == 0 ? "" : "?" + string.Join('&', parts);
    }

    public IEnumerable<Unit> Units => Columns.Select(column => column.Unit);

    /// <summary>The table that the units were chosen from, with them chosen.</summary>
    public string TableAddress
    {
        get
        {
            var table = Filter.Address(Subject.Procedure.Code);
            var chosen = string.Join('&', ChosenUnits.InAddress(Units));
            return chosen.Length == 0 ? table : $"{table}{(Filter.Query.Length == 0 ? '?' : '&')}{chosen}";
        }
    }

    private Column ToColumn(Unit unit)
    {
        var place = Place.Of(unit);
        return new Column(
            unit,
            Subject.FindRow(place, Filter.ToQuery()) ?? new Row(place, Figure.Missing(Absence.None), null, null),
            shell.Contacts.Find(unit.HsaId)
        );
    }
}
