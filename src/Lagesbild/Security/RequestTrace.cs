using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Lagesbild.Security;

/// <summary>What a request is called in the trace that it belongs to (W3C Trace Context).</summary>
/// <param name="Trace">The caller's, where he sent one that is understood: he may have given it to other requests too.</param>
/// <param name="Span">The request's own; of a caller's parent, his.</param>
/// <param name="IsRecorded">Somebody collects it.</param>
internal readonly record struct RequestTrace(UInt128 Trace, ulong Span, bool IsRecorded)
{
    /// <summary>The request's activity, if it has one; else as that would have been named, for a fraction of its cost.</summary>
    public static RequestTrace Of(HttpContext context)
    {
        if (Activity.Current is { } activity)
            return Read(activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), activity.Recorded);
        var parent = CallersTrace.ParentOf(context.Request.Headers.TraceParent);
        Span<byte> random = stackalloc byte[24];
        Random.Shared.NextBytes(random);
        return new(
            parent?.Trace ?? BinaryPrimitives.ReadUInt128LittleEndian(random),
            BinaryPrimitives.ReadUInt64LittleEndian(random[16..]),
            IsRecorded: false
        );
    }

    /// <summary>Out of the 32 and the 16 hexadecimal digits.</summary>
    public static RequestTrace Read(string trace, string span, bool isRecorded) =>
        new(
            UInt128.Parse(trace, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            ulong.Parse(span, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            isRecorded
        );

    /// <summary>As <c>traceparent</c> says it.</summary>
    public string Header =>
        string.Create(CultureInfo.InvariantCulture, $"00-{Trace:x32}-{Span:x16}-{(IsRecorded ? "01" : "00")}");
}

public static class Traces
{
    /// <summary>
    /// Whatever is logged, or answered, of a request from here on goes by one name; the host itself names only what is collected.
    /// </summary>
    public static void UseTraces(this IApplicationBuilder app) =>
        app.Use((context, next) => Activity.Current is null ? BeginAsync(context, next) : next(context));

    /// <summary>For whoever asks about an answer: 32 hexadecimal digits, by which its line in the logs is found.</summary>
    public static string TraceId(this HttpContext context) =>
        Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private static async Task BeginAsync(HttpContext context, RequestDelegate next)
    {
        using var activity = new Activity("request");
        if (CallersTrace.ParentOf(context.Request.Headers.TraceParent) is { } parent)
            activity.SetParentId(parent.Header);
        activity.Start();
        await next(context);
    }
}
