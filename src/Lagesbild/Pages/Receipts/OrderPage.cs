using Lagesbild.Ledger;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Receipts;

/// <summary>A page of one delivery or picture, with the form of an order about it.</summary>
public abstract class OrderPage(Ordering ordering) : PageModel
{
    /// <summary>Why the order was not carried out; null where none was given.</summary>
    public string? Fault { get; private set; }

    /// <summary>What was written as the reason, kept when the order was not carried out.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>There is a form to order by: nothing else has been decided meanwhile.</summary>
    public abstract bool TakesOrders { get; }

    public Task<IActionResult> OnGetAsync(Guid id, CancellationToken cancellationToken) =>
        ShowAsync(id, cancellationToken);

    private protected abstract Task<IActionResult> ShowAsync(Guid id, CancellationToken cancellationToken);

    /// <param name="kind">Null where none was chosen.</param>
    /// <param name="done">Where to go once it is carried out.</param>
    private protected async Task<IActionResult> AnswerAsync(
        OperatorDecisionKind? kind,
        Guid id,
        string? reason,
        string done,
        CancellationToken cancellationToken
    )
    {
        Fault = kind is null
            ? "Välj om leveransen ska släppas fram eller nekas."
            : await ordering.TryAsync(HttpContext, kind.Value, id, reason);
        if (Fault is null)
        {
            // So that going back or loading the page again sends nothing twice.
            Response.Headers.Location = done;
            return StatusCode(StatusCodes.Status303SeeOther);
        }

        Reason = reason ?? "";
        var page = await ShowAsync(id, cancellationToken);
        Response.StatusCode = page is PageResult ? StatusCodes.Status422UnprocessableEntity : Response.StatusCode;
        return page;
    }
}
