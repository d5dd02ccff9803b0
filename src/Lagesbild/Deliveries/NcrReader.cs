using System.Text;
using System.Text.Json;

namespace Lagesbild.Deliveries;

/// <summary>Reads NCR's gzipped JSON lines. (docs/leveransformat.md)</summary>
public sealed class NcrReader : ISourceReader
{
    private const long MostBytes = 2L << 30;
    private const int MostRatio = 200;

    // A field's column is the place of its key in the order that the format lists them, typ first.
    private const int HsaIdColumn = 2;
    private const int NameColumn = 3;

    public string Extension => ".jsonl.gz";

    public Source Source { get; } =
        new(
            "NCR",
            "Nationella kataraktregistret",
            new Bilingual(
                "Från beslutet vid den preoperativa bedömningen till operationen. Ögonen räknas var för sig.",
                "From the decision at the pre-operative assessment to the operation. Both eyes are counted as separate "
                    + "operations."
            ),
            new Bilingual("från beslut vid bedömningen till operation", "from decision at the assessment to operation"),
            new Bilingual(
                "Omkring 95 % av landets kataraktoperationer. Enheter som inte rapporterar syns inte.",
                "About 95 % of the country's cataract operations. Units that do not report are not seen."
            ),
            [new PatientGroup("alla", "all", "Alla"), new PatientGroup("ja", "general", "Narkos (generell anestesi)")],
            "anaesthesia",
            "Narkos",
            GroupsPartition: false,
            HasAsa: false
        );

    public void Read(Stream content, DeliveryBuilder delivery, CancellationToken cancellationToken)
    {
        var gzip = GzipMember.Read(content, delivery.Findings);
        var packed = gzip.DataEnd - gzip.DataStart;
        // Not what the file's end says: of a file that was cut short, that is any number.
        using var lines = new InflatedLines(
            new Slice(content, gzip.DataStart, packed),
            true,
            gzip.Length,
            Math.Min(MostBytes, packed * MostRatio),
            $"Filen packas upp till mer än 2 GiB eller mer än 1:{MostRatio}.",
            cancellationToken
        );
        ReadLines(lines, delivery);
        while (lines.Next(out _)) { } // so that damage behind a wrong line is seen as well
        var inflated = lines.Finish();
        if (inflated.Crc32 != gzip.Crc32)
        {
            delivery.Findings.Error(
                "archive",
                "Filen är avkortad eller skadad, troligen i överföringen: kontrollsumman stämmer inte. Skicka den igen."
            );
        }
    }

    private void ReadLines(InflatedLines lines, DeliveryBuilder delivery)
    {
        delivery.Columns = NcrWait.Columns;
        var isFirst = true;
        var hasWaits = false;
        var hasEnd = false;
        while (lines.Next(out var line))
        {
            var number = lines.LineNumber;
            if (hasEnd)
            {
                JsonShape.JudgeRaw(Encoding.UTF8.GetString(line), delivery, number);
                delivery.Findings.Error("row-count", "Det finns rader efter raden slut.", null, number);
                return;
            }

            if (isFirst && line.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            {
                line = line[3..];
            }

            using var document = Parse(line, delivery, number, isFirst);
            if (document is null)
            {
                if (isFirst)
                {
                    return;
                }

                LoseUnit();
                continue;
            }

            var root = document.RootElement;
            var type =
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("typ", out var typ)
                && typ.ValueKind == JsonValueKind.String
                    ? typ.GetString()
                    : null;
            if (isFirst)
            {
                isFirst = false;
                if (!ReadHeader(root, type, delivery))
                {
                    return;
                }

                continue;
            }

            if (type is "enhet" or "vantetid")
            {
                delivery.CountRow(line.Length, number);
            }

            switch (type)
            {
                case "enhet":
                    if (hasWaits)
                    {
                        delivery.Findings.Error(
                            "header",
                            "Alla rader enhet ska stå före den första vantetid.",
                            null,
                            number
                        );
                    }

                    ReadUnit(root, delivery, number);
                    break;
                case "vantetid":
                    hasWaits = true;
                    NcrWait.Read(root, Source, delivery, number);
                    break;
                case "slut":
                    hasEnd = true;
                    ReadEnd(root, delivery, number);
                    break;
                default:
                    delivery.Findings.Error(
                        "header",
                        "typ ska vara enhet, vantetid eller slut (huvud bara på första raden).",
                        null,
                        number
                    );
                    LoseUnit();
                    break;
            }
        }

        // Among the units a line that is not understood was one of them, likely.
        void LoseUnit()
        {
            if (!hasWaits)
            {
                delivery.LoseUnit();
            }
        }

        if (!hasEnd)
        {
            delivery.Findings.Error(
                isFirst ? "manifest" : "row-count",
                isFirst ? "Filen är tom." : "Sista raden ska vara slut. Filen kan vara avkortad.",
                null,
                isFirst ? null : lines.LineNumber
            );
        }
    }

    // In the order that the format lists them.
    private static string[] KeysOf(string? type) =>
        type switch
        {
            "huvud" => ["typ", .. JsonShape.HeaderKeys],
            "enhet" => ["typ", "hsaid", "namn", "regionkod", "kommunkod", "driftsform"],
            "vantetid" => NcrWait.Keys,
            "slut" => ["typ", "rader"],
            _ => [],
        };

    private static JsonDocument? Parse(ReadOnlySpan<byte> line, DeliveryBuilder delivery, long number, bool isHeader)
    {
        var text = Fields.Decode(line);
        if (text is null)
        {
            JsonShape.JudgeRaw(Encoding.UTF8.GetString(line), delivery, number);
            delivery.Findings.Error("encoding", "Raden är inte giltig UTF-8.", null, number);
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 }
            );
            if (JsonShape.Judge(document.RootElement, text, delivery, number, KeysOf))
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (InvalidOperationException)
        {
            JsonShape.ComplainOfSurrogate(text, delivery, number);
            return null;
        }
        catch (JsonException)
        {
            JsonShape.JudgeRaw(text, delivery, number);
            var isJson = JsonShape.IsJson(text);
            if (!isJson && Fields.HasForbiddenCharacter(text))
            {
                delivery.Findings.Error(
                    "encoding",
                    "Raden innehåller ett styrtecken eller formattecken.",
                    null,
                    number
                );
                return null;
            }

            // A key twice is JSON of a kind; everything else is not JSON at all.
            delivery.Findings.Error(
                isHeader ? "manifest"
                    : isJson ? "header"
                    : "field",
                isJson
                    ? "Samma nyckel står två gånger på raden"
                        + JsonShape.Twice(text, ((string[])["huvud", "enhet", "vantetid", "slut"]).SelectMany(KeysOf))
                    : "Raden är inte ett JSON-objekt.",
                null,
                number
            );
            return null;
        }
    }

    private bool ReadHeader(JsonElement root, string? type, DeliveryBuilder delivery)
    {
        var json = new JsonShape(root, delivery.Findings, "manifest", null, 1);
        if (type != "huvud")
        {
            json.Complain("Första raden ska vara huvud.");
            return false;
        }

        if (!json.HasExactly(KeysOf("huvud")) || json.Header("lagesbild-ncr") is not { } header)
        {
            return false;
        }

        if (header.Source != Source.Code)
        {
            delivery.Findings.Error("file-name", "kalla i huvudet är inte källan i filens namn.", null, 1);
        }

        delivery.SetHeader(header.ReferenceDate, header.CreatedAt, header.IsSynthetic, 1);
        return true;
    }

    private static void ReadUnit(JsonElement root, DeliveryBuilder delivery, long line)
    {
        var json = new JsonShape(root, delivery.Findings, "header", null, line);
        if (!json.HasExactly(KeysOf("enhet")))
        {
            delivery.LoseUnit();
            return;
        }

        var name = json.Text("namn") ?? "";
        if (Fields.HasForbiddenCharacter(name))
        {
            delivery.Findings.Error(
                "encoding",
                "namn innehåller ett styrtecken eller formattecken.",
                null,
                line,
                NameColumn
            );
            delivery.LoseUnit();
            return;
        }

        if (name.Length > Fields.LongestText)
        {
            delivery.Findings.Error(
                "too-large",
                $"namn är längre än {Fields.LongestText} tecken.",
                null,
                line,
                NameColumn
            );
            delivery.LoseUnit();
            return;
        }

        UnitFields.Declare(
            json.Text("hsaid") ?? "",
            name,
            json.Text("regionkod") ?? "",
            json.Text("kommunkod") ?? "",
            json.Text("driftsform") ?? "",
            delivery,
            line,
            HsaIdColumn
        );
    }

    private static void ReadEnd(JsonElement root, DeliveryBuilder delivery, long line)
    {
        var json = new JsonShape(root, delivery.Findings, "header", null, line);
        if (json.HasExactly(KeysOf("slut")) && json.WholeNumber("rader", DeliveryBuilder.MostRows * 2) != line - 1)
        {
            delivery.Findings.Error(
                "row-count",
                $"slut ska ange antalet rader före sig ({line - 1}). Filen kan vara avkortad.",
                null,
                line
            );
        }
    }
}
