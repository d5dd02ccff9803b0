using Quartz;

namespace Lagesbild.Security;

/// <summary>
/// Every minute: lists put in the folder are taken in, and addresses whose turn it is are asked. On every node, for each
/// keeps its own.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class RevocationJob(RevocationFeed feed, IHostApplicationLifetime lifetime) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        try
        {
            await feed.PassAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while an address was slow.
        }
    }
}
