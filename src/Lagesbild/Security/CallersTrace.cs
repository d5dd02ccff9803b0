using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Lagesbild.Security;

/// <summary>
/// What is taken over of a caller's trace (W3C Trace Context): its id, so that he finds his request again, and no more. Its
/// flags do not decide what we trace, its state and baggage are not passed on, and an id that may be somebody's personal
/// identity number begins a trace of our own.
/// </summary>
internal sealed partial class CallersTrace : DistributedContextPropagator
{
    private const string TraceParent = "traceparent";

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
        // To the framework what is not marked as recorded is not to be: that, too, is not for the caller to say.
        traceId = ParentOf(sent) is { } parent ? (parent with { IsRecorded = true }).Header : null;
        traceState = null;
    }

    /// <summary>What is taken over, as not recorded; null where a trace of our own has to begin.</summary>
    public static RequestTrace? ParentOf(string? sent)
    {
        if (sent is null || Form().Match(sent) is not { Success: true } read)
            return null;
        var (trace, span) = (read.Groups["trace"].Value, read.Groups["span"].Value);
        return PersonalNumbers.AreIn(trace) || PersonalNumbers.AreIn(span)
            ? null
            : RequestTrace.Read(trace, span, isRecorded: false);
    }

    // Later versions may say more after the flags; there is no version ff, and no id of nothing but zeros.
    [GeneratedRegex(
        @"\A(00(?=.{53}\z)|(?!00|ff)[0-9a-f]{2}(?=.{53}(-|\z)))-(?<trace>(?!0{32})[0-9a-f]{32})-(?<span>(?!0{16})[0-9a-f]{16})-[0-9a-f]{2}",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Form();

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier,
        PropagatorGetterCallback? getter
    ) => null;
}
