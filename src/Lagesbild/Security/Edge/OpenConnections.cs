using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Lagesbild.Security;

/// <summary>
/// How many connections each address has open to each listener. What goes beyond
/// <see cref="LimitOptions.ConnectionsPerAddress"/> is closed at once, before it has cost a handshake: nobody takes all that
/// there are. A proxy's are many visitors', and not counted.
/// </summary>
internal sealed partial class OpenConnections(
    LimitOptions limits,
    Proxies proxies,
    TimeProvider clock,
    ILogger<OpenConnections> logger
)
{
    private static readonly Meter Meter = new(NoAccess.MeterName);
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "lagesbild.connections.refused",
        "{connection}",
        "Connections closed at once because their address had as many as it may have"
    );

    /// <param name="Port">The listener's.</param>
    private readonly record struct Holder(string Address, int Port);

    // Nobody is in it who has none open.
    private readonly ConcurrentDictionary<Holder, int> _open = new();
    private readonly long _minute = 60 * clock.TimestampFrequency;
    private long _lastLine = clock.GetTimestamp() - 60 * clock.TimestampFrequency;
    private long _untold;

    /// <summary>Addresses that have any open.</summary>
    internal int Known => _open.Count;

    /// <summary>As middleware of a listener, beneath TLS.</summary>
    public ConnectionDelegate Limit(ConnectionDelegate next) =>
        connection =>
            connection is { RemoteEndPoint: IPEndPoint { Address: var address }, LocalEndPoint: IPEndPoint local }
            && !proxies.IsProxy(address)
                ? CountAsync(connection, next, new Holder(RateLimit.AddressOf(address), local.Port))
                : next(connection);

    private async Task CountAsync(ConnectionContext connection, ConnectionDelegate next, Holder holder)
    {
        if (!TryAdd(holder))
        {
            Tell(holder.Address);
            connection.Abort(new ConnectionAbortedException("Its address has as many open as it may have."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Remove(holder);
        }
    }

    private bool TryAdd(Holder holder)
    {
        while (true)
        {
            if (!_open.TryGetValue(holder, out var open))
            {
                if (_open.TryAdd(holder, 1))
                    return true;
            }
            else if (open >= limits.ConnectionsPerAddress)
                return false;
            else if (_open.TryUpdate(holder, open + 1, open))
                return true;
        }
    }

    private void Remove(Holder holder)
    {
        while (true)
        {
            var open = _open[holder];
            if (open == 1 ? _open.TryRemove(new(holder, 1)) : _open.TryUpdate(holder, open - 1, open))
                return;
        }
    }

    /// <summary>One line a minute at most, for all of them: whoever floods the service must not flood its log.</summary>
    private void Tell(string address)
    {
        Refusals.Add(1);
        Interlocked.Increment(ref _untold);
        var now = clock.GetTimestamp();
        var last = Interlocked.Read(ref _lastLine);
        if (now - last >= _minute && Interlocked.CompareExchange(ref _lastLine, now, last) == last)
            LogRefused(Interlocked.Exchange(ref _untold, 0), limits.ConnectionsPerAddress, address);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Connections were closed because their address had {Limit} open already: {Count} since the last such line, the latest from {Address}"
    )]
    private partial void LogRefused(long count, int limit, string address);
}
