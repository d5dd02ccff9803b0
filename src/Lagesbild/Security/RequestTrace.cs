using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Lagesbild.Security;

/// <summary>What a request is called in the trace that it belongs to (W3C Trace Context).</summary>
/// <param name="Trace">The caller's, where he sent one that is understood: he may have given it to other requests too.</param>
/// <param name="Span">Ours: no other request's.</param>
/// <param name="IsRecorded">Somebody collects it.</param>
internal readonly record struct RequestTrace(UInt128 Trace, ulong Span, bool IsRecorded)
{
    private const int TraceBytes = 16;
    private const int Bytes = 24;

    /// <summary>The request's activity, if it has one; else as that would have been named, for a fraction of its cost.</summary>
    public static RequestTrace Of(HttpContext context)
    {
        if (Activity.Current is { } activity)
            return new(
                Read(activity.TraceId.ToHexString()),
                (ulong)Read(activity.SpanId.ToHexString()),
                activity.Recorded
            );
        Span<byte> random = stackalloc byte[Bytes];
        Random.Shared.NextBytes(random);
        return new(
            CallersTrace.ParentOf(context.Request.Headers.TraceParent) is { } parent
                ? Read(parent.AsSpan(3, 32))
                : MemoryMarshal.Read<UInt128>(random),
            MemoryMarshal.Read<ulong>(random[TraceBytes..]),
            IsRecorded: false
        );
    }

    /// <summary>As <c>traceparent</c> says it.</summary>
    public string Header =>
        string.Create(
            55,
            this,
            static (header, trace) =>
            {
                Span<byte> bytes = stackalloc byte[Bytes];
                trace.WriteTo(bytes);
                "00-".CopyTo(header);
                Convert.TryToHexStringLower(bytes[..TraceBytes], header[3..], out _);
                header[35] = '-';
                Convert.TryToHexStringLower(bytes[TraceBytes..], header[36..], out _);
                (trace.IsRecorded ? "-01" : "-00").CopyTo(header[52..]);
            }
        );

    /// <summary>The digits of both, in ASCII: 32 and 16.</summary>
    public void WriteTo(Span<byte> trace, Span<byte> span)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        WriteTo(bytes);
        Convert.TryToHexStringLower(bytes[..TraceBytes], trace, out _);
        Convert.TryToHexStringLower(bytes[TraceBytes..], span, out _);
    }

    private void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Trace);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[TraceBytes..], Span);
    }

    private static UInt128 Read(ReadOnlySpan<char> hex) =>
        UInt128.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
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
            // Without its flags: whether it is collected is not for the caller to say.
            activity.SetParentId(
                ActivityTraceId.CreateFromString(parent.AsSpan(3, 32)),
                ActivitySpanId.CreateFromString(parent.AsSpan(36, 16))
            );
        activity.Start();
        await next(context);
    }
}
