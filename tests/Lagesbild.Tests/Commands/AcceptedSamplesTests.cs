using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Commands;

/// <summary>The committed files in <c>ingest-samples/accepted</c> are what they are said to be.</summary>
public sealed class AcceptedSamplesTests : IDisposable
{
    private const string Spor = "SPOR_2026-11-21.zip";
    private const string Ncr = "NCR_2026-11-21.jsonl.gz";

    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lagesbild-sample-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("SPOR", Spor)]
    [InlineData("NCR", Ncr)]
    public void The_command_makes_them_again(string source, string name)
    {
        Assert.Equal(0, Run(SampleCommand.Create(), "--source", source, "--date", "2026-11-21").ExitCode);
        Assert.Equal([name], _folder.GetFiles().Select(file => file.Name));
        var expected = Contents(Path.Combine(Accepted, name));
        var made = Contents(Path.Combine(_folder.FullName, name));
        Assert.Equal(expected.Select(c => c.Entry), made.Select(c => c.Entry));
        foreach (var (one, other) in expected.Zip(made))
        {
            Assert.True(one.Bytes.AsSpan().SequenceEqual(other.Bytes), $"{one.Entry} differs");
        }
    }

    [Theory]
    [InlineData(Spor)]
    [InlineData(Ncr)]
    public void The_check_gives_the_receipt_beside_them(string name)
    {
        var file = Path.Combine(Accepted, name);
        var output = new StringWriter();
        var exitCode = CheckCommand
            .Create()
            .Parse([file, "--json"])
            .Invoke(new InvocationConfiguration { Output = output });
        Assert.Equal(0, exitCode);
        Assert.Equal(
            File.ReadAllText(file + ".receipt.json").ReplaceLineEndings("\n"),
            output.ToString().ReplaceLineEndings("\n")
        );
    }

    [Fact]
    public void They_show_all_core_procedures_in_all_regions_within_three_megabytes()
    {
        var spor = Read(Spor);
        var ncr = Read(Ncr);
        Assert.True(spor.Units.Count >= 40);
        Assert.True(ncr.Units.Count >= 15);
        Assert.Equal(Catalogue.Regions.Select(r => r.Code), spor.Units.Select(u => u.RegionCode).Distinct().Order());
        Assert.Equal(
            Catalogue.Procedures.Where(p => p.IsCore).Select(p => p.Code).Order(),
            spor.Procedures.Concat(ncr.Procedures).Order()
        );
        Assert.True(new DirectoryInfo(Accepted).GetFiles().Sum(file => file.Length) <= 3_000_000);

        static DeliveryContents Read(string name)
        {
            using var file = File.OpenRead(Path.Combine(Accepted, name));
            return SourceReaders
                .Standard.Read(
                    name,
                    file,
                    new ReadContext(Catalogue, new DateOnly(2026, 11, 22), AllowSynthetic: true),
                    null,
                    TestContext.Current.CancellationToken
                )
                .Contents!;
        }
    }

    [Fact]
    public void The_same_command_twice_is_harmless_and_another_one_overwrites_nothing()
    {
        string[] arguments = ["--source", "NCR", "--date", "2026-11-21", "--units", "2"];
        Assert.Equal(0, Run(SampleCommand.Create(), arguments).ExitCode);
        var before = File.ReadAllBytes(Path.Combine(_folder.FullName, Ncr));
        Assert.Equal(0, Run(SampleCommand.Create(), arguments).ExitCode);
        var failure = Assert.Throws<CommandFailedException>(() =>
            Run(SampleCommand.Create(), [.. arguments, "--seed", "2"])
        );
        Assert.Contains("differs", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_folder.FullName, Ncr)));
        Assert.Equal([Ncr], _folder.GetFiles().Select(file => file.Name));
    }

    [Fact]
    public void It_says_what_it_wrote()
    {
        var (_, output) = Run(SampleCommand.Create(), "--source", "NCR", "--date", "2026-11-21", "--units", "2");
        var size = new FileInfo(Path.Combine(_folder.FullName, Ncr)).Length;
        Assert.StartsWith(Path.Combine(_folder.FullName, Ncr), output, StringComparison.Ordinal);
        Assert.Matches(
            string.Create(
                CultureInfo.InvariantCulture,
                $@"2 units, \d+ rows, \d+ cells \(\d+ masked\), \d+ operations in 365 days, {size} bytes"
            ),
            output
        );
    }

    [Theory]
    [InlineData("--source", "NCR", "--date", "2026-02-30")]
    [InlineData("--source", "NCR", "--date", "21/11/2026")]
    [InlineData("--source", "NCR", "--date", "2026-11-21", "--units", "0")]
    [InlineData("--source", "NCR", "--date", "2026-11-21", "--units", "1000")]
    [InlineData("--source", "NCR", "--date", "2026-11-21", "--procedures", "4")]
    public void A_wrong_value_is_said_and_nothing_written(params string[] arguments)
    {
        var failure = Assert.Throws<CommandFailedException>(() => Run(SampleCommand.Create(), arguments));
        Assert.Equal(CommandLine.WrongUsage, failure.ExitCode);
        Assert.StartsWith("--", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory]
    [InlineData("--date", "2026-11-21")]
    [InlineData("--source", "NCR")]
    [InlineData("--source", "SKR", "--date", "2026-11-21")]
    [InlineData("--source", "NCR", "--date", "2026-11-21", "--units", "many")]
    public void Wrong_usage_is_a_parse_error(params string[] arguments) =>
        Assert.NotEmpty(SampleCommand.Create().Parse([.. arguments, "--out", _folder.FullName]).Errors);

    private static string Accepted => Path.Combine(Checkout.Root, "ingest-samples", "accepted");

    private (int ExitCode, string Output) Run(Command command, params string[] arguments)
    {
        var output = new StringWriter();
        var exitCode = command
            .Parse([.. arguments, "--out", _folder.FullName])
            .Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString());
    }

    private static List<(string Entry, byte[] Bytes)> Contents(string path)
    {
        using var file = File.OpenRead(path);
        if (path.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var archive = new ZipArchive(file);
            return [.. archive.Entries.Select(entry => (entry.FullName, Bytes(entry.Open())))];
        }

        return [("", Bytes(new GZipStream(file, CompressionMode.Decompress)))];

        static byte[] Bytes(Stream stream)
        {
            using (stream)
            {
                var content = new MemoryStream();
                stream.CopyTo(content);
                return content.ToArray();
            }
        }
    }
}
