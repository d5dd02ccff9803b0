using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Jobs;

/// <summary>Deliveries that differ too much from what is published, and what operators do about them.</summary>
public sealed class HeldTests
{
    private const string Operator = "SE2321000180-OP01";

    private static readonly DateOnly Day1 = new(2026, 1, 12);
    private static readonly DateOnly Day2 = new(2026, 1, 13);
    private static readonly DateOnly Day3 = new(2026, 1, 14);

    public static TheoryData<string, SmallDelivery, SmallDelivery> Differing =>
        new()
        {
            { "unit-drop", SmallDelivery.Ncr(Day1, units: 5), SmallDelivery.Ncr(Day2, units: 4) },
            { "volume-change", SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2, patients: 124 + 3_038) },
            { "volume-change", SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2, ballast: 6_962) },
            { "median-shift", SmallDelivery.Ncr(Day1, waited: 28), SmallDelivery.Ncr(Day2, waited: 35) },
            { "median-shift", SmallDelivery.Ncr(Day1, waited: 35), SmallDelivery.Ncr(Day2, waited: 27) },
        };

    [Theory]
    [MemberData(nameof(Differing))]
    public async Task What_differs_too_much_is_held_and_the_picture_stays(
        string code,
        SmallDelivery published,
        SmallDelivery differing
    )
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(published);
        await node.PassAsync();
        var picture = node.Picture;
        node.HandIn(differing);
        await node.PassAsync();

        Assert.Same(picture, node.Picture);
        var held = (await node.DeliveriesAsync())[0];
        Assert.Equal(DeliveryState.Held, held.State);
        Assert.Equal([code], held.FindingCounts.Keys);
        Assert.All(held.Findings, finding => Assert.Equal(Severity.Hold, finding.Severity));
        Assert.True(File.Exists(Path.Combine(node.InboxFolder, "NCR", "held", differing.FileName + ".receipt.json")));
    }

    public static TheoryData<SmallDelivery, SmallDelivery> Alike =>
        new()
        {
            { SmallDelivery.Ncr(Day1, units: 6), SmallDelivery.Ncr(Day2, units: 5) },
            { SmallDelivery.Ncr(Day1, units: 1), SmallDelivery.Ncr(Day2, units: 9) },
            { SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2, patients: 124 + 3_037) },
            { SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2, ballast: 6_963) },
            // Six days; and seven that are less than a fifth.
            { SmallDelivery.Ncr(Day1, waited: 28), SmallDelivery.Ncr(Day2, waited: 34) },
            { SmallDelivery.Ncr(Day1, waited: 63), SmallDelivery.Ncr(Day2, waited: 70) },
            // Too few to tell.
            { SmallDelivery.Ncr(Day1, ballast: 499), SmallDelivery.Ncr(Day2, ballast: 499, waited: 70) },
        };

    [Theory]
    [MemberData(nameof(Alike))]
    public async Task What_differs_a_little_is_published(SmallDelivery first, SmallDelivery second)
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(first);
        node.HandIn(second);

        await node.PassAsync();

        Assert.Equal($"{first.FileName} superseded, {second.FileName} published", await node.StatesAsync());
    }

    [Fact]
    public async Task A_unit_with_another_name_is_told_without_its_name_and_holds_nothing()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        node.HandIn(SmallDelivery.Ncr(Day2, unitName: "Ett annat namn"));

        await node.PassAsync();

        var published = (await node.DeliveriesAsync())[0];
        Assert.Equal(DeliveryState.Published, published.State);
        var finding = Assert.Single(published.Findings);
        Assert.Equal(("unit-renamed", Severity.Info), (finding.Code, finding.Severity));
        Assert.DoesNotContain("Ett annat", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_compared_is_what_is_published_also_on_a_node_that_has_read_neither()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        await using var restarted = await Node.BesideAsync(node);
        restarted.HandIn(SmallDelivery.Ncr(Day2, ballast: 500));
        await restarted.PassAsync();

        var held = (await restarted.DeliveriesAsync())[0];
        Assert.Equal(DeliveryState.Held, held.State);
        await using var another = await Node.BesideAsync(node);
        var comparison = await another.Entries.CompareAsync(held, TestContext.Current.CancellationToken);

        Assert.Equal((10_124, 624), (comparison!.Published.Last365Days, comparison.Delivered.Last365Days));
        var (before, after) = comparison.Procedures.Single(p => p.After?.Code == "CJC");
        Assert.Equal((10_000, 500), (before!.Country.Count, after!.Country.Count));
        Assert.Equal(17.5, after.Country.Median.Days);
    }

    [Fact]
    public async Task Released_a_held_delivery_is_the_picture_on_every_node_and_the_decision_is_recorded()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);

        Assert.Equal(OrderOutcome.Done, await OrderAsync(node, OperatorDecisionKind.Release, held.Id));

        Assert.Equal(7_000, node.Shown("CJE"));
        Assert.Equal(
            "superseded published",
            await TestPostgres.ScalarAsync<string>(
                node.Database,
                "SELECT string_agg(state, ' ' ORDER BY reference_date) FROM deliveries"
            )
        );
        var decision = Assert.Single(
            (await node.Entries.FindAsync(held.Id, TestContext.Current.CancellationToken))!.Decisions
        );
        Assert.Equal(
            (OperatorDecisionKind.Release, Operator, node.Clock.GetUtcNow(), "Så är det."),
            (decision.Kind, decision.DecidedBy, decision.DecidedAt, decision.Reason)
        );
        var newest = await node.Ledger.FindNewestPublicationAsync(TestContext.Current.CancellationToken);
        Assert.Equal((node.Picture!.Id, Operator), (newest!.PictureId.ToString(), newest.PublishedBy));
        await using var other = await Node.BesideAsync(node);
        await other.Keeper.FollowAsync(TestContext.Current.CancellationToken);
        Assert.Equal((node.Picture.Id, 7_000), (other.Picture!.Id, other.Shown("CJE")));
    }

    [Fact]
    public async Task Refused_a_held_delivery_is_kept_as_a_row_and_nothing_else()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        var picture = node.Picture;

        Assert.Equal(OrderOutcome.Done, await OrderAsync(node, OperatorDecisionKind.Refuse, held.Id));

        Assert.Same(picture, node.Picture);
        var refused = (await node.Entries.FindAsync(held.Id, TestContext.Current.CancellationToken))!;
        Assert.Equal(DeliveryState.Refused, refused.Delivery.State);
        Assert.Equal(node.Clock.GetUtcNow(), refused.Delivery.SettledAt);
        Assert.Equal(OperatorDecisionKind.Refuse, Assert.Single(refused.Decisions).Kind);
        using var content = new MemoryStream();
        Assert.False(await node.Ledger.CopyContentAsync(held.Id, content, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(OperatorDecisionKind.Refuse, "refused", "refused")]
    [InlineData(OperatorDecisionKind.Release, "accepted", "published")]
    public async Task The_file_and_its_receipt_follow_the_decision_at_once(
        OperatorDecisionKind kind,
        string folder,
        string state
    )
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        Assert.True(File.Exists(Copy(node, "held", held)));

        await OrderAsync(node, kind, held.Id);

        AssertCopies(node, held, folder, state);
    }

    [Theory]
    [InlineData(OperatorDecisionKind.Refuse, "refused", "refused")]
    [InlineData(OperatorDecisionKind.Release, "accepted", "published")]
    public async Task Decided_on_a_node_without_the_inbox_they_follow_at_the_next_pass(
        OperatorDecisionKind kind,
        string folder,
        string state
    )
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        using var elsewhere = new TestFolder();
        await using var other = await Node.CreateAsync(node.Database, elsewhere.FullName, "01:00:00");
        await OrderAsync(other, kind, held.Id);
        Assert.True(File.Exists(Copy(node, "held", held)));

        await node.PassAsync();

        AssertCopies(node, held, folder, state);
    }

    [Fact]
    public async Task What_cannot_follow_at_once_is_said_and_follows_at_the_next_pass_and_the_order_stands()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        // A file where the folder should be; the content goes all the same.
        var inTheWay = Path.Combine(node.InboxFolder, "NCR", "refused");
        await File.WriteAllTextAsync(inTheWay, "", TestContext.Current.CancellationToken);

        Assert.Equal(OrderOutcome.Done, await OrderAsync(node, OperatorDecisionKind.Refuse, held.Id));
        Assert.False(File.Exists(Copy(node, "held", held)));
        Assert.True(File.Exists(Copy(node, "held", held) + ".receipt.json"));
        Assert.Single(node.Log, line => line.Contains("could not follow", StringComparison.Ordinal));

        File.Delete(inTheWay);
        await node.PassAsync();
        AssertCopies(node, held, "refused", "refused");
    }

    [Fact]
    public async Task A_made_up_receipt_among_the_held_gets_nothing_of_another_source()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        var ncr = (await node.DeliveriesAsync())[0];
        var held = Directory.CreateDirectory(Path.Combine(node.InboxFolder, "SPOR", "held"));
        File.Copy(
            Copy(node, "accepted", ncr) + ".receipt.json",
            Path.Combine(held.FullName, "SPOR_2026-01-12.zip.receipt.json")
        );
        await File.WriteAllTextAsync(
            Path.Combine(held.FullName, "annat.receipt.json"),
            "{",
            TestContext.Current.CancellationToken
        );

        await node.PassAsync();

        Assert.Equal(2, held.GetFiles().Length);
        Assert.False(Directory.Exists(Path.Combine(node.InboxFolder, "SPOR", "accepted")));
    }

    [Fact]
    public async Task An_order_given_twice_is_carried_out_once_and_its_opposite_comes_too_late()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);

        var both = await Task.WhenAll(
            OrderAsync(node, OperatorDecisionKind.Release, held.Id),
            OrderAsync(node, OperatorDecisionKind.Release, held.Id)
        );

        Assert.Equal([OrderOutcome.Done, OrderOutcome.DoneBefore], both.Order());
        Assert.Equal(OrderOutcome.NotHeld, await OrderAsync(node, OperatorDecisionKind.Refuse, held.Id));
        Assert.Equal(OrderOutcome.Unknown, await OrderAsync(node, OperatorDecisionKind.Refuse, Guid.NewGuid()));
        Assert.Equal(2, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));
        Assert.Equal(1, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM operator_decisions"));
    }

    [Fact]
    public async Task What_a_later_delivery_has_overtaken_is_not_released()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        node.HandIn(SmallDelivery.Ncr(Day3));
        await node.PassAsync();

        Assert.Equal(OrderOutcome.Overtaken, await OrderAsync(node, OperatorDecisionKind.Release, held.Id));

        Assert.Equal(124, node.Shown("CJE"));
        Assert.Equal(OrderOutcome.Done, await OrderAsync(node, OperatorDecisionKind.Refuse, held.Id));
    }

    [Fact]
    public async Task The_same_content_as_a_held_delivery_gets_its_receipt()
    {
        await using var node = await Node.CreateAsync();
        var held = await HoldAsync(node);
        node.HandIn(SmallDelivery.Ncr(Day2, patients: 7_000));
        await node.PassAsync();

        Assert.Equal(held.Id, (await node.DeliveriesAsync())[0].Id);
        Assert.Equal(2, (await node.DeliveriesAsync()).Count);
    }

    [Fact]
    public async Task Restored_an_earlier_picture_is_a_new_publication_and_the_next_delivery_follows_it()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        node.HandIn(SmallDelivery.Spor(Day1, patients: 20));
        await node.PassAsync();
        var good = node.Picture!;
        node.HandIn(SmallDelivery.Ncr(Day2, patients: 30));
        await node.PassAsync();

        Assert.Equal(OrderOutcome.Done, await OrderAsync(node, OperatorDecisionKind.Restore, Guid.Parse(good.Id)));

        Assert.Equal((10, 20), (node.Shown("CJE"), node.Shown("NGB")));
        Assert.NotEqual(good.Id, node.Picture!.Id);
        Assert.Equal(
            "published superseded",
            await TestPostgres.ScalarAsync<string>(
                node.Database,
                "SELECT string_agg(state, ' ' ORDER BY reference_date) FROM deliveries WHERE source = 'NCR'"
            )
        );
        // Once more: it is so already.
        Assert.Equal(
            OrderOutcome.DoneBefore,
            await OrderAsync(node, OperatorDecisionKind.Restore, Guid.Parse(good.Id))
        );
        Assert.Equal(4, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));

        node.HandIn(SmallDelivery.Ncr(Day2, patients: 40, correction: 2));
        await node.PassAsync();
        Assert.Equal((40, 20), (node.Shown("CJE"), node.Shown("NGB")));
    }

    private static async Task<Delivery> HoldAsync(Node node)
    {
        node.HandIn(SmallDelivery.Ncr(Day1));
        node.HandIn(SmallDelivery.Ncr(Day2, patients: 7_000));
        await node.PassAsync();
        var held = (await node.DeliveriesAsync())[0];
        Assert.Equal(DeliveryState.Held, held.State);
        return held;
    }

    private static string Copy(Node node, string folder, Delivery delivery) =>
        Path.Combine(node.InboxFolder, delivery.Source!, folder, delivery.FileName);

    private static void AssertCopies(Node node, Delivery delivery, string folder, string state)
    {
        Assert.Empty(Directory.GetFiles(Path.Combine(node.InboxFolder, delivery.Source!, "held")));
        Assert.Equal(state != "refused", File.Exists(Copy(node, folder, delivery)));
        var receipt = JsonSerializer.Deserialize(
            File.ReadAllBytes(Copy(node, folder, delivery) + ".receipt.json"),
            ReceiptJson.Indented.Receipt
        )!;
        Assert.Equal((delivery.Id, state), (receipt.Id, receipt.State));
        Assert.NotNull(receipt.SettledAt);
    }

    private static Task<OrderOutcome> OrderAsync(Node node, OperatorDecisionKind kind, Guid subject) =>
        node.Publisher.CarryOutAsync(
            new OperatorOrder(kind, subject, Operator, "Så är det."),
            TestContext.Current.CancellationToken
        );
}
