using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>
/// Thousands of deliveries that are almost right, changed in bytes, texts, fields, rows and archives: reading answers, in
/// bounded time and memory, and accepts exactly what an independent oracle accepts. More on request: set
/// LAGESBILD_FUZZ_CASES, and LAGESBILD_FUZZ_SEED for others.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Cases = Setting("LAGESBILD_FUZZ_CASES", 20_000);
    private static readonly int Seed = Setting("LAGESBILD_FUZZ_SEED", 1);

    // What a file alone can be refused for. The rest needs a clock, a setting, a published picture or twenty million rows.
    private static readonly string[] CodesOfFiles =
    [
        "archive",
        "asa",
        "below-minimum",
        "bin-order",
        "cell-duplicate",
        "checksum",
        "count-mismatch",
        "derivable",
        "empty",
        "encoding",
        "field",
        "file-name",
        "group-sum",
        "header",
        "manifest",
        "open-bin",
        "personal-identity-number",
        "reference-date",
        "region-mismatch",
        "row-count",
        "too-large",
        "unit-unknown",
        "window-sum",
    ];

    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(2);

    // The blocks that the four entries are inflated into, and lists that grow.
    private const long MemoryOfAnyFile = 12_000_000;

    // A file may hold two hundred times its size, and of that a row and its bin take less than they are long.
    private const long MemoryOfAByte = 200;

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : otherwise;

    [Fact]
    public void Whatever_is_in_a_file_reading_answers_as_the_oracle_does()
    {
        // What is made once is no case's.
        Reading.Read(SporFile.Good());
        Reading.Read(NcrFile.Good());
        var codes = new ConcurrentDictionary<string, int>();
        var accepted = 0;
        var mostMemory = 0L;
        var disagreements = new ConcurrentQueue<string>();
        Many.Run(
            Cases,
            i =>
            {
                var (name, bytes, how) = Mutation.Make(unchecked((Seed * 1_000_003) + i));
                // All that is taken, whether or not it is given back: what is held at any time is less. Other threads only
                // fill the blocks that this one has made.
                var before = GC.GetAllocatedBytesForCurrentThread();
                var result = Read(name, bytes, $"case {i}: {how}");
                var memory = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(
                    memory <= MemoryOfAnyFile + MemoryOfAByte * bytes.Length,
                    $"case {i}: {how}: {memory} bytes for a file of {bytes.Length}"
                );
                lock (codes)
                {
                    mostMemory = Math.Max(mostMemory, memory);
                }

                var refused = Oracle.Oracle.Refuses(name, bytes);
                foreach (var code in result.Findings.Counts.Keys)
                {
                    codes.AddOrUpdate(code, 1, (_, n) => n + 1);
                }

                Assert.Equal(result.Findings.HasErrors, result.Contents is null);
                Assert.All(result.Findings.Listed, f => Assert.NotEmpty(f.Message));
                Assert.All(
                    result.Findings.Listed,
                    f => Assert.DoesNotContain("9874", f.Message, StringComparison.Ordinal)
                );
                if (result.Contents is null != refused is not null)
                {
                    disagreements.Enqueue($"case {i}: {how}: {refused ?? "accepted"}, read: {Reading.Codes(result)}");
                    Assert.True(disagreements.Count < 20, string.Join("\n", disagreements));
                }

                if (result.Contents is not null)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        );
        Assert.True(disagreements.IsEmpty, string.Join("\n", disagreements));
        // Both sides are tried, and every code that a file alone can get.
        Assert.InRange(accepted, Cases / 20, Cases - Cases / 3);
        Assert.Empty(Cases < 20_000 ? [] : CodesOfFiles.Except(codes.Keys));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{accepted} of {Cases} accepted; {mostMemory} bytes at most; "
                + string.Join(", ", codes.OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}"))
        );
    }

    private static DeliveryResult Read(string name, byte[] bytes, string which)
    {
        using var hanging = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hanging.CancelAfter(Hanging);
        try
        {
            return SourceReaders.Standard.Read(
                name,
                new MemoryStream(bytes, writable: false),
                new ReadContext(Reading.Catalogue, Reading.Today, AllowSynthetic: true),
                null,
                hanging.Token
            );
        }
        catch (Exception thrown)
        {
            throw new InvalidOperationException(which, thrown);
        }
    }

    /// <summary>The unchanged files, so that a mistake shared by all cases is seen.</summary>
    [Fact]
    public void The_oracle_accepts_the_good_files_and_the_samples()
    {
        Assert.Null(Oracle.Oracle.Refuses("SPOR_2026-11-21.zip", SporFile.Good().ToBytes()));
        Assert.Null(Oracle.Oracle.Refuses("NCR_2026-11-21.jsonl.gz", NcrFile.Good().ToBytes()));
        for (var i = 0; i < Mutation.Bases; i++)
        {
            var spor = Mutation.Spor(i);
            var ncr = Mutation.Ncr(i);
            Assert.Null(Oracle.Oracle.Refuses(spor.Name, spor.ToBytes()));
            Assert.Null(Oracle.Oracle.Refuses(ncr.Name, ncr.ToBytes()));
            Assert.NotNull(Reading.Read(spor).Contents);
            Assert.NotNull(Reading.Read(ncr).Contents);
        }
    }
}

/// <summary>A delivery that is almost right, the same for the same number.</summary>
internal sealed class Mutation
{
    public const int Bases = 3;

    private static readonly string[] Pieces =
    [
        "",
        ";",
        "\"",
        "\"\"",
        "\n",
        "\r\n",
        "\r",
        "x",
        "<5",
        "0",
        "00",
        "-1",
        "+5",
        "4",
        "5",
        "7",
        "363",
        "364",
        "36500",
        "36501",
        "1000000",
        "1000001",
        "999999999",
        "99999999999999999999",
        "1e9",
        "5.0",
        "٥",
        "５",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "\\u0000",
        "\\ud800",
        "\u202E",
        "\u00A0",
        " ",
        "\t",
        "å",
        "\uFEFF",
        "\uD83D\uDE00",
        "\0",
        "ALLA",
        "14",
        "EJ",
        "ja",
        "30D",
        "90D",
        "365D",
        "2026-10",
        "2026-11",
        "2025-05",
        "2025-04",
        "NGB",
        "CJE",
        "ZZZ",
        "20",
        "2080",
        "1480",
        "811228-9874",
        "19811228 9874",
        "8112289874",
        "811228−9874",
        "SE8112289874-A",
        SporFile.Falun,
        "SE2321000180-EX99",
        "privat",
        "=1+1",
        "../",
    ];

    private readonly Random _random;
    private readonly List<string> _how = [];

    private Mutation(int seed) => _random = new Random(seed);

    public static (string Name, byte[] Bytes, string How) Make(int seed)
    {
        var mutation = new Mutation(seed);
        var (name, bytes) = mutation._random.Next(5) < 3 ? mutation.MakeSpor() : mutation.MakeNcr();
        return (name, bytes, string.Join(", ", mutation._how));
    }

    /// <summary>Small deliveries that nothing is wrong with, the second and third with more masked cells.</summary>
    public static SporFile Spor(int which)
    {
        var file = SporFile.Good();
        file.Compression = System.IO.Compression.CompressionLevel.Fastest;
        if (which == 0)
        {
            return file;
        }

        void Cell(string group, string period, string bin) =>
            file.Waits.Add($"{SporFile.Gothenburg};JKA;{period};{group};{bin}");
        foreach (
            var (period, all, shown) in new[]
            {
                ("30D", 20, 13),
                ("90D", 30, 22),
                ("365D", 90, 60),
                ("2026-10", 25, 18),
                ("2026-03", 12, 5),
            }
        )
        {
            Cell("ALLA", period, $"0;6;{all}");
            Cell("14", period, ";;x");
            Cell("30", period, ";;x");
            Cell("90", period, $"0;6;{shown}");
        }

        if (which == 2)
        {
            // Seven more months that hide a few each.
            for (var month = 1; month <= 8; month++)
            {
                if (month != 3)
                {
                    Cell("ALLA", $"2026-0{month}", ";;x");
                    Cell(month % 2 == 0 ? "14" : "30", $"2026-0{month}", ";;x");
                }
            }
        }

        file.Asa.Add(SporFile.Gothenburg + ";JKA;80;30");
        return file;
    }

    public static NcrFile Ncr(int which)
    {
        var file = NcrFile.Good();
        for (var i = 0; i < which; i++)
        {
            var period = i == 0 ? "2026-10" : "2026-09";
            file.Cell(NcrFile.Falun, "CJE", period, "alla", "[[7,13,9],[14,20,2]]", 11);
            file.Masked(NcrFile.Falun, "CJE", period, "ja");
        }

        return file;
    }

    private (string Name, byte[] Bytes) MakeSpor()
    {
        var file = Spor(_random.Next(Bases));
        var archive = 0;
        for (var times = _random.Next(0, 4) + (_random.Next(40) == 0 ? 0 : 1); times > 0; times--)
        {
            switch (_random.Next(10))
            {
                case 0 or 1 or 2 or 3:
                    ChangeRows(file);
                    break;
                case 4 or 5:
                    ChangeField(file);
                    break;
                case 6:
                    ChangeText(file);
                    break;
                case 7:
                    ChangePromises(file);
                    break;
                default:
                    archive++;
                    break;
            }
        }

        if (_random.Next(12) == 0)
        {
            ChangeDate(file.Manifest, name => file.Name = name, "SPOR", ".zip");
        }

        if (archive > 0 && _random.Next(2) == 0)
        {
            file.Pack = entries => ArchiveChanges.Entries(entries, _random, _how);
            archive--;
        }

        var bytes = file.ToBytes();
        return (file.Name, archive > 0 ? ArchiveChanges.Zip(bytes, _random, _how) : bytes);
    }

    private (string Name, byte[] Bytes) MakeNcr()
    {
        var file = Ncr(_random.Next(Bases));
        var archive = false;
        Func<string, string> write = text => text;
        for (var times = _random.Next(0, 4) + (_random.Next(40) == 0 ? 0 : 1); times > 0; times--)
        {
            switch (_random.Next(10))
            {
                case 0 or 1 or 2 or 3:
                    ChangeLines(file);
                    break;
                case 4 or 5 or 6:
                    ChangeValue(file);
                    break;
                case 7:
                    var before = write;
                    write = text => ChangeText(before(text));
                    break;
                default:
                    archive = true;
                    break;
            }
        }

        if (_random.Next(12) == 0)
        {
            ChangeDate((JsonObject)file.Lines[0], name => file.Name = name, "NCR", ".jsonl.gz");
        }

        file.Write = write;
        var bytes = file.ToBytes();
        return (
            file.Name,
            archive ? ArchiveChanges.Gzip(bytes, Encoding.UTF8.GetBytes(file.ToText()), _random, _how) : bytes
        );
    }

    private T Any<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private void ChangeDate(JsonObject header, Action<string> rename, string source, string extension)
    {
        var dates = new[]
        {
            "2026-11-21",
            "2026-11-20",
            "2026-11-22",
            "2026-11-23",
            "2026-11-31",
            "1999-12-31",
            "2026-12-01",
        };
        var (named, written) = (Any(dates), Any(dates));
        written = _random.Next(2) == 0 ? named : written;
        _how.Add($"date {named} {written}");
        header["referensdatum"] = written;
        rename($"{source}_{named}{Any(["", "", "_2", "_99", "_1", "_02"])}{extension}");
    }

    // ---- csv

    private void ChangeRows(SporFile file)
    {
        var entry = _random.Next(8);
        var rows = entry switch
        {
            0 => file.Units,
            1 or 2 => file.Asa,
            _ => file.Waits,
        };
        if (_random.Next(100) == 0)
        {
            _how.Add("no cells");
            file.Waits.RemoveRange(1, file.Waits.Count - 1);
            file.Asa.RemoveRange(1, file.Asa.Count - 1);
        }

        if (rows.Count < 3)
        {
            return;
        }

        var at = _random.Next(1, rows.Count);
        var what = _random.Next(9);
        _how.Add($"rows {entry} {what} {at}");
        switch (what)
        {
            case 0:
                rows.RemoveAt(at);
                break;
            case 1:
                rows.Insert(_random.Next(1, rows.Count), rows[at]);
                break;
            case 2:
                rows.Insert(at, rows[at]);
                break;
            case 3:
                var other = _random.Next(1, rows.Count);
                (rows[at], rows[other]) = (rows[other], rows[at]);
                break;
            case 4:
                rows[at] =
                    "\""
                    + rows[at]
                        .Replace("\"", "", StringComparison.Ordinal)
                        .Replace(";", "\";\"", StringComparison.Ordinal)
                    + "\"";
                break;
            case 5 when rows == file.Waits:
                // The whole cell hidden, with all that is of it.
                var cell = Cell(rows[at]);
                var first = rows.FindIndex(r => Cell(r) == cell);
                rows.RemoveAll(r => Cell(r) == cell);
                rows.Insert(first, cell + ";;;x");
                break;
            case 6 when rows == file.Waits:
                var gone = Cell(rows[at]);
                rows.RemoveAll(r => Cell(r) == gone);
                break;
            default:
                // A number a little larger or smaller.
                var fields = rows[at].Split(';');
                var field = _random.Next(fields.Length);
                if (int.TryParse(fields[field], CultureInfo.InvariantCulture, out var number))
                {
                    fields[field] = (number + _random.Next(-6, 7)).ToString(CultureInfo.InvariantCulture);
                    rows[at] = string.Join(';', fields);
                }

                break;
        }

        static string Cell(string row) => string.Join(';', row.Split(';').Take(4));
    }

    private void ChangeField(SporFile file)
    {
        var rows = Any<List<string>>([file.Units, file.Asa, file.Waits, file.Waits]);
        var at = _random.Next(_random.Next(20) == 0 ? 0 : Math.Min(1, rows.Count - 1), rows.Count);
        var fields = rows[at].Split(';');
        var field = _random.Next(fields.Length);
        var piece = _random.Next(40) == 0 ? new string('å', _random.Next(199, 203)) : Any(Pieces);
        _how.Add($"field {at} {field} {piece}");
        fields[field] = _random.Next(3) == 0 ? fields[field] + piece : piece;
        rows[at] = string.Join(';', fields);
    }

    private void ChangeText(SporFile file)
    {
        var entry = Any(["manifest.json", "enheter.csv", "asa.csv", "vantetid.csv", "vantetid.csv"]);
        var (seed, isBytes) = (_random.Next(), _random.Next(4) == 0);
        _how.Add($"text {entry} {seed} {isBytes}");
        var before = file.Encode;
        file.Encode = (name, bytes) =>
        {
            bytes = before(name, bytes);
            var random = new Random(seed);
            return name != entry ? bytes
                : isBytes ? ArchiveChanges.Bytes(bytes, random)
                : Encoding.UTF8.GetBytes(ChangeText(Encoding.UTF8.GetString(bytes), random));
        };
        file.LineEnd = _random.Next(5) == 0 ? "\r\n" : file.LineEnd;
        file.WithByteOrderMark |= _random.Next(5) == 0;
    }

    private void ChangePromises(SporFile file)
    {
        var (what, key, piece) = (_random.Next(5), Any(file.Manifest.Select(p => p.Key).ToList()), Any(Pieces));
        var of = _random.Next(3);
        _how.Add($"promise {what} {key} {piece} {of}");
        var before = file.Promise;
        file.Promise = m =>
        {
            before(m);
            switch (what)
            {
                case 0:
                    m[key] = piece;
                    break;
                case 1:
                    m.Remove(key);
                    break;
                case 2:
                    m[piece] = piece;
                    break;
                case 3:
                    m["filer"]![of]!["rader"] = _random.Next(4) == 0 ? DeliveryBuilder.MostRows : _random.Next(-1, 40);
                    break;
                default:
                    var sum = m["filer"]![of]!["sha256"]!.GetValue<string>();
                    m["filer"]![of]!["sha256"] =
                        _random.Next(2) == 0 ? sum.ToUpperInvariant() : piece + sum[piece.Length..];
                    break;
            }
        };
    }

    // ---- JSON lines

    private void ChangeLines(NcrFile file)
    {
        var at = _random.Next(_random.Next(10) == 0 ? 0 : 1, file.Lines.Count);
        var what = _random.Next(7);
        _how.Add($"lines {what} {at}");
        switch (what)
        {
            case 0:
                file.Lines.RemoveAt(at);
                break;
            case 1:
                file.Lines.Insert(_random.Next(1, file.Lines.Count), file.Lines[at].DeepClone());
                break;
            case 2:
                var other = _random.Next(1, file.Lines.Count);
                (file.Lines[at], file.Lines[other]) = (file.Lines[other], file.Lines[at]);
                break;
            case 3 when file.Lines[at] is JsonObject line && line.ContainsKey("fack"):
                line.Remove("fack");
                line["antal"] = "x";
                break;
            default:
                if (file.Lines[at] is JsonObject cell && cell["fack"] is JsonArray bins && bins.Count > 0)
                {
                    var bin = _random.Next(bins.Count);
                    var by = _random.Next(-6, 7);
                    if (
                        bins[bin] is JsonArray { Count: 3 } numbers
                        && numbers[2] is JsonValue value
                        && value.TryGetValue<int>(out var n)
                    )
                    {
                        numbers[2] = n + by;
                        if (_random.Next(4) > 0 && cell["antal"] is JsonValue sum && sum.TryGetValue<int>(out var all))
                        {
                            cell["antal"] = all + by;
                        }
                    }
                }

                break;
        }

        file.WithEnd = _random.Next(60) > 0;
    }

    private void ChangeValue(NcrFile file)
    {
        if (file.Lines[_random.Next(file.Lines.Count)] is not JsonObject line || line.Count == 0)
        {
            return;
        }

        var key = Any(line.Select(p => p.Key).ToList());
        var piece = Any(Pieces);
        var what = _random.Next(8);
        _how.Add($"value {key} {what} {piece}");
        switch (what)
        {
            case 0:
                line.Remove(key);
                break;
            case 1:
                line[piece] = piece;
                break;
            case 2:
                line[key] = _random.Next(-3, 40_000);
                break;
            case 3 when key == "fack" && line[key] is JsonArray { Count: > 0 } bins:
                bins[_random.Next(bins.Count)] = JsonNode.Parse(
                    Any([
                        "[0,6]",
                        "[0,6,5,1]",
                        "[400,null,5]",
                        "[300,null,5]",
                        "[0,6,0]",
                        "[7,6,5]",
                        "[0,6,1.0]",
                        "[]",
                        "{}",
                        "null",
                        "[0,36501,5]",
                    ])
                );
                break;
            case 4 when key == "namn":
                line[key] = new string('ö', _random.Next(199, 203));
                break;
            default:
                line[key] = piece;
                break;
        }
    }

    private string ChangeText(string text)
    {
        _how.Add("text");
        return ChangeText(text, _random);
    }

    private static string ChangeText(string text, Random random)
    {
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(0, 6), text.Length - at);
            text = text[..at] + Pieces[random.Next(Pieces.Length)] + text[(at + length)..];
        }

        return text;
    }
}
