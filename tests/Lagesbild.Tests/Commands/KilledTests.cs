using Lagesbild.Security;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

public sealed class KilledTests
{
    private static readonly DateOnly Day1 = new(2026, 1, 13);
    private static readonly DateOnly Day2 = new(2026, 1, 14);

    [Fact]
    public async Task Killed_again_and_again_at_any_step_everything_is_published_exactly_once()
    {
        using var folder = new TestFolder();
        await using var node = await Node.CreateAsync();
        var pki = DevelopmentPki.Open(folder.Inside("certs"), TimeProvider.System);
        SmallDelivery[] deliveries =
        [
            node.HandIn(SmallDelivery.Ncr(Day1, patients: 10)),
            node.HandIn(SmallDelivery.Spor(Day1, patients: 20)),
            node.HandIn(SmallDelivery.Ncr(Day2, patients: 30)),
            node.HandIn(SmallDelivery.Spor(Day2, patients: 40)),
        ];
        KeyValuePair<string, string?>[] environment =
        [
            .. pki.Configuration.Select(s =>
                KeyValuePair.Create("Lagesbild__" + s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value)
            ),
            new("ASPNETCORE_ENVIRONMENT", "Test"),
            new("ConnectionStrings__Lagesbild", node.Database),
            new("Lagesbild__Deliveries__AllowSynthetic", "true"),
            new("Lagesbild__Inbox__Path", node.InboxFolder),
            new("Lagesbild__Listen__Https", "127.0.0.1:0"),
            new("Lagesbild__Listen__Management", "127.0.0.1:0"),
            // Every statement to the database is a line, and every line a moment to be killed at.
            new("Logging__LogLevel__Microsoft.EntityFrameworkCore", "Debug"),
            new("Logging__LogLevel__Npgsql", "Debug"),
        ];

        var killed = 0;
        for (var moment = 10; ; moment += moment / 2)
        {
            using var process = Program.Start(environment, "serve");
            var lines = 0;
            var settled = 0;
            while (lines < moment && settled < deliveries.Length)
            {
                var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                Assert.NotNull(line);
                lines++;
                settled = deliveries.Count(d => !File.Exists(InInbox(node, d)));
            }

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (settled == deliveries.Length)
            {
                break;
            }

            killed++;
        }

        Assert.True(killed > 4, $"Killed only {killed} times before everything was done.");
        // The last start may have been killed between the last commit and the last receipt.
        await node.PassAsync();
        await node.Keeper.FollowAsync(TestContext.Current.CancellationToken);
        Assert.Equal(30, node.Shown("CJE"));
        Assert.Equal(40, node.Shown("NGB"));
        Assert.Equal(
            "superseded superseded published published",
            await TestPostgres.ScalarAsync<string>(
                node.Database,
                "SELECT string_agg(state, ' ' ORDER BY reference_date, source) FROM deliveries"
            )
        );
        Assert.Equal(4, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));
        foreach (var delivery in deliveries)
        {
            var settled = Path.Combine(Path.GetDirectoryName(InInbox(node, delivery))!, "accepted", delivery.FileName);
            Assert.Equal(
                delivery.Content,
                await File.ReadAllBytesAsync(settled, TestContext.Current.CancellationToken)
            );
            Assert.True(File.Exists(settled + ".receipt.json"));
        }
    }

    private static string InInbox(Node node, SmallDelivery delivery) =>
        Path.Combine(node.InboxFolder, delivery.FileName.Split('_')[0], delivery.FileName);
}
