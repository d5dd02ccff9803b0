using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>SPOR's zip, read with nothing but its description.</summary>
internal static class SporOracle
{
    private static readonly string[] Entries = ["manifest.json", "enheter.csv", "vantetid.csv", "asa.csv"];

    private static readonly string[] ManifestKeys =
    [
        "format",
        "formatversion",
        "kalla",
        "referensdatum",
        "skapad",
        "minstaCell",
        "syntetisk",
        "filer",
    ];

    public static Delivery Read(byte[] file, DateOnly date)
    {
        var entries = UnzipOracle.Entries(file);
        Oracle.Require(entries.Select(e => e.Name).SequenceEqual(Entries), "entries");
        var manifest = JsonOracle.Parse(Oracle.WithoutMark(Oracle.Utf8(entries[0].Content)));
        JsonOracle.Header(manifest, ManifestKeys, "lagesbild-spor", "SPOR", date);
        var delivery = new Delivery(date, ["ALLA", "14", "30", "90", "180", "EJ"], true) { Asa = [] };
        var files = manifest.GetProperty("filer");
        Oracle.Require(files.ValueKind == JsonValueKind.Array && files.GetArrayLength() == 3, "filer");
        for (var i = 0; i < 3; i++)
        {
            JsonOracle.Keys(files[i], "namn", "rader", "sha256");
            var lines = Oracle.Lines(Oracle.Utf8(entries[i + 1].Content));
            Oracle.Require(JsonOracle.Text(files[i], "namn") == Entries[i + 1], "namn");
            Oracle.Require(JsonOracle.Number(files[i], "rader", 999_999_999) == lines.Count - 1, "rader");
            Oracle.Require(
                string.Equals(
                    JsonOracle.Text(files[i], "sha256"),
                    Convert.ToHexString(SHA256.HashData(entries[i + 1].Content)),
                    StringComparison.OrdinalIgnoreCase
                ),
                "sha256"
            );
            Read(i, lines, delivery);
        }

        return delivery;
    }

    private static void Read(int which, List<string> lines, Delivery delivery)
    {
        string[] headers =
        [
            "hsaid;namn;regionkod;kommunkod;driftsform",
            "hsaid;kva;period;tidsgrans;fran;till;antal",
            "hsaid;kva;kand;asa34",
        ];
        Oracle.Require(lines.Count > 0 && lines[0] == headers[which], "header");
        var rows = lines.Skip(1).Select(line => Row(line, headers[which].Split(';').Length)).ToList();
        switch (which)
        {
            case 0:
                rows.ForEach(r => delivery.Declare(r[0], r[1], r[2], r[3], r[4]));
                break;
            case 1:
                ReadWaits(rows, delivery);
                break;
            default:
                foreach (var row in rows)
                {
                    Oracle.Require(delivery.Units.Contains(row[0]), "ASA unit");
                    Sums.JudgeAsaForm(row[2], row[3]);
                    Oracle.Require(delivery.Asa!.TryAdd((row[0], row[1]), (row[2], row[3])), "ASA twice");
                }

                break;
        }
    }

    private static void ReadWaits(List<string[]> rows, Delivery delivery)
    {
        for (var at = 0; at < rows.Count; )
        {
            var key = new Key(rows[at][0], rows[at][1], rows[at][2], rows[at][3]);
            delivery.JudgeKey(key);
            var cell = rows.Skip(at).TakeWhile(r => r.Take(4).SequenceEqual(rows[at].Take(4))).ToList();
            if (cell[0][6] == "x")
            {
                Oracle.Require(cell.Count == 1 && cell[0][4].Length == 0 && cell[0][5].Length == 0, "masked");
                delivery.Add(key, (long?)null);
            }
            else
            {
                delivery.Add(
                    key,
                    [
                        .. cell.Select(r =>
                            (
                                Oracle.Number(r[4], 36_500),
                                r[5].Length == 0 ? (long?)null : Oracle.Number(r[5], 36_500),
                                Oracle.Number(r[6], 1_000_000)
                            )
                        ),
                    ]
                );
            }

            at += cell.Count;
        }
    }

    // Quoting as in RFC 4180, one character after the other.
    private static string[] Row(string line, int fields)
    {
        Oracle.Clean(line);
        var row = new List<string>();
        var (field, quoted, closed) = ("", false, false);
        foreach (var c in line + ";")
        {
            if (quoted)
            {
                (quoted, closed, field) = c == '"' ? (false, true, field) : (true, false, field + c);
            }
            else if (c == ';')
            {
                row.Add(field);
                (field, closed) = ("", false);
            }
            else if (c == '"')
            {
                // A second one straight after the first is one that is meant; else a field begins with it.
                Oracle.Require(closed || field.Length == 0, "quote");
                (quoted, field, closed) = (true, closed ? field + '"' : field, false);
            }
            else
            {
                Oracle.Require(!closed, "text after a quote");
                field += c;
            }
        }

        Oracle.Require(!quoted, "quote without end");
        Oracle.Require(row.Count == fields && row.All(f => f.Length <= 200), "fields");
        // A semicolon within quotes does not end the field, but a number may not go on across it either.
        Oracle.NoPerson(string.Join(';', IsHsaId(row[0]) ? row.Skip(1) : row));
        return [.. row];
    }

    private static bool IsHsaId(string text) =>
        text.Length <= 31 && Regex.IsMatch(text, @"^SE[0-9]{10}-[A-Za-z0-9]{1,18}\z");
}
