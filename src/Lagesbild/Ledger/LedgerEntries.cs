using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;

namespace Lagesbild.Ledger;

/// <summary>A delivery with what operators decided about it, newest first.</summary>
public sealed record DeliveryEntry(Delivery Delivery, IReadOnlyList<OperatorDecision> Decisions);

/// <summary>A picture that was published.</summary>
/// <param name="IsRestorable">Everything that it stands on is kept, and it is not what is shown.</param>
/// <param name="SourcesLost">Codes of the sources that are shown and that it lacks: restoring it takes them away.</param>
public sealed record PictureEntry(
    Publication Publication,
    bool IsShown,
    bool IsRestorable,
    IReadOnlyList<string> SourcesLost
);

/// <summary>What can be read out of the ledger: for operators, and for registers that ask for their receipts.</summary>
public sealed class LedgerEntries(IDbContextFactory<LedgerContext> contexts, DeliveryLedger ledger)
{
    /// <summary>Deliveries of these sources, the newest first; those of no known source only where all are asked for.</summary>
    /// <param name="sources">Null: all.</param>
    /// <param name="state">Null: any.</param>
    public async Task<(IReadOnlyList<Delivery> Rows, int All)> ListAsync(
        IReadOnlyCollection<string>? sources,
        DeliveryState? state,
        long skip,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var wanted = context.Deliveries.AsNoTracking();
        if (sources is not null)
        {
            wanted = wanted.Where(d => d.Source != null && sources.Contains(d.Source));
        }

        if (state is not null)
        {
            wanted = wanted.Where(d => d.State == state);
        }

        var all = await wanted.CountAsync(cancellationToken);
        var rows = await wanted
            .OrderByDescending(d => d.ReceivedAt)
            .ThenByDescending(d => d.ReferenceDate)
            .ThenByDescending(d => d.Correction)
            .ThenBy(d => d.Id)
            .Skip((int)Math.Min(skip, all))
            .Take(take)
            .ToListAsync(cancellationToken);
        return (rows, all);
    }

    public async Task<DeliveryEntry?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var delivery = await context.Deliveries.AsNoTracking().FirstOrDefaultAsync(d => d.Id == id, cancellationToken);
        return delivery is null
            ? null
            : new DeliveryEntry(
                delivery,
                await context
                    .OperatorDecisions.AsNoTracking()
                    .Where(d => d.DeliveryId == id)
                    .OrderByDescending(d => d.DecidedAt)
                    .ToListAsync(cancellationToken)
            );
    }

    /// <summary>A held delivery against the published one of its source; null where it is not held or none is published.</summary>
    public async Task<DeliveryComparison?> CompareAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (
            delivery is not { State: DeliveryState.Held, Source: { } source }
            || (await ledger.FindNewestPublicationAsync(cancellationToken))?.DeliveryOf(source) is not { } published
        )
        {
            return null;
        }

        return new DeliveryComparison(
            await ledger.ProfileOfAsync(published, cancellationToken),
            await ledger.ProfileOfAsync(delivery, cancellationToken)
        );
    }

    /// <summary>What was published when, the newest first.</summary>
    public async Task<(IReadOnlyList<PictureEntry> Rows, int All)> ListPicturesAsync(
        long skip,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var all = await context.Publications.CountAsync(cancellationToken);
        var newest = await context.PublicationsNewestFirst.AsNoTracking().FirstOrDefaultAsync(cancellationToken);
        var rows = await context
            .PublicationsNewestFirst.AsNoTracking()
            .Skip((int)Math.Min(skip, all))
            .Take(take)
            .ToListAsync(cancellationToken);
        return ([.. rows.Select(p => Entry(p, newest!))], all);
    }

    public async Task<PictureEntry?> FindPictureAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var newest = await context.PublicationsNewestFirst.AsNoTracking().FirstOrDefaultAsync(cancellationToken);
        var found = await context
            .PublicationsNewestFirst.AsNoTracking()
            .FirstOrDefaultAsync(p => p.PictureId == id, cancellationToken);
        return found is null ? null : Entry(found, newest!);
    }

    private static PictureEntry Entry(Publication publication, Publication newest)
    {
        var shown = newest.Sources.Select(s => s.DeliveryId).ToHashSet();
        return new PictureEntry(
            publication,
            publication.Number == newest.Number,
            publication.Sources.All(s => s.Delivery.IsContentKept)
                && !shown.SetEquals(publication.Sources.Select(s => s.DeliveryId)),
            [
                .. newest
                    .Sources.Select(s => s.Source)
                    .Except(publication.Sources.Select(s => s.Source))
                    .Order(StringComparer.Ordinal),
            ]
        );
    }
}
