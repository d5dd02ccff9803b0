using System.Text;
using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;

namespace Lagesbild.Jobs;

/// <summary>
/// The folders that the registers put their files in. The commit is the truth and moving the file is bookkeeping: killed at
/// any instant, the next pass finds the file, sees what the ledger knows of it, and finishes or begins anew.
/// </summary>
public sealed class Inbox(
    InboxOptions options,
    InboxFolder folder,
    SourceReaders readers,
    DeliveryLedger ledger,
    PictureKeeper keeper,
    Publisher publisher,
    TimeProvider clock,
    ILogger<Inbox> logger
) : IDisposable
{
    // A receipt's name is the file's and its ending, and file systems allow 255 bytes.
    private const int LongestName = 200;

    private readonly Dictionary<string, Sighting> _sightings = [];
    private readonly SemaphoreSlim _pass = new(1, 1);

    /// <summary>A file is being read.</summary>
    public event Action<string>? Taken;

    /// <summary>A file of this name has been settled and cleared away.</summary>
    public event Action<string, Receipt>? Settled;

    /// <summary>Settles every file that has come to rest, in the order of their reference dates.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        // One at a time, whoever asks for it.
        await _pass.WaitAsync(cancellationToken);
        try
        {
            await LookAsync(cancellationToken);
        }
        finally
        {
            _pass.Release();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var anySettled = false;
        try
        {
            await ledger.PrepareAsync(cancellationToken);
            foreach (var (source, file) in FindFiles())
            {
                if (await TrySettleAsync(source, file, cancellationToken) is not { } isSettled)
                {
                    break;
                }

                anySettled |= isSettled;
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (!keeper.IsAway(failure))
            {
                logger.LogError(failure, "The inbox cannot be looked into now; it is tried again at the next pass");
            }
        }

        if (anySettled)
        {
            PictureKeeper.Tidy();
        }
    }

    private List<(string Source, FileInfo File)> FindFiles()
    {
        var found = folder.Look();
        var there = found.Select(f => f.File.FullName).ToHashSet();
        foreach (var gone in _sightings.Keys.Where(path => !there.Contains(path)).ToList())
        {
            _sightings.Remove(gone);
        }

        return
        [
            .. found
                .Where(f => IsStill(f.File))
                .OrderBy(f => readers.ParseName(f.File.Name)?.Version ?? default)
                .ThenBy(f => f.File.Name, StringComparer.Ordinal),
        ];
    }

    private bool IsStill(FileInfo file)
    {
        var now = clock.GetUtcNow();
        var written = new DateTimeOffset(file.LastWriteTimeUtc);
        if (!_sightings.TryGetValue(file.FullName, out var sighting))
        {
            // Seen for the first time: its own clock tells how long it has been still, unless that is ahead of ours.
            sighting = new Sighting(file.Length, written, written < now ? written : now);
        }
        else if (sighting.Length != file.Length || sighting.Written != written)
        {
            sighting = new Sighting(file.Length, written, now);
        }

        _sightings[file.FullName] = sighting;
        return now - sighting.StillSince >= options.QuietTime;
    }

    /// <summary>False where it could not be settled now; null where another node is at work.</summary>
    private async Task<bool?> TrySettleAsync(string source, FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            var sighting = _sightings[file.FullName];
            if (sighting.Receipt is null)
            {
                Taken?.Invoke(FileNames.Shown(file.Name));
                await using var content = file.OpenRead();
                if (
                    await publisher.TrySettleAsync(file.Name, content, source, "inbox", false, cancellationToken)
                    is not { } settled
                )
                {
                    return null;
                }

                sighting = sighting with { Receipt = settled.Receipt };
                _sightings[file.FullName] = sighting;
            }

            // Should clearing away fail, only that is tried again: it must not be judged and recorded each time.
            await ClearAwayAsync(source, file, sighting, sighting.Receipt, cancellationToken);
            Settled?.Invoke(file.Name, sighting.Receipt);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (keeper.IsAway(failure))
            {
                return null;
            }

            // The messages of the file system repeat the name.
            logger.LogError(
                PersonalIdentityNumber.IsIn(file.Name) ? null : failure,
                "{File} of {Source} could not be settled now ({Failure}); it is tried again at the next pass",
                FileNames.Shown(file.Name),
                source,
                failure.GetType().Name
            );
            return false;
        }
    }

    /// <summary>The receipt first: a sender whose file is gone finds out why.</summary>
    private async Task ClearAwayAsync(
        string source,
        FileInfo file,
        Sighting sighting,
        Receipt receipt,
        CancellationToken cancellationToken
    )
    {
        var isRefused = receipt.State == "refused";
        var outcome = Path.Combine(
            options.Path!,
            source,
            isRefused ? "refused"
                : receipt.State == "held" ? "held"
                : "accepted"
        );
        Directory.CreateDirectory(outcome);
        var name = IsFitForAName(file.Name) ? file.Name : receipt.Sha256;
        var unfinished = Path.Combine(outcome, "." + name + ".tmp");
        await File.WriteAllBytesAsync(
            unfinished,
            [.. JsonSerializer.SerializeToUtf8Bytes(receipt, ReceiptJson.Indented.Receipt), (byte)'\n'],
            cancellationToken
        );
        File.Move(unfinished, Path.Combine(outcome, name + ".receipt.json"), overwrite: true);
        file.Refresh();
        if (file.Length != sighting.Length || file.LastWriteTimeUtc != sighting.Written)
        {
            // The sender has put another file in its place meanwhile.
            return;
        }

        var path = file.FullName;
        if (isRefused)
        {
            file.Delete();
        }
        else
        {
            file.MoveTo(Path.Combine(outcome, name), overwrite: true);
        }

        _sightings.Remove(path);
    }

    public void Dispose() => _pass.Dispose();

    private static bool IsFitForAName(string name) =>
        !PersonalIdentityNumber.IsIn(name)
        && !name.Any(char.IsControl)
        && Encoding.UTF8.GetByteCount(name) <= LongestName;

    /// <summary>What earlier passes saw of a file, and its receipt where only clearing away is left.</summary>
    private sealed record Sighting(
        long Length,
        DateTimeOffset Written,
        DateTimeOffset StillSince,
        Receipt? Receipt = null
    );
}
