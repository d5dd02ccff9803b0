using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;

namespace Lagesbild.Jobs;

/// <summary>
/// The files that stand beside their receipts in <c>accepted</c> and <c>held</c>: they go when the ledger no longer keeps their
/// content, because retention or an operator's refusal took it. The receipts stay.
/// </summary>
public sealed class InboxCopies(InboxOptions options, SourceReaders readers, LedgerEntries entries)
{
    private const string ReceiptEnding = ".receipt.json";

    /// <returns>How many were erased.</returns>
    public async Task<int> EraseAsync(CancellationToken cancellationToken)
    {
        var erased = 0;
        foreach (var receipt in FindReceipts())
        {
            var copy = receipt[..^ReceiptEnding.Length];
            if (!File.Exists(copy) || await IsKeptAsync(receipt, cancellationToken))
            {
                continue;
            }

            File.Delete(copy);
            erased++;
        }

        return erased;
    }

    private IEnumerable<string> FindReceipts() =>
        from source in options.Path is null ? [] : readers.All.Select(reader => reader.Source.Code)
        from outcome in (string[])["accepted", "held"]
        let folder = Path.Combine(options.Path!, source, outcome)
        where Directory.Exists(folder)
        from receipt in Directory.EnumerateFiles(folder, "*" + ReceiptEnding)
        select receipt;

    private async Task<bool> IsKeptAsync(string file, CancellationToken cancellationToken)
    {
        Receipt? receipt;
        try
        {
            receipt = JsonSerializer.Deserialize(
                await File.ReadAllBytesAsync(file, cancellationToken),
                ReceiptJson.Indented.Receipt
            );
        }
        catch (JsonException)
        {
            // Not one of ours: nothing is erased on its word.
            return true;
        }

        return receipt?.Id is not { } id
            || await entries.FindAsync(id, cancellationToken) is not { Delivery: { } delivery }
            || delivery.IsContentKept;
    }
}
