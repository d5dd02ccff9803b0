using System.Text;
using System.Text.Json;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>NCR's gzipped lines, read with nothing but their description.</summary>
internal static class NcrOracle
{
    private const int LongestLine = 1024 * 1024;

    public static Delivery Read(byte[] file, DateOnly date)
    {
        var delivery = new Delivery(date, ["alla", "ja"], false);
        var lines = Oracle.Lines(Oracle.Utf8(UnzipOracle.Gunzip(file)));
        Oracle.Require(lines.Count >= 2 && lines.All(l => Encoding.UTF8.GetByteCount(l) <= LongestLine), "lines");
        var rows = lines.Select(JsonOracle.Parse).ToList();
        string[] header =
        [
            "typ",
            "format",
            "formatversion",
            "kalla",
            "referensdatum",
            "skapad",
            "minstaCell",
            "syntetisk",
        ];
        JsonOracle.Header(rows[0], header, "lagesbild-ncr", "NCR", date);
        Oracle.Require(JsonOracle.Text(rows[0], "typ") == "huvud", "huvud");
        JsonOracle.Keys(rows[^1], "typ", "rader");
        Oracle.Require(JsonOracle.Text(rows[^1], "typ") == "slut", "slut");
        Oracle.Require(JsonOracle.Number(rows[^1], "rader", 40_000_000) == rows.Count - 1, "rader");
        var hasWaits = false;
        foreach (var row in rows[1..^1])
        {
            Oracle.Require(row.ValueKind == JsonValueKind.Object && row.TryGetProperty("typ", out _), "object");
            switch (JsonOracle.Text(row, "typ"))
            {
                case "enhet":
                    Oracle.Require(!hasWaits, "unit after waits");
                    JsonOracle.Keys(row, "typ", "hsaid", "namn", "regionkod", "kommunkod", "driftsform");
                    string Of(string key) => JsonOracle.Text(row, key);
                    delivery.Declare(Of("hsaid"), Of("namn"), Of("regionkod"), Of("kommunkod"), Of("driftsform"));
                    break;
                case "vantetid":
                    hasWaits = true;
                    ReadWait(row, delivery);
                    break;
                default:
                    throw new Refused("typ");
            }
        }

        return delivery;
    }

    private static void ReadWait(JsonElement row, Delivery delivery)
    {
        Oracle.Require(row.TryGetProperty("antal", out var antal), "antal");
        var isMasked = antal.ValueKind == JsonValueKind.String && antal.GetString() == "x";
        string[] keys = ["typ", "hsaid", "kva", "period", "narkos", "antal"];
        JsonOracle.Keys(row, isMasked ? keys : [.. keys, "fack"]);
        string Of(string key) => JsonOracle.Text(row, key);
        var key = new Key(Of("hsaid"), Of("kva"), Of("period"), Of("narkos"));
        delivery.JudgeKey(key);
        if (isMasked)
        {
            delivery.Add(key, (long?)null);
            return;
        }

        var bins = row.GetProperty("fack");
        Oracle.Require(bins.ValueKind == JsonValueKind.Array, "fack");
        var read = new List<(long, long?, long)>();
        foreach (var bin in bins.EnumerateArray())
        {
            Oracle.Require(bin.ValueKind == JsonValueKind.Array && bin.GetArrayLength() == 3, "bin");
            read.Add(
                (
                    JsonOracle.Number(bin[0], 36_500),
                    bin[1].ValueKind == JsonValueKind.Null ? null : JsonOracle.Number(bin[1], 36_500),
                    JsonOracle.Number(bin[2], 1_000_000)
                )
            );
        }

        Oracle.Require(JsonOracle.Number(antal, 999_999_999) == read.Sum(b => b.Item3), "antal");
        delivery.Add(key, read);
    }
}
