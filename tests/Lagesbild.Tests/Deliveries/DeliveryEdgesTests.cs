using System.Buffers.Binary;
using System.Text;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>Files at the edge of what the formats allow, on both sides of it.</summary>
public sealed class DeliveryEdgesTests
{
    // The example that the tax agency prints.
    private const string Number = "811228-9874";

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("0001-12-31")]
    [InlineData("0002-06-01")]
    [InlineData("1999-12-31")]
    public void A_reference_date_before_any_register_is_refused(string date)
    {
        var named = Reading.Read($"SPOR_{date}.zip", SporFile.Good().ToBytes());
        Assert.Equal(["reference-date"], named.Findings.Counts.Keys);
        Assert.Null(named.Contents);

        var spor = SporFile.Good();
        spor.Promise = m => m["referensdatum"] = date;
        var ncr = NcrFile.Good();
        ncr.Lines[0]["referensdatum"] = date;
        foreach (var result in (DeliveryResult[])[Reading.Read(spor), Reading.Read(ncr)])
        {
            Assert.Contains("reference-date", result.Findings.Counts.Keys);
            Assert.Null(result.Contents);
        }
    }

    [Fact]
    public void A_line_with_a_bin_for_every_day_is_read_wherever_it_stands()
    {
        const int days = 36_500;
        var bins = "[" + string.Join(',', Enumerable.Range(0, days).Select(day => $"[{day},{day},1000000]")) + "]";
        foreach (var shift in (int[])[0, 100_000, 250_000, 262_000])
        {
            var file = NcrFile.Good();
            file.Lines.RemoveRange(3, file.Lines.Count - 3);
            file.Cell(NcrFile.Falun, "CJD", "365D", "alla", "[[0,6,40]]", 40);
            file.Cell(NcrFile.Falun, "CJE", "365D", "alla", "[[1,7,23]]", 23);
            file.Cell(NcrFile.Falun, "CJC", "365D", "alla", "[[0,6,40]]", 40);
            file.Write = text =>
                text.Replace("[[0,6,40]]", new string(' ', shift) + "[[0,6,40]]", StringComparison.Ordinal)
                    .Replace("[[1,7,23]]", bins, StringComparison.Ordinal)
                    .Replace("\"antal\":23", "\"antal\":" + (days * 1_000_000L), StringComparison.Ordinal);
            // The sum of so many is more than a count may be: another finding, and the lines after it are read too.
            var result = Reading.Read(file);
            Assert.DoesNotContain("too-large", result.Findings.Counts.Keys);
            Assert.Equal(5, result.Counts!.Rows);
        }
    }

    [Fact]
    public void A_line_over_a_mebibyte_is_too_large_wherever_it_stands()
    {
        foreach (var shift in (int[])[0, 100_000, 230_000, 260_000])
        {
            foreach (var (length, isTooLarge) in ((int, bool)[])[(1_048_576, false), (1_048_577, true)])
            {
                var line = NcrFile.Good().Lines[3].ToJsonString();
                var padded = line[..1] + new string(' ', length - line.Length) + line[1..];
                var first = NcrFile.Good().Lines[1].ToJsonString();
                var file = NcrFile.Good();
                file.Write = text =>
                    text.Replace(line, padded, StringComparison.Ordinal)
                        .Replace(first, "{" + new string(' ', shift) + first[1..], StringComparison.Ordinal);
                // Stored, or so many spaces would expand too much.
                var result = Reading.Read(file.Name, NcrFile.Stored(Encoding.UTF8.GetBytes(file.ToText())));
                Assert.Equal(isTooLarge, result.Findings.Has("too-large"));
                Assert.Equal(isTooLarge, result.Contents is null);
            }
        }
    }

    [Theory]
    [InlineData("811228 - 9874")]
    [InlineData("811228  9874")]
    [InlineData("1981-12-28-9874")]
    [InlineData("1981-12-28 9874")]
    [InlineData("1981.12.28 - 9874")]
    [InlineData("811228.9874")]
    [InlineData("811228/9874")]
    [InlineData("19811228_9874")]
    [InlineData("811228~9874")]
    [InlineData("811228\u20289874")]
    [InlineData("811228\u28009874")]
    [InlineData("811228\u31649874")]
    [InlineData("\u2078\u00B9\u00B9\u00B2\u00B2\u2078-\u2079\u2078\u2077\u2074")]
    [InlineData("\u2088\u2081\u2081\u2082\u2082\u2088-\u2089\u2088\u2087\u2084")]
    [InlineData("\u2467\u2460\u2460\u2461\u2461\u2467\u2468\u2467\u2466\u2463")]
    public void A_personal_number_is_seen_as_people_type_it(string number)
    {
        Assert.True(PersonalIdentityNumber.IsIn("Exempel " + number));
        Assert.False(PersonalIdentityNumber.IsIn("Exempel " + number + "0"));
        Assert.False(PersonalIdentityNumber.IsIn("Exempel A" + number));
    }

    [Theory]
    [InlineData("81-12-28-9874")]
    [InlineData("81.12.28-9874")]
    [InlineData("81 12 28 9874")]
    [InlineData("81/12/28 9874")]
    [InlineData("81_12_28_9874")]
    [InlineData("1981 12 28 9874")]
    [InlineData("28.12.1981-9874")]
    [InlineData("28/12/1981 9874")]
    [InlineData("99 1981 123456")]
    [InlineData("991981-123456")]
    [InlineData("99-1981-123456")]
    [InlineData("811228(9874)")]
    [InlineData("811228 (9874)")]
    [InlineData("811228, 9874")]
    [InlineData("811228\"-9874")]
    [InlineData("1981-12-28:9874")]
    public void A_personal_number_is_seen_with_its_date_in_parts_and_behind_any_mark(string number)
    {
        Assert.True(PersonalIdentityNumber.IsIn("Exempel " + number));
        Assert.True(PersonalIdentityNumber.IsIn(number + " Exempel"));
        Assert.True(PersonalIdentityNumber.IsIn($"({number}), 2"));
        Assert.False(PersonalIdentityNumber.IsIn("Exempel A" + number));
        Assert.False(PersonalIdentityNumber.IsIn("Exempel 0" + number));
        Assert.False(PersonalIdentityNumber.IsIn(number.Replace("4", "40", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_personal_number_is_seen_behind_any_mark_or_line_of_any_script()
    {
        string[] marks =
        [
            "\u207B",
            "\u208B",
            "\u2500",
            "\u2501",
            "\u30FC",
            "\u223C",
            "\u2053",
            "\u2796",
            "\uFF3F",
            "\uFF0E",
            "\u2044",
            "\u2215",
            ":",
            ",",
            "=",
            "\u00B7",
            "\u2022",
            "*",
            "|",
            ";",
            "'",
            "(",
            "[",
            "\uFFFD",
            "#",
            "&",
            "\u2192",
        ];
        foreach (var mark in marks)
        {
            Assert.True(PersonalIdentityNumber.IsIn($"Exempel 811228{mark}9874"), $"{(int)mark[0]:X}");
            Assert.True(PersonalIdentityNumber.IsIn($"Exempel 19811228 {mark}9874"), $"{(int)mark[0]:X}");
            Assert.False(PersonalIdentityNumber.IsIn($"Exempel 811228{mark}9875"), $"{(int)mark[0]:X}");
        }
    }

    [Fact]
    public void What_nobody_sees_does_not_part_the_digits_of_a_personal_number()
    {
        string[] unseen =
        [
            "\u034F",
            "\uFE0E",
            "\uFE0F",
            "\uDB40\uDD00",
            "\u0301",
            "\u0305",
            "\uFE0F\u20E3",
            "\u115F",
            "\u1160",
            "\u3164",
            "\uFFA0",
            "\u180B",
            "\u180C",
            "\u180D",
            "\u180E",
            "\u17B4",
            "\u17B5",
            "\u200B",
            "\u2060",
            "\u00AD",
            "\uFEFF",
            "\u202E",
            "\u2065",
            "\uFFF0",
            "\uDB40\uDC20",
        ];
        foreach (var nothing in unseen)
        {
            var number = string.Concat(Number.Select(c => c + nothing));
            var name = $"{(int)nothing[0]:X}";
            Assert.True(PersonalIdentityNumber.IsIn(number), name);
            Assert.True(PersonalIdentityNumber.IsIn(number.Replace("-", "", StringComparison.Ordinal)), name);
            Assert.True(PersonalIdentityNumber.IsIn($"Exempel 811228{nothing}9874"), name);
            Assert.False(PersonalIdentityNumber.IsIn("A" + nothing + number), name);
            Assert.False(PersonalIdentityNumber.IsIn(number + nothing + "0"), name);
        }
    }

    [Theory]
    [InlineData("811228;9874")]
    [InlineData("81;12;28;9874")]
    [InlineData("\"811228\";\"9874\"")]
    public void What_stands_in_two_fields_of_a_row_is_no_personal_number(string fields)
    {
        foreach (var rows in (Func<SporFile, List<string>>[])[f => f.Units, f => f.Waits, f => f.Asa])
        {
            var file = SporFile.Good();
            rows(file)[1] = "SE2321000180-EX01;" + fields;
            Assert.DoesNotContain("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
            rows(file)[1] =
                "SE2321000180-EX01;\"" + fields.Replace("\"", "", StringComparison.Ordinal) + " 811228\"\"9874\"";
            Assert.Contains("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
            rows(file)[1] = "SE2321000180-EX01;\"" + fields;
            Assert.DoesNotContain("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
        }

        var header = SporFile.Good();
        header.Asa[0] += ";" + fields;
        Assert.Equal(["header"], Reading.Read(header).Findings.Counts.Keys);
    }

    [Theory]
    [InlineData("[811228,9874]", "header")]
    [InlineData("[[81,12,28],9874]", "header")]
    [InlineData("[811228,9874", "field")]
    public void What_stands_in_two_numbers_of_a_list_is_no_personal_number(string list, string code)
    {
        var file = NcrFile.Good();
        file.Write = text => text.Replace("\"antal\":23", "\"antal\":23,\"x\":" + list, StringComparison.Ordinal);
        Assert.Equal([code], Reading.Read(file.Name, file.ToBytes()).Findings.Counts.Keys);
    }

    [Theory]
    [InlineData("Exempel 2026-11-21 0831")] // its digits are right, were they a number's
    [InlineData("Exempel 811228 -+- 9874")]
    [InlineData("Exempel 81-12-28-9874-1")]
    [InlineData("Exempel 2026-11-21, 0831")]
    [InlineData("Exempel 2026-11-21 (0831-1700)")]
    [InlineData("Exempel 21/11/2026 0831")]
    [InlineData("Exempel 08-81 12 28 9874")]
    [InlineData("Exempel 81 12 28 9874 1")]
    [InlineData("Exempel 0650-811228, 9874")]
    [InlineData("Exempel 811228, 9874-12 34 56")]
    [InlineData("Exempel 811228A9874")]
    public void What_only_resembles_a_personal_number_passes(string text) =>
        Assert.False(PersonalIdentityNumber.IsIn(text));

    [Fact]
    public void A_personal_number_is_seen_in_the_digits_of_any_plane()
    {
        foreach (var nought in (int[])[0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x104A0, 0x1E950, 0x0966, 0xFF10])
        {
            var number = string.Concat(
                Number.Select(c => char.IsAsciiDigit(c) ? char.ConvertFromUtf32(nought + c - '0') : "-")
            );
            Assert.True(PersonalIdentityNumber.IsIn(number), $"{nought:X}");
            Assert.True(PersonalIdentityNumber.IsIn("\U0001F600" + number + "\U0001F600"), $"{nought:X}");
            Assert.False(PersonalIdentityNumber.IsIn(char.ConvertFromUtf32(0x1D400) + number), $"{nought:X}");
            Assert.False(PersonalIdentityNumber.IsIn(number + char.ConvertFromUtf32(0x10400)), $"{nought:X}");
        }

        Assert.True(PersonalIdentityNumber.IsIn("\uD835" + Number + "\uDFCE"));
        foreach (var dash in "\u2212\u2043\u02D7\u2011\u2013")
        {
            Assert.True(PersonalIdentityNumber.IsIn(Number.Replace('-', dash)), $"{(int)dash:X}");
        }

        Assert.True(PersonalIdentityNumber.IsIn(new string('\u00E5', 600) + " " + Number));
    }

    [Fact]
    public void The_digits_of_a_well_formed_HSA_id_are_not_a_persons()
    {
        const string unit = "SE2321000180-8112289874";
        var spor = SporFile.Good();
        spor.Units.Add(unit + ";Exempelkliniken;20;2080;privat");
        spor.Cell(unit, "NGB", "365D", "0;6;20");
        spor.Waits[^1] = $"\"{unit}\";\"NGB\";365D;EJ;0;6;20";
        spor.Asa.Add(unit + ";NGB;20;x");
        var result = Reading.Read(spor);
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));

        foreach (var wrong in (string[])["SE232100018-8112289874", "8112289874", "SE2321000180-" + Number])
        {
            foreach (var rows in (Func<SporFile, List<string>>[])[f => f.Units, f => f.Waits, f => f.Asa])
            {
                var file = SporFile.Good();
                rows(file)[1] = wrong + rows(file)[1][rows(file)[1].IndexOf(';', StringComparison.Ordinal)..];
                Assert.Contains("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
            }
        }
    }

    [Fact]
    public void A_personal_number_is_seen_in_a_row_that_is_not_UTF_8()
    {
        foreach (var entry in (string[])["enheter.csv", "vantetid.csv", "asa.csv"])
        {
            foreach (var place in (string[])["SE2321000180-EX01;", "hsaid;"])
            {
                var file = SporFile.Good();
                file.Encode = (name, bytes) =>
                    name == entry
                        ? Encoding.Latin1.GetBytes(
                            Encoding
                                .UTF8.GetString(bytes)
                                .Replace(place, place + "ö " + Number + " ", StringComparison.Ordinal)
                        )
                        : bytes;
                Assert.Contains("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
            }
        }
    }

    [Fact]
    public void A_wide_end_record_that_nothing_needs_is_legal_when_it_agrees()
    {
        var good = SporFile.Good().ToBytes();
        var end = good.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        byte[] Widened(Action<byte[]> change)
        {
            var wide = new byte[56 + 20];
            "PK\u0006\u0006"u8.CopyTo(wide);
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(4), 44);
            wide[12] = wide[14] = 45;
            wide[24] = wide[32] = good[end + 10];
            good.AsSpan(end + 12, 4).CopyTo(wide.AsSpan(40));
            good.AsSpan(end + 16, 4).CopyTo(wide.AsSpan(48));
            "PK\u0006\u0007"u8.CopyTo(wide.AsSpan(56));
            BinaryPrimitives.WriteInt64LittleEndian(wide.AsSpan(64), end);
            wide[72] = 1;
            byte[] whole = [.. good[..end], .. wide, .. good[end..]];
            change(whole);
            return whole;
        }

        var narrow = end + 76;
        Assert.NotNull(Reading.Read("SPOR_2026-11-21.zip", Widened(_ => { })).Contents);
        Assert.NotNull(Reading.Read("SPOR_2026-11-21.zip", Widened(z => z.AsSpan(narrow + 8, 12).Fill(0xFF))).Contents);
        foreach (var at in (int[])[end, end + 24, end + 32, end + 40, end + 48, end + 64, narrow + 12, narrow + 16])
        {
            var result = Reading.Read("SPOR_2026-11-21.zip", Widened(z => z[at] ^= 1));
            Assert.Equal(["archive"], result.Findings.Counts.Keys);
        }
    }

    [Fact]
    public void Room_is_not_reserved_for_more_rows_than_the_entry_can_hold()
    {
        var file = SporFile.Good();
        file.Promise = m => m["filer"]![1]!["rader"] = DeliveryBuilder.MostRows;
        var bytes = file.ToBytes();
        Reading.Read(file.Name, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Reading.Read(file.Name, bytes);
        Assert.Contains("row-count", result.Findings.Counts.Keys);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    [Fact]
    public void The_digits_of_a_well_formed_HSA_id_of_a_JSON_line_are_not_a_persons()
    {
        const string unit = "SE2321000180-8112289874";
        var file = NcrFile.Good();
        file.Lines.Insert(1, file.Unit(unit, "Exempelögon", "20", "2080", "privat"));
        file.Lines.RemoveAt(file.Lines.Count - 1);
        file.Cell(unit, "CJE", "365D", "alla", "[[0,6,20]]", 20);
        var result = Reading.Read(file);
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));
        file.Lines[^1]["hsaid"] = "SE232100018-8112289874";
        Assert.Contains("personal-identity-number", Reading.Read(file).Findings.Counts.Keys);
    }

    [Theory]
    [InlineData("{\"a\":\"\\u00381\\u0031228-9874\"", "field")]
    [InlineData("{\"a\":\"\\t811228-9874\"", "field")]
    [InlineData("{\"typ\":\"enhet\",\"a\":\"\\u0038\\u00311228-9874\",\"a\":1}", "header")]
    [InlineData("{\"a\":\"\\ud800 \\u003811228-9874\"}", "encoding")]
    [InlineData("{\"\\ud800\":\"811228-9874\"}", "encoding")]
    public void A_personal_number_is_seen_in_a_line_that_is_refused_for_something_else(string line, string code)
    {
        var file = NcrFile.Good();
        file.Write = text => text.Replace("{\"typ\":\"slut\"", line + "\n{\"typ\":\"slut\"", StringComparison.Ordinal);
        AssertTold(Reading.Read(file), code);
        file.Write = text => text + line + "\n";
        AssertTold(Reading.Read(file), "row-count");

        void AssertTold(DeliveryResult result, string other)
        {
            Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
            Assert.Contains(other, result.Findings.Counts.Keys);
            Assert.DoesNotContain("9874", Reading.Told(result), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_personal_number_is_seen_in_a_line_that_is_not_UTF_8()
    {
        var file = NcrFile.Good();
        file.Lines[1]["namn"] = "Ögon @ " + Number;
        var text = file.ToText().Replace('@', 'ö');
        var result = Reading.Read(file.Name, NcrFile.Gzip(Encoding.Latin1.GetBytes(text)));
        Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
        Assert.Contains("encoding", result.Findings.Counts.Keys);
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\t')]
    [InlineData('\u001F')]
    public void A_raw_control_character_in_a_text_of_a_line_is_a_matter_of_encoding(char control)
    {
        var file = NcrFile.Good();
        file.Write = text => text.Replace("Exempelkliniken ", "Exempelkliniken" + control, StringComparison.Ordinal);
        var result = Reading.Read(file);
        Assert.Contains(result.Findings.Listed, f => f is { Code: "encoding", Line: 2 });
        Assert.DoesNotContain("field", result.Findings.Counts.Keys);
        // Between tokens a tab is white space of JSON.
        file.Write = text => text.Replace("{\"typ\":\"enhet\"", "{\t\"typ\":\"enhet\"", StringComparison.Ordinal);
        Assert.NotNull(Reading.Read(file).Contents);
    }

    // Falun's year begins on line 8 of vantetid.csv: 4, 12, 4 and 5 patients.
    public static TheoryData<string, string, int?> WrongRows =>
        new()
        {
            { "", "field", null },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;13;12;1", "field", null },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;13;tolv", "field", 7 },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;013;12", "field", 6 },
            { "SE2321000180-EX01;ngb;365D;ALLA;7;13;12", "field", 2 },
            { "SE2321000180-EX99;NGB;365D;ALLA;7;13;12", "unit-unknown", 1 },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;13;\u0007", "encoding", 7 },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;6;12", "bin-order", 6 },
            { "SE2321000180-EX01;NGB;365D;ALLA;7;13;0", "bin-order", 7 },
        };

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void A_wrong_row_within_a_cell_is_all_that_is_said_of_it(string row, string code, int? column)
    {
        foreach (var line in (int[])[8, 9, 11])
        {
            var file = SporFile.Good();
            Assert.Equal("SE2321000180-EX01;NGB;365D;ALLA;0;6;4", file.Waits[7]);
            // So few that the rest of the cell is below the minimum.
            file.Change("vantetid.csv", 9, 7, "1");
            file.Change("vantetid.csv", 10, 7, "1");
            file.Change("vantetid.csv", 11, 7, "1");
            file.Change("vantetid.csv", 8, 7, "1");
            file.Waits[line - 1] = row;
            AssertOnly(file, code, line, column);
        }
    }

    [Fact]
    public void An_open_bin_that_is_wrong_is_all_that_is_said_of_its_cell()
    {
        var file = SporFile.Good();
        file.Change("vantetid.csv", 2, 5, "300");
        file.Change("vantetid.csv", 2, 6, "");
        AssertOnly(file, "open-bin", 2, 5);
        file = SporFile.Good();
        file.Change("vantetid.csv", 11, 5, "20");
        AssertOnly(file, "bin-order", 11, 5);
    }

    [Theory]
    [InlineData("hsaid", "\"HEMLIG\"", "field", 2)]
    [InlineData("kva", "\"cje\"", "field", 3)]
    [InlineData("period", "\"60D\"", "field", 4)]
    [InlineData("narkos", "\"ALLA\"", "field", 5)]
    [InlineData("antal", "\"23\"", "field", 6)]
    [InlineData("antal", "22", "count-mismatch", 6)]
    [InlineData("fack", "\"HEMLIG\"", "field", 7)]
    [InlineData("fack", "[[0,6,3],[7,13]]", "field", 7)]
    [InlineData("fack", "[[0,6,3],[7,6,20]]", "bin-order", 7)]
    [InlineData("fack", "[[0,6,3],[300,null,20]]", "open-bin", 7)]
    public void A_wrong_field_of_a_JSON_line_is_all_that_is_said_of_its_cell(
        string key,
        string value,
        string code,
        int column
    )
    {
        var file = NcrFile.Good();
        file.Lines[3][key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        AssertOnly(file, code, 4, column);
    }

    [Fact]
    public void Fields_of_a_units_line_are_counted_in_the_same_way()
    {
        var file = NcrFile.Good();
        file.Lines[1]["regionkod"] = "99";
        Assert.Contains(Reading.Read(file).Findings.Listed, f => f is { Code: "field", Line: 2, Column: 4 });
    }

    [Fact]
    public void A_wrong_ASA_row_is_not_said_to_be_missing_as_well()
    {
        var file = SporFile.Good();
        file.Change("asa.csv", 2, 3, "x");
        AssertOnly(file, "asa", 2, 4);
        file = SporFile.Good();
        file.Change("asa.csv", 2, 4, "4");
        AssertOnly(file, "below-minimum", 2, 4);
        file = SporFile.Good();
        file.Change("asa.csv", 2, 3, "4");
        file.Change("asa.csv", 2, 4, "0");
        AssertOnly(file, "below-minimum", 2, 3);
    }

    private static void AssertOnly(SporFile file, string code, int line, int? column = null) =>
        AssertOnly(Reading.Read(file), code, line, column);

    private static void AssertOnly(NcrFile file, string code, int line, int? column = null) =>
        AssertOnly(Reading.Read(file), code, line, column);

    private static void AssertOnly(DeliveryResult result, string code, int line, int? column)
    {
        var errors = result.Findings.Listed.Where(f => f.Severity == Severity.Error).ToList();
        Assert.True(errors.Count == 1, Reading.Codes(result));
        Assert.Equal((code, (long?)line, column), (errors[0].Code, errors[0].Line, errors[0].Column));
    }
}
