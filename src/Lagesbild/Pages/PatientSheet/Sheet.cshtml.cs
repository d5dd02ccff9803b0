using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Comparison;
using Lagesbild.Pages.Errors;
using Lagesbild.Pages.Procedures;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.PatientSheet;

/// <summary>A sheet for the patient, to print or send: what the offer means, and the chosen units' usual waits in plain words.</summary>
[Authorize(Roles.Reader)]
public sealed class SheetModel(Shell shell) : PageModel
{
    public ProcedurePicture Subject { get; private set; } = null!;
    public IReadOnlyList<Unit> Units { get; private set; } = [];
    public Period Period { get; private set; } = Period.Days90;

    /// <summary>The patient's region, whose navigators are to be called; null where none is chosen.</summary>
    public Region? Region { get; private set; }
    public Contact? Navigators => Region is null ? null : shell.Contacts.Find(Region.Code);
    public Notes Notes { get; private set; } = null!;
    public DateOnly Today => shell.Today;
    public ProcedureCatalogue Catalogue => shell.Picture!.Catalogue;

    public IActionResult OnGet(string kod)
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        if (!this.TryFindSubject(picture, "/patientblad", kod, out var subject, out var instead))
        {
            return instead;
        }

        Subject = subject;
        // The table's form sends its own choices along; the sheet is about everybody and compares nothing.
        Notes = Notes.Except(Request.Query, [ChosenUnits.Name, "region", .. TableFilter.NamesBesideUnits]);
        Units = ChosenUnits.Read(Request.Query, picture, Notes);
        HttpContext.RowsReturned(Units.Count);
        Period = Period.FromApiValue(Request.Query["dagar"].FirstOrDefault() + "d") ?? Period.Days90;
        var region = Request.Query["region"].FirstOrDefault() ?? "";
        Region = picture.Catalogue.FindRegion(region);
        if (Region is null && region.Length > 0)
        {
            Notes.Add("Regionen finns inte. Välj den i listan.");
        }

        return Page();
    }

    public Contact? ContactOf(Unit unit) => shell.Contacts.Find(unit.HsaId);

    /// <summary>A unit's wait, to be read by somebody who has never heard of a median.</summary>
    public string Wait(Unit unit)
    {
        var figure = Subject.FindFigure(Place.Of(unit), Period, 0) ?? Figure.Missing(Absence.None);
        if (!figure.IsPresent)
        {
            return figure.Absence switch
            {
                Absence.Masked => "Så få har opererats här den senaste tiden att väntetiden inte kan visas.",
                Absence.None => $"Ingen har opererats för det här under de {Swedish.Name(Period)}, enligt registret.",
                _ => "Enheten har inte lämnat några uppgifter den senaste tiden.",
            };
        }

        var many = $"{Swedish.Number(figure.Count!.Value)} patienter opererades under de {Swedish.Name(Period)}.";
        var wait =
            figure.MedianOpenEndedFromDays is { } from ? $"Hälften av dem hade väntat mer än {Swedish.Days(from)}."
            : figure.MedianCompletedDays is { } days
                ? $"Hälften av dem hade väntat {Swedish.Days(days)} eller kortare, hälften längre."
            : "";
        return figure.Count < ShownTable.FewBelow
            ? $"{many} {wait} De är så få att det kan vara en tillfällighet."
            : $"{many} {wait}";
    }
}
