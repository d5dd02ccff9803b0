using Lagesbild.Ledger;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

/// <summary>
/// The real process, killed (SIGKILL) at every step of a file's way, by a seeded schedule: the step, and how long after it. What
/// should come of each file is worked out beside it. <c>LAGESBILD_KILLS</c> sets the number of kills, <c>LAGESBILD_SEED</c> the seed.
/// </summary>
public sealed class KilledTests(ITestOutputHelper output)
{
    private static readonly DateOnly FirstDay = new(2024, 1, 1);

    // Words of the log that a step is known by: every statement to the database is a line.
    private static readonly string[] LogSteps =
    [
        "pg_advisory_lock",
        "LISTEN lagesbild_published",
        "pg_try_advisory_xact_lock",
        "UPDATE deliveries",
        "INSERT INTO deliveries",
        "INSERT INTO delivery_content",
        "INSERT INTO publications",
        "INSERT INTO publication_sources",
        "pg_notify",
        "Committing transaction",
        "Committed transaction",
        "is shown",
    ];

    private static readonly string[] Sources = ["NCR", "SPOR"];

    // What happens in the folders: a receipt begun, a receipt there, the file gone from the inbox.
    private static readonly string[] FolderSteps = ["*.tmp", "*.receipt.json", "gone"];

    [Fact]
    public async Task Killed_at_every_step_each_delivery_is_there_exactly_once_and_the_picture_is_right()
    {
        var (kills, seed) = (Killing.Setting("LAGESBILD_KILLS", 30), Killing.Setting("LAGESBILD_SEED", 20261122));
        var chance = new Random(seed);
        using var folder = new TestFolder();
        await using var node = await Node.CreateAsync();
        var pki = DevelopmentPki.Open(folder.Inside("certs"), TimeProvider.System);
        var account = new Account(node, chance);
        account.Begin(FirstDay.AddDays(-1));
        var steps = LogSteps.Concat(FolderSteps).ToArray();
        var hit = new HashSet<string>();
        for (var round = 0; round < kills; round++)
        {
            account.HandIn(FirstDay.AddDays(round));
            // Each step in turn; of the first lot in order, so that few kills reach all of them.
            var step = steps[round % steps.Length];
            using var serving = new Killing(node, pki, LogSteps.Contains(step) ? step : null);
            using var watch = new FolderWatch(node.InboxFolder, step, serving.See);
            if (await serving.KillAtStepAsync(Killing.Delay(chance)))
            {
                hit.Add(step);
            }
        }

        output.WriteLine($"{kills} kills, seed {seed}, steps {string.Join(", ", hit)}");
        Assert.Equal(kills >= steps.Length ? steps.Order() : hit.Order(), hit.Order());
        using (var last = new Killing(node, pki))
        {
            // Nobody kills it before all is cleared away.
            await Eventually.IsTrueAsync(() => Task.FromResult(account.IsInboxEmpty));
            await last.KillAsync();
        }

        await account.JudgeAsync();
    }

    /// <summary>What was handed in, and what should have become of it: worked out from the rules' words alone.</summary>
    private sealed class Account(Node node, Random chance)
    {
        private readonly List<(SmallDelivery Delivery, string Outcome)> _all = [];
        private int _published;
        private int _lastNcr = 100;
        private int _lastSpor;

        public bool IsInboxEmpty => Sources.All(s => Directory.GetFiles(Path.Combine(node.InboxFolder, s)).Length == 0);

        /// <summary>What the first held one is held against.</summary>
        public void Begin(DateOnly day)
        {
            Add(SmallDelivery.Ncr(day, _lastNcr), "published");
            Add(SmallDelivery.Spor(day, 100), "published");
        }

        public void HandIn(DateOnly day)
        {
            switch (chance.Next(6))
            {
                case 0:
                    // Twice as much as yesterday: held.
                    Add(SmallDelivery.Ncr(day, ballast: 2 * SmallDelivery.Ballast), "held");
                    break;
                case 1:
                    var whole = SmallDelivery.Ncr(day);
                    Add(whole with { Content = whole.Content[..^5] }, "refused");
                    break;
                case 2:
                    Add(SmallDelivery.Ncr(day, _lastNcr + 1), "published");
                    Add(SmallDelivery.Ncr(day, _lastNcr += 2, correction: 2), "published");
                    break;
                default:
                    Add(SmallDelivery.Ncr(day, ++_lastNcr), "published");
                    break;
            }

            Add(SmallDelivery.Spor(day, 100 + ++_lastSpor), "published");
        }

        public async Task JudgeAsync()
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            await node.PassAsync();
            await node.Keeper.FollowAsync(cancellationToken);
            Assert.Equal((_lastNcr, 100 + _lastSpor), (node.Shown("CJE"), node.Shown("NGB")));
            var rows = (await node.DeliveriesAsync()).ToLookup(d => d.FileName);
            foreach (var (delivery, outcome) in _all)
            {
                var source = delivery.FileName.Split('_')[0];
                var found = rows[delivery.FileName].ToList();
                var isAccepted = outcome == "published";
                if (outcome == "refused")
                {
                    // Killed between the commit and the erasing of the file, it is refused once more, as a new attempt.
                    Assert.NotEmpty(found);
                    Assert.All(found, row => Assert.Equal(DeliveryState.Refused, row.State));
                }
                else
                {
                    var row = Assert.Single(found);
                    var isLast =
                        delivery
                        == _all.Last(d =>
                            d.Outcome == "published" && d.Delivery.FileName[0] == delivery.FileName[0]
                        ).Delivery;
                    Assert.Equal(
                        !isAccepted ? DeliveryState.Held
                            : isLast ? DeliveryState.Published
                            : DeliveryState.Superseded,
                        row.State
                    );
                    using var content = new MemoryStream();
                    Assert.True(await node.Ledger.CopyContentAsync(row.Id, content, cancellationToken));
                    Assert.Equal(delivery.Content, content.ToArray());
                    Assert.Equal(
                        delivery.Content,
                        await File.ReadAllBytesAsync(
                            Path.Combine(node.InboxFolder, source, isAccepted ? "accepted" : "held", delivery.FileName),
                            cancellationToken
                        )
                    );
                }

                Assert.True(
                    File.Exists(
                        Path.Combine(
                            node.InboxFolder,
                            source,
                            isAccepted ? "accepted" : outcome,
                            delivery.FileName + ".receipt.json"
                        )
                    )
                );
            }

            Assert.Equal(
                _published,
                await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications")
            );
            Assert.Equal(_all.Select(d => d.Delivery.FileName).Order(), rows.Select(r => r.Key).Order());
            Assert.Empty(Directory.GetFiles(node.InboxFolder, "*.tmp", SearchOption.AllDirectories));
        }

        private void Add(SmallDelivery delivery, string outcome)
        {
            delivery.PutInto(Path.Combine(node.InboxFolder, delivery.FileName.Split('_')[0]));
            _all.Add((delivery, outcome));
            _published += outcome == "published" ? 1 : 0;
        }
    }

    /// <summary>Tells when a step is seen in the folders.</summary>
    private sealed class FolderWatch : IDisposable
    {
        private readonly FileSystemWatcher? _watcher;

        public FolderWatch(string inbox, string step, Action see)
        {
            if (!FolderSteps.Contains(step))
            {
                return;
            }

            _watcher = new FileSystemWatcher(inbox) { IncludeSubdirectories = true, EnableRaisingEvents = true };
            void Look(string path)
            {
                var isInOutcome = Path.GetFileName(Path.GetDirectoryName(path)) is "accepted" or "held" or "refused";
                if (
                    isInOutcome
                    && (
                        step == "gone"
                            ? !path.EndsWith(".json", StringComparison.Ordinal)
                                && !path.EndsWith(".tmp", StringComparison.Ordinal)
                            : path.EndsWith(step[1..], StringComparison.Ordinal)
                    )
                )
                {
                    see();
                }
            }

            _watcher.Created += (_, e) => Look(e.FullPath);
            _watcher.Renamed += (_, e) => Look(e.FullPath);
        }

        public void Dispose() => _watcher?.Dispose();
    }
}
