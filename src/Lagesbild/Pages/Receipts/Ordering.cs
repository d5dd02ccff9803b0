using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Antiforgery;

namespace Lagesbild.Pages.Receipts;

/// <summary>
/// An operator's order from a form: the same as over the API. What the form lacks or carries wrongly is said on the page, with
/// what was written kept.
/// </summary>
public sealed class Ordering(IAntiforgery antiforgery, CarryOutOrder carryOut)
{
    /// <returns>Null where it was carried out; else why not, in Swedish.</returns>
    public async Task<string?> TryAsync(HttpContext context, OperatorDecisionKind kind, Guid subject, string? reason)
    {
        // Asked for here rather than by the framework's filter, whose answer to an old form is an empty page.
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return "Formuläret hade blivit för gammalt. Ingenting har ändrats: kontrollera uppgifterna och försök igen.";
        }

        var written = reason?.Trim() ?? "";
        if (OperatorOrder.JudgeReason(written) is { } fault)
        {
            return fault switch
            {
                ReasonFault.Missing => "Skriv varför. Skälet sparas tillsammans med beslutet.",
                ReasonFault.TooLong => $"Skälet får ha högst {Swedish.Number(OperatorOrder.LongestReason)} tecken.",
                ReasonFault.Personal =>
                    "Skälet innehåller något som ser ut som ett personnummer. Det sparas för gott: ta bort det.",
                _ => "Skälet innehåller tecken som inte syns. Skriv det på nytt.",
            };
        }

        var order = new OperatorOrder(kind, subject, context.User.Caller()!.HsaId, written);
        return await carryOut(order, context.RequestAborted) switch
        {
            OrderOutcome.Done or OrderOutcome.DoneBefore => null,
            OrderOutcome.NotHeld => "Leveransen väntar inte längre på beslut.",
            OrderOutcome.Overtaken =>
                "Källan har publicerat en nyare leverans sedan den här kom. Den kan inte släppas fram, bara nekas.",
            OrderOutcome.Erased => "Något av det som lägesbilden bygger på är gallrat. Den kan inte återställas.",
            _ => "Den finns inte.",
        };
    }
}
