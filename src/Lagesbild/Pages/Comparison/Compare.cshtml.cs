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
    public Period Period { get; private set; } = Period.Days90;
    public int Group { get; private set; }
    public Place? Home { get; private set; }
    public Figure? HomeFigure { get; private set; }
    public Figure Country { get; private set; }
    public string Region { get; private set; } = "";
    public Notes Notes { get; private set; } = null!;
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
        ReadAddress(picture);
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
            .. period == Period.Days90 ? [] : (string[])[$"dagar={Swedish.Plain(period.Days)}"],
            .. Group == 0 ? [] : (string[])[$"urval={GroupName.InAddress(Subject.Source.Groups[Group])}"],
            .. Home is null ? [] : (string[])[$"hemma={Home.Key}"],
            .. Region.Length == 0 ? [] : (string[])[$"region={Region}"],
        ];
        return parts.Length == 0 ? "" : "?" + string.Join('&', parts);
    }

    public IEnumerable<Unit> Units => Columns.Select(column => column.Unit);

    /// <summary>The table that the units were chosen from.</summary>
    public string TableAddress =>
        new TableFilter
        {
            Period = Period,
            Group = Group,
            GroupName = Group == 0 ? "" : GroupName.InAddress(Subject.Source.Groups[Group]),
            Home = Home,
        }.Address(Subject.Procedure.Code);

    private Column ToColumn(Unit unit)
    {
        var place = Place.Of(unit);
        return new Column(
            unit,
            Subject.FindRow(place, new TableQuery(Subject, Period, Group) { Home = Home })
                ?? new Row(place, Figure.Missing(Absence.None), null, null),
            shell.Contacts.Find(unit.HsaId)
        );
    }

    private void ReadAddress(Picture.Picture picture)
    {
        var query = Request.Query;
        Notes = Notes.Except(query, ChosenUnits.Name, "dagar", "urval", "hemma", "region");
        if (query["dagar"].FirstOrDefault() is { Length: > 0 } days)
        {
            if (Period.FromApiValue(days + "d") is { } period)
            {
                Period = period;
            }
            else
            {
                Notes.Add("dagar kan vara 30, 90 eller 365. Jämförelsen visar 90 dagar.");
            }
        }

        if (query["urval"].FirstOrDefault() is { Length: > 0 } value)
        {
            Group = Math.Max(0, GroupName.IndexOf(Subject.Source, value));
            if (GroupName.IndexOf(Subject.Source, value) < 0)
            {
                Notes.Add(
                    $"Urvalet finns inte i {Subject.Source.Code}. Jämförelsen gäller alla patienter. Urval som finns: {GroupName.Choices(Subject.Source)}."
                );
            }
        }

        if (query["hemma"].FirstOrDefault() is { Length: > 0 } home)
        {
            Home = HomeName.Find(home, picture, Notes);
        }

        Region = picture.Catalogue.FindRegion(query["region"].FirstOrDefault() ?? "")?.Code ?? "";
    }
}
