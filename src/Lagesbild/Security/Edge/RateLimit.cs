using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lagesbild.Security;

/// <summary>
/// How often one identity may ask, whoever it is: a certificate's holder, or for those without an accepted certificate the
/// address that they come from. Each has an allowance that fills up again evenly; an empty one is answered 429, with the time
/// after which there is room for one more.
/// </summary>
/// <remarks>
/// The generic cell rate algorithm: all that is known of an identity is the time at which its allowance will be full again,
/// and one for whom that has passed need not be known at all.
/// </remarks>
internal sealed class RateLimit(LimitOptions limits, TimeProvider clock, Proxies proxies)
{
    /// <summary>Identities known at a time. Addresses beyond it share one allowance: they can be had for nothing.</summary>
    internal const int Capacity = 50_000;

    internal static readonly Refusal TooMany = new(
        "too-many-requests",
        StatusCodes.Status429TooManyRequests,
        "Too many requests",
        "More requests came from this identity than it may make. Wait as many seconds as Retry-After says, and then ask less often.",
        "För många frågor på kort tid",
        "Tjänsten har fått fler frågor från dig än den hinner med att besvara åt en och samma användare.",
        "Vänta några sekunder och ladda om sidan."
    );

    private readonly ConcurrentDictionary<string, Allowance> _allowances = new(StringComparer.Ordinal);
    private readonly Allowance _crowd = new();
    private long _lastSweep = clock.GetTimestamp();

    private sealed class Allowance
    {
        public long FullAt;

        /// <summary>What is written of the requests beyond it.</summary>
        public Withheld Withheld { get; } = new();
    }

    internal int Known => _allowances.Count;

    /// <summary>After authentication: whoever has an accepted certificate is known by it, wherever he comes from.</summary>
    public Task Admit(HttpContext context, RequestDelegate next)
    {
        if (limits.RequestsPerSecond == 0)
            return next(context);
        var allowance = context.User.Caller() is { } caller
            ? AllowanceOf(caller.HsaId, isAddress: false)
            : AllowanceOf(AddressOf(proxies.VisitorOf(context)), isAddress: true);
        return Take(allowance) is { } wait ? Refuse(context, allowance, wait) : next(context);
    }

    /// <summary>For those who are refused before anybody has looked at who they are: counted by their address.</summary>
    public Task Refuse(HttpContext context, Refusal refusal)
    {
        if (limits.RequestsPerSecond == 0)
            return NoAccess.Write(context, refusal);
        var allowance = AllowanceOf(AddressOf(proxies.VisitorOf(context)), isAddress: true);
        return Take(allowance) is { } wait ? Refuse(context, allowance, wait) : NoAccess.Write(context, refusal);
    }

    private static Task Refuse(HttpContext context, Allowance allowance, TimeSpan time)
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            trail.Withheld = allowance.Withheld;
        var seconds = Math.Max(1, Math.Ceiling(time.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return NoAccess.Write(context, TooMany);
    }

    /// <summary>Counts one more of the caller's, unless that would be too many.</summary>
    public bool Admits(Caller caller) =>
        limits.RequestsPerSecond == 0 || Take(AllowanceOf(caller.HsaId, isAddress: false)) is null;

    /// <summary>Null: go on. Else how long until there is room for one more.</summary>
    internal TimeSpan? Take(string who, bool isAddress) => Take(AllowanceOf(who, isAddress));

    private TimeSpan? Take(Allowance allowance)
    {
        var perRequest = (long)Math.Max(1, clock.TimestampFrequency / limits.RequestsPerSecond);
        while (true)
        {
            var now = clock.GetTimestamp();
            var known = Volatile.Read(ref allowance.FullAt);
            var fullAt = Math.Max(known, now) + perRequest;
            var tooEarly = fullAt - now - perRequest * limits.Burst;
            if (tooEarly > 0)
                return clock.GetElapsedTime(0, tooEarly);
            if (Interlocked.CompareExchange(ref allowance.FullAt, fullAt, known) == known)
                return null;
        }
    }

    private Allowance AllowanceOf(string who, bool isAddress)
    {
        if (_allowances.TryGetValue(who, out var known))
            return known;
        if (_allowances.Count >= Capacity)
        {
            Sweep();
            if (isAddress && _allowances.Count >= Capacity)
                return _crowd;
        }
        return _allowances.GetOrAdd(who, static _ => new Allowance());
    }

    /// <summary>Forgets those whose allowance is full; at most once a second, or a flood of addresses would make every request sweep.</summary>
    private void Sweep()
    {
        var now = clock.GetTimestamp();
        var last = Interlocked.Read(ref _lastSweep);
        if (now - last < clock.TimestampFrequency || Interlocked.CompareExchange(ref _lastSweep, now, last) != last)
            return;
        foreach (var (who, allowance) in _allowances)
            if (Volatile.Read(ref allowance.FullAt) <= now)
                _allowances.TryRemove(who, out _);
    }

    /// <summary>A network of IPv6 is one customer's, who has 2^64 addresses to ask from.</summary>
    internal static string AddressOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var network = address.GetAddressBytes();
        network.AsSpan(8).Clear();
        return new IPAddress(network) + "/64";
    }
}
