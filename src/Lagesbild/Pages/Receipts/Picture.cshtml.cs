using Lagesbild.Ledger;
using Lagesbild.Pages.Errors;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Receipts;

/// <summary>For operators: a picture that was published, and going back to it.</summary>
[Authorize(Roles.Operator)]
[LedgerPage(TakesForms = true)]
[IgnoreAntiforgeryToken] // Ordering asks for it, and can say in words what is wrong.
public sealed class PictureModel(LedgerEntries entries, Ordering ordering) : PageModel
{
    public PictureEntry Entry { get; private set; } = null!;
    public string? Fault { get; private set; }
    public string Reason { get; private set; } = "";

    public Task<IActionResult> OnGetAsync(Guid id, CancellationToken cancellationToken) =>
        ShowAsync(id, cancellationToken);

    public async Task<IActionResult> OnPostAsync(
        Guid id,
        [FromForm(Name = "skal")] string? reason,
        CancellationToken cancellationToken
    )
    {
        Fault = await ordering.TryAsync(HttpContext, OperatorDecisionKind.Restore, id, reason);
        if (Fault is null)
        {
            Response.Headers.Location = "/leveranser#bilder";
            return StatusCode(StatusCodes.Status303SeeOther);
        }

        Reason = reason ?? "";
        var page = await ShowAsync(id, cancellationToken);
        Response.StatusCode = page is PageResult ? StatusCodes.Status422UnprocessableEntity : Response.StatusCode;
        return page;
    }

    private async Task<IActionResult> ShowAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await entries.FindPictureAsync(id, cancellationToken) is not { } entry)
        {
            return this.Missing(Nothing.Picture);
        }

        Entry = entry;
        return Page();
    }
}
