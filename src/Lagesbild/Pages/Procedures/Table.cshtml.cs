using System.Collections.Frozen;
using System.Net;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Charts;
using Lagesbild.Pages.Comparison;
using Lagesbild.Pages.Errors;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Procedures;

/// <summary>The table: who performs the procedure, how fast, how many, and on whom.</summary>
[Authorize(Roles.Reader)]
public sealed class TableModel(Shell shell, ProcedureSearch search) : PageModel
{
    private static HtmlString? _municipalities;

    public ProcedurePicture Subject { get; private set; } = null!;
    public TableFilter Filter { get; private set; } = null!;
    public Notes Notes { get; } = new();
    public ShownTable Table { get; private set; } = null!;
    public Figure Country => Table.Country.Figure;

    /// <summary>Units that the address says are ticked.</summary>
    public IReadOnlySet<string> Ticked { get; private set; } = FrozenSet<string>.Empty;

    /// <summary>True where the administrator has told how to reach any of the units: then there is a column for it.</summary>
    public bool HasContacts { get; private set; }

    /// <summary>True where a row's number of severely ill is known within bounds only.</summary>
    public bool HasBoundedAsa => Table.Distinct.Any(row => row.Asa is { Count: null, CountAtLeast: not null });

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
        Filter = TableFilter.Read(Request.Query, subject.Source, picture, Notes);
        Table = ShownTable.Of(subject, Filter);
        HasContacts = Filter.Level == Level.Unit && Table.InOrder.Any(row => ContactOf(row.Place) is not null);
        HttpContext.RowsReturned(Table.InOrder.Count());
        Ticked = ReadTicked(picture);
        if (Filter.AllColumns)
        {
            Trends = Table.Distinct.ToDictionary(
                row => row.Place.Key,
                row => new TrendRow(row.Place, subject.FindMonths(row.Place, Filter.Group)!)
            );
        }

        ReadSearch(picture);
        Scale = Scale.Of(
            Table.Ranked.Select(row => row.Figure.MedianDays).Append(Country.MedianDays),
            Trends.Values.SelectMany(trend => trend.Months).Select(month => month.MedianDays)
        );
        return Page();
    }

    public Contact? ContactOf(Place place) => place.Unit is { } unit ? shell.Contacts.Find(unit.HsaId) : null;

    /// <summary>The region that the patient is likely to belong to, for the patient sheet; empty where nothing tells.</summary>
    public string PatientsRegion =>
        (Filter.Home?.Unit?.Region ?? Filter.Home?.Region)?.Code ?? Filter.Near?.RegionCode ?? "";

    /// <summary>"Enheter 24 augusti–21 november 2026, privat drift": what the table is restricted to.</summary>
    public string CaptionInWords
    {
        get
        {
            var (first, last) = (
                Filter.Period.FirstDay(Subject.ReferenceDate),
                Filter.Period.LastDay(Subject.ReferenceDate)
            );
            string?[] parts =
            [
                $"{Swedish.Plural(Filter.Level)} {Swedish.Dates(first, last)}",
                Filter.Group > 0 ? GroupName.InSentence(Subject.Source, Filter.Group) : null,
                Filter.MaxKm is { } km ? $"högst {Swedish.Kilometres(km)} från {Filter.Near!.Name}"
                : Filter.Near is { } near ? $"avstånd från {near.Name}"
                : null,
                Filter.Operator is { } runs ? $"{Swedish.Name(runs)} drift" : null,
                .. Catalogue.Regions.Where(r => Filter.Regions.Contains(r.Code)).Select(r => r.Name),
                Filter.Home is { } home ? $"jämfört med {home.Name}" : null,
            ];
            return string.Join(", ", parts.OfType<string>());
        }
    }

    /// <summary>Said aloud when a filter has been applied.</summary>
    public string CountInWords =>
        $"{Swedish.Number(Table.Ranked.Count + Table.Few.Count)} rader med siffra, {Swedish.Number(Table.Missing.Count)} utan.";

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

    // What cannot be seen any more cannot be sent along either: it is said and let go.
    private HashSet<string> ReadTicked(Picture.Picture picture)
    {
        var chosen = ChosenUnits.Read(Request.Query, picture, Notes).Select(unit => unit.HsaId).ToHashSet();
        var shown = Table.InOrder.Select(row => row.Place.Key).ToHashSet();
        var hidden = chosen.Count(unit => !shown.Contains(unit));
        if (hidden > 0)
        {
            Notes.Add(
                hidden == 1
                    ? "En förkryssad enhet ingår inte i tabellen och är inte längre vald."
                    : $"{Swedish.Number(hidden)} förkryssade enheter ingår inte i tabellen och är inte längre valda."
            );
        }

        chosen.IntersectWith(shown);
        return chosen;
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
}
