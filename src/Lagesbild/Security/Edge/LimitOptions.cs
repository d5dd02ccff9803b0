using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Lagesbild.Security;

/// <summary>Section <c>Limits</c> of the configuration: how much of the service anybody may take.</summary>
public sealed record LimitOptions
{
    public const string Section = "Limits";

    /// <summary>
    /// Longest path and query that is looked at, in characters. The server reads further than that, so that the answer can
    /// say what is wrong.
    /// </summary>
    internal const int Address = 8 << 10;

    /// <summary>
    /// Bytes of a request's body, for whatever does not say otherwise: an operator's reason fits many times over. An endpoint
    /// that takes in files raises it for itself.
    /// </summary>
    internal const int Body = 64 << 10;

    /// <summary>Requests a second that an identity may make in the long run; 0: as many as it likes.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests that it may make at once after a while of silence.</summary>
    public int Burst { get; init; } = 1_000;

    /// <summary>Connections to each listener; the next one is closed at once.</summary>
    public int Connections { get; init; } = 5_000;

    /// <summary>
    /// Of those, connections from one address (of IPv6, from one network); a whole region may have a single address.
    /// </summary>
    public int ConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>A request's headers must have come within this time.</summary>
    public TimeSpan HeadersWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection on which nothing is asked is closed after this time.</summary>
    public TimeSpan IdleFor { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Within this time a receiver must take something of what waits for him (<see cref="Receiver"/>): as long as is usual,
    /// because computers between and at his end hide from us that he reads a little at a time.
    /// </summary>
    public TimeSpan TakenWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Bytes a second, at least, that a request's body must come with, after five seconds.
    /// </summary>
    public double LeastBytesPerSecond { get; init; } = 240;

    internal static LimitOptions Read(IConfiguration configuration)
    {
        LimitOptions options;
        try
        {
            options =
                configuration.GetSection(Section).Get<LimitOptions>(binder => binder.ErrorOnUnknownConfiguration = true)
                ?? new LimitOptions();
        }
        catch (InvalidOperationException e)
        {
            throw Invalid($"{Section}: {e.Message} {e.InnerException?.Message}".TrimEnd());
        }

        return !double.IsFinite(options.RequestsPerSecond) || options.RequestsPerSecond < 0
                ? throw Invalid($"{Section}:{nameof(RequestsPerSecond)}: must be 0 (no limit) or more.")
            : options.Burst < 1 ? throw Invalid($"{Section}:{nameof(Burst)}: must be at least 1.")
            : options.Connections < 1 ? throw Invalid($"{Section}:{nameof(Connections)}: must be at least 1.")
            : options.ConnectionsPerAddress < 1
                ? throw Invalid($"{Section}:{nameof(ConnectionsPerAddress)}: must be at least 1.")
            : options.HeadersWithin <= TimeSpan.Zero
                ? throw Invalid($"{Section}:{nameof(HeadersWithin)}: must be a time, such as 00:00:10.")
            : options.IdleFor <= TimeSpan.Zero
                ? throw Invalid($"{Section}:{nameof(IdleFor)}: must be a time, such as 00:02:00.")
            : options.TakenWithin <= TimeSpan.Zero || options.TakenWithin > TimeSpan.FromDays(1)
                ? throw Invalid($"{Section}:{nameof(TakenWithin)}: must be a time of a day at most, such as 00:01:00.")
            : !double.IsFinite(options.LeastBytesPerSecond) || options.LeastBytesPerSecond <= 0
                ? throw Invalid($"{Section}:{nameof(LeastBytesPerSecond)}: must be more than 0.")
            : options;
    }

    internal void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = HeadersWithin;
        limits.KeepAliveTimeout = IdleFor;
        limits.MaxRequestLineSize = 2 * Address;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestBodySize = Body;
        limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesPerSecond, TimeSpan.FromSeconds(5));
        // Of a response each byte that was written earns time, taken or not: it ends only what a Receiver has given up, and
        // what is too small for one. The server holds as much as a Receiver waits for at a time.
        limits.MaxResponseBufferSize = Receiver.Piece;
        limits.MinResponseDataRate = new MinDataRate(
            Math.Max(LeastBytesPerSecond, Receiver.Piece / TakenWithin.TotalSeconds),
            TimeSpan.FromSeconds(5)
        );
        limits.Http2.MaxStreamsPerConnection = 100;
        // Whoever has gone without a word is found out, and his connection closed.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    private static OptionsValidationException Invalid(string problem) => new(Section, typeof(LimitOptions), [problem]);
}
