using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Jobs;

/// <summary>What those who watch the service see of deliveries: a span for each step, and counts. No file name, no finding.</summary>
public sealed class DeliveryTelemetry : IDisposable
{
    public const string Name = "Lagesbild.Deliveries";

    private readonly ActivitySource _spans = new(Name);
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _rows;
    private readonly Histogram<double> _seconds;

    public DeliveryTelemetry(CurrentPicture current, FreshnessRules freshness, TimeProvider clock)
    {
        _deliveries = _meter.CreateCounter<long>("lagesbild.deliveries", "{delivery}", "Deliveries settled, by state");
        _rows = _meter.CreateCounter<long>("lagesbild.delivery.rows", "{row}", "Data rows read");
        _seconds = _meter.CreateHistogram<double>("lagesbild.delivery.duration", "s", "From claiming to settled");
        _meter.CreateObservableGauge(
            "lagesbild.picture.age",
            () =>
                current.Value is { } picture
                    ? [new Measurement<double>((clock.GetUtcNow() - picture.PublishedAt).TotalSeconds)]
                    : Array.Empty<Measurement<double>>(),
            "s",
            "Since the picture that is shown was published"
        );
        _meter.CreateObservableGauge(
            "lagesbild.source.age",
            () =>
                (current.Value?.Sources ?? []).Select(source =>
                {
                    var (code, today) = (source.Source.Code, clock.TodayInStockholm());
                    var state = freshness.Of(code).Judge(source.ReferenceDate, today);
                    return new Measurement<int>(
                        today.DayNumber - source.ReferenceDate.DayNumber,
                        new("lagesbild.source", code),
                        new("lagesbild.freshness", state.ToString().ToLowerInvariant())
                    );
                }),
            "d",
            "Since the reference date of a source's published delivery, and whether that is fresh, late or stale"
        );
    }

    /// <summary>A span around one step of a delivery's way; null where nobody listens.</summary>
    public Activity? Step(string step, string source) =>
        _spans.StartActivity("delivery " + step)?.SetTag("lagesbild.source", source);

    public void Settled(string source, Receipt receipt, TimeSpan taken)
    {
        var tags = new TagList { { "lagesbild.source", source }, { "lagesbild.state", receipt.State } };
        _deliveries.Add(1, tags);
        _rows.Add(receipt.Counts?.Rows ?? 0, tags);
        _seconds.Record(taken.TotalSeconds, tags);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _spans.Dispose();
    }
}
