using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Errors;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Search;

/// <summary>One search field, and what it finds.</summary>
[Authorize(Roles.Reader)]
public sealed class IndexModel(Shell shell, ProcedureSearch search) : PageModel
{
    private const int Limit = 25;
    private const int Longest = 100;
    private const int CommonOnes = 12;

    /// <summary>A procedure to choose, with what the picture holds of it.</summary>
    /// <param name="Picture">Null where no unit has reported it.</param>
    public sealed record Choice(Procedure Procedure, string? MatchedOn, ProcedurePicture? Picture);

    /// <summary>As written; empty where nothing was asked, or where it must not be repeated.</summary>
    public string Query { get; private set; } = "";
    public bool HasSearched { get; private set; }

    /// <summary>The query looked like a personal identity number: neither searched nor shown again.</summary>
    public bool IsAboutSomebody { get; private set; }
    public IReadOnlyList<Choice> Choices { get; private set; } = [];

    /// <summary>Care that no source covers.</summary>
    public UncoveredCare? Uncovered { get; private set; }
    public Notes Notes { get; private set; } = null!;

    public IActionResult OnGet()
    {
        if (shell.Picture is not { } picture)
        {
            return this.NoPicture();
        }

        Notes = Notes.Except(Request.Query, "q", "alla");
        var query = Request.Query["q"].ToString().Trim();
        if (query.Length > Longest)
        {
            query = query[..Longest];
            Notes.Add($"Sökningen var för lång. De första {Longest} tecknen gäller.");
        }

        if (query.Length == 0)
        {
            Choices =
            [
                .. picture
                    .Procedures.OrderByDescending(p => p.CountLast365Days)
                    .Take(CommonOnes)
                    .Select(p => new Choice(p.Procedure, null, p)),
            ];
            return Page();
        }

        HasSearched = true;
        if (PersonalIdentityNumber.IsIn(query))
        {
            IsAboutSomebody = true;
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        Query = query;
        var hits = search.Find(query, Limit, code => picture.FindProcedure(code)?.CountLast365Days ?? 0);
        var exact = hits.Where(hit => hit.Kind is MatchKind.Code or MatchKind.Name).ToList();
        if (
            exact is [var only]
            && picture.FindProcedure(only.Procedure.Code) is not null
            && Request.Query["alla"] != "ja"
        )
        {
            // Straight there, and the others are offered there.
            var sought = hits.Count > 1 ? "?sokt=" + Uri.EscapeDataString(query) : "";
            return Redirect($"/atgard/{only.Procedure.Code}{sought}");
        }

        Choices =
        [
            .. hits.Select(hit => new Choice(hit.Procedure, hit.MatchedOn, picture.FindProcedure(hit.Procedure.Code))),
        ];
        Uncovered = Choices.Count == 0 ? search.FindUncovered(query) : null;
        return Page();
    }

    /// <summary>The word that led here, where the name does not show it.</summary>
    public static string? Why(Choice choice) =>
        choice.MatchedOn is { } word
        && word != choice.Procedure.PlainName
        && word != choice.Procedure.Title
        && word != choice.Procedure.Code
            ? word
            : null;
}
