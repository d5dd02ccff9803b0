using System.Net;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Api;

/// <summary>The table, against figures worked by hand (<see cref="HandMadePicture"/>).</summary>
public sealed class WaitingTimesTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Ngb = "/waiting-times?procedure=NGB";

    [Fact]
    public async Task A_table_says_what_its_figures_are_about()
    {
        var table = await host.GetAsync(Ngb);
        var rows = table["data"]!.AsArray().Count;
        table.Remove("data");
        Assert.Equal(6, rows);
        ApiHost.AssertJson(
            """
            {"picture":{"id":"picture-1","publishedAt":"2026-11-22T02:30:00Z","sources":[
               {"source":"NCR","referenceDate":"2026-11-18","synthetic":true},
               {"source":"SPOR","referenceDate":"2026-11-21","synthetic":true}]},
             "procedure":{"code":"NGB","title":"Primär ledprotesoperation i knäled","source":"SPOR"},
             "period":"90d","from":"2026-08-24","to":"2026-11-21","group":"all","level":"unit",
             "country":{"count":58,"medianDays":13,"within90Days":0.8103},
             "_meta":{"page":1,"limit":20,"count":6,"totalCount":6,"totalPages":1},
             "_links":{"self":{"href":"/lagesbild/v1/waiting-times?procedure=NGB"},
               "first":{"href":"/lagesbild/v1/waiting-times?procedure=NGB&page=1"},"prev":null,"next":null,
               "last":{"href":"/lagesbild/v1/waiting-times?procedure=NGB&page=1"}}}
            """,
            table
        );
    }

    [Fact]
    public async Task A_visible_row_has_every_figure() =>
        ApiHost.AssertJson(
            """
            {"unit":{"hsaId":"SE2321000180-EX11","name":"Exempelsjukhuset Falun","region":"20","municipality":"2080","operator":"public"},
             "count":41,"medianDays":10.5,"medianLowerDays":7,"medianUpperDays":13,"medianIsOpenEnded":false,
             "confidenceInterval":{"level":0.95,"lowerDays":7,"upperDays":13},"p90Days":18.13,"p90IsOpenEnded":false,
             "within90Days":1,"within90DaysIsInterpolated":false,"comparedToCountry":null,
             "asa34":{"share":0.1323,"confidenceInterval":{"level":0.95,"lower":0.099,"upper":0.1745},"shareAtLeast":null,
               "shareAtMost":null,"isApproximate":false,"count":41,"known":310},
             "comparedToHome":null,"reasons":{"comparedToCountry":"large-share"},"units":null,"unitsMasked":null,
             "distanceKm":null,"absence":null,
             "_links":{"trend":{"href":"/lagesbild/v1/trends?procedure=NGB&unit=SE2321000180-EX11"},
               "explain":{"href":"/lagesbild/v1/waiting-times/explain?procedure=NGB&period=90d&unit=SE2321000180-EX11"}}}
            """,
            await RowAsync(Ngb, HandMadePicture.Falun)
        );

    [Fact]
    public async Task A_row_is_compared_with_the_patients_home()
    {
        var row = await RowAsync(Ngb + "&compareWith=" + HandMadePicture.Falun, HandMadePicture.Are);
        // 91.0 days against 10.5; the 99.8 % intervals are [84, 97] and [0, 20].
        ApiHost.AssertJson("""{"word":"longer","differenceDays":80.5}""", row["comparedToHome"]);
        Assert.Null(row["reasons"]!["comparedToHome"]);
        var region = await RowAsync(Ngb + "&compareWith=20", HandMadePicture.Falun);
        // Falun is all that Dalarna shows.
        ApiHost.AssertJson("""{"word":"similar","differenceDays":0}""", region["comparedToHome"]);
        var country = (await host.GetAsync(Ngb + "&level=region&compareWith=" + HandMadePicture.Are))[
            "data"
        ]!.AsArray();
        var dalarna = country.Single(one => (string?)one!["region"]?["code"] == "20");
        ApiHost.AssertJson("""{"word":"shorter","differenceDays":-80.5}""", dalarna!["comparedToHome"]);
    }

    [Theory]
    [InlineData(HandMadePicture.Falun, HandMadePicture.Falun, "no-comparison")]
    [InlineData(HandMadePicture.Falun, HandMadePicture.Ostersund, "open-ended")]
    [InlineData(HandMadePicture.Falun, HandMadePicture.Angen, "masked")]
    [InlineData(HandMadePicture.Falun, HandMadePicture.Tysta, "not-reported")]
    [InlineData(HandMadePicture.Angen, HandMadePicture.Falun, "no-comparison")]
    [InlineData(HandMadePicture.Ogon, HandMadePicture.Falun, "no-comparison")]
    public async Task What_is_not_compared_with_home_says_why(string home, string unit, string reason)
    {
        var row = await RowAsync(Ngb + "&compareWith=" + home, unit);
        Assert.Null(row["comparedToHome"]);
        Assert.Equal(reason, (string?)row["reasons"]!["comparedToHome"]);
    }

    [Fact]
    public async Task A_row_compares_itself_with_the_country_and_bounds_an_inexact_share()
    {
        var row = await RowAsync(Ngb, HandMadePicture.Are);
        Assert.Equal("longer", (string?)row["comparedToCountry"]);
        Assert.Equal(0.5, (double?)row["within90Days"]);
        ApiHost.AssertJson("""{"p90Days":"few"}""", row["reasons"]);
        ApiHost.AssertJson(
            """
            {"share":null,"confidenceInterval":null,"shareAtLeast":0.02,"shareAtMost":0.08,"isApproximate":false,"count":null,
             "known":50}
            """,
            row["asa34"]
        );
    }

    [Fact]
    public async Task A_median_beyond_the_bins_is_null_and_says_so()
    {
        var row = await RowAsync(Ngb, HandMadePicture.Ostersund);
        Assert.Equal(7, (int?)row["count"]);
        Assert.True((bool?)row["medianIsOpenEnded"]);
        Assert.Null(row["medianDays"]);
        Assert.Equal(728, (int?)row["medianLowerDays"]);
        Assert.Null(row["medianUpperDays"]);
        ApiHost.AssertJson("""{"level":0.95,"lowerDays":0,"upperDays":null}""", row["confidenceInterval"]);
        Assert.Equal(0.1429, (double?)row["within90Days"]);
        ApiHost.AssertJson(
            """
            {"medianDays":"open-ended","medianUpperDays":"open-ended","confidenceInterval":"open-ended","p90Days":"few",
             "comparedToCountry":"open-ended","asa34":"few"}
            """,
            row["reasons"]
        );
    }

    [Theory]
    [InlineData(HandMadePicture.Angen, "masked", null, "masked")]
    [InlineData(HandMadePicture.Bjorken, "none", 0, null)]
    [InlineData(HandMadePicture.Tysta, "not-reported", null, "masked")]
    public async Task A_missing_cell_says_why(string unit, string absence, int? count, string? asa)
    {
        var row = await RowAsync(Ngb, unit);
        Assert.Equal(absence, (string?)row["absence"]);
        Assert.Equal(count, (int?)row["count"]);
        var expected = new JsonObject();
        string[] figures =
        [
            .. count is null ? (string[])["count"] : [],
            "medianDays",
            "medianLowerDays",
            "medianUpperDays",
            "confidenceInterval",
            "within90Days",
            "p90Days",
            "comparedToCountry",
        ];
        foreach (var figure in figures)
        {
            Assert.True(row.ContainsKey(figure));
            Assert.Null(row[figure]);
            expected[figure] = absence;
        }

        if (asa is not null)
        {
            Assert.Null(row["asa34"]);
            expected["asa34"] = asa;
        }

        ApiHost.AssertJson(expected.ToJsonString(), row["reasons"]);
    }

    [Theory]
    [InlineData("", "EX11 EX13 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=median", "EX11 EX13 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=-median", "EX13 EX11 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=name", "EX11 EX14 EX13 EX16 EX15 EX12")]
    [InlineData("&sort=region", "EX11 EX14 EX13 EX12 EX16 EX15")]
    [InlineData("&sort=count", "EX14 EX13 EX11 EX16 EX15 EX12")]
    [InlineData("&sort=-count", "EX11 EX13 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=within90Days", "EX14 EX13 EX11 EX16 EX15 EX12")]
    [InlineData("&sort=-within90Days", "EX11 EX13 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=asa34", "EX13 EX11 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=-asa34", "EX11 EX13 EX14 EX16 EX15 EX12")]
    [InlineData("&sort=p90", "EX11 EX14 EX13 EX16 EX15 EX12")]
    [InlineData("&sort=distance&near=2380", "EX14 EX13 EX11 EX12 EX16 EX15")]
    public async Task Rows_are_sorted_and_those_without_a_figure_come_last(string sort, string expected) =>
        Assert.Equal(expected, await UnitsAsync(Ngb + sort));

    [Theory]
    [InlineData("&region=23", "EX13 EX14")]
    [InlineData("&region=23&region=01", "EX13 EX14 EX16 EX15")]
    [InlineData("&unit=SE2321000131-EX13&unit=SE2321000180-EX11", "EX11 EX13")]
    [InlineData("&operator=private", "EX16 EX12")]
    [InlineData("&operator=non-profit", "EX13")]
    [InlineData("&minCount=10", "EX11 EX13")]
    [InlineData("&minCount=0", "EX11 EX13 EX14 EX16")]
    [InlineData("&minAsa34Count=5", "EX11 EX14")]
    [InlineData("&minAsa[minAsa34Count]=5", "EX11 EX14")]
    [InlineData("&minAsa%5BminAsa34Count%5D=5", "EX11 EX14")]
    [InlineData("&near=2380&maxDistanceKm=82.7", "EX13 EX14")]
    [InlineData("&near=2380&maxDistanceKm=82.6", "EX14")]
    [InlineData("&near=2380&maxDistanceKm=0", "EX14")]
    public async Task Filters_leave_what_was_asked_for(string filter, string expected) =>
        Assert.Equal(expected, await UnitsAsync(Ngb + filter));

    [Theory]
    [InlineData(HandMadePicture.Falun, 297.0)]
    [InlineData(HandMadePicture.Are, 82.7)]
    [InlineData(HandMadePicture.Ostersund, 0)]
    public async Task Distances_are_great_circles_between_towns(string unit, double kilometres) =>
        Assert.Equal(kilometres, (double?)(await RowAsync(Ngb + "&near=2380", unit))["distanceKm"]);

    [Fact]
    public async Task A_patient_group_is_a_table_of_its_own()
    {
        var table = await host.GetAsync(Ngb + "&timeLimit=0-14");
        Assert.Equal("0-14", (string?)table["group"]);
        var row = table["data"]![0]!;
        Assert.Equal(10, (int?)row["count"]);
        Assert.Equal(3.5, (double?)row["medianDays"]);
        Assert.EndsWith("&timeLimit=0-14", (string)row["_links"]!["trend"]!["href"]!, StringComparison.Ordinal);
        Assert.Equal("none", (string?)table["data"]![1]!["absence"]);

        table = await host.GetAsync("/waiting-times?procedure=CJE&anaesthesia=general");
        Assert.Equal("general", (string?)table["group"]);
        Assert.Equal("masked", (string?)table["data"]![0]!["absence"]);
        Assert.Equal("not-collected", (string?)table["data"]![0]!["reasons"]!["asa34"]);
        ApiHost.AssertJson("""{"count":null,"medianDays":null,"within90Days":null}""", table["country"]);
    }

    [Fact]
    public async Task A_region_is_merged_from_its_units_visible_cells()
    {
        var table = await host.GetAsync(Ngb + "&level=region");
        var rows = table["data"]!.AsArray();
        // Dalarna: Falun alone, Ängen masked. Jämtland: [0,6] 1, [84,90] 5, [91,97] 5, [728,∞) 6; k = 8.5 = 1 + 5 + 2.5.
        Assert.Equal(["20", "23", "01"], rows.Select(row => (string)row!["region"]!["code"]!));
        var (dalarna, jamtland) = (rows[0]!, rows[1]!);
        Assert.Equal((1, 1), ((int)dalarna["units"]!, (int)dalarna["unitsMasked"]!));
        Assert.Equal(41, (int?)dalarna["count"]);
        Assert.Equal((2, 0), ((int)jamtland["units"]!, (int)jamtland["unitsMasked"]!));
        Assert.Equal((17, 94.5), ((int)jamtland["count"]!, (double)jamtland["medianDays"]!));
        Assert.False(jamtland.AsObject().ContainsKey("unit"));
        Assert.EndsWith("&level=region&region=23", (string)jamtland["_links"]!["explain"]!["href"]!);
        // ASA of Jämtland: 50 known with 1–4, 12 known with 5: 6/62 to 9/62, too wide for one figure.
        ApiHost.AssertJson(
            """
            {"share":null,"confidenceInterval":null,"shareAtLeast":0.0968,"shareAtMost":0.1452,"isApproximate":false,
             "count":null,"known":62}
            """,
            jamtland["asa34"]
        );
    }

    [Fact]
    public async Task A_healthcare_region_is_found_by_a_region_in_it()
    {
        var table = await host.GetAsync(Ngb + "&level=healthcare-region&region=23");
        var row = Assert.Single(table["data"]!.AsArray())!;
        Assert.Equal("Norra", (string?)row["healthcareRegion"]);
        Assert.Equal(17, (int?)row["count"]);
        var explained = await host.GetAsync(((string)row["_links"]!["explain"]!["href"]!)["/lagesbild/v1".Length..]);
        Assert.Equal("Norra", (string?)explained["healthcareRegion"]);
        Assert.Equal(94.5, (double?)explained["medianDays"]);
        var trend = await host.GetAsync(((string)row["_links"]!["trend"]!["href"]!)["/lagesbild/v1".Length..]);
        Assert.Equal("Norra", (string?)Assert.Single(trend["data"]!.AsArray())!["healthcareRegion"]);
    }

    [Fact]
    public async Task The_country_is_one_row_that_is_not_compared_with_itself()
    {
        var row = Assert.Single((await host.GetAsync(Ngb + "&level=country"))["data"]!.AsArray())!;
        Assert.Equal((58, 13.0), ((int)row["count"]!, (double)row["medianDays"]!));
        Assert.Equal((3, 1), ((int)row["units"]!, (int)row["unitsMasked"]!));
        Assert.Equal("no-comparison", (string?)row["reasons"]!["comparedToCountry"]);
        Assert.Equal(
            "/lagesbild/v1/waiting-times/explain?procedure=NGB&period=90d&level=country",
            (string?)row["_links"]!["explain"]!["href"]
        );
    }

    [Fact]
    public async Task A_procedure_that_nobody_has_figures_of_is_an_empty_table()
    {
        var table = await host.GetAsync("/waiting-times?procedure=ABC");
        Assert.Empty(table["data"]!.AsArray());
        Assert.Null(table["country"]);
        Assert.Equal("2026-11-21", (string?)table["to"]);
        Assert.Empty((await host.GetAsync("/trends?procedure=ABC"))["data"]!.AsArray());
        Assert.Empty((await host.GetAsync("/units?procedure=ABC"))["data"]!.AsArray());
        await host.GetProblemAsync("/waiting-times/explain?procedure=ABC", HttpStatusCode.NotFound, "no-figure");
    }

    [Fact]
    public async Task A_period_has_its_own_first_day()
    {
        foreach (var (period, from) in ((string, string)[])[("30d", "2026-10-23"), ("365d", "2025-11-22")])
        {
            using var table = await host.SendAsync($"{Ngb}&period={period}");
            var body = JsonNode.Parse(await table.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal((period, from), ((string)body["period"]!, (string)body["from"]!));
        }
    }

    private async Task<JsonObject> RowAsync(string path, string unit) =>
        (await host.GetAsync(path))["data"]!
            .AsArray()
            .Single(row => (string?)row!["unit"]!["hsaId"] == unit)!
            .AsObject();

    private async Task<string> UnitsAsync(string path) =>
        string.Join(
            ' ',
            (await host.GetAsync(path))["data"]!
                .AsArray()
                .Select(row => ((string)row!["unit"]!["hsaId"]!).Split('-')[1])
        );
}
