using Lagesbild.Ledger;
using Npgsql;

namespace Lagesbild.Jobs;

/// <summary>
/// Keeps this node showing the newest publication: at start, when the database says that another node has published, and
/// every minute, should a notification have been lost. While the database is away it goes on showing what it has.
/// </summary>
public sealed class PictureFollower(
    DeliveryLedger ledger,
    NpgsqlDataSource dataSource,
    PictureKeeper keeper,
    TimeProvider clock,
    ILogger<PictureFollower> logger
) : BackgroundService
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (!keeper.IsAway(failure))
                {
                    logger.LogError(failure, "The ledger cannot be followed; what is shown stays, it is tried again");
                }

                await Task.Delay(TryAgainAfter, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await ledger.PrepareAsync(cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var listen = new NpgsqlCommand($"LISTEN {DeliveryLedger.PublishedChannel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            // After LISTEN: a publication from before it is seen now, one from after it is notified.
            await keeper.FollowAsync(cancellationToken);
            keeper.LedgerIsBack();
            await connection.WaitAsync(PollEvery, cancellationToken);
        }
    }
}
