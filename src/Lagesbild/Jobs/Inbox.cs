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
    InboxCopies copies,
    TimeProvider clock,
    ILogger<Inbox> logger
) : IDisposable
{
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

            await copies.FollowAsync(cancellationToken);
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
            // The framework renames what it moves.
            var path = file.FullName;
            var sighting = _sightings[path];
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
                _sightings[path] = sighting;
            }

            // Should clearing away fail, only that is tried again: it must not be judged and recorded each time.
            if (
                await copies.ClearAwayAsync(
                    source,
                    file,
                    sighting.Length,
                    sighting.Written,
                    sighting.Receipt,
                    cancellationToken
                )
            )
            {
                _sightings.Remove(path);
            }

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
                FileNames.CanBeShown(file.Name) ? failure : null,
                "{File} of {Source} could not be settled now ({Failure}); it is tried again at the next pass",
                FileNames.Shown(file.Name),
                source,
                failure.GetType().Name
            );
            return false;
        }
    }

    public void Dispose() => _pass.Dispose();

    /// <summary>What earlier passes saw of a file, and its receipt where only clearing away is left.</summary>
    private sealed record Sighting(
        long Length,
        DateTimeOffset Written,
        DateTimeOffset StillSince,
        Receipt? Receipt = null
    );
}
