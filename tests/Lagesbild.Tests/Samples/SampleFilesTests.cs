using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lagesbild.Commands;
using Lagesbild.Deliveries;
using Lagesbild.Tests.Jobs;

namespace Lagesbild.Tests.Samples;

/// <summary>
/// Every file below <c>ingest-samples/refused</c>, <c>held</c> and <c>warned</c>: made anew byte for byte, judged by
/// <c>check</c>, and put through the inbox of a whole service. Set LAGESBILD_WRITE_SAMPLES=1 to write files and receipts
/// anew, then look at them and commit them.
/// </summary>
public sealed class SampleFilesTests
{
    public static readonly string Root = Path.Combine(Checkout.Root, "ingest-samples");
    private static readonly bool Writes = Environment.GetEnvironmentVariable("LAGESBILD_WRITE_SAMPLES") == "1";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Checked => [.. SampleFiles.All.Where(s => !s.NeedsService).Select(s => s.Path)];

    public static TheoryData<string> Alone =>
        [.. SampleFiles.All.Where(s => s.NeedsService || s.Outcome != "refused").Select(s => s.Path)];

    // Before any test reads them.
    static SampleFilesTests()
    {
        foreach (var (path, content) in Writes ? Made() : [])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, path))!);
            File.WriteAllBytes(Path.Combine(Root, path), content);
        }
    }

    private static Dictionary<string, byte[]> Made()
    {
        var made = new Dictionary<string, byte[]>();
        foreach (var sample in SampleFiles.All)
        {
            made.Add(sample.Path, sample.Content);
            if (sample.Before is { } before)
            {
                made.TryAdd($"{sample.Outcome}/{sample.Code}/before/{before.FileName}", before.Content);
            }
        }

        return made;
    }

    [Fact]
    public void They_are_made_again_byte_for_byte_and_nothing_else_is_there()
    {
        var made = Made();
        foreach (var (path, content) in made)
        {
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Root, path))), path);
        }

        var there = SampleFiles
            .All.Select(s => s.Outcome)
            .Distinct()
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path))
            .ToHashSet();
        var receipts = SampleFiles.All.Select(s => s.Path + ".receipt.json");
        Assert.Empty(there.Except(made.Keys).Except(receipts));
    }

    [Fact]
    public void Every_code_of_the_documentation_has_one_of_each_of_its_severities()
    {
        var text = File.ReadAllText(Path.Combine(Root, "..", "docs", "leveransformat.md"));
        var documented =
            from Match row in Regex.Matches(text, @"^\| `([a-z-]+)` \| ([^|]+) \|", RegexOptions.Multiline)
            from Match word in Regex.Matches(row.Groups[2].Value, @"\b(fel|parkerar|varning|upplysning)\b")
            select $"{row.Groups[1].Value} {word.Value}";
        var made = SampleFiles.All.Select(s =>
            $"{s.Code} {SeverityOf(s) switch
            {
                Severity.Error => "fel",
                Severity.Hold => "parkerar",
                Severity.Warning => "varning",
                _ => "upplysning",
            }}"
        );
        Assert.Equal(documented.Order(), made.Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Checked))]
    public void A_check_without_a_service_gives_the_receipt_beside_it(string path)
    {
        var clock = new TestClock();
        clock.Advance(Now - clock.GetUtcNow());
        var receipt = CheckCommand.Check(Path.Combine(Root, path), clock, null, TestContext.Current.CancellationToken);
        AssertReceipt(path, receipt);
        var sample = SampleFiles.All.Single(s => s.Path == path);
        Assert.Equal(
            sample.Outcome switch
            {
                "warned" => "accepted",
                var outcome => outcome,
            },
            receipt.State
        );
        AssertHasFinding(sample, receipt);
    }

    /// <summary>One service for all that change nothing in it.</summary>
    [Fact]
    public async Task Each_that_is_refused_gets_the_same_receipt_from_the_inbox()
    {
        await using var node = await CreateAsync(inProduction: false);
        foreach (var sample in SampleFiles.All.Where(s => s is { NeedsService: false, Outcome: "refused" }))
        {
            AssertReceipt(sample.Path, await HandInAsync(node, sample.FileName, sample.Content, "refused"));
        }

        Assert.Null(node.Picture);
    }

    [Theory]
    [MemberData(nameof(Alone))]
    public async Task Each_of_the_others_gets_its_receipt_from_a_service_of_its_own(string path)
    {
        var sample = SampleFiles.All.Single(s => s.Path == path);
        await using var node = await CreateAsync(sample.InProduction);
        if (sample.Before is { } before)
        {
            await HandInAsync(node, before.FileName, before.Content, "accepted");
        }

        var receipt = await HandInAsync(
            node,
            sample.FileName,
            sample.Content,
            sample.Outcome == "warned" ? "accepted" : sample.Outcome
        );
        AssertReceipt(path, sample.NeedsService ? receipt : receipt with { State = Offline(receipt.State) });
        AssertHasFinding(sample, receipt);
    }

    private static Severity SeverityOf(Sample sample) =>
        sample.Outcome switch
        {
            "refused" => Severity.Error,
            "held" => Severity.Hold,
            _ => sample.Code == "unit-renamed" ? Severity.Info : Severity.Warning,
        };

    private static void AssertHasFinding(Sample sample, Receipt receipt) =>
        Assert.Contains(receipt.Findings, f => f.Code == sample.Code && f.Severity == SeverityOf(sample));

    private static string Offline(string state) => state == "published" ? "accepted" : state;

    private static async Task<Node> CreateAsync(bool inProduction)
    {
        KeyValuePair<string, string?>[] settings = inProduction ? [new("Deliveries:AllowSynthetic", "false")] : [];
        var node = await Node.CreateAsync(null, null, "01:00:00", settings);
        node.Clock.Advance(Now - node.Clock.GetUtcNow());
        return node;
    }

    /// <summary>The receipt, without what only this service's ledger and clock could know.</summary>
    private static async Task<Receipt> HandInAsync(Node node, string fileName, byte[] content, string outcome)
    {
        node.HandIn(new SmallDelivery(fileName, content));
        await node.PassAsync();
        var folder = Path.Combine(node.InboxFolder, fileName.Split('_')[0]);
        Assert.False(File.Exists(Path.Combine(folder, fileName)), fileName);
        Assert.Equal(outcome != "refused", File.Exists(Path.Combine(folder, outcome, fileName)));
        var receipt = JsonSerializer.Deserialize(
            await File.ReadAllBytesAsync(
                Path.Combine(folder, outcome, fileName + ".receipt.json"),
                TestContext.Current.CancellationToken
            ),
            ReceiptJson.Indented.Receipt
        )!;
        Assert.NotNull(receipt.Id);
        Assert.NotNull(receipt.ReceivedAt);
        return receipt with { Id = null, ReceivedAt = null, SettledAt = null };
    }

    private static void AssertReceipt(string path, Receipt receipt)
    {
        var file = Path.Combine(Root, path + ".receipt.json");
        var text = JsonSerializer.Serialize(receipt, ReceiptJson.Indented.Receipt) + "\n";
        if (Writes)
        {
            File.WriteAllText(file, text, new UTF8Encoding(false));
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }
}
