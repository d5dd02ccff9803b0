using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Lagesbild.Security;

/// <summary>What was found about a certificate lately, by thumbprint: a verdict costs about a millisecond.</summary>
internal sealed class VerdictCache(TimeProvider clock)
{
    /// <summary>More than all who use the service within minutes. A full cache only costs time: nothing is let in or out by it.</summary>
    internal const int Capacity = 10_000;

    private static readonly TimeSpan AcceptedFor = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _lastSweep;
    private long _epoch;

    /// <param name="Result">One for all the requests that the verdict lasts for.</param>
    /// <param name="Epoch">In which the verdict was begun.</param>
    internal sealed record Entry(AuthenticateResult Result, Refusal? Refusal, DateTimeOffset Until, long Epoch);

    /// <summary>Asked before a verdict is begun: one that was begun before <see cref="Clear"/> is not remembered after it.</summary>
    public long Epoch => Interlocked.Read(ref _epoch);

    public bool TryGet(string thumbprint, out Entry entry) =>
        _entries.TryGetValue(thumbprint, out entry!) && StillHolds(entry, clock.GetUtcNow());

    public bool StillHolds(Entry entry, DateTimeOffset now) => now < entry.Until && entry.Epoch == Epoch;

    /// <param name="holdsUntil">When the certificate, one of its issuers or a revocation list ends.</param>
    public Entry Accept(string thumbprint, ClaimsPrincipal principal, DateTimeOffset holdsUntil, long epoch)
    {
        var until = clock.GetUtcNow() + AcceptedFor;
        return Keep(
            thumbprint,
            new(
                AuthenticateResult.Success(
                    new AuthenticationTicket(principal, CertificateAuthenticationDefaults.AuthenticationScheme)
                ),
                null,
                until < holdsUntil ? until : holdsUntil,
                epoch
            )
        );
    }

    public Entry Refuse(string thumbprint, Refusal refusal, long epoch) =>
        Keep(thumbprint, new(AuthenticateResult.Fail(refusal.Code), refusal, clock.GetUtcNow() + RefusedFor, epoch));

    public void Clear()
    {
        Interlocked.Increment(ref _epoch);
        _entries.Clear();
    }

    private Entry Keep(string thumbprint, Entry entry)
    {
        if (_entries.Count >= Capacity)
            Sweep();
        if (_entries.Count < Capacity)
            _entries[thumbprint] = entry;
        return entry;
    }

    /// <summary>At most once a second, or a flood of certificates would make every request sweep.</summary>
    private void Sweep()
    {
        var now = clock.GetUtcNow();
        var last = Interlocked.Read(ref _lastSweep);
        if (
            now.UtcTicks - last < TimeSpan.TicksPerSecond
            || Interlocked.CompareExchange(ref _lastSweep, now.UtcTicks, last) != last
        )
            return;
        foreach (var (thumbprint, entry) in _entries)
            if (now >= entry.Until)
                _entries.TryRemove(thumbprint, out _);
    }
}
