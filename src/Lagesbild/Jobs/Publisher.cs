using Lagesbild.Deliveries;
using Lagesbild.Ledger;

namespace Lagesbild.Jobs;

/// <summary>
/// Keeps ledger and picture in step: whatever is to be published, by a file or by an operator, is computed before it is
/// committed and shown after it. The one way for files, whether from the inbox or over the API.
/// </summary>
public sealed class Publisher(
    DeliveryLedger ledger,
    PictureKeeper keeper,
    DeliveryTelemetry telemetry,
    InboxCopies copies,
    TimeProvider clock,
    ILogger<Publisher> logger
)
{
    /// <summary>Settles a file; null where another node is settling one, and waiting was not asked for.</summary>
    /// <param name="content">Seekable, at its start.</param>
    public Task<HandedIn?> TrySettleAsync(
        string fileName,
        Stream content,
        string source,
        string handedInBy,
        bool waits,
        CancellationToken cancellationToken
    ) =>
        keeper.InTurnAsync(
            async () =>
            {
                var started = clock.GetTimestamp();
                using var whole = telemetry.Step("settle", source);
                var reading = telemetry.Step("read", source);
                await using var settlement = await ledger.TryBeginAsync(
                    fileName,
                    content,
                    source,
                    handedInBy,
                    waits,
                    cancellationToken
                );
                reading?.Dispose();
                if (settlement is null)
                {
                    return null;
                }

                await SettleAsync(settlement, source, cancellationToken);
                Tell(settlement, source, clock.GetElapsedTime(started));
                return new HandedIn(settlement.Receipt, settlement.IsSeenBefore);
            },
            cancellationToken
        );

    /// <summary>As <see cref="HandInFile"/>.</summary>
    public async Task<HandedIn> HandInAsync(
        string fileName,
        Stream content,
        string source,
        string handedInBy,
        CancellationToken cancellationToken
    )
    {
        await ledger.PrepareAsync(cancellationToken);
        var settled = await TrySettleAsync(fileName, content, source, handedInBy, waits: true, cancellationToken);
        PictureKeeper.Tidy();
        return settled!;
    }

    /// <summary>As <see cref="CarryOutOrder"/>.</summary>
    public async Task<OrderOutcome> CarryOutAsync(OperatorOrder order, CancellationToken cancellationToken)
    {
        await ledger.PrepareAsync(cancellationToken);
        var (outcome, delivery) = await keeper.InTurnAsync(
            async () =>
            {
                await using var decision = await ledger.BeginDecisionAsync(order, cancellationToken);
                if (decision is { Outcome: OrderOutcome.Done, Publication: { } publication })
                {
                    var picture = await keeper.ComputeAsync(publication, cancellationToken);
                    await decision.CommitAsync(cancellationToken);
                    keeper.Swap(picture);
                    PictureKeeper.Tidy();
                }
                else
                {
                    await decision.CommitAsync(cancellationToken);
                }

                return (decision.Outcome, decision.Delivery);
            },
            cancellationToken
        );
        logger.LogInformation("{Order} of {Subject} by {By}: {Outcome}", order.Kind, order.Subject, order.By, outcome);
        if (outcome == OrderOutcome.Done && delivery is not null)
        {
            // Whether or not anybody waits for the answer: what was refused is not to lie here any longer than it must.
            ledger.Forget(delivery);
            await copies.FollowAsync(delivery, CancellationToken.None);
        }

        return outcome;
    }

    private async Task SettleAsync(Settlement settlement, string source, CancellationToken cancellationToken)
    {
        if (settlement is not { Publication: { } publication, Contents: { } contents })
        {
            await RecordAsync(settlement, source, cancellationToken);
            await settlement.CommitAsync(cancellationToken);
            return;
        }

        if (settlement.PublishedBefore is { } before)
        {
            await keeper.ShowAsync(before, cancellationToken);
        }

        // The database takes the content in while the picture is computed; only the commit waits for both, so what
        // cannot be computed is never published.
        var computing = Task.Run(() => Compute(publication, contents, source), cancellationToken);
        await Task.WhenAll(computing, RecordAsync(settlement, source, cancellationToken));
        await settlement.CommitAsync(cancellationToken);
        keeper.Swap(await computing);
    }

    private Picture.Picture Compute(Publication publication, DeliveryContents contents, string source)
    {
        using var step = telemetry.Step("compute", source);
        return keeper.Compute(publication, contents);
    }

    private async Task RecordAsync(Settlement settlement, string source, CancellationToken cancellationToken)
    {
        using var step = telemetry.Step("record", source);
        await settlement.RecordAsync(cancellationToken);
    }

    private void Tell(Settlement settlement, string source, TimeSpan taken)
    {
        var receipt = settlement.Receipt;
        telemetry.Settled(source, receipt, taken);
        logger.Log(
            settlement.State == DeliveryState.Refused ? LogLevel.Warning : LogLevel.Information,
            "{File} of {Source}: {State}{Before}, {Rows} rows, findings {Findings}, delivery {Delivery}",
            FileNames.Shown(receipt.FileName),
            source,
            receipt.State,
            settlement.IsSeenBefore ? " before" : "",
            (object?)receipt.Counts?.Rows ?? "no",
            // As text: JSON's log would write what the collection is called.
            receipt.FindingCounts.Count == 0
                ? "none"
                : string.Join(' ', receipt.FindingCounts.Select(finding => $"{finding.Key}:{finding.Value}")),
            receipt.Id
        );
    }
}
