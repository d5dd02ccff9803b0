using System.Runtime;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Picture;

namespace Lagesbild.Jobs;

/// <summary>
/// Computes pictures from publications and shows them. One at a time in a process: two imports at once would need twice
/// the memory and gain nothing.
/// </summary>
public sealed class PictureKeeper(
    DeliveryLedger ledger,
    SourceReaders readers,
    ProcedureCatalogue catalogue,
    CurrentPicture current,
    ILogger<PictureKeeper> logger
) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _isLedgerAway;

    /// <summary>True while the database cannot be asked: what is shown may have been overtaken.</summary>
    public bool IsLedgerAway => Volatile.Read(ref _isLedgerAway) != 0;

    /// <summary>
    /// Whether a failure is the database's being away, and nobody's fault here: then it is said, once and on one line, and
    /// nothing more needs to be.
    /// </summary>
    public bool IsAway(Exception failure)
    {
        if (!LedgerAway.Is(failure))
        {
            return false;
        }

        if (Interlocked.Exchange(ref _isLedgerAway, 1) == 0)
        {
            logger.LogWarning(
                "The database does not answer ({Why}); what is shown stays, and what is handed in waits",
                LedgerAway.Why(failure)
            );
        }

        return true;
    }

    /// <summary>The database has answered.</summary>
    public void LedgerIsBack()
    {
        if (Interlocked.Exchange(ref _isLedgerAway, 0) != 0)
        {
            logger.LogWarning("The database answers again");
        }
    }

    /// <summary>Does something that reads, computes or shows; waits for its turn.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Shows the newest publication, computing what is not shown already.</summary>
    public Task<bool> FollowAsync(CancellationToken cancellationToken) =>
        InTurnAsync(
            async () =>
            {
                var newest = await ledger.FindNewestPublicationAsync(cancellationToken);
                if (newest is null || !await ShowAsync(newest, cancellationToken))
                {
                    return false;
                }

                Tidy();
                return true;
            },
            cancellationToken
        );

    /// <summary>In turn only. Makes sure that this publication is what is shown; true where it was not.</summary>
    public async Task<bool> ShowAsync(Publication publication, CancellationToken cancellationToken)
    {
        if (current.Value?.Id == publication.PictureId.ToString())
        {
            return false;
        }

        Swap(await ComputeAsync(publication, cancellationToken));
        return true;
    }

    /// <summary>In turn only. The picture of a publication, from what is shown already and what the ledger keeps.</summary>
    public async Task<Picture.Picture> ComputeAsync(Publication publication, CancellationToken cancellationToken)
    {
        var parts = new List<SourcePicture>();
        foreach (var delivery in publication.Sources.Select(s => s.Delivery))
        {
            parts.Add(
                current.Value?.Parts.FirstOrDefault(p => p.Origin.Sha256 == delivery.Sha256)
                    ?? Compute(delivery, await ledger.ReadBackAsync(delivery, cancellationToken))
            );
        }

        return Assemble(publication, parts);
    }

    /// <summary>
    /// In turn only, with the publication before it shown: the picture that a new publication will be, the other sources'
    /// parts taken over.
    /// </summary>
    public Picture.Picture Compute(Publication publication, DeliveryContents contents)
    {
        var delivery = publication.DeliveryOf(contents.Source.Code)!;
        return Assemble(
            publication,
            [
                .. (current.Value?.Parts ?? []).Where(p => p.Origin.Source.Code != contents.Source.Code),
                Compute(delivery, contents),
            ]
        );
    }

    public void Swap(Picture.Picture picture)
    {
        current.Swap(picture);
        logger.LogInformation(
            "Picture {Picture} is shown: {Procedures} procedures, {Units} units, {Sources}",
            picture.Id,
            picture.Procedures.Count,
            picture.Units.Count,
            string.Join(", ", picture.Sources.Select(s => $"{s.Source.Code} {s.ReferenceDate:yyyy-MM-dd}"))
        );
    }

    /// <summary>
    /// Gives back what an import needed. A national delivery leaves some hundred MB of dead arrays on the large object heap,
    /// and the collector sees no haste: the next import may be a day away.
    /// </summary>
    public static void Tidy()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    public void Dispose() => _turn.Dispose();

    private Picture.Picture Assemble(Publication publication, IReadOnlyList<SourcePicture> parts) =>
        new(publication.PictureId.ToString(), publication.PublishedAt, catalogue, parts);

    private SourcePicture Compute(Delivery delivery, DeliveryContents contents) =>
        SourcePicture.Build(
            contents,
            new PictureSource(
                readers.Find(delivery.Source!)!.Source,
                contents.Version.ReferenceDate,
                contents.Version.Correction,
                contents.IsSynthetic,
                delivery.FileName,
                delivery.Sha256,
                delivery.ReceivedAt,
                delivery.SettledAt!.Value,
                contents.Units.Count,
                contents.Counts.Operations
            ),
            catalogue
        );
}
