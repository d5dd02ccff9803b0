using Lagesbild.Ledger;
using Quartz;

namespace Lagesbild.Jobs;

/// <summary>Erases each night what is to be erased by decision. Not scheduled where nothing is decided.</summary>
[DisallowConcurrentExecution]
public sealed class RetentionJob(
    Retention retention,
    RetentionOptions options,
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
