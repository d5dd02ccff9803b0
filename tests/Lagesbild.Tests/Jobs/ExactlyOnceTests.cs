using Lagesbild.Ledger;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Jobs;

/// <summary>Whatever happens on the way, each delivery is taken once and none is lost.</summary>
public sealed class ExactlyOnceTests
{
    private static readonly DateOnly Day1 = new(2026, 1, 13);
    private static readonly DateOnly Day2 = new(2026, 1, 14);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_file_dropped_on_two_nodes_at_once_is_taken_once_and_both_get_the_receipt()
    {
        await using var node = await Node.CreateAsync();
        using var elsewhere = new TestFolder();
        await using var other = await Node.CreateAsync(node.Database, elsewhere.FullName, "01:00:00");
        Node[] nodes = [node, other];
        for (var day = 0; day < 10; day++)
        {
            var delivery = SmallDelivery.Ncr(Day1.AddDays(day - 20), patients: 100 + day);
            foreach (var each in nodes)
            {
                each.HandIn(delivery);
            }

            // One of them may find the other at work and leave its file for the next pass.
            while (nodes.Any(each => File.Exists(Path.Combine(each.InboxFolder, "NCR", delivery.FileName))))
            {
                await Task.WhenAll(nodes.Select(each => Task.Run(each.PassAsync)));
            }

            foreach (var each in nodes)
            {
                var accepted = Path.Combine(each.InboxFolder, "NCR", "accepted", delivery.FileName);
                Assert.Equal(delivery.Content, await File.ReadAllBytesAsync(accepted, Cancellation));
                Assert.Contains(
                    (await node.DeliveriesAsync())[0].Id.ToString(),
                    await File.ReadAllTextAsync(accepted + ".receipt.json", Cancellation),
                    StringComparison.Ordinal
                );
            }
        }

        Assert.Equal(10, (await node.DeliveriesAsync()).Count);
        Assert.Equal(10, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));
        foreach (var each in nodes)
        {
            await each.Keeper.FollowAsync(Cancellation);
            Assert.Equal(109, each.Shown("CJE"));
        }
    }

    [Fact]
    public async Task A_correction_replaces_what_it_corrects()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        await node.PassAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 20, correction: 2));
        await node.PassAsync();

        Assert.Equal(20, node.Shown("CJE"));
        Assert.Equal(
            [DeliveryState.Published, DeliveryState.Superseded],
            (await node.DeliveriesAsync()).Select(d => d.State)
        );
    }

    [Fact]
    public async Task Of_two_files_of_one_date_in_the_wrong_order_the_correction_stays()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 20, correction: 2));
        await node.PassAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        await node.PassAsync();

        Assert.Equal(20, node.Shown("CJE"));
        var late = (await node.DeliveriesAsync()).Single(d => d.Correction == 1);
        Assert.Equal(DeliveryState.Refused, late.State);
        Assert.Equal(["reference-date"], late.FindingCounts.Keys);
    }

    [Fact]
    public async Task With_the_database_away_for_ten_minutes_files_wait_one_line_says_so_and_nothing_is_lost()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        await node.PassAsync();
        var next = node.HandIn(SmallDelivery.Ncr(Day2, patients: 20));
        var taken = 0;
        IAsyncDisposable? away = null;
        node.Inbox.Taken += _ =>
        {
            // In the middle: the file has been claimed.
            taken++;
            away ??= node.WithoutDatabaseAsync().GetAwaiter().GetResult();
        };
        var before = node.Log.Count;
        for (var pass = 0; pass < 20; pass++)
        {
            await node.PassAsync();
            node.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.True(taken > 0);
        Assert.Equal(10, node.Shown("CJE"));
        Assert.True(node.Keeper.IsLedgerAway);
        Assert.True(File.Exists(Path.Combine(node.InboxFolder, "NCR", next.FileName)));
        var said = Assert.Single(node.Log.Skip(before));
        Assert.StartsWith("The database does not answer (", said, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", said, StringComparison.Ordinal);

        await away!.DisposeAsync();
        await node.PassAsync();
        Assert.Equal(20, node.Shown("CJE"));
        Assert.Equal(2, (await node.DeliveriesAsync()).Count);
    }

    [Fact]
    public async Task With_the_database_gone_between_recording_and_committing_nothing_is_half_there()
    {
        await using var node = await Node.CreateAsync();
        var delivery = SmallDelivery.Ncr(Day1);
        await node.Ledger.PrepareAsync(Cancellation);
        await using var content = new MemoryStream(delivery.Content);
        await using (
            var settlement = await node.Ledger.TryBeginAsync(
                delivery.FileName,
                content,
                "NCR",
                "inbox",
                waits: false,
                Cancellation
            )
        )
        {
            await settlement!.RecordAsync(Cancellation);
            await using (await node.WithoutDatabaseAsync())
            {
                var failure = await Assert.ThrowsAnyAsync<Exception>(() => settlement.CommitAsync(Cancellation));
                Assert.True(LedgerAway.Is(failure), failure.ToString());
            }
        }

        Assert.Empty(await node.DeliveriesAsync());
        node.HandIn(delivery);
        await node.PassAsync();
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_not_taken()
    {
        await using var node = await Node.CreateAsync();
        await node.Ledger.PrepareAsync(Cancellation);
        var (before, after) = (SmallDelivery.Ncr(Day1, patients: 10), SmallDelivery.Ncr(Day1, patients: 20));
        await using var content = new MemoryStream();
        await content.WriteAsync(before.Content, Cancellation);
        content.Position = 0;
        await using (
            var settlement = await node.Ledger.TryBeginAsync(
                before.FileName,
                content,
                "NCR",
                "inbox",
                waits: false,
                Cancellation
            )
        )
        {
            content.Position = 0;
            await content.WriteAsync(after.Content, Cancellation);
            content.SetLength(after.Content.Length);
            await Assert.ThrowsAsync<IOException>(() => settlement!.RecordAsync(Cancellation));
        }

        Assert.Empty(await node.DeliveriesAsync());
    }
}
