using System.Globalization;
using System.Security.Claims;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

public sealed class VerdictCacheTests
{
    private readonly PinnedClock _clock = new();

    [Fact]
    public void An_accepted_certificate_is_remembered_for_two_minutes()
    {
        var cache = new VerdictCache(_clock);
        cache.Accept("a", new ClaimsPrincipal(), _clock.Now.AddYears(1), cache.Epoch);
        _clock.Now += TimeSpan.FromSeconds(119);
        Assert.True(cache.TryGet("a", out _));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.False(cache.TryGet("a", out _));
    }

    [Fact]
    public void But_never_longer_than_it_is_valid()
    {
        var cache = new VerdictCache(_clock);
        cache.Accept("a", new ClaimsPrincipal(), _clock.Now.AddSeconds(30), cache.Epoch);
        _clock.Now += TimeSpan.FromSeconds(30);
        Assert.False(cache.TryGet("a", out _));
    }

    [Fact]
    public void A_refusal_is_remembered_for_ten_seconds()
    {
        var cache = new VerdictCache(_clock);
        cache.Refuse("a", Refusal.Chain, cache.Epoch);
        _clock.Now += TimeSpan.FromSeconds(9);
        Assert.True(cache.TryGet("a", out var entry));
        Assert.Same(Refusal.Chain, entry.Refusal);
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.False(cache.TryGet("a", out _));
    }

    [Fact]
    public void A_full_cache_remembers_nothing_new_until_what_is_old_has_gone()
    {
        var cache = new VerdictCache(_clock);
        for (var i = 0; i < VerdictCache.Capacity; i++)
            cache.Refuse(i.ToString(CultureInfo.InvariantCulture), Refusal.Chain, cache.Epoch);
        cache.Refuse("one too many", Refusal.Chain, cache.Epoch);
        Assert.False(cache.TryGet("one too many", out _));
        Assert.True(cache.TryGet("0", out _));

        _clock.Now += TimeSpan.FromSeconds(10);
        cache.Accept("later", new ClaimsPrincipal(), _clock.Now.AddYears(1), cache.Epoch);
        Assert.True(cache.TryGet("later", out _));
    }

    [Fact]
    public void A_verdict_that_was_begun_before_a_new_list_came_is_not_remembered_after_it()
    {
        var cache = new VerdictCache(_clock);
        var began = cache.Epoch;
        cache.Clear();
        Assert.NotNull(cache.Accept("a", new ClaimsPrincipal(), _clock.Now.AddYears(1), began));
        Assert.False(cache.TryGet("a", out _));
        cache.Accept("a", new ClaimsPrincipal(), _clock.Now.AddYears(1), cache.Epoch);
        Assert.True(cache.TryGet("a", out _));
    }
}
