using System.Diagnostics;

namespace Lagesbild.Security;

/// <summary>
/// What is taken over of a caller's trace (W3C Trace Context): its id, so that he finds his request again, and no more. Its
/// flags do not decide what we trace, its state and baggage are not passed on, and an id that may be somebody's personal
/// identity number begins a trace of our own.
/// </summary>
internal sealed class CallersTrace : DistributedContextPropagator, IDisposable
{
    private const string TraceParent = "traceparent";

    /// <summary>Version, trace, span and flags, with a hyphen between each two.</summary>
    private const int Length = 55;

    private readonly ActivityListener _always;

    /// <param name="requests">
    /// The host's own: each of its requests gets an id, to be answered and logged with, whether or not anybody collects traces.
    /// </param>
    public CallersTrace(ActivitySource requests)
    {
        _always = new ActivityListener
        {
            ShouldListenTo = source => source == requests,
            Sample = static (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(_always);
    }

    public void Dispose() => _always.Dispose();

    public override IReadOnlyCollection<string> Fields { get; } = [TraceParent];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        Current.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier,
        PropagatorGetterCallback? getter,
        out string? traceId,
        out string? traceState
    )
    {
        (traceId, traceState) = (null, null);
        if (getter is null)
            return;
        getter(carrier, TraceParent, out var sent, out _);
        // Later versions may say more after the flags; there is no version ff.
        if (
            sent is { Length: >= Length }
            && !sent.StartsWith("ff", StringComparison.Ordinal)
            && (sent.Length == Length || (sent[Length] == '-' && !sent.StartsWith("00", StringComparison.Ordinal)))
        )
        {
            var ids = sent.AsSpan(2, 51);
            var parent = $"00{ids}01";
            // Of what it cannot read the framework would make an id in a form of its own.
            if (
                !PersonalNumbers.AreIn(ids[1..33])
                && !PersonalNumbers.AreIn(ids[34..50])
                && ActivityContext.TryParse(parent, null, out _)
            )
                traceId = parent;
        }
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier,
        PropagatorGetterCallback? getter
    ) => null;
}
