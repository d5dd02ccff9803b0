using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Deliveries;

/// <summary>Writes NCR deliveries line by line, right ones and wrong ones.</summary>
internal sealed class NcrFile
{
    public const string Falun = "SE2321000180-EX41";
    public const string Gothenburg = "SE5560000001-EX42";

    public string Name { get; set; } = "NCR_2026-11-21.jsonl.gz";

    public List<JsonNode> Lines { get; } =
    [
        new JsonObject
        {
            ["typ"] = "huvud",
            ["format"] = "lagesbild-ncr",
            ["formatversion"] = 1,
            ["kalla"] = "NCR",
            ["referensdatum"] = "2026-11-21",
            ["skapad"] = "2026-11-22T01:40:00+01:00",
            ["minstaCell"] = 5,
            ["syntetisk"] = true,
        },
    ];

    public bool WithEnd { get; set; } = true;

    /// <summary>Last touch on the whole text.</summary>
    public Func<string, string> Write { get; set; } = text => text;

    public static NcrFile Good()
    {
        var file = new NcrFile();
        file.Unit(Falun, "Exempelkliniken Ögon Falun", "20", "2080", "privat");
        file.Unit(Gothenburg, "Exempelögon Göteborg", "14", "1480", "offentlig");
        foreach (var period in new[] { "30D", "90D", "365D" })
        {
            file.Cell(Falun, "CJE", period, "alla", "[[0,6,3],[7,13,19],[728,null,1]]", 23);
            file.Cell(Falun, "CJE", period, "ja", "[[7,13,6]]", 6);
        }

        file.Cell(Gothenburg, "CJE", "365D", "alla", "[[21,27,40]]", 40);
        file.Masked(Gothenburg, "CJC", "365D", "alla");
        return file;
    }

    public JsonObject Unit(string hsaId, string name, string region, string municipality, string operatorCode) =>
        Add(
            new JsonObject
            {
                ["typ"] = "enhet",
                ["hsaid"] = hsaId,
                ["namn"] = name,
                ["regionkod"] = region,
                ["kommunkod"] = municipality,
                ["driftsform"] = operatorCode,
            }
        );

    public JsonObject Cell(string unit, string code, string period, string group, string bins, int count) =>
        Add(
            new JsonObject
            {
                ["typ"] = "vantetid",
                ["hsaid"] = unit,
                ["kva"] = code,
                ["period"] = period,
                ["narkos"] = group,
                ["antal"] = count,
                ["fack"] = JsonNode.Parse(bins),
            }
        );

    public JsonObject Masked(string unit, string code, string period, string group) =>
        Add(
            new JsonObject
            {
                ["typ"] = "vantetid",
                ["hsaid"] = unit,
                ["kva"] = code,
                ["period"] = period,
                ["narkos"] = group,
                ["antal"] = "x",
            }
        );

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var line in Lines)
        {
            text.Append(line.ToJsonString()).Append('\n');
        }

        if (WithEnd)
        {
            text.Append(new JsonObject { ["typ"] = "slut", ["rader"] = Lines.Count }.ToJsonString()).Append('\n');
        }

        return Write(text.ToString());
    }

    public byte[] ToBytes() => Gzip(Encoding.UTF8.GetBytes(ToText()));

    public static byte[] Gzip(byte[] content)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    /// <summary>Gzip of stored blocks: the same bytes whatever the library that deflates.</summary>
    public static byte[] Stored(byte[] content)
    {
        var gzip = Gzip(content);
        var bytes = new List<byte>(gzip[..10]);
        for (var at = 0; at < content.Length; at += ushort.MaxValue)
        {
            var length = (ushort)Math.Min(ushort.MaxValue, content.Length - at);
            bytes.Add(at + length == content.Length ? (byte)1 : (byte)0);
            bytes.AddRange(BitConverter.GetBytes(length));
            bytes.AddRange(BitConverter.GetBytes((ushort)~length));
            bytes.AddRange(content.AsSpan(at, length));
        }

        bytes.AddRange(gzip[^8..]);
        return [.. bytes];
    }

    private JsonObject Add(JsonObject line)
    {
        Lines.Add(line);
        return line;
    }
}
