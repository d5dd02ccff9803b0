using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Lagesbild.Tests.Catalogue;

public sealed class ContactListTests
{
    private const string Unit = "SE2321000180-EX11";

    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();

    [Fact]
    public void Units_and_regions_are_found_by_their_codes()
    {
        var (list, problems) = Read(
            $"{Unit};023-49 00 00;https://example.org/falun;Ring vardagar 8–12",
            "20;+46 23 49 00 01;;"
        );
        Assert.Empty(problems);
        Assert.Equal(new Contact("023-49 00 00", "https://example.org/falun", "Ring vardagar 8–12"), list.Find(Unit));
        Assert.Equal(new Contact("+46 23 49 00 01", null, null), list.Find("20"));
        Assert.Null(list.Find("23"));
    }

    [Fact]
    public void Fields_may_stand_in_quotation_marks_as_spreadsheets_write_them()
    {
        var (list, problems) = Read("\"20\";\"023-49 00 01\";;\"Säg \"\"lots\"\"; vänta\"");
        Assert.Empty(problems);
        Assert.Equal("Säg \"lots\"; vänta", list.Find("20")!.Note);
    }

    [Theory]
    [InlineData("20;023-49 00 01", "Line 2: there are 2 fields")]
    [InlineData("99;023-49 00 01;;", "Line 2: the first field is neither")]
    [InlineData("Falun;023-49 00 01;;", "Line 2: the first field is neither")]
    [InlineData("20;ring oss;;", "Line 2: telefon")]
    [InlineData("20;;javascript:alert(1);", "Line 2: webb")]
    [InlineData("20;;www.example.org;", "Line 2: webb")]
    [InlineData("20;;;", "Line 2: there is neither")]
    [InlineData("20;;;bell\u0007", "Line 2: a field is longer")]
    public void A_row_that_cannot_be_used_is_left_out_and_its_values_are_not_repeated(string row, string said)
    {
        var (list, problems) = Read(row, "21;026-12 34 56;;");
        Assert.StartsWith(said, Assert.Single(problems), StringComparison.Ordinal);
        Assert.All(
            row.Split(';').Where(field => field.Length > 3),
            field => Assert.DoesNotContain(field, problems[0], StringComparison.Ordinal)
        );
        Assert.Null(list.Find("20"));
        Assert.NotNull(list.Find("21"));
    }

    [Fact]
    public void The_first_of_two_rows_counts_and_a_foreign_heading_reads_nothing()
    {
        var (list, problems) = Read("20;023-1111;;", "20;023-2222;;");
        Assert.Equal("023-1111", list.Find("20")!.Telephone);
        Assert.Contains("earlier line", Assert.Single(problems), StringComparison.Ordinal);
        var (none, why) = ContactList.Read("id;tel\n20;023-1111", Catalogue);
        Assert.Null(none.Find("20"));
        Assert.Contains(ContactList.Heading, Assert.Single(why), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_read_again_without_a_restart()
    {
        using var folder = new TestFolder();
        var path = folder.Inside("kontakter.csv");
        await ReplaceAsync(path, Encoding.UTF8.GetBytes($"{ContactList.Heading}\n20;023-1111;;\n"));
        using var contacts = Open(path);
        var before = contacts.Current;
        Assert.Equal("023-1111", before.Find("20")!.Telephone);
        // As an editor does: a new file in the old one's place, in the older encoding.
        await ReplaceAsync(path, Encoding.Latin1.GetBytes($"{ContactList.Heading}\r\n20;023-2222;;Växel\r\n"));
        await Eventually.IsTrueAsync(() => Task.FromResult(contacts.Current != before));
        Assert.Equal(new Contact("023-2222", null, "Växel"), contacts.Current.Find("20"));
        Assert.NotEqual(before.Version, contacts.Current.Version);
    }

    [Fact]
    public async Task A_change_within_one_tick_of_the_file_systems_clock_is_seen_too()
    {
        using var folder = new TestFolder();
        var path = folder.Inside("kontakter.csv");
        await ReplaceAsync(path, Encoding.UTF8.GetBytes($"{ContactList.Heading}\n20;023-1111;;\n"));
        var written = File.GetLastWriteTimeUtc(path);
        using var contacts = Open(path);
        var before = contacts.Current;
        await ReplaceAsync(path, Encoding.UTF8.GetBytes($"{ContactList.Heading}\n20;023-2222;;\n"), written);
        await Eventually.IsTrueAsync(() => Task.FromResult(contacts.Current != before));
        Assert.Equal("023-2222", contacts.Current.Find("20")!.Telephone);
    }

    private static async Task ReplaceAsync(string path, byte[] content, DateTime? written = null)
    {
        await File.WriteAllBytesAsync(path + ".ny", content, TestContext.Current.CancellationToken);
        if (written is { } time)
        {
            File.SetLastWriteTimeUtc(path + ".ny", time);
        }

        File.Move(path + ".ny", path, overwrite: true);
    }

    [Fact]
    public void A_path_to_nothing_stops_the_start_and_names_its_key()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Open("/nowhere/kontakter.csv"));
        Assert.Contains("Contacts:Path", failure.Message, StringComparison.Ordinal);
    }

    private static Contacts Open(string path) =>
        new(
            new ConfigurationBuilder().AddInMemoryCollection([new(Contacts.PathKey, path)]).Build(),
            new Somewhere(),
            Catalogue,
            TimeProvider.System,
            NullLogger<Contacts>.Instance
        );

    private static (ContactList List, IReadOnlyList<string> Problems) Read(params string[] rows) =>
        ContactList.Read(string.Join("\r\n", [ContactList.Heading, .. rows, ""]), Catalogue);

    private sealed class Somewhere : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";
        public string ApplicationName { get; set; } = "Test";
        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
