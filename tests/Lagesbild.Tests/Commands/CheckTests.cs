using System.Diagnostics;
using System.Text.Json;
using Lagesbild.Deliveries;
using Lagesbild.Tests.Deliveries;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

public sealed class CheckTests
{
    private static readonly DateOnly Day = new(2026, 1, 13);

    [Fact]
    public async Task The_exit_code_tells_accepted_refused_and_unreadable_apart()
    {
        using var folder = new TestFolder();
        var good = folder.Inside(SmallDelivery.Spor(Day).PutInto(folder.FullName).FileName);
        var bad = folder.Inside(new SmallDelivery("NCR_2026-01-13.jsonl.gz", [1, 2]).PutInto(folder.FullName).FileName);

        Assert.Equal(0, (await Program.RunAsync("check", good)).ExitCode);
        Assert.Equal(1, (await Program.RunAsync("check", bad)).ExitCode);
        Assert.Equal(1, (await Program.RunAsync("check", bad, good)).ExitCode);
        Assert.Equal(2, (await Program.RunAsync("check", good, folder.Inside("missing"))).ExitCode);
        Assert.Equal(2, (await Program.RunAsync("check", folder.FullName)).ExitCode);
    }

    [Theory]
    [InlineData("cat \"$1\" | dotnet \"$0\" check /dev/stdin", "är ett rör")]
    [InlineData("dotnet \"$0\" check \"$(dirname \"$1\")\"", "är en mapp")]
    [InlineData("dotnet \"$0\" check \"$1.saknas\"", "finns inte. Kontrollera mapp och namn.")]
    [InlineData(
        "dotnet \"$0\" check 19121212-1212.zip",
        "lagesbild: (ett namn med något som ser ut som ett personnummer)"
    )]
    public async Task What_is_no_file_is_unreadable_in_one_line(string line, string named)
    {
        using var folder = new TestFolder();
        var file = folder.Inside(SmallDelivery.Spor(Day).PutInto(folder.FullName).FileName);
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", line, Path.Combine(AppContext.BaseDirectory, "lagesbild.dll"), file])
            {
                RedirectStandardError = true,
            }
        )!;

        var error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, shell.ExitCode);
        Assert.Contains(named, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_receipt_without_what_only_a_ledger_knows()
    {
        using var folder = new TestFolder();
        var delivery = SmallDelivery.Spor(Day).PutInto(folder.FullName);

        var (_, output, error) = await Program.RunAsync("check", "--json", folder.Inside(delivery.FileName));

        Assert.Equal("", error);
        var receipt = JsonSerializer.Deserialize(output, ReceiptJson.Indented.Receipt)!;
        Assert.Equal("accepted", receipt.State);
        Assert.Null(receipt.Id);
        Assert.Null(receipt.ReceivedAt);
        Assert.Equal(delivery.Content.Length, receipt.SizeBytes);
        Assert.Contains("\"settledAt\": null", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_are_told_in_Swedish_letters_and_all()
    {
        using var folder = new TestFolder();
        var bad = new SmallDelivery("fel.txt", [1]).PutInto(folder.FullName);

        var (_, output, _) = await Program.RunAsync("check", folder.Inside(bad.FileName));

        Assert.Contains("FEL file-name: Filens namn är inte", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_each_is_told_in_the_singular_and_none_or_more_in_the_plural()
    {
        using var folder = new TestFolder();
        var delivery = new NcrFile();
        delivery.Unit(NcrFile.Falun, "Exempelkliniken Ögon Falun", "20", "2080", "privat");
        delivery.Cell(NcrFile.Falun, "CJE", "365D", "alla", "[[0,6,1234]]", 1234);
        new SmallDelivery(delivery.Name, delivery.ToBytes()).PutInto(folder.FullName);

        var (_, output, _) = await Program.RunAsync("check", folder.Inside(delivery.Name));

        Assert.Contains(
            "  1 enhet, 1 åtgärd, 2 rader, 1 cell varav 0 undertryckta, 1\u00A0234 operationer på 365 dagar\n",
            output,
            StringComparison.Ordinal
        );
    }
}
