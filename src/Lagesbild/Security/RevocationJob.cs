using Quartz;

namespace Lagesbild.Security;

/// <summary>
/// Every minute: lists put in the folder are taken in, and addresses whose turn it is are asked. On every node, for each
/// keeps its own.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class RevocationJob(RevocationFeed feed, IHostApplicationLifetime lifetime) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // Not awaited: an address may take its time, and what is put in the folder does not wait for it.
        _ = feed.PassAsync(lifetime.ApplicationStopping);
        return ValueTask.CompletedTask;
    }
}
