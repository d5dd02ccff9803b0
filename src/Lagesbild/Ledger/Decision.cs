using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;

namespace Lagesbild.Ledger;

/// <summary>What an operator wants done.</summary>
/// <param name="Subject">A delivery's id; for a restoration a picture's.</param>
/// <param name="By">His HSA-id.</param>
/// <param name="Reason">One that <see cref="JudgeReason"/> finds nothing wrong with.</param>
public sealed record OperatorOrder(OperatorDecisionKind Kind, Guid Subject, string By, string Reason)
{
    public const int LongestReason = 1_000;

    /// <summary>What is wrong with a reason; null where nothing is. It is recorded for good and shown to others.</summary>
    public static ReasonFault? JudgeReason(string reason) =>
        string.IsNullOrWhiteSpace(reason) ? ReasonFault.Missing
        : reason.Length > LongestReason ? ReasonFault.TooLong
        : PersonalIdentityNumber.IsIn(reason) ? ReasonFault.Personal
        : FileNames.Escape(reason.ReplaceLineEndings(" ")).Length != reason.ReplaceLineEndings(" ").Length
            ? ReasonFault.Unprintable
        : null;
}

public enum ReasonFault
{
    Missing,
    TooLong,

    /// <summary>It holds what looks like a personal identity number.</summary>
    Personal,

    /// <summary>It holds control characters, or such as turn the direction of writing.</summary>
    Unprintable,
}

/// <summary>What comes of an operator's order.</summary>
public enum OrderOutcome
{
    Done,

    /// <summary>It is as ordered already: nothing is done twice.</summary>
    DoneBefore,
    Unknown,

    /// <summary>The delivery does not wait for a decision.</summary>
    NotHeld,

    /// <summary>The delivery has been overtaken by a later one of its source.</summary>
    Overtaken,

    /// <summary>The content that the picture stands on has been erased.</summary>
    Erased,
}

/// <summary>
/// An operator's order between being judged and being recorded, as a <see cref="Settlement"/> is of a file: what it leads to is
/// known, so that its picture can be computed first, and all of it becomes true at once or not at all.
/// </summary>
public sealed class Decision : IAsyncDisposable
{
    private readonly LedgerContext _context;
    private readonly OperatorOrder _order;
    private readonly DateTimeOffset _now;

    private Decision(LedgerContext context, OperatorOrder order, DateTimeOffset now)
    {
        _context = context;
        _order = order;
        _now = now;
    }

    public OrderOutcome Outcome { get; private set; }

    /// <summary>The delivery that was held, as committing leaves it; null for a restoration, and where there is none.</summary>
    public Delivery? Delivery { get; private set; }

    /// <summary>The publication that stands, and is shown, until then.</summary>
    public Publication? PublishedBefore { get; private set; }

    /// <summary>The publication that committing makes; null where it makes none.</summary>
    public Publication? Publication { get; private set; }

    /// <summary>Judges an order. Nobody else settles or decides anything until it is disposed.</summary>
    internal static async Task<Decision> BeginAsync(
        IDbContextFactory<LedgerContext> contexts,
        OperatorOrder order,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var context = await contexts.CreateDbContextAsync(cancellationToken);
        Decision? begun = null;
        try
        {
            await context.Database.BeginTransactionAsync(cancellationToken);
            await DeliveryLedger.LockAsync(context, cancellationToken);
            var decision = new Decision(context, order, DeliveryLedger.Now(clock))
            {
                PublishedBefore = await context.PublicationsNewestFirst.FirstOrDefaultAsync(cancellationToken),
            };
            decision.Outcome =
                order.Kind == OperatorDecisionKind.Restore
                    ? await decision.RestoreAsync(cancellationToken)
                    : await decision.DecideDeliveryAsync(cancellationToken);
            return begun = decision;
        }
        finally
        {
            if (begun is null)
            {
                await context.DisposeAsync();
            }
        }
    }

    /// <summary>Makes it true at once and whole; only where <see cref="Outcome"/> is Done.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (Outcome != OrderOutcome.Done)
        {
            return;
        }

        var isRestored = _order.Kind == OperatorDecisionKind.Restore;
        if (Publication is not null)
        {
            var standing = Publication.Sources.Select(s => s.Delivery).ToHashSet();
            foreach (var overtaken in (PublishedBefore?.Sources ?? []).Select(s => s.Delivery).Except(standing))
            {
                // Before the new ones come in: the table allows each source one published delivery.
                await _context.Database.ExecuteSqlAsync(
                    $"UPDATE deliveries SET state = 'superseded', superseded_at = {_now} WHERE id = {overtaken.Id}",
                    cancellationToken
                );
            }

            foreach (var delivery in standing)
            {
                delivery.Publish();
            }

            await _context.PublishAsync(Publication, cancellationToken);
        }
        else
        {
            // What is refused is not kept: neither this nor anything else that was.
            await _context.Database.ExecuteSqlAsync(
                $"DELETE FROM delivery_content WHERE delivery_id = {_order.Subject}",
                cancellationToken
            );
        }

        _context.Add(
            new OperatorDecision
            {
                Id = Guid.CreateVersion7(_now),
                Kind = _order.Kind,
                DeliveryId = isRestored ? null : _order.Subject,
                PictureId = isRestored ? _order.Subject : null,
                DecidedBy = _order.By,
                DecidedAt = _now,
                Reason = _order.Reason,
            }
        );
        await _context.SaveChangesAsync(cancellationToken);
        await _context.Database.CommitTransactionAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private async Task<OrderOutcome> DecideDeliveryAsync(CancellationToken cancellationToken)
    {
        Delivery = await _context.Deliveries.FirstOrDefaultAsync(d => d.Id == _order.Subject, cancellationToken);
        if (Delivery is not { } delivery)
        {
            return OrderOutcome.Unknown;
        }

        if (delivery.State != DeliveryState.Held)
        {
            return await WasDecidedSoAsync(cancellationToken) ? OrderOutcome.DoneBefore : OrderOutcome.NotHeld;
        }

        if (_order.Kind == OperatorDecisionKind.Refuse)
        {
            (delivery.State, delivery.SettledAt) = (DeliveryState.Refused, _now);
            return OrderOutcome.Done;
        }

        if (PublishedBefore?.DeliveryOf(delivery.Source!)?.Version is { } published && delivery.Version <= published)
        {
            return OrderOutcome.Overtaken;
        }

        delivery.SettledAt = _now;
        Publication = Publication.Of(PublishedBefore?.DeliveriesWith(delivery) ?? [delivery], _now, _order.By);
        return OrderOutcome.Done;
    }

    private Task<bool> WasDecidedSoAsync(CancellationToken cancellationToken) =>
        _context.OperatorDecisions.AnyAsync(
            d => d.DeliveryId == _order.Subject && d.Kind == _order.Kind,
            cancellationToken
        );

    private async Task<OrderOutcome> RestoreAsync(CancellationToken cancellationToken)
    {
        var earlier = await _context.PublicationsNewestFirst.FirstOrDefaultAsync(
            p => p.PictureId == _order.Subject,
            cancellationToken
        );
        if (earlier is null)
        {
            return OrderOutcome.Unknown;
        }

        var deliveries = earlier.Sources.Select(s => s.Delivery).ToList();
        if (deliveries.ToHashSet().SetEquals(PublishedBefore!.Sources.Select(s => s.Delivery)))
        {
            return OrderOutcome.DoneBefore;
        }

        if (!deliveries.TrueForAll(d => d.IsContentKept))
        {
            return OrderOutcome.Erased;
        }

        Publication = Publication.Of(deliveries, _now, _order.By);
        return OrderOutcome.Done;
    }
}
