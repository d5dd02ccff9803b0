using System.Diagnostics;
using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Jobs;

public sealed class InboxTests
{
    private static readonly DateOnly Day1 = new(2026, 1, 13);
    private static readonly DateOnly Day2 = new(2026, 1, 14);

    [Fact]
    public async Task A_file_becomes_the_picture_and_leaves_the_inbox_with_its_receipt()
    {
        await using var node = await Node.CreateAsync();
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));

        await node.PassAsync();

        Assert.Equal(124, node.Shown("CJE"));
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(node.InboxFolder, "NCR")));
        Assert.Equal(delivery.Content, await Bytes(node, "NCR", "accepted", delivery.FileName));
        var receipt = await Receipt(node, "NCR", "accepted", delivery.FileName);
        Assert.Equal("published", receipt.State);
        Assert.Equal(1, receipt.Counts?.Units);
        Assert.Equal(node.Picture!.Sources.Single().Sha256, receipt.Sha256);
        Assert.Contains(
            node.Log,
            line =>
                line.StartsWith(
                    $"{delivery.FileName} of NCR: published, {receipt.Counts?.Rows} rows, findings none, delivery ",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Sources_are_published_one_by_one_and_stand_together()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        node.HandIn(SmallDelivery.Spor(Day2));

        await node.PassAsync();

        Assert.Equal(124, node.Shown("CJE"));
        Assert.Equal(240, node.Shown("NGB"));
        Assert.Equal(["NCR", "SPOR"], node.Picture!.Sources.Select(s => s.Source.Code));
    }

    [Fact]
    public async Task Files_are_taken_in_the_order_of_their_dates_and_corrections()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day2, patients: 30));
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 20, correction: 2));
        node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));

        await node.PassAsync();

        Assert.Equal(30, node.Shown("CJE"));
        Assert.Equal(
            "superseded superseded published",
            await TestPostgres.ScalarAsync<string>(
                node.Database,
                "SELECT string_agg(state, ' ' ORDER BY reference_date, correction) FROM deliveries"
            )
        );
    }

    [Fact]
    public async Task A_damaged_file_is_refused_erased_and_answered_and_the_picture_stays()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        var before = node.Picture;
        var good = SmallDelivery.Ncr(Day2);
        var damaged = node.HandIn(good with { Content = good.Content[..^10] });
        node.HandIn(SmallDelivery.Spor(Day2));

        await node.PassAsync();

        var receipt = await Receipt(node, "NCR", "refused", damaged.FileName);
        Assert.Equal("refused", receipt.State);
        Assert.Contains(receipt.Findings, finding => finding.Severity == Severity.Error);
        Assert.Contains(
            node.Log,
            line =>
                line.StartsWith($"{damaged.FileName} of NCR: refused, no rows, findings ", StringComparison.Ordinal)
                && line.Contains($" {receipt.Findings[0].Code}:1, delivery ", StringComparison.Ordinal)
        );
        Assert.False(File.Exists(Path.Combine(node.InboxFolder, "NCR", damaged.FileName)));
        Assert.Equal(["refused"], await Kept(node, damaged.FileName));
        Assert.Same(before!.FindProcedure("CJE"), node.Picture!.FindProcedure("CJE"));
        Assert.Equal(240, node.Shown("NGB"));
    }

    [Fact]
    public async Task Refused_content_is_judged_anew_each_time_it_is_handed_in()
    {
        await using var node = await Node.CreateAsync();
        var tooEarly = SmallDelivery.Ncr(DateOnly.FromDateTime(node.Clock.GetUtcNow().Date).AddDays(1));
        node.HandIn(tooEarly);
        await node.PassAsync();
        Assert.Null(node.Picture);

        node.Clock.Advance(TimeSpan.FromDays(1));
        node.HandIn(tooEarly);
        await node.PassAsync();

        Assert.Equal(["refused", "published"], await Kept(node, tooEarly.FileName));
        Assert.Equal(124, node.Shown("CJE"));
    }

    [Fact]
    public async Task The_same_content_again_is_answered_with_the_receipt_it_got_and_published_once()
    {
        await using var node = await Node.CreateAsync();
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        var (picture, receipt) = (node.Picture, await Receipt(node, "NCR", "accepted", delivery.FileName));

        node.HandIn(delivery);
        await node.PassAsync();

        Assert.Same(picture, node.Picture);
        Assert.Equal(receipt.Id, (await Receipt(node, "NCR", "accepted", delivery.FileName)).Id);
        Assert.Equal(1, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));
        Assert.Empty(Directory.GetFiles(Path.Combine(node.InboxFolder, "NCR")));
    }

    [Fact]
    public async Task A_published_file_in_another_sources_folder_is_refused_there()
    {
        await using var node = await Node.CreateAsync();
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        delivery.PutInto(Path.Combine(node.InboxFolder, "SPOR"), node.Clock.GetUtcNow().AddMinutes(-1));

        await node.PassAsync();

        Assert.False(Directory.Exists(Path.Combine(node.InboxFolder, "SPOR", "accepted")));
        var receipt = await Receipt(node, "SPOR", "refused", delivery.FileName);
        Assert.Equal(("SPOR", "refused"), (receipt.Source, receipt.State));
        Assert.Equal(["file-name"], receipt.FindingCounts.Keys);
        Assert.Equal("published", (await Receipt(node, "NCR", "accepted", delivery.FileName)).State);
        Assert.Equal(124, node.Shown("CJE"));
    }

    [Fact]
    public async Task A_file_that_is_still_growing_or_has_a_temporary_name_is_left_alone()
    {
        await using var node = await Node.CreateAsync();
        var folder = Path.Combine(node.InboxFolder, "NCR");
        var delivery = SmallDelivery.Ncr(Day1);
        foreach (var name in (string[])[".hidden", "NCR_2026-01-13.jsonl.gz.part", "NCR_2026-01-13.jsonl.gz.tmp"])
        {
            (delivery with { FileName = name }).PutInto(folder, node.Clock.GetUtcNow().AddDays(-1));
        }

        var half = delivery with { Content = delivery.Content[..50] };
        half.PutInto(folder, node.Clock.GetUtcNow());
        await node.PassAsync();
        node.Clock.Advance(TimeSpan.FromSeconds(9));
        await node.PassAsync();
        Assert.Equal("", await node.StatesAsync());

        // More of it comes; its own clock is behind, and the quiet time counts from when it was seen to change.
        delivery.PutInto(folder, node.Clock.GetUtcNow().AddHours(-1));
        await node.PassAsync();
        node.Clock.Advance(TimeSpan.FromSeconds(9));
        await node.PassAsync();
        Assert.Equal("", await node.StatesAsync());

        node.Clock.Advance(TimeSpan.FromSeconds(1));
        await node.PassAsync();
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.Equal(3, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task What_is_no_file_is_left_lying_said_once_and_stops_nothing()
    {
        const string Number = "189001019802";
        await using var node = await Node.CreateAsync();
        var folder = Directory.CreateDirectory(Path.Combine(node.InboxFolder, "NCR")).FullName;
        await ShellAsync(
            folder,
            $"mkfifo NCR_2026-01-12.jsonl.gz; mkdir mapp {Number}; ln -s /dev/zero länk; : > \"$(printf 'f\\345l')\""
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "rad\n\e[2J"), "", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "rad\n\e[2J"), node.Clock.GetUtcNow().AddDays(-1).UtcDateTime);
        Directory.CreateDirectory(Path.Combine(node.InboxFolder, "spor\a"));
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));

        await node.PassAsync();
        await node.PassAsync();

        Assert.Equal(124, node.Shown("CJE"));
        Assert.Contains($"{delivery.FileName} published", await node.StatesAsync(), StringComparison.Ordinal);
        var said = node.Log.Where(line => line.Contains("left lying", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, said.Count);
        foreach (var what in (string[])["NCR_2026-01-12.jsonl.gz ", "mapp ", "länk ", "not UTF-8", "spor\\u0007 "])
        {
            Assert.Single(said, line => line.Contains(what, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(node.Log, line => line.Contains(Number, StringComparison.Ordinal));
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "refused")));
        await ShellAsync(folder, "rm f?l");
    }

    [Fact]
    public async Task A_name_that_holds_a_personal_number_is_nowhere_kept()
    {
        // A made-up number of the right form (the tax agency's test series).
        const string Number = "189001019802";
        await using var node = await Node.CreateAsync();
        node.HandIn(new SmallDelivery($"NCR_{Number}.zip", [1, 2, 3]));

        await node.PassAsync();

        var receipt = Assert.Single(Directory.GetFiles(Path.Combine(node.InboxFolder, "NCR", "refused")));
        Assert.DoesNotContain(Number, receipt, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Number,
            await File.ReadAllTextAsync(receipt, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.GetFiles(Path.Combine(node.InboxFolder, "NCR")));
        Assert.DoesNotContain(Number, await node.StatesAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_recorded_but_not_cleared_away_is_cleared_away_by_the_next_start()
    {
        await using var node = await Node.CreateAsync();
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));
        // A file where the folder should be: recording succeeds, clearing away cannot.
        var inTheWay = Path.Combine(node.InboxFolder, "NCR", "accepted");
        await File.WriteAllTextAsync(inTheWay, "", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(inTheWay, node.Clock.GetUtcNow().UtcDateTime);
        await node.PassAsync();
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.True(File.Exists(Path.Combine(node.InboxFolder, "NCR", delivery.FileName)));

        File.Delete(inTheWay);
        await using var restarted = await Node.BesideAsync(node);
        await restarted.PassAsync();

        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.False(File.Exists(Path.Combine(node.InboxFolder, "NCR", delivery.FileName)));
        Assert.Equal("published", (await Receipt(node, "NCR", "accepted", delivery.FileName)).State);
    }

    [Fact]
    public async Task Quartz_looks_into_the_inbox_of_a_started_service()
    {
        await using var node = await Node.CreateAsync(null, null, "00:00:00.2");
        var settled = new TaskCompletionSource<Receipt>();
        node.Inbox.Settled += (_, receipt) => settled.TrySetResult(receipt);
        await node.StartAsync();

        node.HandIn(SmallDelivery.Ncr(Day1));

        var receipt = await settled.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal("published", receipt.State);
    }

    /// <summary>Makes what the framework cannot: pipes, and names that are no UTF-8.</summary>
    private static async Task ShellAsync(string folder, string line)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = folder };
        start.Environment["LC_ALL"] = "C";
        using var shell = Process.Start(start)!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }

    private static Task<byte[]> Bytes(Node node, params string[] names) =>
        File.ReadAllBytesAsync(Path.Combine([node.InboxFolder, .. names]), TestContext.Current.CancellationToken);

    private static async Task<Receipt> Receipt(Node node, string source, string folder, string file) =>
        JsonSerializer.Deserialize(
            await Bytes(node, source, folder, file + ".receipt.json"),
            ReceiptJson.Indented.Receipt
        )!;

    private static async Task<string[]> Kept(Node node, string file) =>
        await TestPostgres.ScalarAsync<string[]>(
            node.Database,
            $"SELECT array_agg(state ORDER BY received_at) FROM deliveries WHERE file_name = '{file}'"
        );
}
