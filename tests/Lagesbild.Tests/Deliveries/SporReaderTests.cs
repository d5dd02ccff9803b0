using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Deliveries;

public sealed class SporReaderTests
{
    private const string Units = "enheter.csv";
    private const string Waits = "vantetid.csv";
    private const string Asa = "asa.csv";
    private const string Manifest = "manifest.json";

    // Looks like a personal identity number and is none of anybody's: the example that the tax agency prints.
    private const string Number = "19121212-1212";

    [Theory]
    [MemberData(nameof(Cultures))]
    public void A_good_file_is_read_to_the_exact_cells(string culture)
    {
        foreach (
            var file in (SporFile[])
                [
                    SporFile.Good(),
                    Made(f => f.LineEnd = "\r\n"),
                    Made(f => f.WithByteOrderMark = true),
                    Made(f => f.Compression = CompressionLevel.NoCompression),
                    Made(f => f.Units[1] = SporFile.Falun + ";\"Exempelsjukhuset Falun\";\"20\";2080;offentlig"),
                    Made(f => f.Waits[1] = "\"" + SporFile.Falun + "\";NGB;30D;\"ALLA\";0;6;\"5\""),
                    Made(f =>
                        f.Promise = m =>
                            m["filer"]![1]!["sha256"] = m["filer"]![1]!["sha256"]!.GetValue<string>().ToUpperInvariant()
                    ),
                ]
        )
        {
            var result = Reading.Under(culture, () => Reading.Read(file));
            Assert.False(result.Findings.HasErrors, Reading.Codes(result));
            Assert.DoesNotContain(result.Findings.Listed, f => f.Severity != Severity.Info);
            AssertIsGood(result.Contents!);
        }
    }

    private static void AssertIsGood(DeliveryContents contents)
    {
        Assert.Equal(new DeliveryVersion(new DateOnly(2026, 11, 21), 1), contents.Version);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 2, 15, 0, TimeSpan.FromHours(1)), contents.CreatedAt);
        Assert.True(contents.IsSynthetic);
        Assert.Equal(
            [
                new DeliveredUnit(SporFile.Falun, "Exempelsjukhuset Falun", "20", "2080", Operator.Public),
                new DeliveredUnit(SporFile.Mora, "Exempelkliniken \"Östra\"; Mora", "20", "2062", Operator.Private),
                new DeliveredUnit(SporFile.Gothenburg, "Exempelstiftelsen Göteborg", "14", "1480", Operator.NonProfit),
            ],
            contents.Units
        );
        Assert.Equal(["NGB", "NFB"], contents.Procedures);
        Assert.Equal(
            [
                new Pair(0, 0, AsaCount.Exact(25, 5)),
                new Pair(1, 0, AsaCount.FewerThanFive(50)),
                new Pair(2, 0, null),
                new Pair(2, 1, AsaCount.Masked(40)),
            ],
            contents.Pairs
        );
        Assert.Equal(
            [new Bin(0, 6, 4), new Bin(7, 13, 12), new Bin(14, 20, 4), new Bin(728, null, 5)],
            Bins(contents, 0, Period.Days365, 0)
        );
        Assert.Equal(Bins(contents, 0, Period.Days365, 0), Bins(contents, 0, Period.Days365, 5));
        Assert.Null(contents.FindCell(0, Period.Days365, 1));
        // October 2026 is the last of the eighteen months.
        Assert.Equal([new Bin(7, 13, 7)], Bins(contents, 0, Period.OfMonth(17), 0));
        Assert.Null(contents.FindCell(0, Period.OfMonth(16), 0));
        Assert.Equal(4, contents.FindCell(0, Period.Days90, 0)!.Value.Line);
        Assert.True(contents.FindCell(2, Period.Days365, 0)!.Value.IsMasked);
        Assert.True(contents.FindCell(2, Period.Days365, 1)!.Value.IsMasked);
        Assert.Null(contents.FindCell(2, Period.Days90, 0));
        Assert.Equal([new Bin(21, 27, 40)], Bins(contents, 3, Period.Days30, 0));
        // 25 knees in Falun, 50 in Mora, 40 hips in Gothenburg; its knees are masked.
        Assert.Equal(115, contents.Counts.Operations);
        Assert.Equal(3, contents.Counts.MaskedCells);
        Assert.Equal(3, contents.Counts.Units);
        Assert.Equal(2, contents.Counts.Procedures);
        Assert.Equal(contents.Bins.Length, contents.Counts.Bins);
    }

    private static Bin[] Bins(DeliveryContents contents, int pair, Period period, int group) =>
        contents.BinsOf(contents.FindCell(pair, period, group)!.Value).ToArray();

    private static SporFile Made(Action<SporFile> change)
    {
        var file = SporFile.Good();
        change(file);
        return file;
    }

    public static TheoryData<string> Cultures => [.. Reading.Cultures];

    public static TheoryData<string> WrongFiles => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public void A_wrong_file_is_refused_with_its_code_and_place_and_tells_no_contents(string what)
    {
        var (code, spoil) = Wrong[what];
        foreach (var culture in Reading.Cultures)
        {
            var file = SporFile.Good();
            var spot = spoil(file);
            var result = Reading.Under(culture, () => Reading.Read(file));
            Assert.Null(result.Contents);
            Assert.True(
                result.Findings.Listed.Any(f =>
                    f.Code == code
                    && f.Severity == Severity.Error
                    && (spot.Entry is null || f.Entry == spot.Entry)
                    && (spot.Line is null || f.Line == spot.Line)
                    && (spot.Column is null || f.Column == spot.Column)
                ),
                $"expected {code} {spot}, was: {Reading.Codes(result)}"
            );
            Assert.All(result.Findings.Listed, f => Assert.NotEmpty(f.Message));
            var told = Reading.Told(result);
            Assert.DoesNotContain("HEMLIG", told, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("1212", told, StringComparison.Ordinal);
        }
    }

    private static readonly Dictionary<string, (string Code, Func<SporFile, Spot> Spoil)> Wrong = new()
    {
        // ---- the archive
        ["an entry missing"] = ("archive", f => Packed(f, entries => entries.SkipLast(1))),
        ["an entry too many"] = ("archive", f => Packed(f, entries => entries.Append(("hemlig.csv", [1])))),
        ["an entry twice"] = ("archive", f => Packed(f, entries => entries.Append(entries.Last()))),
        ["entries in another order"] = ("archive", f => Packed(f, entries => Enumerable.Reverse(entries))),
        ["an entry in a folder"] = ("archive", f => Packed(f, e => Renamed(e, Waits, "hemlig/" + Waits))),
        ["an entry above the root"] = ("archive", f => Packed(f, e => Renamed(e, Waits, "../" + Waits))),
        ["an absolute entry"] = ("archive", f => Packed(f, e => Renamed(e, Waits, "/" + Waits))),
        ["an entry in capitals"] = ("archive", f => Packed(f, e => Renamed(e, Waits, "VANTETID.csv"))),
        ["a folder"] = ("archive", f => Packed(f, entries => entries.Append(("hemlig/", [])))),
        ["an entry that expands more than 1:200"] = (
            "archive",
            f => Packed(f, e => [.. e.SkipLast(1), (Asa, new byte[4_000_000])])
        ),
        ["a personal number in an entry's name"] = (
            "personal-identity-number",
            f => Packed(f, entries => entries.Append((Number + ".csv", [])))
        ),
        // ---- the manifest
        ["a manifest that is not JSON"] = ("manifest", f => Encoded(f, Manifest, _ => "{\"format\":HEMLIG")),
        ["an empty manifest"] = ("manifest", f => Encoded(f, Manifest, _ => "")),
        ["a manifest that is a list"] = ("manifest", f => Encoded(f, Manifest, _ => "[]")),
        ["a key missing"] = ("manifest", f => Promised(f, m => m.Remove("skapad"))),
        ["a key too many"] = ("manifest", f => Promised(f, m => m["hemlig"] = 1)),
        ["a key twice"] = (
            "manifest",
            f =>
                Encoded(
                    f,
                    Manifest,
                    t => t.Replace("{\"format\"", "{\"kalla\":\"SPOR\",\"format\"", StringComparison.Ordinal)
                )
        ),
        ["an unknown format"] = ("manifest", f => Promised(f, m => m["format"] = "hemlig")),
        ["an unknown version"] = ("manifest", f => Promised(f, m => m["formatversion"] = 2)),
        ["a version as text"] = ("manifest", f => Promised(f, m => m["formatversion"] = "1")),
        ["a version with decimals"] = (
            "manifest",
            f =>
                Encoded(
                    f,
                    Manifest,
                    t => t.Replace("\"formatversion\":1", "\"formatversion\":1.0", StringComparison.Ordinal)
                )
        ),
        ["another smallest cell"] = ("manifest", f => Promised(f, m => m["minstaCell"] = 4)),
        ["a reference date that is none"] = ("manifest", f => Promised(f, m => m["referensdatum"] = "2026-02-30")),
        ["a creation time without zone"] = ("manifest", f => Promised(f, m => m["skapad"] = "2026-11-22T02:15:00")),
        ["synthetic as text"] = ("manifest", f => Promised(f, m => m["syntetisk"] = "true")),
        ["a file missing from the list"] = ("manifest", f => Promised(f, m => m["filer"]!.AsArray().RemoveAt(2))),
        ["files in another order"] = (
            "manifest",
            f =>
                Promised(
                    f,
                    m =>
                    {
                        var first = m["filer"]![0]!.DeepClone();
                        m["filer"]!.AsArray().RemoveAt(0);
                        m["filer"]!.AsArray().Add(first);
                    }
                )
        ),
        ["a sum of sixty-three digits"] = (
            "manifest",
            f => Promised(f, m => m["filer"]![0]!["sha256"] = new string('a', 63))
        ),
        ["rows as text"] = ("manifest", f => Promised(f, m => m["filer"]![0]!["rader"] = "3")),
        ["a negative number of rows"] = ("manifest", f => Promised(f, m => m["filer"]![0]!["rader"] = -1)),
        ["a personal number in a key of the manifest"] = (
            "personal-identity-number",
            f => Promised(f, m => m[Number] = 1)
        ),
        ["a personal number escaped in the manifest"] = (
            "personal-identity-number",
            f =>
                Encoded(
                    f,
                    Manifest,
                    t => t.Replace("\"SPOR\"", "\"\\u0031\\u0039121212-1212\"", StringComparison.Ordinal)
                )
        ),
        ["half a surrogate pair in the manifest"] = (
            "encoding",
            f => Encoded(f, Manifest, t => t.Replace("\"SPOR\"", "\"\\ud800\"", StringComparison.Ordinal))
        ),
        ["half a surrogate pair in a key of the manifest"] = (
            "encoding",
            f => Encoded(f, Manifest, t => t.Replace("\"kalla\"", "\"\\ud800\"", StringComparison.Ordinal))
        ),
        ["another source"] = ("file-name", f => Promised(f, m => m["kalla"] = "HEMLIG")),
        ["another reference date than the name's"] = (
            "file-name",
            f => Promised(f, m => m["referensdatum"] = "2026-11-20")
        ),
        ["invalid UTF-8 in the manifest"] = (
            "encoding",
            f =>
            {
                f.Encode = (name, bytes) => name == Manifest ? [.. bytes[..^1], 0xFF, .. bytes[^1..]] : bytes;
                return new Spot(Manifest);
            }
        ),
        // ---- promises of the manifest
        ["a checksum of something else"] = (
            "checksum",
            f => Promised(f, m => m["filer"]![1]!["sha256"] = new string('0', 64)) with { Entry = Waits }
        ),
        ["an entry changed after it was summed"] = (
            "checksum",
            f => Packed(f, e => [.. e.SkipLast(1), (Asa, [.. e[^1].Content, .. "hemlig"u8])]) with { Entry = Asa }
        ),
        ["fewer rows than promised"] = (
            "row-count",
            f => Promised(f, m => m["filer"]![1]!["rader"] = 4_711) with { Entry = Waits }
        ),
        ["the header counted"] = (
            "row-count",
            f => Promised(f, m => m["filer"]![0]!["rader"] = 4) with { Entry = Units }
        ),
        ["more rows than promised"] = (
            "row-count",
            f => Promised(f, m => m["filer"]![0]!["rader"] = 2) with { Entry = Units }
        ),
        // ---- headers
        ["a header with a column too many"] = ("header", f => Header(f, Units, f.Units, ";hemlig")),
        ["a header of waits with another name"] = ("header", f => Header(f, Waits, f.Waits, "er")),
        ["a header of ASA classes in capitals"] = ("header", f => Header(f, Asa, f.Asa, "X")),
        ["a quoted header"] = (
            "header",
            f =>
            {
                f.Asa[0] = "\"hsaid\";kva;kand;asa34";
                return new Spot(Asa, 1);
            }
        ),
        ["an entry without even a header"] = (
            "header",
            f =>
            {
                f.Encode = (name, bytes) => name == Asa ? [] : bytes;
                return new Spot(Asa, 1);
            }
        ),
        ["a header in UTF-16"] = ("encoding", f => InUtf16(f, Waits, new UnicodeEncoding(false, true))),
        ["a header in UTF-16 without its mark"] = (
            "encoding",
            f => InUtf16(f, Units, new UnicodeEncoding(false, false))
        ),
        ["a header in UTF-16, high byte first"] = ("encoding", f => InUtf16(f, Asa, new UnicodeEncoding(true, false))),
        ["a header with a NUL"] = ("encoding", f => Header(f, Asa, f.Asa, "\0")),
        ["a header in Latin-1"] = (
            "encoding",
            f =>
            {
                f.Encode = Latin1(Waits);
                f.Waits[0] = f.Waits[0].Replace("tidsgrans", "tidsgräns", StringComparison.Ordinal);
                return new Spot(Waits, 1);
            }
        ),
        ["a personal number in a header"] = ("personal-identity-number", f => Header(f, Units, f.Units, ";" + Number)),
        // ---- encoding
        ["a name in Latin-1"] = (
            "encoding",
            f =>
            {
                f.Encode = Latin1(Units);
                return new Spot(Units, 3, 2); // in quotes, behind a semicolon
            }
        ),
        ["a code in Latin-1 among the waits"] = (
            "encoding",
            f =>
            {
                f.Encode = Latin1(Waits);
                return f.Change(Waits, 12, 2, "NGÖ");
            }
        ),
        ["a personal number in a row of Latin-1"] = (
            "personal-identity-number",
            f =>
            {
                f.Encode = Latin1(Units);
                return f.Change(Units, 4, 2, "Göteborg " + Number);
            }
        ),
        ["a control character in a name"] = (
            "encoding",
            f => f.Change(Units, 2, 2, "HEM\u0007LIG") with { Column = null }
        ),
        ["a bidirectional override in a name"] = (
            "encoding",
            f => f.Change(Units, 2, 2, "HEM\u202ELIG") with { Column = null }
        ),
        ["a tab among the waits"] = ("encoding", f => f.Change(Waits, 4, 5, "\t0") with { Column = null }),
        // ---- fields of units
        ["an HSA-id of nine digits"] = ("field", f => f.Change(Units, 2, 1, "SE232100018-HEMLIG")),
        ["an HSA-id in small letters"] = ("field", f => f.Change(Units, 2, 1, "se2321000180-HEMLIG")),
        ["an HSA-id of Arabic digits"] = ("field", f => f.Change(Units, 2, 1, "SE٢٣٢١٠٠٠١٨٠-EX01")),
        ["an HSA-id too long"] = ("field", f => f.Change(Units, 2, 1, "SE2321000180-EX01234567890123456")),
        ["an empty name"] = ("field", f => f.Change(Units, 2, 2, "")),
        ["a name that begins with a space"] = ("field", f => f.Change(Units, 2, 2, " Hemlig")),
        ["a region that is none"] = ("field", f => f.Change(Units, 2, 3, "99")),
        ["a region without its nought"] = ("field", f => f.Change(Units, 2, 3, "1")),
        ["a municipality that is none"] = ("field", f => f.Change(Units, 2, 4, "9999")),
        ["an operator in English"] = ("field", f => f.Change(Units, 2, 5, "public")),
        ["a name of 201 characters"] = ("too-large", f => f.Change(Units, 2, 2, new string('H', 201))),
        ["a municipality of another region"] = ("region-mismatch", f => f.Change(Units, 2, 4, "1480")),
        ["a unit declared twice"] = ("unit-unknown", f => f.Insert(Units, 3, f.Units[1])),
        // ---- fields of waits
        ["a unit that was never declared"] = ("unit-unknown", f => f.Change(Waits, 4, 1, "SE2321000180-HEMLIG")),
        ["a cell's HSA-id that is none"] = ("field", f => f.Change(Waits, 4, 1, "HEMLIG")),
        ["a procedure in small letters"] = ("field", f => f.Change(Waits, 4, 2, "ngb")),
        ["a procedure of five positions"] = ("field", f => f.Change(Waits, 4, 2, "NGB20")),
        ["a procedure with a Turkish capital"] = ("field", f => f.Change(Waits, 4, 2, "NİB")),
        ["a period in small letters"] = ("field", f => f.Change(Waits, 4, 3, "90d")),
        ["a window that is none"] = ("field", f => f.Change(Waits, 4, 3, "60D")),
        ["the reference date's own month"] = ("field", f => f.Change(Waits, 4, 3, "2026-11")),
        ["a month too long ago"] = ("field", f => f.Change(Waits, 4, 3, "2025-04")),
        ["a thirteenth month"] = ("field", f => f.Change(Waits, 4, 3, "2026-13")),
        ["a month with a sign"] = ("field", f => f.Change(Waits, 4, 3, "2026-+9")),
        ["a year with a sign"] = ("field", f => f.Change(Waits, 4, 3, "+026-09")),
        ["a group that is none"] = ("field", f => f.Change(Waits, 4, 4, "60")),
        ["a group in small letters"] = ("field", f => f.Change(Waits, 4, 4, "alla")),
        ["a first day with a sign"] = ("field", f => f.Change(Waits, 4, 5, "+0")),
        ["a first day with a leading nought"] = ("field", f => f.Change(Waits, 4, 5, "00")),
        ["a first day with decimals"] = ("field", f => f.Change(Waits, 4, 5, "0.0")),
        ["a first day in Arabic digits"] = ("field", f => f.Change(Waits, 4, 5, "٠")),
        ["a first day with a space"] = ("field", f => f.Change(Waits, 4, 5, " 0")),
        ["no first day"] = ("field", f => f.Change(Waits, 4, 5, "")),
        ["a last day that is a letter"] = ("field", f => f.Change(Waits, 4, 6, "x")),
        ["a last day beyond a hundred years"] = ("field", f => f.Change(Waits, 4, 6, "36501")),
        ["a count with a thousands separator"] = ("field", f => f.Change(Waits, 4, 7, "1 000")),
        ["a count with a decimal comma"] = ("field", f => f.Change(Waits, 4, 7, "5,0")),
        ["a count with an exponent"] = ("field", f => f.Change(Waits, 4, 7, "1e2")),
        ["a negative count"] = ("field", f => f.Change(Waits, 4, 7, "-5")),
        ["a count above a million"] = ("field", f => f.Change(Waits, 4, 7, "1000001")),
        ["a count beyond any integer"] = ("field", f => f.Change(Waits, 4, 7, "99999999999999999999")),
        ["an empty count"] = ("field", f => f.Change(Waits, 4, 7, "")),
        ["a masked row with days"] = ("field", f => f.Change(Waits, 4, 7, "x") with { Column = null }),
        ["a blank line"] = ("field", f => f.Insert(Waits, 5, "")),
        ["a row with a field missing"] = ("field", f => f.Insert(Waits, 5, SporFile.Falun + ";NGB;90D;ALLA;14;20")),
        ["a row with a field too many"] = ("field", f => f.Insert(Waits, 5, SporFile.Falun + ";NGB;90D;ALLA;14;20;5;")),
        ["a quote that never ends"] = ("field", f => f.Change(Waits, 4, 1, "\"HEMLIG") with { Column = null }),
        ["a field of 201 characters"] = ("too-large", f => f.Change(Waits, 4, 1, new string('H', 201))),
        ["a line without end"] = ("too-large", f => f.Change(Waits, 4, 1, NoLine()) with { Column = null }),
        // ---- cells and bins
        ["a cell twice"] = (
            "cell-duplicate",
            f => f.Insert(Waits, f.Waits.Count + 1, SporFile.Falun + ";NGB;30D;ALLA;0;6;5")
        ),
        ["a cell's rows apart"] = ("cell-duplicate", f => f.Insert(Waits, 7, SporFile.Falun + ";NGB;90D;ALLA;14;20;5")),
        ["overlapping bins"] = ("bin-order", f => f.Change(Waits, 5, 5, "6") with { Column = null }),
        ["descending bins"] = (
            "bin-order",
            f => f.Insert(Waits, 5, SporFile.Falun + ";NGB;90D;ALLA;70;76;5") with { Line = 6 }
        ),
        ["a bin that ends before it begins"] = ("bin-order", f => f.Change(Waits, 5, 6, "6") with { Column = null }),
        ["a bin of nobody"] = ("bin-order", f => f.Change(Waits, 5, 7, "0") with { Column = null }),
        ["a bin after the open one"] = (
            "bin-order",
            f => f.Insert(Waits, 12, SporFile.Falun + ";NGB;365D;ALLA;735;741;5")
        ),
        ["a masked cell with bins"] = ("bin-order", f => f.Insert(Waits, 5, SporFile.Falun + ";NGB;90D;ALLA;;;x")),
        ["an open bin that begins too early"] = (
            "open-bin",
            f =>
            {
                f.Change(Waits, 11, 5, "363");
                return new Spot(Waits, 11);
            }
        ),
        ["a visible cell of four"] = ("below-minimum", f => f.Change(Waits, 2, 7, "4") with { Column = null }),
        // ---- ASA classes
        ["an ASA row twice"] = ("asa", f => f.Insert(Asa, 3, f.Asa[1])),
        ["an ASA row of a unit unknown"] = ("unit-unknown", f => f.Change(Asa, 2, 1, "SE2321000180-HEMLIG")),
        ["an ASA row of a procedure without cells"] = ("asa", f => f.Change(Asa, 2, 2, "JKA") with { Column = null }),
        ["more of class 3–4 than registered"] = ("asa", f => f.Change(Asa, 2, 4, "26") with { Column = null }),
        ["registered masked but not class 3–4"] = ("asa", f => f.Change(Asa, 2, 3, "x") with { Column = null }),
        ["registered as <5"] = ("field", f => f.Change(Asa, 2, 3, "<5")),
        ["an ASA count with decimals"] = ("field", f => f.Change(Asa, 2, 4, "5.0")),
        ["an ASA count of four"] = ("below-minimum", f => f.Change(Asa, 2, 4, "4") with { Column = null }),
        ["four of the healthier"] = ("derivable", f => f.Change(Asa, 2, 4, "21") with { Column = null }),
        // ---- personal numbers, everywhere
        ["a personal number in a name"] = (
            "personal-identity-number",
            f => f.Change(Units, 2, 2, "Hemlig " + Number) with { Column = null }
        ),
        ["a personal number in Arabic digits"] = (
            "personal-identity-number",
            f => f.Change(Units, 2, 2, "Hemlig ١٢١٢١٢-١٢١٢") with { Column = null }
        ),
        ["a personal number with a no-break space"] = (
            "personal-identity-number",
            f => f.Change(Units, 2, 2, "Hemlig 121212\u00A01212") with { Column = null }
        ),
        ["a coordination number in a field for numbers"] = (
            "personal-identity-number",
            f => f.Change(Waits, 4, 7, "701063-2391") with { Column = null }
        ),
        ["a personal number in place of an HSA-id"] = (
            "personal-identity-number",
            f => f.Change(Waits, 4, 1, "191212121212") with { Column = null }
        ),
        ["a personal number among the ASA rows"] = (
            "personal-identity-number",
            f => f.Change(Asa, 2, 2, "1212121212") with { Column = null }
        ),
        // ---- nothing to show
        ["no units"] = (
            "empty",
            f =>
            {
                f.Units.RemoveRange(1, 3);
                f.Waits.RemoveRange(1, f.Waits.Count - 1);
                f.Asa.RemoveRange(1, 3);
                return new Spot();
            }
        ),
        ["masked cells only"] = (
            "empty",
            f =>
            {
                f.Waits.RemoveRange(1, f.Waits.Count - 1);
                f.Asa.RemoveRange(1, 3);
                f.Cell(SporFile.Falun, "NGB", "365D");
                return new Spot();
            }
        ),
    };

    private static Func<string, byte[], byte[]> Latin1(string entry) =>
        (name, bytes) => name == entry ? Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(bytes)) : bytes;

    private static Spot InUtf16(SporFile file, string entry, UnicodeEncoding encoding)
    {
        file.Encode = (name, bytes) =>
            name == entry ? [.. encoding.GetPreamble(), .. Encoding.Convert(Encoding.UTF8, encoding, bytes)] : bytes;
        return new Spot(entry, 1);
    }

    // Varied, or it would be refused for expanding too much.
    private static string NoLine()
    {
        var random = new Random(400_000);
        return string.Concat(Enumerable.Range(0, 400_000).Select(_ => (char)random.Next('a', 'h')));
    }

    private static Spot Packed(
        SporFile file,
        Func<List<(string Name, byte[] Content)>, IEnumerable<(string Name, byte[] Content)>> pack
    )
    {
        file.Pack = pack;
        return new Spot();
    }

    private static IEnumerable<(string Name, byte[] Content)> Renamed(
        List<(string Name, byte[] Content)> entries,
        string name,
        string with
    ) => entries.Select(e => e.Name == name ? (with, e.Content) : e);

    private static Spot Encoded(SporFile file, string entry, Func<string, string> write)
    {
        file.Encode = (name, bytes) =>
            name == entry ? Encoding.UTF8.GetBytes(write(Encoding.UTF8.GetString(bytes))) : bytes;
        return new Spot(entry);
    }

    private static Spot Promised(SporFile file, Action<JsonObject> change)
    {
        file.Promise = change;
        return new Spot(Manifest);
    }

    private static Spot Header(SporFile file, string entry, List<string> rows, string tail)
    {
        rows[0] += tail;
        return new Spot(entry, 1);
    }

    [Theory]
    [InlineData("a header in UTF-16", "encoding", "troligen UTF-16). Exportera filen som UTF-8.")]
    [InlineData("a header in UTF-16 without its mark", "encoding", "troligen UTF-16). Exportera filen som UTF-8.")]
    [InlineData("a header in Latin-1", "encoding", "Latin-1). Exportera filen som UTF-8.")]
    [InlineData("a header with a NUL", "encoding", "Första raden innehåller ett styrtecken (NUL). Ta bort det.")]
    [InlineData("a key twice", "manifest", "Samma nyckel står två gånger i manifestet: ")]
    [InlineData("a cell twice", "cell-duplicate", "stod redan på rad 2. Ta bort den ena.")]
    [InlineData("a cell's rows apart", "cell-duplicate", "står inte ihop: den började på rad 4.")]
    [InlineData("more of class 3–4 than registered", "asa", "asa34 är större än kand.")]
    [InlineData("more rows than promised", "row-count", "Filen kan vara avkortad.")]
    [InlineData("the header counted", "row-count", "Rubrikraden verkar vara räknad; den ska inte vara det.")]
    public void What_is_said_tells_what_to_mend(string what, string code, string end)
    {
        var file = SporFile.Good();
        Wrong[what].Spoil(file);
        var result = Reading.Read(file);
        Assert.DoesNotContain("header", result.Findings.Counts.Keys);
        var message = result.Findings.Listed.First(f => f.Code == code).Message;
        Assert.Contains(end, message, StringComparison.Ordinal);
        Assert.DoesNotContain("minst en", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hsaid;kva;period;fran;till;antal", "Fält 4, tidsgrans, saknas.")]
    [InlineData("hsaid;kva;period;tidsgrans;fran;till", "Fält 7, antal, saknas.")]
    [InlineData("hsaid;kva;period;tidsgrans;fran;till;antal;", "Fält 8 ska inte finnas.")]
    [InlineData("hsaid;hemlig;kva;period;tidsgrans;fran;till;antal", "Fält 2 ska inte finnas.")]
    [InlineData("hsaid;kva;kva;period;tidsgrans;fran;till;antal", "Fält 3 ska inte finnas.")]
    [InlineData(
        "hsaid;kva;period;tidsgrans;fran;till;antal;a;b;c;d;e",
        "Fält 8 ska inte finnas. Fält 9 ska inte finnas. Fält 10 ska inte finnas. Ytterligare 2 fält ska inte heller finnas."
    )]
    [InlineData("hsaid;kva;period;tidsgräns;fran;till;antal", "Fält 4 ska heta tidsgrans.")]
    [InlineData(
        "HSAID;kva;period; tidsgrans;fran;till;antal",
        "Fält 1 ska heta hsaid, med små bokstäver och utan blanksteg. Fält 4 ska heta tidsgrans, med små bokstäver och utan blanksteg."
    )]
    [InlineData("hsaid;period;kva;tidsgrans;fran;till;antal", "kva står på fel plats: den ska vara fält 2.")]
    [InlineData("hsaid;hemlig;period;tidsgrans;fran;till", "Fält 2 ska heta kva. Fält 7, antal, saknas.")]
    [InlineData(
        "hsaid,kva,period,tidsgrans,fran,till,antal",
        "Fälten skiljs åt med komma. Skilj dem åt med semikolon."
    )]
    [InlineData(
        "hsaid\tkva\tperiod\ttidsgrans\tfran\ttill\tantal",
        "Fälten skiljs åt med tabb. Skilj dem åt med semikolon."
    )]
    [InlineData(
        "hsaid;kva;period;tidsgrans;fran;till;antal\rSE2321000180-EX01;NGB",
        "Raderna slutar med enbart CR. Låt dem sluta med LF eller CRLF."
    )]
    [InlineData(
        "\"hsaid\";\"kva\";\"period\";\"tidsgrans\";\"fran\";\"till\";\"antal\"",
        "Den har citattecken. Skriv rubrikerna utan."
    )]
    [InlineData(
        "\uFEFF\uFEFFhsaid;kva;period;tidsgrans;fran;till;antal",
        "Posten börjar med två byteordningsmärken (BOM). Skriv ett eller inget."
    )]
    [InlineData("", "Den är tom.")]
    [InlineData(
        "SE2321000180-EX01;NGB;30D;ALLA;0;6;5",
        "Ingen av rubrikerna finns där: kanske saknas rubrikraden, eller så är det en annan fils."
    )]
    public void A_header_that_differs_is_told_what_to_mend(string written, string told)
    {
        var file = SporFile.Good();
        file.Waits[0] = written;
        Assert.Equal(
            "Första raden ska vara exakt hsaid;kva;period;tidsgrans;fran;till;antal. " + told,
            Assert.Single(Reading.Read(file).Findings.Listed).Message
        );
    }

    [Fact]
    public void A_file_of_nothing_is_said_to_be_empty() =>
        Assert.Equal("Filen är tom.", Assert.Single(Reading.Read("SPOR_2026-11-21.zip", []).Findings.Listed).Message);

    [Fact]
    public void A_damaged_archive_is_refused_wherever_the_damage_is()
    {
        var good = SporFile.Good().ToBytes();
        var end = good.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        byte[][] damaged =
        [
            [],
            [.. "PK"u8],
            [.. "Detta är inget arkiv."u8],
            good[..^1],
            good[..^22],
            good[..(good.Length / 2)],
            [0, .. good],
            [.. good, 0],
            [.. good, .. good],
            Changed(good, 0, 0x51), // first local header
            Changed(good, 6, 0x01), // encrypted, says the local header
            Changed(good, 8, 0x0C), // bzip2, says the local header
            Changed(good, 14, (byte)(good[14] + 1)), // checksum of the first entry in its local header
            Changed(good, 60, (byte)(good[60] ^ 0x10)), // deflated data of the first entry
            Changed(good, end + 4, 1), // number of this disk
            Changed(good, end + 10, 9), // number of entries
            Changed(good, end + 16, (byte)(good[end + 16] + 1)), // where the directory is
            NcrFile.Good().ToBytes(),
        ];
        foreach (var bytes in damaged)
        {
            var result = Reading.Read("SPOR_2026-11-21.zip", bytes);
            Assert.Null(result.Contents);
            Assert.Contains("archive", result.Findings.Counts.Keys);
            Assert.Equal(bytes.Length, result.SizeBytes);
        }
    }

    [Fact]
    public void A_file_damaged_in_the_middle_of_a_cell_is_refused_like_any_other_damage()
    {
        // One cell of 365 days for everybody, longer than the blocks that are read at a time.
        var file = SporFile.Good();
        var random = new Random(365);
        file.Waits.AddRange(
            Enumerable
                .Range(0, 30_000)
                .Select(day => $"{SporFile.Falun};JKA;365D;ALLA;{day};{day};{random.Next(1, 1_000_000)}")
        );
        var good = file.ToBytes();
        Assert.DoesNotContain("archive", Reading.Read(file).Findings.Counts.Keys);
        for (var at = 2_000; at < good.Length - 2_000; at += good.Length / 40)
        {
            // What comes out of damaged data may be a line longer than any.
            AssertRefused(Changed(good, at, (byte)~good[at]), "archive", "too-large");
        }

        // The entry says that it is shorter than it is, in both places: found when the first blocks have been read.
        foreach (var at in PlacesOf(good, "vantetid.csv"u8))
        {
            var isLocal = good.AsSpan(at - 30, 4).SequenceEqual("PK\u0003\u0004"u8);
            BinaryPrimitives.WriteInt32LittleEndian(good.AsSpan(isLocal ? at - 30 + 22 : at - 46 + 24), 1_000_000);
        }

        AssertRefused(good, "archive");

        void AssertRefused(byte[] bytes, params string[] codes)
        {
            var result = Reading.Read(file.Name, bytes);
            Assert.Null(result.Contents);
            Assert.NotEmpty(codes.Intersect(result.Findings.Counts.Keys));
        }
    }

    private static List<int> PlacesOf(byte[] bytes, ReadOnlySpan<byte> name)
    {
        var places = new List<int>();
        for (var i = 46; i < bytes.Length - name.Length; i++)
        {
            if (
                bytes.AsSpan(i, name.Length).SequenceEqual(name)
                && (
                    bytes.AsSpan(i - 30, 4).SequenceEqual("PK\u0003\u0004"u8)
                    || bytes.AsSpan(i - 46, 4).SequenceEqual("PK\u0001\u0002"u8)
                )
            )
            {
                places.Add(i);
            }
        }

        return places;
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("enheter.csv")]
    [InlineData("vantetid.csv")]
    [InlineData("asa.csv")]
    public void Packed_data_that_never_ends_is_damaged_though_all_of_it_came_out(string entry)
    {
        var good = SporFile.Good().ToBytes();
        var at = good.AsSpan().IndexOf(Encoding.ASCII.GetBytes(entry)) + entry.Length;
        // The lowest bit of a block's first byte says that it is the last one.
        var endless = Changed(good, at, (byte)(good[at] & ~1));
        var result = Reading.Read("SPOR_2026-11-21.zip", endless);
        Assert.Equal("archive", Assert.Single(result.Findings.Counts.Keys));
        Assert.Null(result.Contents);
    }

    [Fact]
    public void Comments_are_looked_through_for_personal_numbers()
    {
        var good = SporFile.Good().ToBytes();
        byte[] comment = [.. "Hemlig 19121212-1212"u8];
        byte[] commented = [.. good[..^2], (byte)comment.Length, 0, .. comment];
        var result = Reading.Read("SPOR_2026-11-21.zip", commented);
        Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
        Assert.DoesNotContain("1212", Reading.Told(result), StringComparison.Ordinal);
        byte[] harmless = [.. good[..^2], 2, 0, .. "ok"u8];
        Assert.NotNull(Reading.Read("SPOR_2026-11-21.zip", harmless).Contents);
    }

    [Fact]
    public void An_archive_written_without_going_back_is_as_good()
    {
        // To a stream that cannot seek, sizes follow the data instead of going before it.
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(new ForwardStream(bytes), ZipArchiveMode.Create))
        using (var good = new ZipArchive(new MemoryStream(SporFile.Good().ToBytes())))
        {
            foreach (var entry in good.Entries)
            {
                using var from = entry.Open();
                using var to = zip.CreateEntry(entry.FullName).Open();
                from.CopyTo(to);
            }
        }

        var result = Reading.Read("SPOR_2026-11-21.zip", bytes.ToArray());
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));
        AssertIsGood(result.Contents!);
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        byte[] changed = [.. bytes];
        Assert.NotEqual(value, changed[at]);
        changed[at] = value;
        return changed;
    }
}
