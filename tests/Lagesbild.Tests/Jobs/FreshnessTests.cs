using System.Diagnostics.Metrics;
using Lagesbild.Jobs;
using Lagesbild.Picture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Jobs;

/// <summary>A source that grows old is seen in the log and in the metrics; pages and API have tests of their own.</summary>
public sealed class FreshnessTests
{
    // 15 January is the clock's day.
    [Theory]
    [InlineData(13, "fresh", 2)]
    [InlineData(12, "late", 3)]
    [InlineData(11, "late", 4)]
    [InlineData(10, "stale", 5)]
    public async Task How_old_a_source_is_and_what_that_means_is_measured_and_logged(int day, string state, int age)
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, day)));
        await node.PassAsync();
        var measured = new List<(int Age, string? Source, string? State)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, it) =>
            {
                if (instrument.Name == "lagesbild.source.age")
                {
                    it.EnableMeasurementEvents(instrument, node);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>(
            (_, value, tags, _) =>
                measured.Add((value, (string?)tags.ToArray()[0].Value, (string?)tags.ToArray()[1].Value))
        );
        listener.Start();
        listener.RecordObservableInstruments();
        // Other tests' nodes are measured too, in the same process.
        Assert.Contains((age, "NCR", state), measured);

        var before = node.Log.Count;
        var services = node.App.Services;
        await new FreshnessJob(
            services.GetRequiredService<CurrentPicture>(),
            services.GetRequiredService<FreshnessRules>(),
            node.Clock,
            services.GetRequiredService<ILogger<FreshnessJob>>()
        ).Execute(null!, TestContext.Current.CancellationToken);
        var said = node.Log.Skip(before).ToList();
        if (state == "fresh")
        {
            Assert.Empty(said);
        }
        else
        {
            Assert.StartsWith($"NCR is {state}", Assert.Single(said), StringComparison.Ordinal);
        }
    }
}
