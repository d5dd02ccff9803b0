using Lagesbild.Ledger;
using Lagesbild.Pages.Errors;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Lagesbild.Pages.Receipts;

/// <summary>For operators: a picture that was published, and going back to it.</summary>
[Authorize(Roles.Operator)]
[LedgerPage(TakesForms = true)]
[IgnoreAntiforgeryToken] // Ordering asks for it, and can say in words what is wrong.
public sealed class PictureModel(LedgerEntries entries, Ordering ordering) : OrderPage(ordering)
{
    public PictureEntry Entry { get; private set; } = null!;
    public override bool TakesOrders => Entry.IsRestorable;

    public Task<IActionResult> OnPostAsync(
        Guid id,
        [FromForm(Name = "skal")] string? reason,
        CancellationToken cancellationToken
    ) => AnswerAsync(OperatorDecisionKind.Restore, id, reason, "/leveranser#bilder", cancellationToken);

    private protected override async Task<IActionResult> ShowAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await entries.FindPictureAsync(id, cancellationToken) is not { } entry)
        {
            return this.Missing(Nothing.Picture);
        }

        Entry = entry;
        return Page();
    }
}
