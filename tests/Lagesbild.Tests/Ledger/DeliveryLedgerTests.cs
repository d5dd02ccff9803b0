using Lagesbild.Tests.Jobs;
using Npgsql;

namespace Lagesbild.Tests.Ledger;

public sealed class DeliveryLedgerTests
{
    private static readonly DateOnly Day = new(2026, 1, 13);

    [Fact]
    public async Task Content_comes_back_as_it_was_sent_and_only_what_is_refused_is_not_kept()
    {
        await using var node = await Node.CreateAsync();
        var good = node.HandIn(SmallDelivery.Spor(Day));
        node.HandIn(SmallDelivery.Ncr(Day) with { Content = [1, 2, 3] });
        await node.PassAsync();

        var publication = await node.Ledger.FindNewestPublicationAsync(TestContext.Current.CancellationToken);
        var delivery = Assert.Single(publication!.Sources).Delivery;
        using var content = new MemoryStream();
        Assert.True(await node.Ledger.CopyContentAsync(delivery.Id, content, TestContext.Current.CancellationToken));

        Assert.Equal(good.Content, content.ToArray());
        Assert.Equal(
            1,
            await TestPostgres.ScalarAsync<long>(
                node.Database,
                "SELECT count(DISTINCT delivery_id) FROM delivery_content"
            )
        );
    }

    [Fact]
    public async Task Content_longer_than_one_piece_is_kept_whole()
    {
        await using var node = await Node.CreateAsync();
        var small = SmallDelivery.Spor(Day);
        node.HandIn(small);
        await node.PassAsync();
        var id = (await node.Ledger.FindNewestPublicationAsync(TestContext.Current.CancellationToken))!
            .DeliveryOf("SPOR")!
            .Id;
        await TestPostgres.ExecuteAsync(
            node.Database,
            $"INSERT INTO delivery_content SELECT '{id}', n, '\\x{new string('a', 20)}' FROM generate_series(1, 12) n"
        );
        using var content = new MemoryStream();

        await node.Ledger.CopyContentAsync(id, content, TestContext.Current.CancellationToken);

        Assert.Equal(small.Content.Length + 120, content.Length);
        Assert.Equal(small.Content, content.ToArray()[..small.Content.Length]);
    }

    [Fact]
    public async Task The_table_itself_takes_the_same_content_once()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day));
        await node.PassAsync();

        var failure = await Assert.ThrowsAsync<PostgresException>(() =>
            TestPostgres.ExecuteAsync(
                node.Database,
                """
                INSERT INTO deliveries
                SELECT gen_random_uuid(), source, reference_date, correction, is_synthetic, file_name, size_bytes, sha256,
                    'held', received_at, NULL, handed_in_by, counts, finding_counts, findings
                FROM deliveries
                """
            )
        );

        Assert.Equal(PostgresErrorCodes.UniqueViolation, failure.SqlState);
    }

    [Fact]
    public async Task Findings_and_counts_are_read_back_as_they_were_recorded()
    {
        await using var node = await Node.CreateAsync();
        await node.Ledger.PrepareAsync(TestContext.Current.CancellationToken);
        node.HandIn(SmallDelivery.Ncr(Day));
        await node.PassAsync();
        var recorded = (await node.Ledger.FindNewestPublicationAsync(TestContext.Current.CancellationToken))!
            .DeliveryOf("NCR")!
            .ToReceipt();

        Assert.Equal(1, recorded.Counts!.Units);
        Assert.Equal(124 + SmallDelivery.Ballast, recorded.Counts.Operations);
        Assert.Equal("published", recorded.State);
        Assert.Equal(recorded.FindingCounts.Values.Sum(), recorded.Findings.Count);
    }

    [Fact]
    public async Task Tables_are_made_once_however_many_nodes_start_at_a_time()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await TestPostgres.ExecuteAsync(database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        using var folder = new TestFolder();
        var nodes = new List<Node>();
        for (var i = 0; i < 4; i++)
        {
            nodes.Add(await Node.CreateAsync(database, folder.FullName, "01:00:00"));
        }

        await Task.WhenAll(nodes.Select(n => n.Ledger.PrepareAsync(TestContext.Current.CancellationToken)));

        Assert.Equal("", await nodes[0].StatesAsync());
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await TestPostgres.DropDatabaseAsync(database);
    }
}
