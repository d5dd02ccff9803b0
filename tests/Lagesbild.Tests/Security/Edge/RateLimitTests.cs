using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>Nobody takes the service from the others, and nobody is held back who asks as often as he may.</summary>
public sealed class RateLimitTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private sealed class Ticking : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;
    }

    private readonly Ticking _clock = new();

    private RateLimit Limit(double perSecond, int burst) =>
        new(new LimitOptions { RequestsPerSecond = perSecond, Burst = burst }, _clock, Proxies.Read(null));

    [Fact]
    public void After_a_burst_there_is_room_for_one_more_when_it_was_said()
    {
        var limit = Limit(perSecond: 2, burst: 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(limit.Take("a", false));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(500), limit.Take("a", false));
        _clock.Now += 499;
        Assert.Equal(TimeSpan.FromMilliseconds(1), limit.Take("a", false));
        // Having asked too early costs nothing.
        _clock.Now += 1;
        Assert.Null(limit.Take("a", false));
        Assert.NotNull(limit.Take("a", false));
        Assert.Null(limit.Take("b", false));
    }

    [Fact]
    public void It_is_a_bucket_that_fills_evenly()
    {
        // The same thing told differently: tokens, in thousandths, that come with time and go with requests.
        var random = new Random(20261122);
        for (var round = 0; round < 200; round++)
        {
            var (perSecond, burst) = (
                (int[])[1, 2, 5, 20, 100] is var rates ? rates[random.Next(5)] : 0,
                random.Next(1, 8)
            );
            var limit = Limit(perSecond, burst);
            long tokens = burst * 1_000L,
                last = _clock.Now;
            for (var step = 0; step < 200; step++)
            {
                _clock.Now += random.Next(3) == 0 ? random.Next(2_500) : random.Next(20);
                tokens = Math.Min(burst * 1_000L, tokens + (_clock.Now - last) * perSecond);
                last = _clock.Now;
                var isAdmitted = limit.Take("a", false) is null;
                Assert.Equal(tokens >= 1_000, isAdmitted);
                tokens -= isAdmitted ? 1_000 : 0;
            }
        }
    }

    [Fact]
    public void No_more_than_the_burst_passes_however_many_ask_at_once()
    {
        var limit = Limit(perSecond: 1, burst: 500);
        var admitted = 0;
        Parallel.For(
            0,
            5_000,
            _ =>
            {
                if (limit.Take("a", false) is null)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        );
        Assert.Equal(500, admitted);
    }

    [Fact]
    public void A_flood_of_addresses_takes_neither_the_memory_nor_the_room_of_those_who_are_known()
    {
        var limit = Limit(perSecond: 1, burst: 2);
        for (var i = 0; i < RateLimit.Capacity + 5_000; i++)
        {
            limit.Take(i.ToString(CultureInfo.InvariantCulture), isAddress: true);
        }

        Assert.Equal(RateLimit.Capacity, limit.Known);
        Assert.NotNull(limit.Take("yet another", isAddress: true));
        Assert.Null(limit.Take("SE2321000180-EX11", isAddress: false));

        // When their allowances are full again they are forgotten.
        _clock.Now += 10_000;
        Assert.Null(limit.Take("the first of the next day", isAddress: true));
        Assert.InRange(limit.Known, 1, 2);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    public void A_network_of_IPv6_is_one_customer(string address, string counted) =>
        Assert.Equal(counted, RateLimit.AddressOf(IPAddress.Parse(address)));

    [Fact]
    public async Task Each_identity_has_its_own_allowance_over_all_its_connections()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Limits:Burst", "3"), ("Limits:RequestsPerSecond", "0.001")]
        );
        for (var i = 0; i < 3; i++)
        {
            using var navigator = host.Client(pki["navigator"]);
            using var answer = await navigator.GetAsync(SecureHost.Who, Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var another = host.Client(pki["navigator"]);
        using var refused = await another.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        // A thousand seconds for each request; some of the first have passed.
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1_000);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.ToString());
        var problem = await refused.Content.ReadFromJsonAsync<JsonObject>(Cancelled);
        Assert.Equal("urn:lagesbild:problem:too-many-requests", (string?)problem!["type"]);
        Assert.Equal("nosniff", refused.Headers.GetValues("X-Content-Type-Options").Single());

        using var page = await another.GetAsync("/sida", Cancelled);
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.NotNull(page.Headers.RetryAfter);
        Assert.DoesNotContain("SITHS-kort", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);

        using var system = host.Client(pki["region-system"]);
        using var other = await system.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Those_without_an_accepted_certificate_are_counted_by_their_address()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Limits:Burst", "3"), ("Limits:RequestsPerSecond", "0.001")]
        );
        var statuses = new List<int>();
        foreach (var certificate in (string?[])[null, "bad/self-signed", "bad/expired", null, "bad/level-2"])
        {
            using var client = host.Client(certificate is null ? null : pki[certificate]);
            using var answer = await client.GetAsync(SecureHost.Who, Cancelled);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([401, 403, 403, 429, 429], statuses);
        using var elsewhere = host.Client(from: IPAddress.Parse("127.0.0.9"));
        using var another = await elsewhere.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, another.StatusCode);
        using var known = host.Client(pki["navigator"]);
        using var admitted = await known.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [("Limits:Burst", "1"), ("Limits:RequestsPerSecond", "0")]
        );
        using var client = host.Client(pki["navigator"]);
        for (var i = 0; i < 5; i++)
        {
            using var answer = await client.GetAsync(SecureHost.Who, Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("Limits:RequestsPerSecond", "-1")]
    [InlineData("Limits:RequestsPerSecond", "NaN")]
    [InlineData("Limits:Burst", "0")]
    [InlineData("Limits:Connections", "0")]
    [InlineData("Limits:ConnectionsPerAddress", "0")]
    [InlineData("Limits:HeadersWithin", "00:00:00")]
    [InlineData("Limits:TakenWithin", "00:00:00")]
    [InlineData("Limits:TakenWithin", "-00:00:01")]
    [InlineData("Limits:TakenWithin", "2.00:00:00")]
    [InlineData("Limits:IdleFor", "-00:00:01")]
    [InlineData("Limits:LeastBytesPerSecond", "0")]
    [InlineData("Limits:Bursts", "7")]
    public async Task A_limit_that_makes_no_sense_is_named_at_start(string key, string value)
    {
        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: (key, value))
        );
        Assert.Contains(key.Split(':')[1], refusal.Message, StringComparison.Ordinal);
    }
}
