using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Quartz;

namespace Lagesbild.Jobs;

/// <summary>Says in the log when a source's figures grow old.</summary>
[DisallowConcurrentExecution]
public sealed class FreshnessJob(
    CurrentPicture current,
    FreshnessRules rules,
    TimeProvider clock,
    ILogger<FreshnessJob> logger
) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var today = clock.TodayInStockholm();
        foreach (var source in current.Value?.Sources ?? [])
        {
            var state = rules.Of(source.Source.Code).Judge(source.ReferenceDate, today);
            if (state != FreshnessState.Fresh)
            {
                logger.LogWarning(
                    "{Source} is {State}: its newest published reference date is {ReferenceDate:yyyy-MM-dd}",
                    source.Source.Code,
                    state.ToString().ToLowerInvariant(),
                    source.ReferenceDate
                );
            }
        }

        return ValueTask.CompletedTask;
    }
}
