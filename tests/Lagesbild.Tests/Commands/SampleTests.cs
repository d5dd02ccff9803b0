using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lagesbild.Catalogue;
using Lagesbild.Commands.Samples;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Commands;

/// <summary>
/// Holds what the generator writes against the format's rules, read from the finished file by code of its own.
/// </summary>
public sealed class SampleTests
{
    private const int Masked = -1;

    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();

    public static TheoryData<string, string, int, int, int, bool> Requests =>
        new()
        {
            // source, date, units, procedures, seed, national
            { "SPOR", "2026-11-21", 46, 111, 1, false },
            { "SPOR", "2026-11-21", 6, 111, 2, true },
            { "SPOR", "2026-02-28", 20, 40, 3, false },
            { "SPOR", "2024-02-29", 3, 111, 4, true },
            { "SPOR", "2026-08-31", 30, 30, 5, false },
            { "SPOR", "2026-01-01", 30, 60, 6, false },
            { "SPOR", "2026-03-29", 109, 4, 7, true },
            { "SPOR", "2025-12-31", 46, 20, 8, false },
            { "SPOR", "2026-07-31", 1, 1, 9, true },
            { "SPOR", "2027-05-15", 40, 50, 10, false },
            { "NCR", "2026-11-21", 18, 3, 1, false },
            { "NCR", "2026-11-21", 60, 3, 2, true },
            { "NCR", "2024-02-29", 60, 3, 3, false },
            { "NCR", "2026-08-15", 30, 2, 4, true },
            { "NCR", "2026-01-31", 60, 3, 5, false },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public void No_cell_breaks_a_rule_of_the_format(
        string source,
        string date,
        int units,
        int procedures,
        int seed,
        bool national
    )
    {
        var request = Request(source, date, units, procedures, seed, national);
        var delivery = ReadBack(request, Make(request).Bytes);
        Assert.NotEmpty(delivery.Cells);
        Assert.DoesNotContain(delivery.Cells.Values, count => count is not Masked and < 5);
        foreach (var pair in delivery.Cells.GroupBy(c => (c.Key.Unit, c.Key.Procedure)))
        {
            var cells = pair.ToDictionary(c => (c.Key.Period, c.Key.Group), c => c.Value);
            foreach (var period in cells.Keys.Select(k => k.Period).Distinct())
            {
                if (source == "SPOR")
                {
                    ExpectPartition(cells, period);
                }
                else
                {
                    ExpectPart(cells, period);
                }
            }

            foreach (var group in cells.Keys.Select(k => k.Group).Distinct())
            {
                ExpectWindows(cells, group, request.ReferenceDate);
            }

            if (source == "SPOR")
            {
                ExpectAsa(delivery, pair.Key, cells.GetValueOrDefault(("365D", "ALLA")));
            }
        }

        Assert.Equal(
            source == "SPOR" ? delivery.Cells.Count(c => c.Key is { Period: "365D", Group: "ALLA" } && c.Value > 0) : 0,
            delivery.Asa.Count
        );
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void The_service_accepts_it_without_error_or_warning(
        string source,
        string date,
        int units,
        int procedures,
        int seed,
        bool national
    )
    {
        var request = Request(source, date, units, procedures, seed, national);
        var made = Make(request);
        using var content = new MemoryStream(made.Bytes);
        var result = SourceReaders.Standard.Read(
            request.FileName,
            content,
            new ReadContext(Catalogue, request.ReferenceDate.AddDays(1), AllowSynthetic: true),
            source,
            TestContext.Current.CancellationToken
        );

        // After the holidays a small sample may have a unit that has not begun again.
        var mayRest = request.ReferenceDate.Month is >= 7 and <= 9;
        Assert.DoesNotContain(result.Findings.Counts.Keys, code => code != "unit-silent" || !mayRest);
        Assert.NotNull(result.Contents);
        Assert.Equal(made.Counts.Units, result.Counts!.Units);
        Assert.Equal(made.Counts.Rows, result.Counts.Rows);
        Assert.Equal(made.Counts.Cells, result.Counts.Cells);
        Assert.Equal(made.Counts.Masked, result.Counts.MaskedCells);
        Assert.Equal(made.Counts.Operations, result.Counts.Operations);
    }

    [Theory]
    [InlineData("SPOR")]
    [InlineData("NCR")]
    public void The_same_request_gives_the_same_bytes_in_any_culture(string source)
    {
        var request = Request(source, "2026-11-21", 6, 20, 1, false);
        var expected = Make(request).Bytes;
        var before = CultureInfo.CurrentCulture;
        try
        {
            foreach (var culture in (string[])["sv-SE", "ar-SA", "fa-IR", "tr-TR"])
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                Assert.Equal(expected, Make(request).Bytes);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.NotEqual(expected, Make(request with { Seed = 2 }).Bytes);
    }

    [Fact]
    public void One_unit_or_procedure_more_changes_no_other()
    {
        var few = ReadBack(Request("SPOR", "2026-11-21", 5, 20, 1, false));
        var more = ReadBack(Request("SPOR", "2026-11-21", 9, 30, 1, false));
        Assert.All(few.Cells, cell => Assert.Equal(cell.Value, more.Cells[cell.Key]));
        Assert.True(more.Cells.Count > few.Cells.Count);
    }

    [Theory]
    [InlineData("SPOR", 40)]
    [InlineData("NCR", 15)]
    public void Units_are_examples_in_every_part_of_the_country(string source, int least)
    {
        var units = SampleUnit.Of(Catalogue, source).Select(u => u.Delivered).ToList();
        Assert.True(units.Count >= least);
        Assert.Equal(units.Count, units.Select(u => u.HsaId).Distinct().Count());
        Assert.Equal(units.Count, units.Select(u => u.Name).Distinct().Count());
        Assert.All(units, unit => Assert.StartsWith("Exempel", unit.Name, StringComparison.Ordinal));
        Assert.All(units, unit => Assert.Matches(@"^SE\d{2}[2-9]\d{7}-EX\d{2}$", unit.HsaId));
        Assert.All(units, unit => Assert.Equal(unit.RegionCode, unit.MunicipalityCode[..2]));
        Assert.Equal(Enum.GetValues<Operator>().Order(), units.Take(least).Select(u => u.Operator).Distinct().Order());
        if (source == "SPOR")
        {
            Assert.Equal(21, units.Take(least).Select(u => u.RegionCode).Distinct().Count());
        }
    }

    [Fact]
    public void All_core_procedures_have_a_shape()
    {
        var shaped = SampleProcedure.Of(Catalogue, "SPOR").Concat(SampleProcedure.Of(Catalogue, "NCR"));
        Assert.Equal(
            Catalogue.Procedures.Where(p => p.IsCore).Select(p => p.Code).Order(),
            shaped.Select(p => p.Procedure.Code).Order()
        );
    }

    [Fact]
    public void Two_units_have_stopped_reporting()
    {
        var request = Request("SPOR", "2026-11-21", 46, 111, 1, false);
        var delivery = ReadBack(request);
        var silent = delivery
            .Cells.GroupBy(c => c.Key.Unit)
            .Where(unit => unit.All(c => c.Key.Period is not ("30D" or "90D")))
            .ToList();
        Assert.Equal(2, silent.Count);
        Assert.Single(silent, unit => unit.Any(c => c.Key.Period == "365D"));
        Assert.Single(silent, unit => unit.All(c => c.Key.Period != "365D"));
    }

    [Fact]
    public void Volumes_and_waits_have_the_countrys_shape()
    {
        var request = Request("SPOR", "2026-11-21", int.MaxValue, int.MaxValue, 1, true);
        var delivery = ReadBack(request);
        Assert.True(delivery.Rows >= 3_000_000, $"{delivery.Rows} rows");
        Assert.InRange(Volume("NFB"), 17_700, 21_700);
        Assert.InRange(Volume("NGB"), 18_500, 22_500);
        Assert.InRange(Volume("JKA"), 12_800, 15_600);
        Assert.InRange(Volume("JAB"), 14_400, 17_600);
        Assert.InRange(Median(_ => true, "365D"), 55, 70);
        Assert.InRange(Median(unit => unit.Region == "24", "365D"), 80, 120);
        Assert.InRange(Median(unit => unit.Region == "06", "365D"), 22, 38);
        Assert.True(
            Median(unit => unit.Operator == "privat", "365D") < Median(unit => unit.Operator == "offentlig", "365D")
        );
        Assert.True(Within90("2026-08") < Within90("2026-06") - 0.08);
        Assert.True(Total("2026-07") < 0.5 * Total("2026-05"));

        long Volume(string code) =>
            delivery
                .Cells.Where(c => c.Key is { Period: "365D", Group: "ALLA" } && c.Key.Procedure == code && c.Value > 0)
                .Sum(c => (long)c.Value);

        double Median(Func<(string Region, string Operator), bool> which, string period)
        {
            var waits = Waits(which, period);
            var half = waits.Values.Sum() / 2.0;
            return waits.SkipWhile(bin => (half -= bin.Value) > 0).First().Key;
        }

        double Within90(string period) =>
            (double)Waits(_ => true, period).Where(b => b.Key < 91).Sum(b => b.Value) / Total(period);

        long Total(string period) => Waits(_ => true, period).Values.Sum();

        SortedDictionary<int, long> Waits(Func<(string, string), bool> which, string period)
        {
            var waits = new SortedDictionary<int, long>();
            foreach (var (key, count) in delivery.Waits)
            {
                if (key.Period == period && which(delivery.Units[key.Unit]))
                {
                    waits[key.From] = waits.GetValueOrDefault(key.From) + count;
                }
            }

            return waits;
        }
    }

    [Fact]
    public void Cataract_waits_have_their_registers_shape()
    {
        var delivery = ReadBack(Request("NCR", "2026-11-21", int.MaxValue, int.MaxValue, 1, true));
        var year = delivery.Waits.Where(w => w.Key.Period == "365D").ToList();
        double total = year.Sum(w => w.Value);
        Assert.InRange(total, 140_000, 178_000);
        Assert.InRange(
            year.Where(w => delivery.Units[w.Key.Unit].Operator == "privat").Sum(w => w.Value) / total,
            0.6,
            0.76
        );
        Assert.InRange(year.Where(w => w.Key.From < 28).Sum(w => w.Value) / total, 0.4, 0.55);

        // Log-normal with sigma 1.2: a sixth waits longer than e^1.2 ≈ 3.3 medians.
        Assert.InRange(year.Where(w => w.Key.From >= 98).Sum(w => w.Value) / total, 0.1, 0.22);
    }

    [Fact]
    public void The_exponential_is_right_to_ten_digits()
    {
        for (var x = -40.0; x < 8; x += 0.37)
        {
            Assert.InRange(Chance.Exp(x) / Math.Exp(x), 1 - 1e-10, 1 + 1e-10);
        }
    }

    [Theory]
    [InlineData("2026-11-21", "2026-11-22T04:15:00+01:00")]
    [InlineData("2026-03-27", "2026-03-28T04:15:00+01:00")]
    [InlineData("2026-03-28", "2026-03-29T04:15:00+02:00")]
    [InlineData("2026-10-23", "2026-10-24T04:15:00+02:00")]
    [InlineData("2026-10-24", "2026-10-25T04:15:00+01:00")]
    public void It_is_made_the_night_after_in_Swedish_time(string date, string expected)
    {
        var made = Request("SPOR", date, 1, 1, 1, false).CreatedAt;
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), made);
        Assert.Equal(TimeZoneInfo.FindSystemTimeZoneById("Europe/Stockholm").GetUtcOffset(made), made.Offset);
    }

    [Theory]
    [InlineData(0, 0, "0", "0")]
    [InlineData(3, 1, "x", "x")]
    [InlineData(5, 0, "5", "0")]
    [InlineData(5, 5, "5", "5")]
    [InlineData(8, 3, "8", "x")]
    [InlineData(9, 4, "9", "<5")]
    [InlineData(9, 5, "9", "x")]
    [InlineData(10, 5, "10", "5")]
    public void Asa_figures_are_masked_by_hand(int known, int asa34, string shownKnown, string shownAsa34) =>
        Assert.Equal((shownKnown, shownAsa34), Masking.Asa(known, asa34));

    private static void ExpectPartition(Dictionary<(string Period, string Group), int> cells, string period)
    {
        var all = cells[(period, "ALLA")];
        var groups = cells.Where(c => c.Key.Period == period && c.Key.Group != "ALLA").Select(c => c.Value).ToList();
        var masked = groups.Count(g => g == Masked);
        var visible = groups.Where(g => g != Masked).Sum();
        if (all == Masked)
        {
            Assert.Equal(0, visible);
        }
        else if (masked == 0)
        {
            Assert.Equal(all, visible);
        }
        else
        {
            Assert.True(masked >= 2, "one masked group can be worked out");
            Assert.True(all - visible >= 5, "the masked groups are too few together");
            Assert.True(visible + masked <= all, "more than there are");
        }
    }

    private static void ExpectPart(Dictionary<(string Period, string Group), int> cells, string period)
    {
        var all = cells[(period, "alla")];
        if (cells.TryGetValue((period, "ja"), out var part) && part != Masked)
        {
            Assert.NotEqual(Masked, all);
            Assert.True(all - part is 0 or >= 5, "those without can be worked out");
        }
    }

    private static void ExpectWindows(
        Dictionary<(string Period, string Group), int> cells,
        string group,
        DateOnly referenceDate
    )
    {
        string[] windows = ["30D", "90D", "365D"];
        for (var shorter = 0; shorter < 2; shorter++)
        {
            for (var longer = shorter + 1; longer < 3; longer++)
            {
                if (!cells.TryGetValue((windows[shorter], group), out var few))
                {
                    continue;
                }

                Assert.True(cells.TryGetValue((windows[longer], group), out var many), "the longer window is missing");
                Assert.True(few == Masked || many != Masked, "the longer window is masked");
                if (few != Masked)
                {
                    Assert.True(many - few is 0 or >= 5, "the days between can be worked out");
                }
            }
        }

        var year = cells.GetValueOrDefault(("365D", group));
        foreach (var (key, count) in cells)
        {
            if (
                key.Group == group
                && !key.Period.EndsWith('D')
                && DateOnly.ParseExact(key.Period + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture)
                    > referenceDate.AddDays(-365)
                && year != Masked
            )
            {
                Assert.True(Math.Max(count, 1) <= year, "a month is larger than the year it lies in");
            }
        }
    }

    private static void ExpectAsa(Delivery delivery, (string, string) pair, int year)
    {
        if (year <= 0)
        {
            Assert.False(delivery.Asa.ContainsKey(pair));
            return;
        }

        var (known, asa34) = delivery.Asa[pair];
        if (known == "x")
        {
            Assert.Equal("x", asa34);
            return;
        }

        var all = int.Parse(known, CultureInfo.InvariantCulture);
        Assert.True(all is 0 or >= 5);
        Assert.True(all <= year);
        switch (asa34)
        {
            case "x":
                break;
            case "<5":
                Assert.True(all - 4 >= 5, "the others may be fewer than five");
                break;
            default:
                var sick = int.Parse(asa34, CultureInfo.InvariantCulture);
                Assert.True(sick is 0 or >= 5);
                Assert.True(all - sick is 0 or >= 5);
                break;
        }
    }

    private static SampleRequest Request(
        string source,
        string date,
        int units,
        int procedures,
        int seed,
        bool national
    ) =>
        new(
            source,
            DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            units,
            procedures,
            seed,
            national
        );

    private static (byte[] Bytes, SampleCounts Counts) Make(SampleRequest request)
    {
        using var stream = new MemoryStream();
        var country = new SampleCountry(Catalogue, request);
        var counts = SampleFile.Write(country, request, stream, null, TestContext.Current.CancellationToken);
        return (stream.ToArray(), counts);
    }

    private static Delivery ReadBack(SampleRequest request) => ReadBack(request, Make(request).Bytes);

    private static Delivery ReadBack(SampleRequest request, byte[] bytes)
    {
        var delivery = new Delivery();
        if (request.Source == "SPOR")
        {
            ReadSpor(delivery, bytes);
        }
        else
        {
            ReadNcr(delivery, bytes);
        }

        var months = Enumerable.Range(0, 18).Select(i => Month.OfTrend(request.ReferenceDate, i).ToString());
        Assert.Empty(delivery.Cells.Select(c => c.Key.Period).Except([.. months, "30D", "90D", "365D"]));
        return delivery;
    }

    private static void ReadSpor(Delivery delivery, byte[] bytes)
    {
        using var archive = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(
            ["manifest.json", "enheter.csv", "vantetid.csv", "asa.csv"],
            archive.Entries.Select(entry => entry.FullName)
        );
        using var manifest = JsonDocument.Parse(archive.Entries[0].Open());
        foreach (var file in manifest.RootElement.GetProperty("filer").EnumerateArray())
        {
            using var entry = archive.GetEntry(file.GetProperty("namn").GetString()!)!.Open();
            using var content = new MemoryStream();
            entry.CopyTo(content);
            Assert.Equal(
                file.GetProperty("sha256").GetString(),
                Convert.ToHexStringLower(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)))
            );
            content.Position = 0;
            using var reader = new StreamReader(content, Encoding.UTF8);
            reader.ReadLine();
            var rows = 0;
            while (reader.ReadLine() is { } line)
            {
                rows++;
                var fields = line.Split(';');
                switch (fields.Length)
                {
                    case 5:
                        delivery.Units.Add(fields[0], (fields[2], fields[4]));
                        break;
                    case 7:
                        Assert.True(fields[4].Length == 0 || fields[5].Length > 0 || fields[4] == "728");
                        delivery.Add(
                            (fields[0], fields[1], fields[2], fields[3]),
                            fields[4].Length == 0 ? -1 : Number(fields[4]),
                            fields[6] == "x" ? Masked : Number(fields[6]),
                            isEverybody: fields[3] == "ALLA"
                        );
                        break;
                    default:
                        delivery.Asa.Add((fields[0], fields[1]), (fields[2], fields[3]));
                        break;
                }
            }

            Assert.Equal(file.GetProperty("rader").GetInt32(), rows);
            delivery.Rows += file.GetProperty("namn").GetString() == "vantetid.csv" ? rows : 0;
        }
    }

    private static void ReadNcr(Delivery delivery, byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        var lines = 0;
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            switch (Text("typ"))
            {
                case "enhet":
                    delivery.Units.Add(Text("hsaid"), (Text("regionkod"), Text("driftsform")));
                    break;
                case "vantetid" when root.GetProperty("antal").ValueKind == JsonValueKind.String:
                    delivery.Add(Key(), -1, Masked, isEverybody: false);
                    break;
                case "vantetid":
                    foreach (var bin in root.GetProperty("fack").EnumerateArray())
                    {
                        delivery.Add(Key(), bin[0].GetInt32(), bin[2].GetInt32(), Text("narkos") == "alla");
                    }

                    Assert.Equal(root.GetProperty("antal").GetInt32(), delivery.Cells[Key()]);
                    break;
                case "slut":
                    Assert.Equal(lines, root.GetProperty("rader").GetInt32());
                    break;
            }

            lines++;

            string Text(string name) => root.GetProperty(name).GetString()!;
            (string, string, string, string) Key() => (Text("hsaid"), Text("kva"), Text("period"), Text("narkos"));
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed class Delivery
    {
        public Dictionary<string, (string Region, string Operator)> Units { get; } = [];

        /// <summary>Patients of a cell, or <see cref="Masked"/>.</summary>
        public Dictionary<(string Unit, string Procedure, string Period, string Group), int> Cells { get; } = [];

        /// <summary>Everybody's waits, all procedures together.</summary>
        public Dictionary<(string Unit, string Period, int From), long> Waits { get; } = [];

        public Dictionary<(string Unit, string Procedure), (string Known, string Asa34)> Asa { get; } = [];

        public long Rows { get; set; }

        public void Add(
            (string Unit, string Procedure, string Period, string Group) cell,
            int from,
            int count,
            bool isEverybody
        )
        {
            Assert.True(Units.ContainsKey(cell.Unit));
            if (!Cells.TryAdd(cell, count))
            {
                Assert.True(count != Masked && Cells[cell] != Masked);
                Cells[cell] += count;
            }

            if (count != Masked && isEverybody)
            {
                var key = (cell.Unit, cell.Period, from);
                Waits[key] = Waits.GetValueOrDefault(key) + count;
            }
        }
    }
}
