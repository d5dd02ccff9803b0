using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Tests.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lagesbild.Tests.Ledger;

public sealed class RetentionTests
{
    private const int Days = 30;
    private const string Operator = "SE2321000180-OP01";
    private const string Decision = "Dnr 2026/17";

    /// <summary>
    /// A register delivers every day, the other once a week; now and then a delivery is held and released late, a picture is
    /// restored, a day is missed. Every night what the ledger keeps is held against an account of our own.
    /// </summary>
    [Fact]
    public async Task Over_a_year_what_a_shown_or_restorable_picture_stands_on_is_never_erased_and_the_rest_is_in_time()
    {
        await using var node = await Node.CreateAsync(
            null,
            null,
            "01:00:00",
            new("Retention:Days", $"{Days}"),
            new("Retention:Decision", Decision)
        );
        var retention = node.App.Services.GetRequiredService<Retention>();
        var chance = new Random(20260115);
        var account = new Account();
        var cancellationToken = TestContext.Current.CancellationToken;
        var restored = 0;
        for (var day = 0; day < 365; day++)
        {
            node.Clock.Advance(TimeSpan.FromDays(1));
            var today = DateOnly.FromDateTime(node.Clock.GetUtcNow().UtcDateTime);
            var isHeld = chance.Next(40) == 0;
            if (chance.Next(10) > 0)
            {
                node.HandIn(SmallDelivery.Ncr(today.AddDays(-1), patients: 10 + day, waited: isHeld ? 70 : 14));
            }

            if (day % 7 == 0)
            {
                node.HandIn(SmallDelivery.Spor(today.AddDays(-1), patients: 10 + day));
            }

            await node.PassAsync();
            foreach (var held in (await node.DeliveriesAsync()).Where(d => d.State == DeliveryState.Held))
            {
                if (chance.Next(3) == 0)
                {
                    await node.Publisher.CarryOutAsync(
                        new OperatorOrder(OperatorDecisionKind.Release, held.Id, Operator, "Prov"),
                        cancellationToken
                    );
                }
            }

            if (chance.Next(25) == 0)
            {
                var (pictures, _) = await node.Entries.ListPicturesAsync(0, 1_000, cancellationToken);
                var restorable = pictures.Where(p => p.IsRestorable).ToList();
                if (restorable.Count > 0)
                {
                    var earlier = restorable[chance.Next(restorable.Count)].Publication.PictureId;
                    var order = new OperatorOrder(OperatorDecisionKind.Restore, earlier, Operator, "Prov");
                    Assert.Equal(OrderOutcome.Done, await node.Publisher.CarryOutAsync(order, cancellationToken));
                    restored++;
                }
            }

            var (all, _) = await node.Entries.ListPicturesAsync(0, 1_000, cancellationToken);
            account.Follow(all, node.Clock.GetUtcNow());
            await retention.EraseAsync(cancellationToken);
            foreach (var delivery in await node.DeliveriesAsync())
            {
                account.Judge(delivery, node.Clock.GetUtcNow());
            }
        }

        var deliveries = await node.DeliveriesAsync();
        var erased = deliveries.Where(d => d.ErasedAt is not null).ToList();
        Assert.True(erased.Count > 200, $"Only {erased.Count} of {deliveries.Count} were erased.");
        Assert.True(restored > 5);
        Assert.All(erased, d => Assert.Equal(Decision, d.ErasedBy));
        // The content itself is gone exactly where the ledger says so.
        Assert.Equal(
            deliveries.Count(d => d.IsContentKept),
            await TestPostgres.ScalarAsync<long>(
                node.Database,
                "SELECT count(DISTINCT delivery_id) FROM delivery_content"
            )
        );
        await using var restarted = await Node.BesideAsync(node);
        Assert.True(await restarted.Keeper.FollowAsync(cancellationToken));
        Assert.Equal(node.Shown("CJE"), restarted.Shown("CJE"));
        await node.App.Services.GetRequiredService<Retention>().EraseAsync(cancellationToken);
        var old = (await node.Entries.ListPicturesAsync(0, 1_000, cancellationToken)).Rows[^1];
        Assert.False(old.IsRestorable);
        Assert.Equal(
            OrderOutcome.Erased,
            await node.Publisher.CarryOutAsync(
                new OperatorOrder(OperatorDecisionKind.Restore, old.Publication.PictureId, Operator, "Prov"),
                cancellationToken
            )
        );
    }

    [Fact]
    public async Task A_file_beside_its_receipt_goes_when_the_ledger_keeps_its_content_no_more()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = await Node.CreateAsync(
            null,
            null,
            "01:00:00",
            new("Retention:Days", $"{Days}"),
            new("Retention:Decision", Decision)
        );
        var erased = node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, 12)));
        var published = node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, 13)));
        var refused = node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, 14), patients: 7_000));
        await node.PassAsync();
        var held = (await node.DeliveriesAsync())[0];
        var copies = node.App.Services.GetRequiredService<InboxCopies>();
        Assert.Equal(0, await copies.EraseAsync(cancellationToken));

        await node.Publisher.CarryOutAsync(
            new OperatorOrder(OperatorDecisionKind.Refuse, held.Id, Operator, "Prov"),
            cancellationToken
        );
        node.Clock.Advance(TimeSpan.FromDays(Days + 1));
        var services = node.App.Services;
        await ActivatorUtilities.CreateInstance<RetentionJob>(services).Execute(null!, cancellationToken);

        string At(string outcome, SmallDelivery delivery) =>
            Path.Combine(node.InboxFolder, "NCR", outcome, delivery.FileName);
        Assert.False(File.Exists(At("accepted", erased)));
        Assert.True(File.Exists(At("accepted", erased) + ".receipt.json"));
        Assert.True(File.Exists(At("accepted", published)));
        Assert.False(File.Exists(At("held", refused)));
        Assert.Contains(node.Log, line => line.Contains($"by {Decision}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_decision_nothing_is_ever_erased()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, 13)));
        node.HandIn(SmallDelivery.Ncr(new DateOnly(2026, 1, 14)));
        await node.PassAsync();
        node.Clock.Advance(TimeSpan.FromDays(10_000));

        Assert.Empty(
            await node.App.Services.GetRequiredService<Retention>().EraseAsync(TestContext.Current.CancellationToken)
        );
        Assert.All(await node.DeliveriesAsync(), delivery => Assert.True(delivery.IsContentKept));
    }

    [Theory]
    [InlineData("thirty", "Dnr 1", "Retention:Days")]
    [InlineData("0", "Dnr 1", "Retention:Days")]
    [InlineData("-1", "Dnr 1", "Retention:Days")]
    [InlineData("30.5", "Dnr 1", "Retention:Days")]
    [InlineData("30", null, "Retention:Decision")]
    [InlineData("30", " ", "Retention:Decision")]
    [InlineData(null, "Dnr 1", "Retention:Days")]
    [InlineData("30", "Dnr 1\nDnr 2", "Retention:Decision")]
    [InlineData("30", "Beslut av 811228-9874", "Retention:Decision")]
    public void A_value_that_cannot_be_used_is_refused_by_its_key(string? days, string? decision, string key)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Retention:Days", days), new("Retention:Decision", decision)])
            .Build();

        var failure = Assert.Throws<OptionsValidationException>(() => RetentionOptions.Read(configuration));

        Assert.Contains(failure.Failures, problem => problem.StartsWith(key, StringComparison.Ordinal));
        Assert.DoesNotContain("811228", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>When each delivery was last part of the shown picture, seen from outside, once a day.</summary>
    private sealed class Account
    {
        private readonly Dictionary<Guid, DateTimeOffset> _lastShown = [];

        public void Follow(IReadOnlyList<PictureEntry> newestFirst, DateTimeOffset now)
        {
            // A picture was shown until the next one was published.
            var until = now;
            foreach (var picture in newestFirst.Select(entry => entry.Publication))
            {
                foreach (var source in picture.Sources)
                {
                    var known = _lastShown.GetValueOrDefault(source.DeliveryId);
                    _lastShown[source.DeliveryId] = known > until ? known : until;
                }

                until = picture.PublishedAt;
            }
        }

        public void Judge(Delivery delivery, DateTimeOffset now)
        {
            if (!_lastShown.TryGetValue(delivery.Id, out var last))
            {
                Assert.Null(delivery.ErasedAt);
                return;
            }

            Assert.Equal(now - last > TimeSpan.FromDays(Days), delivery.ErasedAt is not null);
        }
    }
}
