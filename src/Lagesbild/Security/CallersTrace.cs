using System.Diagnostics;

namespace Lagesbild.Security;

/// <summary>
/// What is taken over of a caller's trace (W3C Trace Context): its id, so that he finds his request again, and no more. Its
/// flags do not decide what we trace, its state and baggage are not passed on, and an id that may be somebody's personal
/// identity number begins a trace of our own.
/// </summary>
internal sealed class CallersTrace : DistributedContextPropagator
{
    private const string TraceParent = "traceparent";

    /// <summary>Version, trace, span and flags, with a hyphen between each two.</summary>
    private const int Length = 55;

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
        string? sent = null;
        getter?.Invoke(carrier, TraceParent, out sent, out _);
        (traceId, traceState) = (ParentOf(sent), null);
    }

    /// <summary>What is taken over, in the form of version 00; null where a trace of our own has to begin.</summary>
    public static string? ParentOf(string? sent)
    {
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
                return parent;
        }
        return null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier,
        PropagatorGetterCallback? getter
    ) => null;
}
