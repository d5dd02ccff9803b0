using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Charts;
using Lagesbild.Pages.Errors;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Units;

/// <summary>A unit: every procedure it performs, beside the country.</summary>
[Authorize(Roles.Reader)]
public sealed class UnitModel(Shell shell) : PageModel
{
    /// <summary>One procedure at the unit.</summary>
    public sealed record Line(Procedure Procedure, Source Source, Figure Figure, Figure Country, AsaShare? Asa);

    private static readonly string[] Orders = ["antal", "namn", "vantetid", "jamfort", "asa34"];

    public Unit Unit { get; private set; } = null!;
    public Contact? Contact => shell.Contacts.Find(Unit.HsaId);
    public Period Period { get; private set; } = Period.Days365;
    public string Order { get; private set; } = Orders[0];
    public Notes Notes { get; private set; } = null!;
    public IReadOnlyList<Line> Lines { get; private set; } = [];

    /// <summary>What the unit has not performed in the last 365 days, but did in a month before them.</summary>
    public List<(Procedure Procedure, Month Latest)> Former { get; } = [];
    public Scale Scale { get; private set; }
    public bool HasAsa => Lines.Any(line => line.Source.HasAsa);

    public IActionResult OnGet(string hsaid)
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        if (picture.FindUnit(hsaid) is not { } unit)
        {
            return this.Missing(Nothing.Unit);
        }

        Unit = unit;
        ReadAddress();
        var place = Place.Of(unit);
        var lines = new List<Line>();
        foreach (var procedure in picture.Procedures)
        {
            if (procedure.IsInTable(unit))
            {
                var figure = procedure.FindFigure(place, Period, 0)!.Value;
                var country = procedure.FindFigure(Place.Country, Period, 0) ?? Figure.Missing(Absence.None);
                lines.Add(new Line(procedure.Procedure, procedure.Source, figure, country, procedure.FindAsa(place)));
            }
            else if (LastMonth(procedure, place) is { } month)
            {
                Former.Add((procedure.Procedure, month));
            }
        }

        Lines = [.. Sorted(lines)];
        HttpContext.RowsReturned(Lines.Count);
        Scale = Scale.Of(
            lines
                .Where(line => line.Figure.Count >= Procedures.ShownTable.FewBelow)
                .Select(line => line.Figure.MedianDays),
            []
        );
        return Page();
    }

    /// <summary>The page in another period or order, defaults left out.</summary>
    public string Address(Period period, string order)
    {
        string[] asked =
        [
            .. period == Period.Days365 ? Array.Empty<string>() : [$"dagar={Swedish.Plain(period.Days)}"],
            .. order == Orders[0] ? Array.Empty<string>() : [$"sortera={order}"],
        ];
        return $"/enhet/{Unit.HsaId}{(asked.Length == 0 ? "" : "?" + string.Join('&', asked))}";
    }

    // The latest month with a cell, visible or masked; null where the procedure never was the unit's.
    private static Month? LastMonth(ProcedurePicture procedure, Place place) =>
        procedure.FindMonths(place, 0) is { } months
        && Enumerable
            .Range(0, months.Count)
            .Where(i => months[i].Absence is Absence.Present or Absence.Masked)
            .DefaultIfEmpty(-1)
            .Last()
            is >= 0
                and var latest
            ? Month.OfTrend(procedure.ReferenceDate, latest)
            : null;

    private void ReadAddress()
    {
        Notes = Notes.Except(Request.Query, "dagar", "sortera");
        if (Request.Query["dagar"].FirstOrDefault() is { Length: > 0 } days)
        {
            if (Period.FromApiValue(days + "d") is { } period)
            {
                Period = period;
            }
            else
            {
                Notes.Add("Antalet dagar kan vara 30, 90 eller 365. Tabellen visar 365 dagar.");
            }
        }

        if (Request.Query["sortera"].FirstOrDefault() is { Length: > 0 } order)
        {
            if (Orders.Contains(order))
            {
                Order = order;
            }
            else
            {
                Notes.Add(
                    $"Värdet för sortera kan vara {string.Join(", ", Orders)}. Tabellen är sorterad efter antal."
                );
            }
        }
    }

    private IEnumerable<Line> Sorted(List<Line> lines)
    {
        var byName = lines.OrderBy(
            line => line.Procedure.PlainName,
            StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true)
        );
        return Order switch
        {
            "namn" => byName,
            "vantetid" => byName
                .OrderBy(line => line.Figure.IsPresent ? 0 : 1)
                .ThenBy(line => line.Figure.MedianDays ?? double.MaxValue),
            "jamfort" => byName.OrderBy(line =>
                line.Figure.ComparedToCountry == ComparedWith.None ? int.MaxValue : (int)line.Figure.ComparedToCountry
            ),
            "asa34" => byName.OrderByDescending(line => line.Asa?.Share ?? line.Asa?.AtMost ?? -1),
            _ => byName.OrderByDescending(line => line.Figure.Count ?? -1),
        };
    }
}
