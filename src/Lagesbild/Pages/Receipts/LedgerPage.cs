using Lagesbild.Ledger;
using Lagesbild.Pages.Errors;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Receipts;

/// <summary>
/// On a page that is read out of the ledger: made anew for each who asks and never kept. The only kind that takes forms. Where
/// the database does not answer it says so in words.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LedgerPageAttribute : Attribute, IPageFilter
{
    /// <summary>It answers POST too.</summary>
    public bool TakesForms { get; init; }

    // In the words that the framework sets itself where there is a form: it warns of others at each visit.
    public void OnPageHandlerSelected(PageHandlerSelectedContext context) =>
        context.HttpContext.Response.Headers.CacheControl = "no-cache, no-store";

    public void OnPageHandlerExecuting(PageHandlerExecutingContext context) { }

    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
        if (context.Exception is { } failure && LedgerAway.Is(failure))
        {
            context.Result = ((PageModel)context.HandlerInstance).LedgerAway();
            context.ExceptionHandled = true;
        }
    }
}
