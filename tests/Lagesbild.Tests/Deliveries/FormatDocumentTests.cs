using System.Text;
using System.Text.RegularExpressions;
using Lagesbild.Tests.Samples;

namespace Lagesbild.Tests.Deliveries;

/// <summary>What docs/leveransformat.md shows is what is accepted.</summary>
public sealed class FormatDocumentTests
{
    private static readonly string Text = File.ReadAllText(
        Path.Combine(SampleFilesTests.Root, "..", "docs", "leveransformat.md")
    );

    [Fact]
    public void Its_example_of_SPOR_is_accepted()
    {
        var file = new SporFile();
        foreach (var (rows, block) in new[] { file.Units, file.Waits, file.Asa }.Zip(Blocks("csv")))
        {
            rows.Clear();
            rows.AddRange(block);
        }

        var result = Reading.Read(file);
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));
        Assert.Equal(18, result.Counts!.Rows);
        Assert.Null(Oracle.Oracle.Refuses(file.Name, file.ToBytes()));
        var manifest = Assert.Single(Blocks("json"));
        foreach (var key in file.Manifest.Select(p => p.Key).Append("filer"))
        {
            Assert.Contains($"\"{key}\":", string.Concat(manifest), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Its_example_of_NCR_is_accepted()
    {
        var lines = Assert.Single(Blocks("jsonl"));
        var bytes = NcrFile.Gzip(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        var result = Reading.Read("NCR_2026-11-21.jsonl.gz", bytes);
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));
        Assert.Null(Oracle.Oracle.Refuses("NCR_2026-11-21.jsonl.gz", bytes));
    }

    private static IEnumerable<string[]> Blocks(string kind) =>
        Regex
            .Matches(Text, $"^```{kind}\n(.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value.Split('\n'));
}
