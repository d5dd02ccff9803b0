using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;

namespace Lagesbild.Jobs;

/// <summary>
/// What settled files leave in the inbox: <c>accepted</c>, <c>held</c> and <c>refused</c>, where the files stand beside their
/// receipts. They follow the ledger: what an operator decides, here or on another node, moves or erases them, and a file goes
/// when the ledger no longer keeps its content. The receipts stay.
/// </summary>
public sealed class InboxCopies(
    InboxOptions options,
    SourceReaders readers,
    LedgerEntries entries,
    ILogger<InboxCopies> logger
) : IDisposable
{
    private const string ReceiptEnding = ".receipt.json";
    private const string Accepted = "accepted";
    private const string Held = "held";
    private const string Refused = "refused";

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The inbox's folders for them.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = [Accepted, Held, Refused];

    /// <summary>Clears a settled file away. The receipt first: a sender whose file is gone finds out why.</summary>
    /// <param name="length">Of the file that was settled.</param>
    /// <param name="written">When that was written.</param>
    /// <returns>False where the sender has put another file in its place meanwhile, which is left.</returns>
    public async Task<bool> ClearAwayAsync(
        string source,
        FileInfo file,
        long length,
        DateTimeOffset written,
        Receipt receipt,
        CancellationToken cancellationToken
    )
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var name = FileNames.IsFit(file.Name) ? file.Name : receipt.Sha256;
            var place = PlaceOf(source, OutcomeOf(receipt.State), name);
            await WriteAsync(receipt, place, cancellationToken);
            file.Refresh();
            if (file.Length != length || file.LastWriteTimeUtc != written)
            {
                return false;
            }

            if (receipt.State == "refused")
            {
                file.Delete();
            }
            else
            {
                file.MoveTo(place, overwrite: true);
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets the files in <c>held</c> follow what has been decided about them.</summary>
    public Task FollowAsync(CancellationToken cancellationToken) =>
        FollowAsync(async id => (await entries.FindAsync(id, cancellationToken))?.Delivery, cancellationToken);

    /// <summary>As <see cref="FollowAsync(CancellationToken)"/>, for one delivery that has just been decided about.</summary>
    public Task FollowAsync(Delivery decided, CancellationToken cancellationToken) =>
        FollowAsync(id => Task.FromResult(id == decided.Id ? decided : null), cancellationToken);

    /// <summary>Erases the files in <c>accepted</c> whose content the ledger no longer keeps, since retention took it.</summary>
    /// <returns>How many were erased.</returns>
    public async Task<int> EraseAsync(CancellationToken cancellationToken)
    {
        var erased = 0;
        foreach (var (_, place) in FindReceipts(Accepted))
        {
            if (
                File.Exists(place)
                && await ReadIdAsync(place, cancellationToken) is { } id
                && await entries.FindAsync(id, cancellationToken) is { Delivery.IsContentKept: false }
            )
            {
                File.Delete(place);
                erased++;
            }
        }

        return erased;
    }

    public void Dispose() => _turn.Dispose();

    private async Task FollowAsync(Func<Guid, Task<Delivery?>> find, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var (source, place) in FindReceipts(Held))
            {
                await FollowAsync(source, place, find, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task FollowAsync(
        string source,
        string place,
        Func<Guid, Task<Delivery?>> find,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (
                await ReadIdAsync(place, cancellationToken) is { } id
                && await find(id) is { State: not DeliveryState.Held } decided
                // A register may have put a receipt there itself, and is to learn nothing of another's by it.
                && decided.Source == source
            )
            {
                await MoveAsync(place, decided, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(
                "{File} of {Source} could not follow what was decided about it now ({Failure}); it is tried again at the next pass",
                FileNames.Shown(Path.GetFileName(place)),
                source,
                failure.GetType().Name
            );
        }
    }

    // What is not to be kept goes first, the receipt in held last: until then all of it is done again.
    private static async Task MoveAsync(string held, Delivery decided, CancellationToken cancellationToken)
    {
        if (!decided.IsContentKept)
        {
            File.Delete(held);
        }

        var receipt = decided.ToReceipt();
        var inbox = Path.GetDirectoryName(Path.GetDirectoryName(held))!;
        var place = Path.Combine(inbox, OutcomeOf(receipt.State), Path.GetFileName(held));
        await WriteAsync(receipt, place, cancellationToken);
        if (File.Exists(held))
        {
            File.Move(held, place, overwrite: true);
        }

        File.Delete(held + ReceiptEnding);
    }

    private static string OutcomeOf(string state) =>
        state switch
        {
            "refused" => Refused,
            "held" => Held,
            _ => Accepted,
        };

    private string PlaceOf(string source, string outcome, string name) =>
        Path.Combine(options.Path!, source, outcome, name);

    private static async Task WriteAsync(Receipt receipt, string place, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        var unfinished = Path.Combine(folder.FullName, "." + Path.GetFileName(place) + ".tmp");
        await File.WriteAllBytesAsync(
            unfinished,
            [.. JsonSerializer.SerializeToUtf8Bytes(receipt, ReceiptJson.Indented.Receipt), (byte)'\n'],
            cancellationToken
        );
        File.Move(unfinished, place + ReceiptEnding, overwrite: true);
    }

    /// <summary>The places of the files that receipts in an outcome's folders are of, whether the files are there or not.</summary>
    private List<(string Source, string Place)> FindReceipts(string outcome) =>
        [
            .. from source in options.Path is null ? [] : readers.All.Select(reader => reader.Source.Code)
            let folder = PlaceOf(source, outcome, "")
            where Directory.Exists(folder)
            from receipt in Directory.EnumerateFiles(folder, "*" + ReceiptEnding)
            select (source, receipt[..^ReceiptEnding.Length]),
        ];

    /// <summary>Null where the receipt is none of ours: nothing is done on its word.</summary>
    private static async Task<Guid?> ReadIdAsync(string place, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer
                .Deserialize(
                    await File.ReadAllBytesAsync(place + ReceiptEnding, cancellationToken),
                    ReceiptJson.Indented.Receipt
                )
                ?.Id;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
