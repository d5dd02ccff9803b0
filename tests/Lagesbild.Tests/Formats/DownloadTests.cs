using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;
using Lagesbild.Tests.Api;
using Book = DocumentFormat.OpenXml.Spreadsheet;

namespace Lagesbild.Tests.Formats;

/// <summary>The same small picture in every form, read back by readers that are not ours.</summary>
public sealed class DownloadTests
{
    private static readonly Picture.Picture Picture = HandMadePicture.Build(ProcedureCatalogue.Load());

    [Fact]
    public async Task The_csv_for_programs_is_plain_and_stable()
    {
        var lines = Encoding.UTF8.GetString(await WriteAsync(OfTable("NGB", DownloadFormat.Csv))).Split("\r\n");
        Assert.Equal(
            "procedure,procedureTitle,source,referenceDate,group,period,from,to,level,name,hsaId,operator,municipality,"
                + "municipalityName,region,regionName,healthcareRegion,count,medianDays,medianLowerDays,medianUpperDays,"
                + "medianIsOpenEnded,confidenceLowerDays,confidenceUpperDays,within90Days,within90DaysIsInterpolated,p90Days,"
                + "p90IsOpenEnded,comparedToCountry,home,comparedToHome,differenceDays,asa34Count,asa34Known,asa34Share,asa34Lower,asa34Upper,"
                + "asa34AtLeast,asa34AtMost,asa34IsApproximate,distanceFrom,distanceKm,units,unitsMasked,absence,reasons,picture,synthetic",
            lines[0]
        );
        Assert.Equal(
            "NGB,Primär ledprotesoperation i knäled,SPOR,2026-11-21,all,90d,2026-08-24,2026-11-21,unit,Exempelsjukhuset Falun,"
                + "SE2321000180-EX11,public,2080,Falun,20,Region Dalarna,Mellansverige,41,10.5,7,13,FALSE,7,13,1,FALSE,18.13,"
                + "FALSE,,,,,41,310,0.1323,0.099,0.1745,,,FALSE,,,,,,comparedToCountry:large-share,picture-1,TRUE",
            lines[1]
        );
        Assert.Contains(
            lines,
            line =>
                line.Contains(",Ängens klinik,", StringComparison.Ordinal)
                && line.EndsWith(",masked,,picture-1,TRUE", StringComparison.Ordinal)
        );
        Assert.Equal("", lines[^1]);
        Assert.Equal(8, lines.Length);
    }

    [Fact]
    public async Task The_csv_for_excel_is_swedish()
    {
        var bytes = await WriteAsync(OfTable("NGB", DownloadFormat.CsvForExcel));
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");
        Assert.StartsWith(
            "Åtgärdskod;Åtgärd;Källa;Referensdatum;Urval;Period;Från;Till;Nivå;Namn;HSA-id;Driftsform;Kommun;Region;",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "NGB;Primär ledprotesoperation i knäled;SPOR;2026-11-21;Alla;90 dagar;2026-08-24;2026-11-21;enhet;Exempelsjukhuset "
                + "Falun;SE2321000180-EX11;offentlig;Falun;Region Dalarna;Mellansverige;41;10,5;7;13;nej;7;13;1;nej;18,13;",
            lines[1],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("Länskod", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Undertryckta enheter", lines[0], StringComparison.Ordinal);
    }

    // The country's row has columns that units' rows leave empty; and what a person must know stands in Swedish.
    [Fact]
    public async Task A_persons_file_tells_how_many_units_whose_home_and_from_where()
    {
        var figures = Picture.FindProcedure("NGB")!;
        var home = Place.Of(figures.Units.Single(unit => unit.HsaId == HandMadePicture.Are));
        var query = new TableQuery(Period.Days90) { Home = home, Near = Picture.Catalogue.FindMunicipality("2080") };
        Row[] rows = [figures.FindRow(Place.Country, query)!, .. figures.Table(query)];
        var table = new WaitingTimesTable(figures.Procedure, figures, query, rows);
        using var stream = new MemoryStream(
            await WriteAsync(Download.OfWaitingTimes(Picture, [table], DownloadFormat.Xlsx))
        );
        using var book = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(book, TestContext.Current.CancellationToken));
        var written = Rows(book, 0)
            .Skip(1)
            .ToDictionary(
                row => row["Namn"].InnerText,
                row => row.ToDictionary(cell => cell.Key, cell => cell.Value.InnerText)
            );
        Assert.Equal(("3", "1"), (written["Hela landet"]["Enheter"], written["Hela landet"]["Undertryckta enheter"]));
        Assert.Equal("hemma", written["Åre kirurgi"]["Jämfört med hemma"]);
        Assert.Equal("kortare", written["Exempelsjukhuset Falun"]["Jämfört med hemma"]);
        Assert.Equal("Åre kirurgi", written["Exempelsjukhuset Falun"]["Hemma"]);
        Assert.Equal("Falun", written["Exempelsjukhuset Falun"]["Avstånd från"]);
        Assert.Equal(
            "median: längre än facken, median högst: längre än facken, 95 % intervall: längre än facken, 90:e percentilen: "
                + "för få patienter, jämfört med riket: längre än facken, ASA 3–4: för få patienter, jämfört med hemma: längre än facken",
            written["Exempelsjukhuset Östersund"]["Enstaka siffror saknas därför att"]
        );
        var about = Rows(book, 1).ToLookup(row => row["Uppgift"].InnerText, row => row["Förklaring"].InnerText);
        Assert.Contains("Falun (kommun 2080)", about["Avstånd"].Single(), StringComparison.Ordinal);
        Assert.StartsWith("Åre kirurgi", about["Hemma"].Single(), StringComparison.Ordinal);
        Assert.Contains("Undertryckta enheter", about["Undertryckt"].Single(), StringComparison.Ordinal);

        var plain = Encoding.UTF8.GetString(
            await WriteAsync(Download.OfWaitingTimes(Picture, [table], DownloadFormat.Csv))
        );
        Assert.DoesNotContain("Hemma", plain, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("p90Days:few", plain, StringComparison.Ordinal);
        Assert.Contains(",Åre kirurgi,shorter,", plain, StringComparison.Ordinal);
        Assert.Contains(",Falun,0,", plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b", "\"a,b\"", "\"a,b\"")]
    [InlineData("a;b", "\"a;b\"", "\"a;b\"")]
    [InlineData("say \"yes\"", "\"say \"\"yes\"\"\"", "\"say \"\"yes\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"", "\"two\nlines\"")]
    [InlineData("=1+1", "=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "@SUM(A1)", "'@SUM(A1)")]
    [InlineData("åäö é 🏥", "åäö é 🏥", "åäö é 🏥")]
    public async Task A_text_is_quoted_where_it_must_be_and_is_no_formula_in_excel(
        string text,
        string csv,
        string excel
    )
    {
        var sheet = new Sheet<string>(
            "x",
            [new Column<string>("name", "Namn", ColumnStyle.Text, new Bilingual("", ""), row => row)],
            [text]
        );
        using var plain = new MemoryStream();
        await Csv.WriteAsync(sheet, plain, TestContext.Current.CancellationToken);
        Assert.Equal($"name\r\n{csv}\r\n", Encoding.UTF8.GetString(plain.ToArray()));
        using var forExcel = new MemoryStream();
        await Csv.WriteForExcelAsync(sheet, forExcel, TestContext.Current.CancellationToken);
        Assert.Equal($"\uFEFFNamn\r\n{excel}\r\n", Encoding.UTF8.GetString(forExcel.ToArray()));
    }

    [Fact]
    public async Task The_workbook_is_valid_and_its_cells_are_typed()
    {
        using var stream = new MemoryStream(await WriteAsync(OfTable("NGB", DownloadFormat.Xlsx)));
        using var book = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Empty(
            new OpenXmlValidator()
                .Validate(book, TestContext.Current.CancellationToken)
                .Select(e => $"{e.Path?.XPath}: {e.Description}")
        );
        Assert.Equal(
            ["Väntetider", "Om data"],
            book.WorkbookPart!.Workbook.Sheets!.Elements<Book.Sheet>().Select(s => s.Name!.Value)
        );

        // Without a default style other programs warn and put in their own.
        var style = Assert.Single(
            book.WorkbookPart.WorkbookStylesPart!.Stylesheet!.CellStyles!.Elements<Book.CellStyle>()
        );
        Assert.Equal((0u, 0u), (style.FormatId!.Value, style.BuiltinId!.Value));

        var rows = Rows(book, 0);
        Assert.Equal(7, rows.Count);
        var falun = rows[1];
        Assert.Equal(Book.CellValues.InlineString, falun["Namn"].DataType!.Value);
        Assert.Equal("Exempelsjukhuset Falun", falun["Namn"].InnerText);
        Assert.Null(falun["Antal"].DataType);
        Assert.Equal("41", falun["Antal"].CellValue!.Text);
        Assert.Equal("10.5", falun["Median (dagar)"].CellValue!.Text);
        Assert.Equal("20", falun["Länskod"].InnerText);
        Assert.Equal(Book.CellValues.Boolean, falun["Median längre än facken"].DataType!.Value);
        Assert.Equal("yyyy\\-mm\\-dd", FormatOf(book, falun["Referensdatum"]));
        Assert.Equal(
            HandMadePicture.SporDate.ToDateTime(TimeOnly.MinValue),
            DateTime.FromOADate(double.Parse(falun["Referensdatum"].CellValue!.Text, CultureInfo.InvariantCulture))
        );
        Assert.Equal("0.00%", FormatOf(book, falun["Opererade inom 90 dagar"]));
        var masked = rows.Single(row => row.GetValueOrDefault("Namn")?.InnerText == "Ängens klinik");
        Assert.Equal("för få för att visas", masked["Saknas därför att"].InnerText);
        Assert.DoesNotContain("Antal", masked.Keys);

        var about = Rows(book, 1).ToLookup(row => row["Uppgift"].InnerText, row => row["Förklaring"].InnerText);
        Assert.Contains("operationsanmälan", about["SPOR, vad väntetiden mäter"].Single(), StringComparison.Ordinal);
        Assert.Equal("2026-11-21", about["SPOR, referensdatum"].Single());
        Assert.Contains("påhittade", about["SPOR, påhittade data"].Single(), StringComparison.Ordinal);
        Assert.NotEmpty(about["Undertryckt"].Single());
        Assert.All(rows[0].Keys, heading => Assert.NotEmpty(about["Kolumnen " + heading].Single()));
    }

    [Fact]
    public async Task The_same_workbook_has_the_same_bytes() =>
        Assert.Equal(
            await WriteAsync(OfTable("NGB", DownloadFormat.Xlsx)),
            await WriteAsync(OfTable("NGB", DownloadFormat.Xlsx))
        );

    [Fact]
    public async Task A_name_that_xml_cannot_hold_does_not_break_the_workbook()
    {
        Column<string>[] columns = [new("name", "A & B", ColumnStyle.Text, new Bilingual("", ""), row => row)];
        using var stream = new MemoryStream();
        await Xlsx.WriteAsync(
            new Sheet<string>("Data", columns, ["<&>\"\u0001\u0000", "\uD83C\uDFE5", "\uD83C", " kant "]),
            new Sheet<string>("Om data", columns, []),
            DateTimeOffset.UnixEpoch.AddYears(20),
            stream,
            TestContext.Current.CancellationToken
        );
        using var book = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Equal(["A & B", "<&>\"", "🏥", "\uFFFD", " kant "], Rows(book, 0).Select(row => row["A & B"].InnerText));
    }

    [Fact]
    public async Task A_trend_is_a_line_for_each_place_and_month()
    {
        var text = Encoding.UTF8.GetString(await WriteAsync(OfTrend("NGB", DownloadFormat.Csv)));
        var lines = text.Split("\r\n")[1..^1];
        Assert.Equal(6 * 18, lines.Length);
        Assert.Contains(
            lines,
            line =>
                line.Contains(",Exempelsjukhuset Falun,", StringComparison.Ordinal)
                && line.Contains(",2026-10,TRUE,8,7,", StringComparison.Ordinal)
        );
        Assert.Contains(
            lines,
            line =>
                line.Contains(",Exempelsjukhuset Falun,", StringComparison.Ordinal)
                && line.Contains(",2026-09,FALSE,,", StringComparison.Ordinal)
                && line.EndsWith(",masked,,picture-1,TRUE", StringComparison.Ordinal)
        );

        using var stream = new MemoryStream(await WriteAsync(OfTrend("NGB", DownloadFormat.Xlsx)));
        using var book = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(book, TestContext.Current.CancellationToken));
        var last = Rows(book, 0)[18];
        Assert.Equal("yyyy\\-mm", FormatOf(book, last["Månad"]));
        Assert.Equal(
            new DateTime(2026, 10, 1),
            DateTime.FromOADate(double.Parse(last["Månad"].CellValue!.Text, CultureInfo.InvariantCulture))
        );
    }

    // The ASA share is of 365 days: it may be missing for a reason of its own where the asked period has no figure at all.
    [Fact]
    public async Task A_row_without_figures_still_says_why_one_is_missing_for_another_reason()
    {
        var csv = Encoding.UTF8.GetString(await WriteAsync(Download.OfPicture(Picture, DownloadFormat.Csv)));
        var lines = csv.Split("\r\n")[..^1].Select(line => line.Split(',')).ToList();
        string Of(string[] row, string name) => row[Array.IndexOf(lines[0], name)];
        var absent = lines.Skip(1).Where(row => Of(row, "absence") != "").ToList();
        Assert.Contains(absent, row => Of(row, "reasons") == "asa34:not-collected");
        var silent = absent.Where(row => Of(row, "source") == "SPOR" && Of(row, "asa34Share") == "").ToList();
        Assert.Contains(silent, row => Of(row, "reasons") == "asa34:few");
        Assert.All(
            absent,
            row => Assert.DoesNotContain(':' + Of(row, "absence"), Of(row, "reasons"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Json_stat_has_a_value_or_a_status_for_every_figure()
    {
        var dataset = JsonNode.Parse(await WriteAsync(OfTable("NGB", DownloadFormat.JsonStat)))!;
        Assert.Equal(("2.0", "dataset"), ((string)dataset["version"]!, (string)dataset["class"]!));
        Assert.Equal(
            ["procedure", "group", "period", "place", "figure"],
            dataset["id"]!.AsArray().Select(id => (string)id!)
        );
        var sizes = dataset["size"]!.AsArray().Select(size => (int)size!).ToList();
        Assert.Equal([1, 1, 1, 6], sizes[..4]);
        var values = dataset["value"]!.AsArray();
        Assert.Equal(sizes.Aggregate((a, b) => a * b), values.Count);
        var status = dataset["status"]!.AsObject();
        // Empty without a reason: an upper bound of a share that is exact, an interval's end, and the like.
        Assert.All(status, entry => Assert.Null(values[int.Parse(entry.Key, CultureInfo.InvariantCulture)]));
        var figures = dataset["dimension"]!["figure"]!["category"]!["index"]!
            .AsArray()
            .Select(id => (string)id!)
            .ToList();
        var places = dataset["dimension"]!["place"]!["category"]!["index"]!
            .AsArray()
            .Select(id => (string)id!)
            .ToList();
        int At(string place, string figure) => places.IndexOf(place) * figures.Count + figures.IndexOf(figure);
        Assert.Equal(10.5, (double?)values[At(HandMadePicture.Falun, "medianDays")]);
        Assert.Equal(
            "masked",
            (string?)status[At(HandMadePicture.Angen, "medianDays").ToString(CultureInfo.InvariantCulture)]
        );
        Assert.Equal(
            "masked",
            (string?)status[At(HandMadePicture.Angen, "count").ToString(CultureInfo.InvariantCulture)]
        );
        Assert.Equal(
            "open-ended",
            (string?)status[At(HandMadePicture.Ostersund, "medianDays").ToString(CultureInfo.InvariantCulture)]
        );
        Assert.Equal("few", (string?)status[At(HandMadePicture.Are, "p90Days").ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(
            "not-reported",
            (string?)status[At(HandMadePicture.Tysta, "medianDays").ToString(CultureInfo.InvariantCulture)]
        );
        Assert.Equal(0, (int?)values[At(HandMadePicture.Bjorken, "count")]);
        Assert.All(
            status,
            entry => Assert.Contains((string)entry.Value!, dataset["extension"]!["status"]!["label"]!.AsObject())
        );
    }

    [Fact]
    public async Task The_whole_picture_has_every_unit_of_every_procedure_period_and_group()
    {
        var csv = Encoding.UTF8.GetString(await WriteAsync(Download.OfPicture(Picture, DownloadFormat.Csv)));
        var rows = csv.Split("\r\n")[1..^1];
        var expected = Picture.Procedures.Sum(p => p.UnitsInTable * 3 * p.Source.Groups.Count);
        Assert.Equal(expected, rows.Length);
        Assert.Equal(expected, rows.Distinct().Count());

        var json = Encoding.UTF8.GetString(await WriteAsync(Download.OfPicture(Picture, DownloadFormat.JsonLines)));
        var objects = json.Split('\n')[..^1].Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(expected, objects.Count);
        var falun = objects.Single(row =>
            (string?)row["hsaId"] == HandMadePicture.Falun
            && (string?)row["procedure"] == "NGB"
            && (string?)row["period"] == "90d"
            && (string?)row["group"] == "all"
        );
        Assert.Equal((41, 10.5, "20"), ((int)falun["count"]!, (double)falun["medianDays"]!, (string)falun["region"]!));
        Assert.Equal(csv.Split("\r\n")[0], string.Join(',', falun.Select(member => member.Key)));
    }

    [Fact]
    public void A_files_name_says_what_is_inside()
    {
        Assert.Equal("vantetider_NGB_enhet_2026-11-21.xlsx", OfTable("NGB", DownloadFormat.Xlsx).FileName);
        Assert.Equal("vantetider_CJE_enhet_2026-11-18.csv", OfTable("CJE", DownloadFormat.Csv).FileName);
        Assert.Equal("utveckling_NGB_enhet_2026-11-21.json", OfTrend("NGB", DownloadFormat.JsonStat).FileName);
        Assert.Equal("lagesbild_2026-11-21.csv", Download.OfPicture(Picture, DownloadFormat.Csv).FileName);
        Assert.Equal(
            "vantetider_2-atgarder_sjukvardsregion_2026-11-21.csv",
            Download
                .OfWaitingTimes(
                    Picture,
                    [Table("NGB", Level.HealthcareRegion), Table("CJE", Level.HealthcareRegion)],
                    DownloadFormat.Csv
                )
                .FileName
        );
    }

    [Fact]
    public void A_files_name_says_what_sets_it_apart_from_the_usual_one()
    {
        var usual = Table("NGB", Level.Unit);
        string NameOf(TableQuery query, DownloadFormat format) =>
            Download.OfWaitingTimes(Picture, [usual with { Query = query }], format).FileName;
        Assert.Equal("vantetider_NGB_enhet_2026-11-21.csv", NameOf(usual.Query, DownloadFormat.Csv));
        Assert.Equal("vantetider_NGB_enhet_2026-11-21_excel.csv", NameOf(usual.Query, DownloadFormat.CsvForExcel));
        Assert.Equal(
            "vantetider_NGB_enhet_365d_over180-or-none_2026-11-21.xlsx",
            NameOf(new TableQuery(Period.Days365, 5), DownloadFormat.Xlsx)
        );
        foreach (var narrowed in Narrowed)
        {
            Assert.EndsWith(
                "_avgransad_2026-11-21.xlsx",
                NameOf(narrowed.Query, DownloadFormat.Xlsx),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(
            "utveckling_NGB_region_avgransad_2026-11-21.xlsx",
            Download
                .OfTrends(
                    Picture,
                    [
                        new TrendTable(
                            usual.Procedure,
                            usual.Figures,
                            new TableQuery(Period.Days365, 0, Level.Region) { Regions = ["20"] },
                            []
                        ),
                    ],
                    DownloadFormat.Xlsx
                )
                .FileName
        );
    }

    private static readonly (TableQuery Query, string Subject, string Text)[] Narrowed =
    [
        (Usual with { Regions = ["20", "01"] }, "Bara regioner", "Region Dalarna (20), Region Stockholm (01)"),
        (Usual with { Units = [HandMadePicture.Are] }, "Bara enheter", $"Åre kirurgi ({HandMadePicture.Are})"),
        (Usual with { Operator = Operator.NonProfit }, "Bara driftsform", "idéburen"),
        (
            Usual with
            {
                Near = Picture.Catalogue.FindMunicipality("2080"),
                MaxDistanceKm = 12.5,
            },
            "Avstånd",
            "Fågelvägen från tätorten i Falun (kommun 2080), högst 12,5 km."
        ),
        (Usual with { MinCount = 10 }, "Minst antal operationer", "10. Rader utan antal är inte med."),
        (Usual with { MinAsa34Count = 5 }, "Minst antal i ASA 3–4", "5. Rader utan sådant antal är inte med."),
        (
            Usual with
            {
                Level = Level.HealthcareRegion,
                Regions = ["20"],
            },
            "Bara sjukvårdsregioner med",
            "Region Dalarna (20)"
        ),
    ];

    private static TableQuery Usual => new(Period.Days90);

    [Fact]
    public void A_workbook_says_what_its_rows_were_narrowed_to()
    {
        Assert.Equal(
            [("Avgränsning", "Ingen.")],
            Narrowing.Of(Usual, Picture).Select(line => (line.Subject, line.Text))
        );
        Assert.All(
            Narrowed,
            one =>
                Assert.Equal(
                    [(one.Subject, one.Text)],
                    Narrowing.Of(one.Query, Picture).Select(line => (line.Subject, line.Text))
                )
        );
    }

    [Fact]
    public async Task Json_stat_says_what_is_preliminary_interpolated_and_set_beside_what()
    {
        var trend = JsonNode.Parse(await WriteAsync(OfTrend("NGB", DownloadFormat.JsonStat)))!;
        Assert.Equal("2026-10", (string?)trend["extension"]!["preliminary"]);
        var notes = trend["dimension"]!["month"]!["category"]!["note"]!.AsObject();
        Assert.StartsWith("Preliminär", (string?)Assert.Single(notes).Value![0], StringComparison.Ordinal);
        Assert.Equal("2026-10", Assert.Single(notes).Key);

        var query = Usual with
        {
            Home = Place.Of(Picture.Catalogue.FindRegion("20")!),
            Near = Picture.Catalogue.FindMunicipality("2080"),
        };
        var figures = Picture.FindProcedure("NGB")!;
        var table = new WaitingTimesTable(figures.Procedure, figures, query, figures.Table(query));
        var dataset = JsonNode.Parse(
            await WriteAsync(Download.OfWaitingTimes(Picture, [table], DownloadFormat.JsonStat))
        )!;
        var extension = dataset["extension"]!;
        Assert.Equal("""{"code":"20","name":"Region Dalarna"}""", extension["home"]!.ToJsonString());
        Assert.Equal("""{"code":"2080","name":"Falun"}""", extension["distanceFrom"]!.ToJsonString());
        Assert.Null(extension["preliminary"]);
        var figure = dataset["dimension"]!["figure"]!["category"]!;
        Assert.Equal(1, (int?)figure["unit"]!["distanceKm"]!["decimals"]);
        var names = figure["index"]!.AsArray().Select(id => (string)id!).ToList();
        var values = dataset["value"]!.AsArray();
        var places = dataset["dimension"]!["place"]!["category"]!["index"]!
            .AsArray()
            .Select(id => (string)id!)
            .ToList();
        foreach (
            var (name, place, truth) in (ReadOnlySpan<(string, string, int?)>)
                [
                    ("medianIsOpenEnded", HandMadePicture.Ostersund, 1),
                    ("medianIsOpenEnded", HandMadePicture.Falun, 0),
                    ("medianIsOpenEnded", HandMadePicture.Angen, null),
                    ("p90IsOpenEnded", HandMadePicture.Falun, 0),
                    ("within90DaysIsInterpolated", HandMadePicture.Falun, 0),
                    ("asa34IsApproximate", HandMadePicture.Falun, 0),
                ]
        )
        {
            Assert.Equal(truth, (int?)values[places.IndexOf(place) * names.Count + names.IndexOf(name)]);
            Assert.Equal("1 ja, 0 nej.", (string?)figure["note"]![name]![1]);
        }

        var plain = JsonNode.Parse(await WriteAsync(OfTable("NGB", DownloadFormat.JsonStat)))!["extension"]!;
        Assert.Null(plain["home"]);
        Assert.Null(plain["distanceFrom"]);
    }

    private static Download OfTable(string code, DownloadFormat format) =>
        Download.OfWaitingTimes(Picture, [Table(code, Level.Unit)], format);

    private static WaitingTimesTable Table(string code, Level level)
    {
        var figures = Picture.FindProcedure(code)!;
        var query = new TableQuery(Period.Days90, 0, level);
        return new WaitingTimesTable(figures.Procedure, figures, query, figures.Table(query));
    }

    private static Download OfTrend(string code, DownloadFormat format)
    {
        var figures = Picture.FindProcedure(code)!;
        var query = new TableQuery(Period.Days365);
        return Download.OfTrends(
            Picture,
            [new TrendTable(figures.Procedure, figures, query, figures.Trend(query))],
            format
        );
    }

    private static async Task<byte[]> WriteAsync(Download download)
    {
        using var stream = new MemoryStream();
        await download.WriteAsync(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    /// <summary>The cells of each row by the heading above them; the first row is the headings themselves.</summary>
    private static List<Dictionary<string, Book.Cell>> Rows(SpreadsheetDocument book, int sheet)
    {
        var part = (WorksheetPart)
            book.WorkbookPart!.GetPartById(
                book.WorkbookPart.Workbook.Sheets!.Elements<Book.Sheet>().ElementAt(sheet).Id!
            );
        var rows = part.Worksheet.Descendants<Book.Row>().ToList();
        string Column(Book.Cell cell) => cell.CellReference!.Value!.TrimEnd("0123456789".ToCharArray());
        var headings = rows[0].Elements<Book.Cell>().ToDictionary(Column, cell => cell.InnerText);
        return [.. rows.Select(row => row.Elements<Book.Cell>().ToDictionary(cell => headings[Column(cell)]))];
    }

    internal static string? FormatOf(SpreadsheetDocument book, Book.Cell cell)
    {
        var styles = book.WorkbookPart!.WorkbookStylesPart!.Stylesheet;
        var id = styles
            .CellFormats!.Elements<Book.CellFormat>()
            .ElementAt((int)cell.StyleIndex!.Value)
            .NumberFormatId!.Value;
        return styles
            .NumberingFormats!.Elements<Book.NumberingFormat>()
            .FirstOrDefault(f => f.NumberFormatId!.Value == id)
            ?.FormatCode;
    }
}
