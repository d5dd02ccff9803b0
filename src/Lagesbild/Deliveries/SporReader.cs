using System.Text;
using System.Text.Json;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>Reads SPOR's zip of three CSV entries behind a manifest. (docs/leveransformat.md)</summary>
public sealed class SporReader : ISourceReader
{
    private const string MoreThanTold = "Posten packas upp till mer än den uppger.";
    private const string Manifest = "manifest.json";
    private const string Units = "enheter.csv";
    private const string Waits = "vantetid.csv";
    private const string Asa = "asa.csv";
    private const long MostBytes = 2L << 30;
    private const int MostRatio = 200;

    // SE0123456789-A;NGB;30D;14;0;0;5 and its line end: no entry holds more rows with a bin than of this length.
    private const int ShortestWait = 32;
    private const int MostManifestBytes = 64 * 1024;

    private static readonly string[] EntryNames = [Manifest, Units, Waits, Asa];

    public string Extension => ".zip";

    public Source Source { get; } =
        new(
            "SPOR",
            "Svenskt perioperativt register",
            new Bilingual(
                "Från att operationen anmäldes (operationsanmälan) till operationsstart. Endast planerade operationer. Väntan "
                    + "som patienten själv valt ingår, och en sen registrering av anmälan får väntan att se kortare ut.",
                "From the operation being registered (V310) to its start (V565). Planned operations only. Waiting chosen by "
                    + "the patient is included, and a late registration makes the wait look shorter."
            ),
            new Bilingual("från operationsanmälan till operationsstart", "from registration to start of operation"),
            new Bilingual(
                "De flesta opererande enheter i landet. Deltagandet är frivilligt: enheter som inte rapporterar syns inte.",
                "Most surgical units in the country. Participation is voluntary: units that do not report are not seen."
            ),
            [
                new PatientGroup("ALLA", "all", "Alla"),
                new PatientGroup("14", "0-14", "0–14 dagar"),
                new PatientGroup("30", "15-30", "15–30 dagar"),
                new PatientGroup("90", "31-90", "31–90 dagar"),
                new PatientGroup("180", "91-180", "91–180 dagar"),
                new PatientGroup("EJ", "over180-or-none", "Över 180 dagar eller ingen"),
            ],
            "timeLimit",
            "Medicinsk bortre tidsgräns",
            GroupsPartition: true,
            HasAsa: true
        );

    public void Read(Stream content, DeliveryBuilder delivery, CancellationToken cancellationToken)
    {
        var (entries, hasPersonalNumber) = ZipDirectory.Read(content);
        Judge(entries, hasPersonalNumber, delivery.Findings);
        using var manifest = ReadManifest(content, entries[0], delivery);
        if (manifest is null)
        {
            return;
        }

        var files = manifest.RootElement.GetProperty("filer");
        for (var i = 0; i < 3; i++)
        {
            var file = files[i];
            var promised = (
                Rows: file.GetProperty("rader").GetInt64(),
                Sha256: file.GetProperty("sha256").GetString()!.ToLowerInvariant()
            );
            var entry = entries[i + 1];
            delivery.Entry = entry.Name;
            using var lines = new InflatedLines(
                new Slice(content, entry.DataStart, entry.CompressedLength),
                entry.IsDeflated,
                entry.Length,
                entry.Length,
                MoreThanTold,
                cancellationToken
            );
            var rows = entry.Name switch
            {
                Units => ReadUnits(lines, delivery),
                Waits => new SporWaits(delivery, Source).Read(
                    lines,
                    Math.Min(promised.Rows, entry.Length / ShortestWait)
                ),
                _ => ReadAsa(lines, delivery),
            };
            if (rows is null)
            {
                return;
            }

            JudgeEntry(lines.Finish(), entry, rows.Value, promised, delivery);
        }

        delivery.Entry = null;
    }

    private static void Judge(IReadOnlyList<ZipEntry> entries, bool hasPersonalNumber, Findings findings)
    {
        if (hasPersonalNumber)
        {
            throw new UnreadableException(
                "personal-identity-number",
                "Arkivets postnamn, kommentarer eller extrafält innehåller något som ser ut som ett personnummer. "
                    + PersonalIdentityNumber.Advice
            );
        }

        if (!entries.Select(e => e.Name).SequenceEqual(EntryNames))
        {
            var missing = EntryNames.Except(entries.Select(e => e.Name)).ToList();
            if (missing.Contains(Manifest))
            {
                findings.Error("manifest", $"Arkivet saknar {Manifest}, som ska stå först.");
            }

            throw new UnreadableException(
                "archive",
                missing.Count > 0
                    ? $"Arkivet saknar {string.Join(", ", missing)}"
                        + (
                            entries.Count > EntryNames.Length - missing.Count
                                ? " men har poster med andra namn. Posterna ska ligga i roten, utan sökväg, mapp eller arkiv i arkivet."
                                : "."
                        )
                    : $"Arkivet ska innehålla exakt {string.Join(", ", EntryNames)}, i den ordningen, i sin rot."
            );
        }

        foreach (var entry in entries)
        {
            if (entry.Length > entry.CompressedLength * MostRatio)
            {
                throw new UnreadableException("archive", $"{entry.Name} packas upp mer än 1:{MostRatio}.");
            }
        }

        if (entries.Sum(e => e.Length) > MostBytes)
        {
            throw new UnreadableException("archive", "Arkivet packas upp till mer än 2 GiB.");
        }
    }

    private static void JudgeEntry(
        InflatedEntry inflated,
        ZipEntry entry,
        long rows,
        (long Rows, string Sha256) promised,
        DeliveryBuilder delivery
    )
    {
        if (inflated.Crc32 != entry.Crc32)
        {
            delivery.Findings.Error(
                "archive",
                "Posten är skadad, troligen i överföringen: kontrollsumman stämmer inte. Skicka filen igen.",
                entry.Name
            );
        }

        if (inflated.Sha256 != promised.Sha256)
        {
            delivery.Findings.Error(
                "checksum",
                "Postens sha256 är en annan än manifestets. Den ska räknas på den uppackade posten.",
                entry.Name
            );
        }

        if (rows != promised.Rows)
        {
            delivery.Findings.Error(
                "row-count",
                $"Posten har {rows} datarader, manifestet säger {promised.Rows}. "
                    + (
                        promised.Rows == rows + 1
                            ? "Rubrikraden verkar vara räknad; den ska inte vara det."
                            : "Filen kan vara avkortad."
                    ),
                entry.Name
            );
        }
    }

    // ---- manifest.json

    private JsonDocument? ReadManifest(Stream content, ZipEntry entry, DeliveryBuilder delivery)
    {
        delivery.Entry = Manifest;
        if (entry.Length > MostManifestBytes)
        {
            throw new UnreadableException("manifest", "Manifestet är större än något giltigt manifest.");
        }

        var text = new MemoryStream();
        using (
            var lines = new InflatedLines(
                new Slice(content, entry.DataStart, entry.CompressedLength),
                entry.IsDeflated,
                entry.Length,
                entry.Length,
                MoreThanTold,
                CancellationToken.None
            )
        )
        {
            while (lines.Next(out var line))
            {
                text.Write(line);
                text.WriteByte((byte)'\n');
            }

            var inflated = lines.Finish();
            if (inflated.Length != entry.Length || inflated.Crc32 != entry.Crc32)
            {
                throw new UnreadableException(
                    "archive",
                    "Posten är skadad, troligen i överföringen: längd eller kontrollsumma stämmer inte. Skicka filen igen."
                );
            }
        }

        var bytes = WithoutMark(text.GetBuffer().AsSpan(0, (int)text.Length));
        var json = Fields.Decode(bytes);
        if (json is null)
        {
            JsonShape.JudgeRaw(Encoding.UTF8.GetString(bytes), delivery, null);
            throw new UnreadableException("encoding", "Manifestet är inte giltig UTF-8.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(
                json,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 }
            );
        }
        catch (InvalidOperationException)
        {
            JsonShape.ComplainOfSurrogate(json, delivery, null);
            return null;
        }
        catch (JsonException notJson)
        {
            JsonShape.JudgeRaw(json, delivery, null);
            throw new UnreadableException(
                "manifest",
                string.IsNullOrWhiteSpace(json) ? "Manifestet är tomt."
                    : JsonShape.IsJson(json)
                        ? "Samma nyckel står två gånger i manifestet"
                            + JsonShape.Twice(json, [.. JsonShape.HeaderKeys, "filer", "namn", "rader", "sha256"])
                    : "Manifestet är inte JSON. Kommentarer och avslutande komman får inte finnas.",
                notJson.LineNumber + 1
            );
        }

        if (JsonShape.Judge(document.RootElement, json, delivery, null) && IsManifest(document.RootElement, delivery))
        {
            return document;
        }

        document.Dispose();
        return null;
    }

    private bool IsManifest(JsonElement root, DeliveryBuilder delivery)
    {
        var json = new JsonShape(root, delivery.Findings, "manifest", Manifest, null);
        if (!json.HasExactly([.. JsonShape.HeaderKeys, "filer"]))
        {
            return false;
        }

        var header = json.Header("lagesbild-spor");
        var files = root.GetProperty("filer");
        if (files.ValueKind != JsonValueKind.Array || files.GetArrayLength() != 3)
        {
            json.Complain("filer ska lista enheter.csv, vantetid.csv och asa.csv.");
            return false;
        }

        for (var i = 0; i < 3; i++)
        {
            var file = new JsonShape(files[i], delivery.Findings, "manifest", Manifest, null);
            if (!file.HasExactly("namn", "rader", "sha256"))
            {
                return false;
            }

            var complaint =
                file.Text("namn") != EntryNames[i + 1]
                    ? "namn är ett annat: filer ska lista enheter.csv, vantetid.csv och asa.csv i den ordningen."
                : file.WholeNumber("rader", int.MaxValue) is null ? "rader ska vara ett heltal."
                : file.Text("sha256") is not { Length: 64 } sha || !sha.All(char.IsAsciiHexDigit)
                    ? "sha256 ska vara 64 hexadecimala siffror."
                : null;
            if (complaint is not null)
            {
                json.Complain($"filer, {EntryNames[i + 1]}: {complaint}");
                return false;
            }
        }

        if (header is not { } known)
        {
            return false;
        }

        if (known.Source != Source.Code)
        {
            delivery.Findings.Error("file-name", "kalla i manifestet är inte källan i filens namn.", Manifest);
        }

        delivery.SetHeader(known.ReferenceDate, known.CreatedAt, known.IsSynthetic, null);
        return true;
    }

    // ---- enheter.csv and asa.csv: small, so read as texts

    private static long? ReadUnits(InflatedLines lines, DeliveryBuilder delivery)
    {
        if (!CsvHeader.Has(lines, "hsaid;namn;regionkod;kommunkod;driftsform", delivery))
        {
            return null;
        }

        long rows = 0;
        while (lines.Next(out var line))
        {
            delivery.CountRow(line.Length, lines.LineNumber);
            rows++;
            if (CsvRow.Read(line, 5, delivery, lines.LineNumber) is { } row)
            {
                UnitFields.Declare(row[0], row[1], row[2], row[3], row[4], delivery, lines.LineNumber, 1);
            }
            else
            {
                delivery.LoseUnit();
            }
        }

        return rows;
    }

    private static long? ReadAsa(InflatedLines lines, DeliveryBuilder delivery)
    {
        if (!CsvHeader.Has(lines, "hsaid;kva;kand;asa34", delivery))
        {
            return null;
        }

        long rows = 0;
        while (lines.Next(out var line))
        {
            delivery.CountRow(line.Length, lines.LineNumber);
            rows++;
            if (CsvRow.Read(line, 4, delivery, lines.LineNumber) is { } row)
            {
                ReadAsaRow(row, delivery, lines.LineNumber);
            }
        }

        return rows;
    }

    private static void ReadAsaRow(string[] row, DeliveryBuilder delivery, long line)
    {
        var unit = SporWaits.UnitOf(row[0], delivery, line);
        var code = Encoding.UTF8.GetBytes(row[1]);
        if (!Fields.IsProcedureCode(code))
        {
            delivery.Findings.Error("field", "kva ska vara tre versaler, A–Z.", Asa, line, 2);
            return;
        }

        var known = ParseCount(row[2]);
        var asa34 = row[3] == "<5" ? 1 : ParseCount(row[3]);
        if ((known is null && row[2] != "x") || (asa34 is null && row[3] != "x"))
        {
            delivery.Findings.Error(
                "field",
                "kand ska vara ett heltal eller x, asa34 ett heltal, <5 eller x.",
                Asa,
                line,
                known is null && row[2] != "x" ? 3 : 4
            );
            return;
        }

        if (unit < 0)
        {
            return;
        }

        if (known is null)
        {
            if (asa34 is not null)
            {
                delivery.Findings.Error("asa", "När kand är x ska asa34 också vara x.", Asa, line, 4);
            }

            delivery.AddAsa(unit, delivery.PlaceOfProcedure(code), AsaCount.Masked(0), line);
            return;
        }

        var asa =
            asa34 is null ? AsaCount.Masked(known.Value)
            : row[3] == "<5" ? AsaCount.FewerThanFive(known.Value)
            : AsaCount.Exact(known.Value, asa34.Value);
        if (
            known is >= 1 and < DeliveryBuilder.SmallestCell
            || (row[3] != "<5" && asa34 is >= 1 and < DeliveryBuilder.SmallestCell)
        )
        {
            delivery.Findings.Error(
                "below-minimum",
                "Ett antal mellan 1 och 4 får inte synas: skicka x (kand) eller <5 (asa34).",
                Asa,
                line,
                known is >= 1 and < DeliveryBuilder.SmallestCell ? 3 : 4
            );
        }
        else if (asa34 > known || (asa34 is null && known == 0)) // `<5` and `x` count as one at least
        {
            delivery.Findings.Error(
                "asa",
                "asa34 är större än kand." + (row[3] is "x" or "<5" ? " Undertryckt (x eller <5) är minst en." : ""),
                Asa,
                line,
                4
            );
        }
        else if (row[3] != "<5" && asa34 is { } visible && known - visible is >= 1 and < DeliveryBuilder.SmallestCell)
        {
            delivery.Findings.Error(
                "derivable",
                "kand minus asa34 är mellan 1 och 4: de friskares antal går att räkna ut. Skicka asa34 som x.",
                Asa,
                line,
                4
            );
        }

        delivery.AddAsa(unit, delivery.PlaceOfProcedure(code), asa, line);
    }

    private static int? ParseCount(string text) =>
        Fields.TryWholeNumber(Encoding.UTF8.GetBytes(text), Fields.LargestBin * 100, out var value) ? value : null;

    internal static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? text[3..] : text;
}
