using Lagesbild.Picture;
using Microsoft.Extensions.Options;
using Quartz;

namespace Lagesbild.Jobs;

public static class JobsSetup
{
    public static void AddJobs(this IHostApplicationBuilder builder)
    {
        var inbox = Read<InboxOptions>(builder, InboxOptions.Section, options => options.Problems());
        var freshness = Read<FreshnessOptions>(builder, FreshnessOptions.Section, Problems);
        builder.Services.AddSingleton(inbox);
        builder.Services.AddSingleton(freshness);
        builder.Services.AddSingleton<PictureKeeper>();
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddHostedService<PictureFollower>();
        builder.AddQuartz(quartz =>
        {
            quartz.ScheduleJob<FreshnessJob>(trigger =>
                trigger.WithIdentity("freshness").WithSimpleSchedule(freshness.Every)
            );
            if (inbox.Path is not null)
            {
                quartz.ScheduleJob<InboxJob>(trigger => trigger.WithIdentity("inbox").WithSimpleSchedule(inbox.Every));
            }
        });
        builder.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
    }

    private static IEnumerable<string> Problems(FreshnessOptions options)
    {
        if (options.Every < TimeSpan.FromSeconds(1))
        {
            yield return $"{FreshnessOptions.Section}:Every must be at least a second.";
        }

        foreach (var (source, limits) in options.Sources)
        {
            if (limits.LateDays < 0 || limits.StaleDays < limits.LateDays)
            {
                yield return $"{FreshnessOptions.Section}:Sources:{source} must have 0 ≤ LateDays ≤ StaleDays.";
            }
        }
    }

    private static T Read<T>(IHostApplicationBuilder builder, string section, Func<T, IEnumerable<string>> problems)
        where T : class, new()
    {
        T options;
        try
        {
            options =
                builder.Configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true)
                ?? new T();
        }
        catch (InvalidOperationException failure)
        {
            throw new OptionsValidationException(section, typeof(T), [$"{section}: {failure.Message}"]);
        }

        string[] found = [.. problems(options)];
        return found.Length == 0 ? options : throw new OptionsValidationException(section, typeof(T), found);
    }
}
