using Lagesbild.Catalogue;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Quartz;

namespace Lagesbild.Jobs;

public static class JobsSetup
{
    /// <param name="others">Schedules what other slices want done.</param>
    public static void AddJobs(this IHostApplicationBuilder builder, Action<IQuartzBuilder>? others = null)
    {
        var inbox = Read(builder.Configuration);
        builder.Services.AddSingleton(inbox);
        builder.Services.TryAddSingleton(FreshnessRules.Read(builder.Configuration));
        builder.Services.AddSingleton<PictureKeeper>();
        builder.Services.AddSingleton<DeliveryTelemetry>();
        builder.Services.AddSingleton<InboxFolder>();
        builder.Services.AddSingleton<Publisher>();
        builder.Services.AddSingleton<HandInFile>(services => services.GetRequiredService<Publisher>().HandInAsync);
        builder.Services.AddSingleton<CarryOutOrder>(services =>
            services.GetRequiredService<Publisher>().CarryOutAsync
        );
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddSingleton<InboxCopies>();
        builder.Services.AddHostedService<PictureFollower>();
        builder.AddQuartz(quartz =>
        {
            others?.Invoke(quartz);
            quartz.ScheduleJob<FreshnessJob>(trigger =>
                trigger.WithIdentity("freshness").WithSimpleSchedule(TimeSpan.FromMinutes(15))
            );
            quartz.ScheduleJob<RetentionJob>(trigger =>
                trigger
                    .WithIdentity("retention")
                    .WithCronSchedule("0 30 3 * * ?", at => at.InTimeZone(StockholmClock.TimeZone))
            );
            if (inbox.Path is not null)
            {
                quartz.ScheduleJob<InboxJob>(trigger => trigger.WithIdentity("inbox").WithSimpleSchedule(inbox.Every));
            }
        });
        builder.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
    }

    private static InboxOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(InboxOptions.Section).Get<InboxOptions>() ?? new InboxOptions();
        string[] problems = [.. options.Problems()];
        return problems.Length == 0
            ? options
            : throw new OptionsValidationException(InboxOptions.Section, typeof(InboxOptions), problems);
    }
}
