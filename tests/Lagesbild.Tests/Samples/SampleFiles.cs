using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Tests.Deliveries;

namespace Lagesbild.Tests.Samples;

/// <summary>
/// Every sample of a finding, made from the same good deliveries by one change each. Entries are stored, not deflated, so
/// that the bytes are the same whatever the library. All units, figures and personal numbers are invented (the numbers are
/// those that the tax agency gives as examples).
/// </summary>
internal static class SampleFiles
{
    private const string Units = "enheter.csv";
    private const string Waits = "vantetid.csv";
    private const string Asa = "asa.csv";
    private const string Person = "19811228-9874";

    public static IReadOnlyList<Sample> All { get; } = [.. Refused(), .. Warned(), .. Held()];

    private static IEnumerable<Sample> Refused()
    {
        // ---- the file, the archive, the promises
        yield return Spor("file-name", f => f.Manifest["referensdatum"] = "2026-11-20");
        yield return Spor("file-name", f => f.Manifest["kalla"] = "NCR", 2);
        yield return Ncr("file-name", f => f.Lines[0]["referensdatum"] = "2026-11-20");

        yield return Spor("archive", bytes => bytes[..(bytes.Length * 2 / 3)]);
        yield return Spor("archive", f => f.Pack = entries => entries.SkipLast(1), 2);
        yield return Spor("archive", f => f.Pack = entries => [.. entries, ("tillagg.csv", "a;b\n"u8.ToArray())], 3);
        yield return Spor("archive", bytes => [.. bytes, .. "mer"u8], 4);
        yield return Spor("archive", SayThatItExpands, 5);
        yield return Spor("archive", Encrypt, 6);
        yield return Spor(
            "archive",
            f => f.Pack = entries => entries.Select(e => e.Name == Waits ? ("mapp/" + Waits, e.Content) : e),
            7
        );
        yield return Ncr("archive", bytes => bytes[..(bytes.Length * 2 / 3)]);
        yield return Ncr("archive", bytes => [.. bytes, .. bytes], 2);
        yield return Ncr("archive", bytes => [.. bytes, 0], 3);

        yield return Spor("manifest", f => f.Manifest.Remove("skapad"));
        yield return Spor("manifest", f => f.Manifest["minstaCell"] = 4, 2);
        yield return Spor("manifest", f => f.Encode = Text("manifest.json", t => t[..^1]), 3);
        yield return Spor("manifest", f => f.Pack = entries => entries.Skip(1), 4);
        yield return Ncr("manifest", f => f.Lines[0]["formatversion"] = 2);

        yield return Spor("checksum", f => f.Promise = m => m["filer"]![1]!["sha256"] = new string('0', 64));

        yield return Spor("row-count", f => f.Promise = m => m["filer"]![1]!["rader"] = 4_711);
        yield return Ncr("row-count", f => f.WithEnd = false);

        // ---- lines and fields
        yield return Spor("header", f => f.Waits[0] = "hsaid;kva;period;tidsgräns;fran;till;antal");
        yield return Ncr("header", f => f.Lines[3]["kommentar"] = "");

        yield return Spor(
            "encoding",
            f =>
                f.Encode = (name, bytes) =>
                    name == Units ? Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(bytes)) : bytes
        );
        yield return Ncr("encoding", f => f.Lines[1]["namn"] = "Exempelkliniken\u202E Ögon");

        yield return Spor(
            "field",
            f =>
            {
                f.Change(Units, 2, 3, "1");
                f.Change(Waits, 3, 3, "90d");
                f.Change(Waits, 4, 7, "1 000");
                f.Change(Waits, 9, 2, "NGB40");
                f.Insert(Waits, 12, "");
                f.Change(Asa, 2, 4, "5.0");
            }
        );
        yield return Ncr(
            "field",
            f => f.Write = t => t.Replace("\"antal\":23", "\"antal\":23.0", StringComparison.Ordinal)
        );

        yield return Spor("unit-unknown", f => f.Change(Waits, 4, 1, "SE2321000180-EX99"));
        yield return Ncr("unit-unknown", f => f.Lines.Insert(2, f.Lines[1].DeepClone()));

        yield return Spor("region-mismatch", f => f.Change(Units, 2, 4, "1480"));
        yield return Ncr("region-mismatch", f => f.Lines[1]["regionkod"] = "14");

        // ---- cells
        yield return Spor("cell-duplicate", f => f.Insert(Waits, 7, SporFile.Falun + ";NGB;90D;ALLA;14;20;5"));
        yield return Ncr("cell-duplicate", f => f.Lines.Insert(4, f.Lines[3].DeepClone()));

        yield return Spor("bin-order", f => f.Change(Waits, 5, 5, "6"));
        yield return Ncr("bin-order", f => f.Lines[3]["fack"] = JsonNode.Parse("[[7,13,19],[0,6,4]]"));

        yield return Ncr("count-mismatch", f => f.Lines[3]["antal"] = 24);

        yield return Spor(
            "open-bin",
            f =>
            {
                f.Change(Waits, 11, 5, "350");
                f.Change(Waits, 15, 5, "350");
            }
        );
        yield return Ncr("open-bin", f => f.Lines[3]["fack"] = JsonNode.Parse("[[0,6,3],[7,13,19],[350,null,1]]"));

        yield return Spor(
            "below-minimum",
            f =>
            {
                f.Change(Waits, 2, 7, "4");
                f.Change(Waits, 3, 7, "4");
                f.Change(Asa, 2, 4, "3");
            }
        );
        yield return Ncr(
            "below-minimum",
            f =>
            {
                f.Lines[4]["antal"] = 4;
                f.Lines[4]["fack"] = JsonNode.Parse("[[7,13,4]]");
            }
        );

        // ---- sums
        yield return Spor("group-sum", f => f.Change(Waits, 3, 7, "6"));
        yield return Ncr(
            "group-sum",
            f =>
            {
                f.Lines[4]["antal"] = 24;
                f.Lines[4]["fack"] = JsonNode.Parse("[[7,13,24]]");
            }
        );

        yield return Spor(
            "window-sum",
            f =>
            {
                f.Change(Waits, 2, 7, "50");
                f.Change(Waits, 3, 7, "50");
            }
        );
        yield return Ncr("window-sum", f => f.Lines.RemoveRange(7, 2));

        yield return Spor("asa", f => f.Asa.RemoveAt(1));
        yield return Spor("asa", f => f.Change(Asa, 2, 3, "26"), 2);
        yield return Spor("asa", f => f.Asa.Add(SporFile.Gothenburg + ";NGB;10;5"), 3);

        yield return Spor("derivable", OneMaskedGroup);
        yield return Spor("derivable", f => f.Change(Asa, 2, 4, "21"), 2);
        yield return Spor("derivable", MonthsFillTheYear, 3);
        yield return Spor("derivable", MonthsAndYearTogether, 4);
        yield return Ncr(
            "derivable",
            f =>
            {
                f.Lines[4]["antal"] = 20;
                f.Lines[4]["fack"] = JsonNode.Parse("[[7,13,20]]");
                f.Lines[6]["antal"] = 20;
                f.Lines[6]["fack"] = JsonNode.Parse("[[7,13,20]]");
                f.Lines[8]["antal"] = 20;
                f.Lines[8]["fack"] = JsonNode.Parse("[[7,13,20]]");
            }
        );

        // ---- what must not be here
        yield return Spor("personal-identity-number", f => f.Change(Units, 2, 2, "Exempelmottagningen " + Person));
        yield return Spor("personal-identity-number", f => f.Change(Waits, 4, 7, "8112289874"), 2);
        yield return Spor("personal-identity-number", f => f.Promise = m => m["811288-9871"] = 1, 3);
        yield return Spor("personal-identity-number", f => f.Pack = e => [.. e, (Person + ".csv", [])], 4);
        yield return Spor("personal-identity-number", Commented, 5);
        yield return Ncr("personal-identity-number", f => f.Lines[1]["namn"] = "Exempelögon ٨١١٢٢٨\u20119874");
        yield return Ncr("personal-identity-number", f => f.Lines[3]["antal"] = 198112289874, 2);
        yield return Ncr("personal-identity-number", Named, 3);

        yield return Spor("synthetic", _ => { }) with
        {
            NeedsService = true,
            InProduction = true,
        };

        yield return Spor("too-large", f => f.Change(Units, 2, 2, new string('E', 201)));
        yield return Ncr("too-large", f => f.Lines[1]["namn"] = new string('E', 201));

        yield return Spor(
            "empty",
            f =>
            {
                f.Waits.RemoveRange(1, f.Waits.Count - 1);
                f.Asa.RemoveRange(1, 3);
                f.Cell(SporFile.Falun, "NGB", "365D");
            }
        );
        yield return Ncr("empty", f => f.Lines.RemoveRange(3, f.Lines.Count - 3));

        yield return Dated("refused", "reference-date", "2099-12-31", 5, 200, "14,20", "21,27");
        yield return Dated("refused", "reference-date", "2026-11-20", 5, 200, "14,20", "21,27") with
        {
            Before = Country("2026-11-21", 5, 200, "14,20", "21,27"),
            NeedsService = true,
        };
    }

    private static IEnumerable<Sample> Warned()
    {
        yield return Spor("derivable-window", ThreeMoreInNinetyDays) with
        {
            Outcome = "warned",
        };
        yield return Spor("unit-silent", f => f.Waits.RemoveRange(1, 2)) with
        {
            Outcome = "warned",
        };
        yield return Ncr("unit-silent", f => f.Lines.RemoveRange(3, 2)) with
        {
            Outcome = "warned",
        };
        yield return Spor("procedure-unknown", f => Rename(f, "NFB", "ZZZ")) with
        {
            Outcome = "warned",
        };
        yield return Spor("procedure-wrong-source", f => Rename(f, "NFB", "CJE")) with
        {
            Outcome = "warned",
        };
        yield return Ncr("bin-width", f => f.Lines[3]["fack"] = JsonNode.Parse("[[0,29,22],[364,null,1]]")) with
        {
            Outcome = "warned",
        };
        yield return Dated("warned", "unit-renamed", "2026-11-22", 5, 200, "14,20", "21,27") with
        {
            Before = Country("2026-11-21", 5, 200, "14,20", "21,27", "Exempelögon"),
            NeedsService = true,
        };
    }

    private static IEnumerable<Sample> Held()
    {
        var before = Country("2026-11-21", 5, 200, "14,20", "21,27");
        Sample Against(Sample sample) => sample with { Before = before, NeedsService = true };
        yield return Against(Dated("held", "unit-drop", "2026-11-22", 4, 250, "14,20", "21,27"));
        yield return Against(Dated("held", "volume-change", "2026-11-22", 5, 260, "14,20", "21,27"));
        yield return Against(Dated("held", "median-shift", "2026-11-22", 5, 200, "28,34", "35,41"));
        // A sole trader's: the ten digits are a person's.
        yield return Ncr(
            "personal-identity-number",
            f =>
            {
                foreach (var line in f.Lines.Where(l => (string?)l["hsaid"] == NcrFile.Gothenburg))
                {
                    line["hsaid"] = "SE8112289874-EX42";
                }
            }
        ) with
        {
            Outcome = "held",
        };
    }

    // ---- how they are changed

    private static void OneMaskedGroup(SporFile file)
    {
        file.Waits.RemoveAll(row => row.StartsWith(SporFile.Gothenburg + ";NFB;365D;EJ", StringComparison.Ordinal));
        file.Waits.Add(SporFile.Gothenburg + ";NFB;365D;14;;;x");
        file.Waits.Add(SporFile.Gothenburg + ";NFB;365D;30;21;27;31");
    }

    // Nine patients in two masked groups of the year, and nine masked months of those groups: one patient in each. The
    // others were operated in the last days of November.
    private static void MonthsFillTheYear(SporFile file)
    {
        file.Cells("JKA", "365D", ("ALLA", 60), ("14", null), ("30", null), ("EJ", 51));
        file.Cells("JKA", "2025-11", ("ALLA", 51), ("EJ", 51));
        string[] months = ["2025-12", .. Enumerable.Range(1, 8).Select(month => $"2026-0{month}")];
        foreach (var month in months)
        {
            file.Cells("JKA", month, ("ALLA", null), (string.CompareOrdinal(month, "2026-04") < 0 ? "14" : "30", null));
        }

        file.Asa.Add(SporFile.Falun + ";JKA;60;20");
    }

    // February: 43 − 20 − (its 14 and 30, which are the year's 20 + 20 less March's 40 − 20) = 3 of group 90.
    private static void MonthsAndYearTogether(SporFile file)
    {
        file.Cells("JKA", "365D", ("ALLA", 123), ("14", 20), ("30", 20), ("90", null), ("EJ", null));
        file.Cells("JKA", "2026-02", ("ALLA", 43), ("14", null), ("30", null), ("90", null), ("EJ", 20));
        file.Cells("JKA", "2026-03", ("ALLA", 40), ("14", null), ("30", null), ("EJ", 20));
        file.Cells("JKA", "2026-04", ("ALLA", 40), ("90", null), ("EJ", null));
        file.Asa.Add(SporFile.Falun + ";JKA;0;0");
    }

    private static void ThreeMoreInNinetyDays(SporFile file)
    {
        file.Waits.RemoveAll(row => row.StartsWith(SporFile.Mora + ";NGB;90D", StringComparison.Ordinal));
        file.Cell(SporFile.Mora, "NGB", "90D", "84;90;9");
    }

    private static void Rename(SporFile file, string from, string to)
    {
        foreach (var rows in (List<string>[])[file.Waits, file.Asa])
        {
            for (var i = 1; i < rows.Count; i++)
            {
                rows[i] = rows[i].Replace($";{from};", $";{to};", StringComparison.Ordinal);
            }
        }
    }

    private static Func<string, byte[], byte[]> Text(string entry, Func<string, string> write) =>
        (name, bytes) => name == entry ? Encoding.UTF8.GetBytes(write(Encoding.UTF8.GetString(bytes))) : bytes;

    // Both headers of vantetid.csv promise three hundred times what is there.
    private static byte[] SayThatItExpands(byte[] zip)
    {
        ForHeaders(
            zip,
            (at, isLocal) => BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at + (isLocal ? 8 : 10)), 8)
        );
        ForHeaders(
            zip,
            (at, isLocal) =>
            {
                var length = zip.AsSpan(at + (isLocal ? 22 : 24));
                BinaryPrimitives.WriteUInt32LittleEndian(length, 300 * BinaryPrimitives.ReadUInt32LittleEndian(length));
            }
        );
        return zip;
    }

    private static byte[] Encrypt(byte[] zip)
    {
        ForHeaders(zip, (at, isLocal) => zip[at + (isLocal ? 6 : 8)] |= 1);
        return zip;
    }

    private static void ForHeaders(byte[] zip, Action<int, bool> change)
    {
        var name = Encoding.ASCII.GetBytes(Waits);
        for (var at = 46; at + name.Length < zip.Length; at++)
        {
            var isName = zip.AsSpan(at).StartsWith(name);
            if (isName && zip.AsSpan(at - 30).StartsWith("PK\u0003\u0004"u8))
            {
                change(at - 30, true);
            }
            else if (isName && zip.AsSpan(at - 46).StartsWith("PK\u0001\u0002"u8))
            {
                change(at - 46, false);
            }
        }
    }

    private static byte[] Commented(byte[] zip)
    {
        var comment = Encoding.UTF8.GetBytes("skickad av " + Person);
        return [.. zip[..^2], .. BitConverter.GetBytes((ushort)comment.Length), .. comment];
    }

    private static byte[] Named(byte[] gzip) =>
        [.. gzip[..3], 8, .. gzip[4..10], .. Encoding.ASCII.GetBytes(Person + ".jsonl"), 0, .. gzip[10..]];

    // ---- how they are made

    private static Sample Spor(string code, Action<SporFile> change, int number = 1) =>
        Spor(code, change, b => b, number);

    private static Sample Spor(string code, Func<byte[], byte[]> change, int number = 1) =>
        Spor(code, _ => { }, change, number);

    private static Sample Spor(string code, Action<SporFile> change, Func<byte[], byte[]> pack, int number)
    {
        var file = SporFile.Good();
        file.Compression = CompressionLevel.NoCompression;
        change(file);
        return new Sample("refused", code, $"SPOR_2026-11-21{Correction(number)}.zip", pack(file.ToBytes()));
    }

    private static Sample Ncr(string code, Action<NcrFile> change, int number = 1) => Ncr(code, change, b => b, number);

    private static Sample Ncr(string code, Func<byte[], byte[]> change, int number = 1) =>
        Ncr(code, _ => { }, change, number);

    private static Sample Ncr(string code, Action<NcrFile> change, Func<byte[], byte[]> pack, int number)
    {
        var file = NcrFile.Good();
        change(file);
        return new Sample(
            "refused",
            code,
            $"NCR_2026-11-21{Correction(number)}.jsonl.gz",
            pack(NcrFile.Stored(Encoding.UTF8.GetBytes(file.ToText())))
        );
    }

    private static Sample Dated(
        string outcome,
        string code,
        string date,
        int units,
        int patients,
        string firstWeek,
        string secondWeek
    )
    {
        var (name, content) = Country(date, units, patients, firstWeek, secondWeek);
        return new Sample(outcome, code, name, content);
    }

    /// <summary>So many units with so many patients each, half of them in either week.</summary>
    private static (string Name, byte[] Content) Country(
        string date,
        int units,
        int patients,
        string firstWeek,
        string secondWeek,
        string name = "Exempelkliniken"
    )
    {
        var file = new NcrFile();
        file.Lines[0]["referensdatum"] = date;
        file.Lines[0]["skapad"] = date + "T23:40:00+01:00";
        string Unit(int i) => $"SE2321000180-EX5{i}";
        for (var i = 0; i < units; i++)
        {
            file.Unit(Unit(i), $"{name} {(char)('A' + i)}", "20", "2080", "privat");
        }

        for (var i = 0; i < units; i++)
        {
            var bins = $"[[{firstWeek},{patients / 2}],[{secondWeek},{patients / 2}]]";
            file.Cell(Unit(i), "CJE", "365D", "alla", bins, patients);
        }

        return ($"NCR_{date}.jsonl.gz", NcrFile.Stored(Encoding.UTF8.GetBytes(file.ToText())));
    }

    private static string Correction(int number) =>
        number == 1 ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"_{number}");
}
