using Lagesbild.Ledger;
using Quartz;

namespace Lagesbild.Jobs;

/// <summary>
/// Erases each night what is to be erased by decision, and this node's own copies of what the ledger no longer keeps.
/// </summary>
[DisallowConcurrentExecution]
public sealed class RetentionJob(
    Retention retention,
    RetentionOptions options,
    InboxCopies copies,
    DeliveryLedger ledger,
    PictureKeeper keeper,
    ILogger<RetentionJob> logger
) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ledger.PrepareAsync(cancellationToken);
            foreach (var delivery in await retention.EraseAsync(cancellationToken))
            {
                logger.LogInformation(
                    "The content of {File} of {Source} is erased, superseded {Superseded:yyyy-MM-dd}, by {Decision}",
                    delivery.FileName,
                    delivery.Source,
                    delivery.SupersededAt,
                    options.Decision
                );
            }

            if (await copies.EraseAsync(cancellationToken) is > 0 and var erased)
            {
                logger.LogInformation(
                    "{Count} files beside their receipts are erased: the ledger keeps them no more",
                    erased
                );
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (!keeper.IsAway(failure))
            {
                logger.LogError(failure, "Nothing could be erased; it is tried again tomorrow");
            }
        }
    }
}
