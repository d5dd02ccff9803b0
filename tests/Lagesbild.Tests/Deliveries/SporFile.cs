using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Deliveries;

/// <summary>Writes SPOR deliveries row by row, right ones and wrong ones: whatever a test puts in is what the file says.</summary>
internal sealed class SporFile
{
    public const string Falun = "SE2321000180-EX01";
    public const string Mora = "SE2321000180-EX02";
    public const string Gothenburg = "SE5560000001-EX03";

    public string Name { get; set; } = "SPOR_2026-11-21.zip";

    public JsonObject Manifest { get; } =
        new()
        {
            ["format"] = "lagesbild-spor",
            ["formatversion"] = 1,
            ["kalla"] = "SPOR",
            ["referensdatum"] = "2026-11-21",
            ["skapad"] = "2026-11-22T02:15:00+01:00",
            ["minstaCell"] = 5,
            ["syntetisk"] = true,
        };

    public List<string> Units { get; } = ["hsaid;namn;regionkod;kommunkod;driftsform"];

    public List<string> Waits { get; } = ["hsaid;kva;period;tidsgrans;fran;till;antal"];

    public List<string> Asa { get; } = ["hsaid;kva;kand;asa34"];

    public string LineEnd { get; set; } = "\n";

    public bool WithByteOrderMark { get; set; }

    public CompressionLevel Compression { get; set; } = CompressionLevel.Optimal;

    /// <summary>Last touch on the manifest as JSON, when rows and hashes are in it.</summary>
    public Action<JsonObject> Promise { get; set; } = _ => { };

    /// <summary>Last touch on the entries before they are zipped; hashes are those of before.</summary>
    public Func<List<(string Name, byte[] Content)>, IEnumerable<(string Name, byte[] Content)>> Pack { get; set; } =
        entries => entries;

    /// <summary>Last touch on an entry's bytes; hashes are those of after.</summary>
    public Func<string, byte[], byte[]> Encode { get; set; } = (_, bytes) => bytes;

    /// <summary>
    /// Two units in Dalarna and one in Gothenburg; knees and hips; visible and masked cells, quoted names, an open bin;
    /// nothing that any rule complains about.
    /// </summary>
    public static SporFile Good()
    {
        var file = new SporFile();
        file.Units.Add(Falun + ";Exempelsjukhuset Falun;20;2080;offentlig");
        file.Units.Add(Mora + ";\"Exempelkliniken \"\"Östra\"\"; Mora\";20;2062;privat");
        file.Units.Add(Gothenburg + ";Exempelstiftelsen Göteborg;14;1480;ideburen");
        file.Cell(Falun, "NGB", "30D", "0;6;5");
        file.Cell(Falun, "NGB", "90D", "0;6;5", "7;13;5");
        file.Cell(Falun, "NGB", "365D", "0;6;4", "7;13;12", "14;20;4", "728;;5");
        file.Cell(Falun, "NGB", "2026-10", "7;13;7");
        file.Cell(Mora, "NGB", "30D", "84;90;6");
        file.Cell(Mora, "NGB", "90D", "84;90;6");
        file.Cell(Mora, "NGB", "365D", "84;90;20", "91;97;30");
        file.Cell(Gothenburg, "NGB", "365D");
        file.Cell(Gothenburg, "NFB", "30D", "21;27;40");
        file.Cell(Gothenburg, "NFB", "90D", "21;27;40");
        file.Cell(Gothenburg, "NFB", "365D", "21;27;40");
        file.Asa.Add(Falun + ";NGB;25;5");
        file.Asa.Add(Mora + ";NGB;50;<5");
        file.Asa.Add(Gothenburg + ";NFB;40;x");
        return file;
    }

    /// <summary>A cell of everybody and the same of those without a limit; no bins: masked, with two masked groups.</summary>
    public void Cell(string unit, string code, string period, params string[] bins)
    {
        var masked = bins.Length == 0;
        foreach (var group in masked ? (string[])["ALLA", "14", "EJ"] : ["ALLA", "EJ"])
        {
            foreach (var bin in masked ? [";;x"] : bins)
            {
                Waits.Add($"{unit};{code};{period};{group};{bin}");
            }
        }
    }

    /// <summary>A period's groups in Falun, with so many patients, or masked where none is said.</summary>
    public void Cells(string code, string period, params (string Group, int? Patients)[] cells)
    {
        foreach (var (group, patients) in cells)
        {
            Waits.Add($"{Falun};{code};{period};{group};{(patients is null ? ";;x" : $"0;6;{patients}")}");
        }
    }

    /// <summary>Puts another value in a field, both counted from 1, and says where that is.</summary>
    public Spot Change(string entry, int line, int column, string value)
    {
        var rows = RowsOf(entry);
        var fields = rows[line - 1].Split(';');
        fields[column - 1] = value;
        rows[line - 1] = string.Join(';', fields);
        return new Spot(entry, line, column);
    }

    /// <summary>Puts a whole row in, before the one that is on that line.</summary>
    public Spot Insert(string entry, int line, string row)
    {
        RowsOf(entry).Insert(line - 1, row);
        return new Spot(entry, line);
    }

    private List<string> RowsOf(string entry) =>
        entry switch
        {
            "enheter.csv" => Units,
            "vantetid.csv" => Waits,
            _ => Asa,
        };

    public byte[] ToBytes()
    {
        var lists = new[] { ("enheter.csv", Units), ("vantetid.csv", Waits), ("asa.csv", Asa) };
        var entries = lists.Select(list => (Name: list.Item1, Content: Encode(list.Item1, Bytes(list.Item2)))).ToList();
        var manifest = Manifest.DeepClone().AsObject();
        manifest["filer"] = new JsonArray([
            .. lists.Zip(
                entries,
                (list, entry) =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["namn"] = entry.Name,
                            ["rader"] = list.Item2.Count - 1,
                            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(entry.Content)),
                        }
            ),
        ]);
        Promise(manifest);
        entries.Insert(0, ("manifest.json", Encode("manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()))));
        return Zip(Pack(entries), Compression);
    }

    public static byte[] Zip(
        IEnumerable<(string Name, byte[] Content)> entries,
        CompressionLevel compression = CompressionLevel.Optimal
    )
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                var entry = zip.CreateEntry(name, compression);
                // No clock: the same bytes every time.
                entry.LastWriteTime = new DateTimeOffset(2026, 11, 22, 2, 15, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private byte[] Bytes(List<string> rows) =>
        [
            .. WithByteOrderMark ? (byte[])[0xEF, 0xBB, 0xBF] : [],
            .. Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => row + LineEnd))),
        ];
}

/// <summary>Where a finding is expected to point; null where nothing is expected.</summary>
internal sealed record Spot(string? Entry = null, long? Line = null, int? Column = null);
