using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Deliveries;

public sealed class NcrReaderTests
{
    private const string Number = "19121212-1212";

    [Fact]
    public void Packed_data_that_never_ends_is_damaged_though_all_of_it_came_out()
    {
        var gzip = NcrFile.Good().ToBytes();
        Assert.Equal(1, gzip[10] & 1); // the first block of the packed data says that it is the last one
        gzip[10] &= 0xFE;
        var result = Reading.Read("NCR_2026-11-21.jsonl.gz", gzip);
        Assert.Equal("archive", Assert.Single(result.Findings.Counts.Keys));
        Assert.Null(result.Contents);
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public void A_good_file_is_read_to_the_exact_cells(string culture)
    {
        foreach (
            var write in (Func<string, string>[])
                [
                    t => t,
                    t => t.Replace("\n", "\r\n", StringComparison.Ordinal),
                    t => "\uFEFF" + t,
                    t => t.TrimEnd('\n'),
                ]
        )
        {
            var file = NcrFile.Good();
            file.Write = write;
            var result = Reading.Under(culture, () => Reading.Read(file));
            Assert.False(result.Findings.HasErrors, Reading.Codes(result));
            var contents = result.Contents!;
            Assert.Equal(new DeliveryVersion(new DateOnly(2026, 11, 21), 1), contents.Version);
            Assert.Equal(
                [
                    new DeliveredUnit(NcrFile.Falun, "Exempelkliniken Ögon Falun", "20", "2080", Operator.Private),
                    new DeliveredUnit(NcrFile.Gothenburg, "Exempelögon Göteborg", "14", "1480", Operator.Public),
                ],
                contents.Units
            );
            Assert.Equal(["CJE", "CJC"], contents.Procedures);
            Assert.Equal([new Pair(0, 0, null), new Pair(1, 0, null), new Pair(1, 1, null)], contents.Pairs);
            Assert.Equal(
                [new Bin(0, 6, 3), new Bin(7, 13, 19), new Bin(728, null, 1)],
                contents.BinsOf(contents.FindCell(0, Period.Days90, 0)!.Value).ToArray()
            );
            Assert.Equal([new Bin(7, 13, 6)], contents.BinsOf(contents.FindCell(0, Period.Days30, 1)!.Value).ToArray());
            Assert.Equal(4, contents.FindCell(0, Period.Days30, 0)!.Value.Line);
            Assert.Null(contents.FindCell(1, Period.Days30, 0));
            Assert.True(contents.FindCell(2, Period.Days365, 0)!.Value.IsMasked);
            Assert.Equal(63, contents.Counts.Operations);
        }
    }

    public static TheoryData<string> Cultures => [.. Reading.Cultures];

    public static TheoryData<string> WrongFiles => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public void A_wrong_file_is_refused_with_its_code_and_place_and_tells_no_contents(string what)
    {
        var (code, line, spoil) = Wrong[what];
        foreach (var culture in Reading.Cultures)
        {
            var file = NcrFile.Good();
            spoil(file);
            var result = Reading.Under(culture, () => Reading.Read(file));
            Assert.Null(result.Contents);
            Assert.True(
                result.Findings.Listed.Any(f =>
                    f.Code == code && f.Severity == Severity.Error && (line is null || f.Line == line)
                ),
                $"expected {code} on {line}, was: {Reading.Codes(result)}"
            );
            var told = Reading.Told(result);
            Assert.DoesNotContain("HEMLIG", told, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("1212", told, StringComparison.Ordinal);
        }
    }

    // Lines of the good file: 1 header, 2–3 units, 4 and 5 Falun's 30 days (everybody, general anaesthesia), …
    private static readonly Dictionary<string, (string Code, int? Line, Action<NcrFile> Spoil)> Wrong = new()
    {
        ["no header"] = ("manifest", 1, f => f.Lines.RemoveAt(0)),
        ["a header that is not JSON"] = ("manifest", 1, f => f.Write = t => "HEMLIG" + t),
        ["a header key missing"] = ("manifest", 1, f => Line(f, 1).Remove("skapad")),
        ["a header key too many"] = ("manifest", 1, f => Line(f, 1)["hemlig"] = 1),
        ["a header key twice"] = (
            "manifest",
            1,
            f =>
                f.Write = t =>
                    t.Replace("{\"typ\":\"huvud\"", "{\"typ\":\"huvud\",\"kalla\":\"NCR\"", StringComparison.Ordinal)
        ),
        ["SPOR's format"] = ("manifest", 1, f => Line(f, 1)["format"] = "lagesbild-spor"),
        ["another version"] = ("manifest", 1, f => Line(f, 1)["formatversion"] = 2),
        ["another smallest cell"] = ("manifest", 1, f => Line(f, 1)["minstaCell"] = 3),
        ["another source"] = ("file-name", 1, f => Line(f, 1)["kalla"] = "HEMLIG"),
        ["another date than the name's"] = ("file-name", 1, f => Line(f, 1)["referensdatum"] = "2026-11-20"),
        ["an unknown kind of line"] = ("header", 4, f => Line(f, 4)["typ"] = "hemlig"),
        ["a key missing"] = ("header", 4, f => Line(f, 4).Remove("narkos")),
        ["a key too many"] = ("header", 4, f => Line(f, 4)["hemlig"] = 1),
        ["an unknown key twice"] = (
            "header",
            4,
            f =>
                f.Write = t =>
                    ReplaceFirst(t, "{\"typ\":\"vantetid\"", "{\"typ\":\"vantetid\",\"hemlig\":1,\"hemlig\":1")
        ),
        ["a key twice"] = (
            "header",
            4,
            f => f.Write = t => ReplaceFirst(t, "{\"typ\":\"vantetid\"", "{\"typ\":\"vantetid\",\"kva\":\"CJE\"")
        ),
        ["bins in a masked cell"] = ("header", 4, f => Line(f, 4)["antal"] = "x"),
        ["no bins in a visible cell"] = ("header", 4, f => Line(f, 4).Remove("fack")),
        ["a unit after the cells"] = (
            "header",
            12,
            f => f.Unit("SE2321000180-EX49", "Exempelkliniken Sen", "20", "2080", "privat")
        ),
        ["a line that is not JSON"] = (
            "field",
            4,
            f => f.Write = t => ReplaceFirst(t, "{\"typ\":\"vantetid\"", "HEMLIG")
        ),
        ["a line that is a list"] = ("header", 2, f => f.Lines[1] = new JsonArray()),
        ["a blank line"] = (
            "field",
            4,
            f => f.Write = t => ReplaceFirst(t, "{\"typ\":\"vantetid\"", "\n{\"typ\":\"vantetid\"")
        ),
        ["an HSA-id that is none"] = ("field", 2, f => Line(f, 2)["hsaid"] = "HEMLIG"),
        ["a name that is a number"] = ("field", 2, f => Line(f, 2)["namn"] = 5),
        ["a name with an escaped control character"] = ("encoding", 2, f => Line(f, 2)["namn"] = "Hem\u0001lig"),
        ["a name with half a surrogate pair"] = (
            "encoding",
            2,
            f => f.Write = t => t.Replace("Exempelkliniken", "Hemlig \\ud800", StringComparison.Ordinal)
        ),
        ["a key with half a surrogate pair"] = (
            "encoding",
            2,
            f => f.Write = t => t.Replace("\"namn\"", "\"\\ud800\"", StringComparison.Ordinal)
        ),
        ["a region as a number"] = ("field", 2, f => Line(f, 2)["regionkod"] = 20),
        ["a municipality of another region"] = ("region-mismatch", 2, f => Line(f, 2)["kommunkod"] = "1480"),
        ["a unit twice"] = ("unit-unknown", 3, f => f.Lines[2] = f.Lines[1].DeepClone()),
        ["a unit never declared"] = ("unit-unknown", 4, f => Line(f, 4)["hsaid"] = "SE2321000180-HEMLIG"),
        ["a procedure in small letters"] = ("field", 4, f => Line(f, 4)["kva"] = "cje"),
        ["a window that is none"] = ("field", 4, f => Line(f, 4)["period"] = "60D"),
        ["a group of SPOR"] = ("field", 4, f => Line(f, 4)["narkos"] = "ALLA"),
        ["a count as text"] = ("field", 4, f => Line(f, 4)["antal"] = "23"),
        ["a count with decimals"] = ("field", 4, f => f.Write = t => ReplaceFirst(t, "\"antal\":23", "\"antal\":23.0")),
        ["a count with an exponent"] = (
            "field",
            4,
            f => f.Write = t => ReplaceFirst(t, "\"antal\":23", "\"antal\":23e0")
        ),
        ["bins that are no list"] = ("field", 4, f => Line(f, 4)["fack"] = "HEMLIG"),
        ["a bin of two"] = ("field", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[0,6]]")),
        ["a bin with a text"] = ("field", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[\"0\",6,23]]")),
        ["a bin of a negative first day"] = ("field", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[-1,6,23]]")),
        ["a bin of too many"] = ("field", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[0,6,1000001]]")),
        ["a count that is not the sum"] = ("count-mismatch", 4, f => Line(f, 4)["antal"] = 24),
        ["a cell twice"] = ("cell-duplicate", 5, f => f.Lines[4] = f.Lines[3].DeepClone()),
        ["overlapping bins"] = ("bin-order", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[0,6,11],[6,12,12]]")),
        ["an open bin first"] = (
            "bin-order",
            4,
            f => Line(f, 4)["fack"] = JsonNode.Parse("[[728,null,11],[735,741,12]]")
        ),
        ["a bin of nobody"] = ("bin-order", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[0,6,23],[7,13,0]]")),
        ["an open bin too early"] = ("open-bin", 4, f => Line(f, 4)["fack"] = JsonNode.Parse("[[300,null,23]]")),
        ["a visible cell of four"] = (
            "below-minimum",
            5,
            f =>
            {
                Line(f, 5)["antal"] = 4;
                Line(f, 5)["fack"] = JsonNode.Parse("[[7,13,4]]");
            }
        ),
        ["no last line"] = ("row-count", null, f => f.WithEnd = false),
        ["a last line that counts wrong"] = (
            "row-count",
            null,
            f => f.Write = t => t.Replace("\"rader\":11", "\"rader\":12", StringComparison.Ordinal)
        ),
        ["a line after the last"] = ("row-count", null, f => f.Write = t => t + "{\"typ\":\"slut\",\"rader\":12}\n"),
        ["a personal number in a name"] = ("personal-identity-number", 2, f => Line(f, 2)["namn"] = "Hemlig " + Number),
        ["a personal number escaped"] = (
            "personal-identity-number",
            2,
            f =>
                f.Write = t =>
                    t.Replace("Exempelkliniken", "Hemlig \\u0031\\u0039121212\\u002d1212", StringComparison.Ordinal)
        ),
        ["a personal number in a key"] = ("personal-identity-number", 4, f => Line(f, 4)[Number] = 1),
        ["a personal number as a number"] = ("personal-identity-number", 4, f => Line(f, 4)["antal"] = 191212121212),
        ["a personal number in a line that is not JSON"] = (
            "personal-identity-number",
            4,
            f => f.Write = t => ReplaceFirst(t, "{\"typ\":\"vantetid\"", "HEMLIG " + Number + " ")
        ),
        ["nothing but a header"] = ("empty", null, f => f.Lines.RemoveRange(1, f.Lines.Count - 1)),
    };

    private static JsonObject Line(NcrFile file, int line) => file.Lines[line - 1].AsObject();

    private static string ReplaceFirst(string text, string old, string with)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        return text[..at] + with + text[(at + old.Length)..];
    }

    [Fact]
    public void A_damaged_file_is_refused_wherever_the_damage_is()
    {
        var good = NcrFile.Good().ToBytes();
        byte[] flipped = [.. good];
        flipped[good.Length / 2] ^= 0x20;
        byte[] wrongSum = [.. good];
        wrongSum[^8] ^= 1;
        byte[] wrongLength = [.. good];
        wrongLength[^4] ^= 1;
        byte[][] damaged =
        [
            [],
            [0x1F, 0x8B],
            good[..17],
            good[..^1],
            good[..^8],
            good[..(good.Length / 2)],
            [.. good, 0],
            [.. good, .. good], // one member, says the format
            [0, .. good],
            flipped,
            wrongSum,
            wrongLength,
            [.. "Detta är inget arkiv."u8],
            SporFile.Good().ToBytes(),
            NcrFile.Gzip(new byte[4_000_000]), // expands more than 1:200
        ];
        foreach (var bytes in damaged)
        {
            var result = Reading.Read("NCR_2026-11-21.jsonl.gz", bytes);
            Assert.Null(result.Contents);
            Assert.Contains("archive", result.Findings.Counts.Keys);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"typ\":\"enheter\"}")]
    [InlineData("{\"typ\":\"enhet\",\"hsaid\":\"\\ud800\"}")]
    public void The_cells_of_a_unit_whose_line_cannot_be_read_are_not_blamed(string line)
    {
        var file = NcrFile.Good();
        file.Write = text =>
        {
            var lines = text.Split('\n');
            lines[1] = line;
            return string.Join('\n', lines);
        };
        var found = Assert.Single(Reading.Read(file).Findings.Listed);
        Assert.Equal(2, found.Line);
    }

    [Theory]
    [InlineData("a key twice", "Samma nyckel står två gånger på raden: kva.")]
    [InlineData("an unknown key twice", "Samma nyckel står två gånger på raden.")]
    public void A_key_that_stands_twice_is_named_where_it_is_one_of_the_lines(string what, string message)
    {
        var file = NcrFile.Good();
        Wrong[what].Spoil(file);
        var result = Reading.Read(file.Name, file.ToBytes());
        Assert.Equal(message, result.Findings.Listed.First(f => f.Code == "header").Message);
    }

    [Fact]
    public void A_count_that_is_another_text_than_x_is_said_to_be_that()
    {
        var file = NcrFile.Good();
        file.Lines[^1]["antal"] = "X";
        var found = Assert.Single(Reading.Read(file).Findings.Listed);
        Assert.Equal(("field", 6), (found.Code, found.Column!.Value));
    }

    [Fact]
    public void A_file_hurt_on_its_way_is_said_to_be_so_and_one_that_expands_too_much_is_not()
    {
        var good = NcrFile.Good().ToBytes();
        foreach (var hurt in (byte[][])[good[..^1], good[..^5], good[..^8], good[..(good.Length / 2)], [.. good, 0]])
        {
            var result = Reading.Read("NCR_2026-11-21.jsonl.gz", hurt);
            var found = Assert.Single(result.Findings.Listed);
            Assert.Contains("skadad", found.Message, StringComparison.Ordinal);
            Assert.Contains("Skicka den igen", found.Message, StringComparison.Ordinal);
        }

        var bomb = Reading.Read("NCR_2026-11-21.jsonl.gz", NcrFile.Gzip(new byte[4_000_000]));
        Assert.Contains(bomb.Findings.Listed, f => f.Message.Contains("1:200", StringComparison.Ordinal));
    }

    [Fact]
    public void The_name_within_a_gzip_is_looked_through_for_personal_numbers()
    {
        var good = NcrFile.Good().ToBytes();
        byte[] Named(string name) =>
            [.. good[..3], 0x08, .. good[4..10], .. Encoding.ASCII.GetBytes(name), 0, .. good[10..]];
        Assert.NotNull(Reading.Read("NCR_2026-11-21.jsonl.gz", Named("NCR_2026-11-21.jsonl")).Contents);
        var result = Reading.Read("NCR_2026-11-21.jsonl.gz", Named("hemlig " + Number));
        Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
        Assert.Null(result.Contents);
        Assert.DoesNotContain("1212", Reading.Told(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "namn", "Hemlig 19121212-1212", 3)]
    [InlineData(4, "kva", "19121212-1212", 3)]
    [InlineData(4, "antal", "19121212-1212", 6)]
    [InlineData(4, "hemlig", "19121212-1212", null)]
    public void A_personal_number_is_said_to_stand_in_its_key_and_to_be_taken_away(
        int line,
        string key,
        string value,
        int? column
    )
    {
        var file = NcrFile.Good();
        Line(file, line)[key] = value;
        var found = Reading.Read(file).Findings.Listed.First(f => f.Code == "personal-identity-number");
        Assert.Equal((line, column), ((int)found.Line!.Value, found.Column));
        Assert.EndsWith("Ta bort det. Tjänsten sparar inte filen.", found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Antal",
        "Nyckel saknas: antal. Det finns en okänd nyckel i stället; stora och små bokstäver är olika."
    )]
    [InlineData(null, "Nyckel saknas: antal.")]
    public void A_key_in_the_wrong_case_is_unknown(string? key, string message)
    {
        var file = NcrFile.Good();
        Line(file, 4).AsObject().Remove("antal");
        if (key is not null)
        {
            Line(file, 4)[key] = 23;
        }

        var found = Assert.Single(Reading.Read(file).Findings.Listed, f => f.Code == "header");
        Assert.Equal(message, found.Message);
    }
}
