using System.Collections.Frozen;
using System.Net;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Charts;
using Lagesbild.Pages.Errors;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Procedures;

/// <summary>The table: who performs the procedure, how fast, how many, and on whom.</summary>
[Authorize(Roles.Reader)]
public sealed class TableModel(Shell shell, ProcedureSearch search) : PageModel
{
    /// <summary>Below this a median says little: such rows stand apart.</summary>
    public const int Few = 10;

    private static HtmlString? _municipalities;

    public ProcedurePicture Subject { get; private set; } = null!;
    public TableFilter Filter { get; private set; } = null!;
    public Notes Notes { get; } = new();
    public Figure Country { get; private set; }
    public AsaShare? CountryAsa { get; private set; }

    /// <summary>Rows with at least ten operations.</summary>
    public List<Row> Rows { get; } = [];

    /// <summary>Rows with fewer.</summary>
    public List<Row> FewRows { get; } = [];

    /// <summary>Rows without a figure: masked, none, silent.</summary>
    public List<Row> MissingRows { get; } = [];

    /// <summary>One scale for all the rows' strips and sparklines.</summary>
    public Scale Scale { get; private set; }

    /// <summary>18 medians by the place's key; empty unless all columns are shown.</summary>
    public IReadOnlyDictionary<string, TrendRow> Trends { get; private set; } =
        FrozenDictionary<string, TrendRow>.Empty;

    public ProcedureCatalogue Catalogue { get; private set; } = null!;

    /// <summary>What was searched for when the search led straight here; empty otherwise.</summary>
    public string Sought { get; private set; } = "";

    /// <summary>The other operations that the search found, the likeliest first.</summary>
    public IReadOnlyList<Procedure> AlsoFound { get; private set; } = [];

    public IActionResult OnGet(string kod)
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        Catalogue = picture.Catalogue;
        var code = kod.ToUpperInvariant();
        if (code.Length == 5 && picture.FindProcedure(code[..3]) is not null)
        {
            code = code[..3];
        }

        if (picture.FindProcedure(code) is not { } subject)
        {
            return this.Missing(
                Catalogue.FindProcedure(code) is { } known
                    ? new Nothing(
                        $"Ingen enhet har rapporterat {known.PlainName}",
                        $"Åtgärden finns i katalogen ({known.Code}), men ingen enhet i källorna har lämnat uppgifter om den."
                    )
                    : Nothing.Procedure
            );
        }

        if (code != kod)
        {
            return Redirect($"/atgard/{code}{Request.QueryString}");
        }

        Subject = subject;
        Filter = TableFilter.Read(Request.Query, subject.Source, Catalogue, Notes);
        Country = subject.FindFigure(Place.Country, Filter.Period, Filter.Group) ?? Figure.Missing(Absence.None);
        CountryAsa = subject.FindAsa(Place.Country);
        Arrange(subject.Table(Filter.ToQuery(subject)));
        HttpContext.RowsReturned(Rows.Count + FewRows.Count + MissingRows.Count);
        if (Filter.AllColumns)
        {
            Trends = subject
                .Trend(Filter.Level, Filter.Group, Filter.Regions, [])
                .Append(subject.Trend(Level.Country, Filter.Group, [], [])[0])
                .ToDictionary(row => Key(row.Place));
        }

        ReadSearch(picture);
        Scale = Scale.Of(
            Rows.Select(row => row.Figure.MedianDays).Append(Country.MedianDays),
            Trends.Values.SelectMany(trend => trend.Months).Select(month => month.MedianDays)
        );
        return Page();
    }

    /// <summary>What tells a place from the others of its level.</summary>
    public static string Key(Place place) => place.Unit?.HsaId ?? place.Region?.Code ?? place.HealthcareRegion ?? "";

    /// <summary>The place's own page; a region leads to its units.</summary>
    public string Address(Place place) =>
        place switch
        {
            { Unit: { } unit } =>
                $"/enhet/{unit.HsaId}/{Subject.Procedure.Code}{(Filter.Group > 0 ? "?urval=" + Filter.GroupName : "")}",
            { Region: { } region } => (Filter with { Level = Level.Unit, Regions = [region.Code] }).Address(
                Subject.Procedure.Code
            ),
            { HealthcareRegion: { } name } => (
                Filter with
                {
                    Level = Level.Unit,
                    Regions = [.. Catalogue.Regions.Where(r => r.HealthcareRegion == name).Select(r => r.Code)],
                }
            ).Address(Subject.Procedure.Code),
            _ => "",
        };

    /// <summary>Every municipality as an option, by name; made once.</summary>
    public IHtmlContent MunicipalityOptions()
    {
        _municipalities ??= Options(Catalogue);
        return Filter.Near is { } near
            ? new HtmlString(
                _municipalities.Value!.Replace(
                    $"\"{near.Code}\"",
                    $"\"{near.Code}\" selected",
                    StringComparison.Ordinal
                )
            )
            : _municipalities;
    }

    private static HtmlString Options(ProcedureCatalogue catalogue)
    {
        var options = new StringBuilder();
        foreach (
            var municipality in catalogue.Municipalities.OrderBy(
                m => m.Name,
                StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true)
            )
        )
        {
            options
                .Append("<option value=\"")
                .Append(municipality.Code)
                .Append("\">")
                .Append(WebUtility.HtmlEncode(municipality.Name))
                .Append('\n');
        }

        return new HtmlString(options.ToString());
    }

    private void ReadSearch(Picture.Picture picture)
    {
        var sought = Request.Query["sokt"].ToString().Trim();
        if (sought.Length is 0 or > 100 || PersonalIdentityNumber.IsIn(sought))
        {
            return;
        }

        Sought = sought;
        AlsoFound =
        [
            .. search
                .Find(sought, 25, code => picture.FindProcedure(code)?.CountLast365Days ?? 0)
                .Select(hit => hit.Procedure)
                .Where(one => one.Code != Subject.Procedure.Code && picture.FindProcedure(one.Code) is not null),
        ];
    }

    private void Arrange(IReadOnlyList<Row> rows)
    {
        foreach (var row in InOrder(rows))
        {
            (
                !row.Figure.IsPresent ? MissingRows
                : row.Figure.Count < Few ? FewRows
                : Rows
            ).Add(row);
        }

        // Silence last of all: masked units do operate.
        var ranked = MissingRows.OrderBy(row => Rank(row.Figure.Absence)).ToList();
        MissingRows.Clear();
        MissingRows.AddRange(ranked);

        static int Rank(Absence absence) =>
            absence switch
            {
                Absence.Masked => 0,
                Absence.None => 1,
                _ => 2,
            };
    }

    // The orders that are the page's own; the picture has sorted by wait, and a stable sort keeps that among equals.
    private IEnumerable<Row> InOrder(IReadOnlyList<Row> rows)
    {
        Func<Row, int>? key = Filter.Sort switch
        {
            Column.Compared => row =>
                row.Figure.ComparedToCountry switch
                {
                    ComparedWith.Shorter => 0,
                    ComparedWith.Similar => 1,
                    ComparedWith.Longer => 2,
                    _ => Last,
                },
            Column.Operator => row => (int)(row.Place.Unit?.Operator ?? 0),
            Column.Interval => row => row.Figure.IntervalLowerDays ?? Last,
            _ => null,
        };
        return key is null ? rows
            : Filter.Descending ? rows.OrderBy(row => key(row) == Last ? Last : -key(row))
            : rows.OrderBy(key);
    }

    private const int Last = int.MaxValue;
}
