using System.Buffers.Binary;
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
    private const int ProcedureColumn = 3;
    private const int PeriodColumn = 4;
    private const int GroupColumn = 5;
    private const int CountColumn = 6;
    private const int BinsColumn = 7;

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
        var (start, end, length, crc) = ReadGzip(content, delivery.Findings);
        using var lines = new InflatedLines(new Slice(content, start, end - start), true, length, cancellationToken);
        ReadLines(lines, delivery);
        while (lines.Next(out _)) { } // so that damage behind a wrong line is seen as well
        var inflated = lines.Finish();
        if (inflated.Length != length || inflated.Crc32 != crc)
        {
            delivery.Findings.Error("archive", "Filen är skadad: längd eller kontrollsumma stämmer inte.");
        }
    }

    // ---- gzip: one member, nothing behind it

    private static (long Start, long End, long Length, uint Crc) ReadGzip(Stream content, Findings findings)
    {
        const int trailerLength = 8;
        var header = new byte[10];
        content.Position = 0;
        if (
            content.Length < header.Length + trailerLength
            || content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || header[0] != 0x1F
            || header[1] != 0x8B
            || header[2] != 8
            || (header[3] & 0xE0) != 0
        )
        {
            throw new UnreadableException("archive", "Filen är inte gzip, eller är avkortad.");
        }

        var flags = header[3];
        if ((flags & 0x04) != 0)
        {
            var extra = new byte[2];
            content.ReadExactly(extra);
            content.Position += BinaryPrimitives.ReadUInt16LittleEndian(extra);
        }

        foreach (var flag in (ReadOnlySpan<int>)[0x08, 0x10]) // name, comment
        {
            if ((flags & flag) != 0 && PersonalIdentityNumber.IsIn(ZeroTerminated(content)))
            {
                findings.Error(
                    "personal-identity-number",
                    "Gzip-huvudets namn eller kommentar innehåller något som ser ut som ett personnummer."
                );
            }
        }

        content.Position += (flags & 0x02) != 0 ? 2 : 0;
        var start = content.Position;
        var end = content.Length - trailerLength;
        if (start >= end)
        {
            throw new UnreadableException("archive", "Filen är avkortad.");
        }

        var trailer = new byte[trailerLength];
        content.Position = end;
        content.ReadExactly(trailer);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4));
        if (length > MostBytes || length > (end - start) * MostRatio)
        {
            throw new UnreadableException("archive", $"Filen packas upp till mer än 2 GiB eller mer än 1:{MostRatio}.");
        }

        return (start, end, length, BinaryPrimitives.ReadUInt32LittleEndian(trailer));
    }

    private static string ZeroTerminated(Stream content)
    {
        const int longest = 4_096;
        var text = new StringBuilder();
        for (var b = content.ReadByte(); b > 0; b = content.ReadByte())
        {
            text.Append((char)b); // ISO 8859-1
            if (text.Length > longest)
            {
                break;
            }
        }

        if (text.Length > longest || content.Position == content.Length)
        {
            throw new UnreadableException("archive", "Gzip-huvudet är skadat.");
        }

        return text.ToString();
    }

    // ---- lines

    private void ReadLines(InflatedLines lines, DeliveryBuilder delivery)
    {
        delivery.Columns = new CellColumns(BinsColumn, BinsColumn, BinsColumn, CountColumn);
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

            if (type is "enhet" or "vantetid" && !delivery.CountRow(line.Length, number))
            {
                return;
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
                    ReadWait(root, delivery, number);
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
                    break;
            }
        }

        if (!hasEnd)
        {
            delivery.Findings.Error(
                isFirst ? "manifest" : "row-count",
                isFirst ? "Filen är tom." : "Sista raden ska vara slut. Filen kan vara avkortad.",
                null,
                lines.LineNumber
            );
        }
    }

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
            if (JsonShape.Judge(document.RootElement, text, delivery, number))
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
            if (!IsJson(text) && Fields.HasForbiddenCharacter(text))
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
                    : IsJson(text) ? "header"
                    : "field",
                IsJson(text) ? "Samma nyckel står två gånger på raden." : "Raden är inte ett JSON-objekt.",
                null,
                number
            );
            return null;
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            return true;
        }
        catch (JsonException)
        {
            return false;
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

        if (
            !json.HasExactly(
                "typ",
                "format",
                "formatversion",
                "kalla",
                "referensdatum",
                "skapad",
                "minstaCell",
                "syntetisk"
            ) || json.Header("lagesbild-ncr") is not { } header
        )
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
        if (!json.HasExactly("typ", "hsaid", "namn", "regionkod", "kommunkod", "driftsform"))
        {
            return;
        }

        if (json.Text("namn") is { } name && Fields.HasForbiddenCharacter(name))
        {
            delivery.Findings.Error(
                "encoding",
                "namn innehåller ett styrtecken eller formattecken.",
                null,
                line,
                NameColumn
            );
            return;
        }

        if (json.Text("namn") is { Length: > Fields.LongestText })
        {
            delivery.Findings.Error(
                "too-large",
                $"namn är längre än {Fields.LongestText} tecken.",
                null,
                line,
                NameColumn
            );
            return;
        }

        UnitFields.Declare(
            json.Text("hsaid") ?? "",
            json.Text("namn") ?? "",
            json.Text("regionkod") ?? "",
            json.Text("kommunkod") ?? "",
            json.Text("driftsform") ?? "",
            delivery,
            line,
            HsaIdColumn
        );
    }

    private void ReadWait(JsonElement root, DeliveryBuilder delivery, long line)
    {
        var isMasked =
            root.TryGetProperty("antal", out var count)
            && count.ValueKind == JsonValueKind.String
            && count.ValueEquals("x"u8);
        var json = new JsonShape(root, delivery.Findings, "header", null, line);
        if (
            !(
                isMasked
                    ? json.HasExactly("typ", "hsaid", "kva", "period", "narkos", "antal")
                    : json.HasExactly("typ", "hsaid", "kva", "period", "narkos", "antal", "fack")
            )
        )
        {
            return;
        }

        void Wrong(int column, string message, string code = "field") =>
            delivery.Findings.Error(code, message, null, line, column);
        var hsaId = json.Text("hsaid") ?? "";
        var unit = delivery.FindUnit(Encoding.UTF8.GetBytes(hsaId));
        var procedure = Encoding.UTF8.GetBytes(json.Text("kva") ?? "");
        var period = Fields.ParsePeriod(
            Encoding.UTF8.GetBytes(json.Text("period") ?? ""),
            delivery.Named.ReferenceDate
        );
        var group = Source.IndexOfGroup(json.Text("narkos") ?? "");
        if (unit < 0)
        {
            var isForm = Fields.IsHsaId(hsaId);
            Wrong(
                HsaIdColumn,
                isForm ? "Enheten är inte deklarerad på någon rad enhet." : UnitFields.HsaIdMessage,
                isForm ? "unit-unknown" : "field"
            );
        }
        else if (!Fields.IsProcedureCode(procedure))
        {
            Wrong(ProcedureColumn, "kva ska vara tre versaler, A–Z.");
        }
        else if (period is null)
        {
            Wrong(
                PeriodColumn,
                "period ska vara 30D, 90D, 365D eller en av de 18 hela månaderna före referensdatumets månad (åååå-mm)."
            );
        }
        else if (group < 0)
        {
            Wrong(GroupColumn, "narkos ska vara alla eller ja.");
        }
        else if (delivery.BeginCell(unit, delivery.PlaceOfProcedure(procedure), period.Value, group, line))
        {
            if (isMasked)
            {
                delivery.MaskCell(line);
                delivery.EndCell();
            }
            else
            {
                var promised = ReadBins(root.GetProperty("fack"), count, delivery, line);
                if (promised is null)
                {
                    delivery.SpoilCell();
                }

                delivery.EndCell(promised);
            }
        }
    }

    // What antal promises; null (with a finding) where it or a bin does not parse.
    private static long? ReadBins(JsonElement bins, JsonElement count, DeliveryBuilder delivery, long line)
    {
        const string form = "fack ska vara [från, till, antal] med heltal, till null bara i ett öppet fack.";
        if (JsonShape.WholeNumber(count, int.MaxValue) is not { } promised)
        {
            delivery.Findings.Error("field", "antal ska vara ett heltal eller \"x\".", null, line, CountColumn);
            return null;
        }

        if (bins.ValueKind != JsonValueKind.Array)
        {
            delivery.Findings.Error("field", "fack ska vara en lista.", null, line, BinsColumn);
            return null;
        }

        foreach (var bin in bins.EnumerateArray())
        {
            if (
                bin.ValueKind != JsonValueKind.Array
                || bin.GetArrayLength() != 3
                || JsonShape.WholeNumber(bin[0], Statistics.Bin.LongestWait) is not { } from
                || JsonShape.WholeNumber(bin[2], Fields.LargestBin) is not { } patients
            )
            {
                delivery.Findings.Error("field", form, null, line, BinsColumn);
                return null;
            }

            int? to = null;
            if (bin[1].ValueKind != JsonValueKind.Null)
            {
                to = JsonShape.WholeNumber(bin[1], Statistics.Bin.LongestWait);
                if (to is null)
                {
                    delivery.Findings.Error("field", form, null, line, BinsColumn);
                    return null;
                }
            }

            delivery.AddBin(from, to, patients, line);
        }

        return promised;
    }

    private static void ReadEnd(JsonElement root, DeliveryBuilder delivery, long line)
    {
        var json = new JsonShape(root, delivery.Findings, "header", null, line);
        if (json.HasExactly("typ", "rader") && json.WholeNumber("rader", DeliveryBuilder.MostRows * 2) != line - 1)
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
