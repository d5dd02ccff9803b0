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

/// <summary>One procedure at one unit: 18 months, all windows, patient groups, ASA.</summary>
[Authorize(Roles.Reader)]
public sealed class UnitProcedureModel(Shell shell) : PageModel
{
    public Unit Unit { get; private set; } = null!;
    public ProcedurePicture Subject { get; private set; } = null!;

    public Contact? Contact => shell.Contacts.Find(Unit.HsaId);

    /// <summary>Place among the source's groups; 0 is everybody.</summary>
    public int Group { get; private set; }
    public Notes Notes { get; private set; } = null!;
    public TrendChart Chart { get; private set; } = null!;
    public AsaShare? Asa { get; private set; }
    public AsaShare? CountryAsa { get; private set; }

    public IActionResult OnGet(string hsaid, string kod)
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        if (picture.FindUnit(hsaid) is not { } unit)
        {
            return this.Missing(Nothing.Unit);
        }

        if (!this.TryFindSubject(picture, $"/enhet/{unit.HsaId}", kod, out var subject, out var instead))
        {
            return instead;
        }

        Unit = unit;
        Subject = subject;
        if (subject.FindFigure(Place.Of(unit), Period.Days365, 0) is null)
        {
            return this.Missing(
                new Nothing(
                    $"{unit.Name} har inga uppgifter om {subject.Procedure.PlainName}",
                    "Enheten finns, men har inte rapporterat den åtgärden till registret."
                )
            );
        }

        ReadAddress();
        HttpContext.RowsReturned(1);
        Asa = subject.FindAsa(Place.Of(unit));
        CountryAsa = subject.FindAsa(Place.Country);
        Chart = new TrendChart(
            $"{subject.Procedure.PlainName}, {unit.Name}",
            subject.ReferenceDate,
            Months(Place.Of(unit)),
            Months(Place.Of(unit.Region)),
            Months(Place.Country)
        );
        return Page();
    }

    /// <summary>For the file with the same months.</summary>
    public string Query =>
        $"?enhet={Unit.HsaId}{(Group == 0 ? "" : "&urval=" + GroupName.InAddress(Subject.Source.Groups[Group]))}";

    /// <summary>The unit's figure, or that there is none.</summary>
    public Figure Own(Period period, int group) => Of(Place.Of(Unit), period, group);

    public Figure Country(Period period, int group) => Of(Place.Country, period, group);

    private Figure Of(Place place, Period period, int group) =>
        Subject.FindFigure(place, period, group) ?? Figure.Missing(Absence.None);

    private Figure[] Months(Place place) =>
        [.. Enumerable.Range(0, Month.TrendLength).Select(i => Of(place, Period.OfMonth(i), Group))];

    private void ReadAddress()
    {
        Notes = Notes.Except(Request.Query, "urval");
        if (Request.Query["urval"].FirstOrDefault() is { Length: > 0 } value)
        {
            var group = GroupName.IndexOf(Subject.Source, value);
            Group = Math.Max(0, group);
            if (group < 0)
            {
                Notes.Add(
                    $"Urvalet finns inte i {Subject.Source.Code}. Sidan visar alla patienter. Urval som finns: {GroupName.Choices(Subject.Source)}."
                );
            }
        }
    }
}
