using Quartz;

namespace Lagesbild.Jobs;

/// <summary>Looks into the inbox every so often; never twice at a time.</summary>
[DisallowConcurrentExecution]
public sealed class InboxJob(Inbox inbox, IHostApplicationLifetime lifetime) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // The host's stop must not wait for a national delivery: what is not committed is taken anew at the next start.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        try
        {
            await inbox.PassAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped half-way, as it may be at any time.
        }
    }
}
