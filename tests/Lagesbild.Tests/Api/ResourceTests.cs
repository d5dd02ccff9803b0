using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Api;

/// <summary>Every resource but the table, against the hand-made picture.</summary>
public sealed class ResourceTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_api_tells_what_it_is() =>
        ApiHost.AssertJson(
            """
            {"apiName":"Lägesbild","apiVersion":"1.0.0","apiReleased":"2026-11-22",
             "apiDocumentation":"/lagesbild/v1/openapi.yaml","apiStatus":"active"}
            """,
            await host.GetAsync("/api-info")
        );

    [Fact]
    public async Task Procedures_are_listed_by_code_and_found_by_words()
    {
        var all = await host.GetAsync("/procedures?limit=1000");
        var codes = all["data"]!.AsArray().Select(row => (string)row!["code"]!).ToList();
        Assert.Equal(codes.Order(StringComparer.Ordinal), codes);
        Assert.Contains("NGB", codes);

        var knee = (await host.GetAsync("/procedures?q=kn%C3%A4protes"))["data"]![0]!;
        Assert.Equal("NGB", (string?)knee["code"]);
        Assert.Equal("Knäprotes", (string?)knee["plainName"]);
        Assert.Equal("SPOR", (string?)knee["source"]);
        // 400 + 50 + 12 + 6 + 30 + 25; Ängen is masked.
        Assert.Equal(523, (int?)knee["countLast365Days"]);
        Assert.Contains("operationsanmälan", (string?)knee["waitDefinition"]!["sv"], StringComparison.Ordinal);

        Assert.Equal("Knäprotes", (string?)knee["matchedOn"]);
        var uncovered = await host.GetAsync("/procedures?q=koloskopi");
        Assert.Empty(uncovered["data"]!.AsArray());
        Assert.Equal("Koloskopi", (string?)uncovered["notCovered"]!["name"]);
        var cataract = (await host.GetAsync("/procedures?q=cje"))["data"]!.AsArray();
        Assert.Equal("CJE", (string?)Assert.Single(cataract)!["code"]);
    }

    [Fact]
    public async Task A_procedure_tells_its_clock_its_groups_and_its_units()
    {
        var knee = await host.GetAsync("/procedures/NGB");
        Assert.Equal(6, (int?)knee["unitsCount"]);
        Assert.Equal("timeLimit", (string?)knee["groupParameter"]);
        Assert.Equal(
            ["0-14", "15-30", "31-90", "91-180", "over180-or-none"],
            knee["groups"]!.AsArray().Select(group => (string)group!["value"]!)
        );
        Assert.Contains("beslutet", (string?)knee["guaranteeDefinition"]!["sv"], StringComparison.Ordinal);
        Assert.Equal("/lagesbild/v1/waiting-times?procedure=NGB", (string?)knee["_links"]!["waitingTimes"]!["href"]);

        var nobody = await host.GetAsync("/procedures/ABC");
        Assert.Equal(0, (int?)nobody["unitsCount"]);
        Assert.Null(nobody["countLast365Days"]);
    }

    [Fact]
    public async Task Regions_are_listed()
    {
        var regions = await host.GetAsync("/regions?limit=1000");
        Assert.Equal(21, (int?)regions["_meta"]!["totalCount"]);
        ApiHost.AssertJson(
            """{"code":"01","name":"Region Stockholm","healthcareRegion":"Stockholm-Gotland","navigator":null}""",
            regions["data"]![0]
        );
    }

    [Fact]
    public async Task Units_are_listed_in_swedish_order()
    {
        var units = await host.GetAsync("/units");
        Assert.Equal(
            [
                "Björkens operation",
                "Exempelkliniken Ögon Falun",
                "Exempelsjukhuset Falun",
                "Exempelsjukhuset Östersund",
                "Tysta kliniken",
                "Åre kirurgi",
                "Ängens klinik",
            ],
            units["data"]!.AsArray().Select(row => (string)row!["name"]!)
        );
        ApiHost.AssertJson(
            """
            {"hsaId":"SE2321000180-EX11","name":"Exempelsjukhuset Falun","region":"20",
             "municipality":{"code":"2080","name":"Falun","latitude":60.55,"longitude":15.6167},"operator":"public",
             "contact":null,"sources":["SPOR"],"lastMonthWithOperations":"2026-10"}
            """,
            units["data"]![2]
        );
        Assert.Equal(3, (int?)(await host.GetAsync("/units?region=20"))["_meta"]!["totalCount"]);
        Assert.Equal(6, (int?)(await host.GetAsync("/units?procedure=NGB"))["_meta"]!["totalCount"]);
        Assert.Equal(1, (int?)(await host.GetAsync("/units?procedure=CJE&region=20"))["_meta"]!["totalCount"]);
    }

    [Fact]
    public async Task A_unit_has_every_procedure_that_it_has_a_365_day_figure_for()
    {
        var unit = await host.GetAsync("/units/" + HandMadePicture.Bjorken);
        Assert.Equal("Björkens operation", (string?)unit["unit"]!["name"]);
        Assert.Equal("365d", (string?)unit["period"]);
        var rows = unit["procedures"]!.AsArray();
        Assert.Equal(["NFB", "NGB"], rows.Select(row => (string)row!["procedure"]!["code"]!));
        var hip = rows[0]!;
        Assert.Equal(
            ("2025-11-22", "2026-11-21", 30, 31.5),
            ((string)hip["from"]!, (string)hip["to"]!, (int)hip["count"]!, (double)hip["medianDays"]!)
        );
        Assert.Equal(0.2, (double?)hip["asa34"]!["share"]);

        var masked = (await host.GetAsync("/units/" + HandMadePicture.Angen))["procedures"]!.AsArray();
        Assert.Equal("masked", (string?)Assert.Single(masked)!["absence"]);
    }

    [Fact]
    public async Task A_trend_is_18_months_with_its_gaps()
    {
        var trend = await host.GetAsync("/trends?procedure=NGB&unit=" + HandMadePicture.Falun);
        Assert.Equal(("all", "unit"), ((string)trend["group"]!, (string)trend["level"]!));
        var row = Assert.Single(trend["data"]!.AsArray())!;
        Assert.Equal(HandMadePicture.Falun, (string?)row["unit"]!["hsaId"]);
        var months = row["months"]!.AsArray();
        Assert.Equal(18, months.Count);
        Assert.Equal(("2025-05", "2026-10"), ((string)months[0]!["month"]!, (string)months[17]!["month"]!));
        Assert.Equal([17], Enumerable.Range(0, 18).Where(i => (bool)months[i]!["preliminary"]!));
        // [0,6] 4, [7,13] 4: k = 4 is reached at the end of the first; ranks 4 and 5 lie in different bins; L = 1 of 8.
        ApiHost.AssertJson(
            """
            {"month":"2026-10","preliminary":true,"count":8,"medianDays":7,"medianLowerDays":0,"medianUpperDays":13,
             "confidenceInterval":{"level":0.95,"lowerDays":0,"upperDays":13},"within90Days":1,
             "units":null,"unitsMasked":null,"absence":null,"reasons":{}}
            """,
            months[17]
        );
        ApiHost.AssertJson(Missing("2026-09", "masked", null), months[16]);
        ApiHost.AssertJson(Missing("2026-08", "none", 0), months[15]);
        ApiHost.AssertJson(Missing("2026-07", "not-reported", null), months[14]);

        var are = (await host.GetAsync("/trends?procedure=NGB&unit=" + HandMadePicture.Are))["data"]![0]!;
        ApiHost.AssertJson("""{"confidenceInterval":"few"}""", are["months"]![17]!["reasons"]);

        static string Missing(string month, string absence, int? count) =>
            $$$"""
            {"month":"{{{month}}}","preliminary":false,"count":{{{count?.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            ) ?? "null"}}},"medianDays":null,"medianLowerDays":null,"medianUpperDays":null,"confidenceInterval":null,
             "within90Days":null,"units":null,"unitsMasked":null,"absence":"{{{absence}}}","reasons":{}}
            """;
    }

    [Fact]
    public async Task Trends_have_every_level()
    {
        async Task<JsonArray> Rows(string more) =>
            (await host.GetAsync("/trends?procedure=NGB" + more))["data"]!.AsArray();
        Assert.Equal(6, (await Rows("")).Count);
        Assert.Equal(2, (await Rows("&region=23")).Count);
        var regions = await Rows("&level=region&region=20");
        Assert.Equal("20", (string?)Assert.Single(regions)!["region"]!["code"]);
        Assert.Equal(3, (await Rows("&level=healthcare-region")).Count);
        // October: [0,6] 4, [7,13] 4, [84,90] 5: k = 6.5.
        var country = Assert.Single(await Rows("&level=country"))!;
        Assert.Equal(13, (int?)country["months"]![17]!["count"]);
        Assert.Equal(11.38, (double?)country["months"]![17]!["medianDays"]);
    }

    [Fact]
    public async Task An_explanation_is_enough_to_redo_the_sum()
    {
        foreach (
            var place in (string[])
                ["&unit=" + HandMadePicture.Falun, "&region=23", "", "&level=healthcare-region&region=20"]
        )
        {
            var why = await host.GetAsync("/waiting-times/explain?procedure=NGB" + place);
            var (n, k) = ((long)why["count"]!, (double)why["rank"]!);
            Assert.Equal(n / 2.0, k);
            var (before, bin) = ((double)why["countBefore"]!, why["bin"]!);
            var (from, to, within) = ((int)bin["from"]!, (int)bin["to"]!, (double)bin["count"]!);
            Assert.Equal((double)why["medianDays"]!, Math.Round(from + (k - before) / within * (to + 1 - from), 2));
            var histogram = why["histogram"]!.AsArray();
            Assert.Equal(n, histogram.Sum(one => (double)one!["count"]!));
            if (place.Length > 0)
            {
                Assert.All(histogram, one => Assert.True((double)one!["count"]! >= 5));
            }
        }
    }

    [Fact]
    public async Task An_explanation_names_the_delivery_behind_it()
    {
        var why = await host.GetAsync("/waiting-times/explain?procedure=NGB");
        ApiHost.AssertJson(
            $$$"""
            {"source":"SPOR","referenceDate":"2026-11-21","fileName":"SPOR_2026-11-21.made","sha256":"{{{new string(
                'a',
                64
            )}}}"}
            """,
            why["delivery"]
        );
        Assert.Equal("country", (string?)why["level"]);
        Assert.Equal("7 + (29 - 11) / 21 * 7 = 13.00", (string?)why["formula"]);
        Assert.Equal((3, 1), ((int)why["units"]!, (int)why["unitsMasked"]!));
        ApiHost.AssertJson(
            """
            [{"from":0,"to":6,"count":11},{"from":7,"to":13,"count":21},{"from":14,"to":20,"count":10},
             {"from":84,"to":90,"count":5},{"from":91,"to":97,"count":5},{"from":728,"to":null,"count":6}]
            """,
            why["histogram"]
        );
    }

    [Fact]
    public async Task An_explanation_of_nothing_says_why()
    {
        var masked = await host.GetAsync("/waiting-times/explain?procedure=NGB&unit=" + HandMadePicture.Angen);
        Assert.Equal("masked", (string?)masked["absence"]);
        Assert.Null(masked["count"]);
        Assert.Empty(masked["histogram"]!.AsArray());
        var open = await host.GetAsync("/waiting-times/explain?procedure=NGB&unit=" + HandMadePicture.Ostersund);
        Assert.True((bool?)open["medianIsOpenEnded"]);
        Assert.Equal("open-ended", (string?)open["reasons"]!["bin"]);
        Assert.Equal(7, (int?)open["count"]);
    }

    [Fact]
    public async Task A_source_tells_its_clock_and_how_fresh_it_is()
    {
        var sources = (await host.GetAsync("/sources"))["data"]!.AsArray();
        Assert.Equal(["NCR", "SPOR"], sources.Select(source => (string)source!["source"]!));
        // NCR is four days old, late after three here; SPOR is one day old.
        Assert.Equal(["late", "fresh"], sources.Select(source => (string)source!["freshness"]!));
        var spor = sources[1]!.AsObject();
        Assert.Contains("V310", (string?)spor["clock"]!["en"], StringComparison.Ordinal);
        spor.Remove("clock");
        spor.Remove("coverage");
        ApiHost.AssertJson(
            $$$"""
            {"source":"SPOR","name":"Svenskt perioperativt register","referenceDate":"2026-11-21","correction":1,
             "receivedAt":"2026-11-22T02:29:00Z","publishedAt":"2026-11-22T02:30:00Z","fileName":"SPOR_2026-11-21.made",
             "sha256":"{{{new string('a', 64)}}}","units":6,"operations":553,"synthetic":true,"freshness":"fresh",
             "retention":{"days":null,"decision":null}}
            """,
            spor
        );
    }

    [Fact]
    public async Task Pages_are_linked_with_the_other_parameters_kept()
    {
        const string rest = "/lagesbild/v1/waiting-times?procedure=NGB&sort=-count&limit=2";
        var second = await host.GetAsync("/waiting-times?page=2&limit=2&sort=-count&procedure=NGB");
        ApiHost.AssertJson("""{"page":2,"limit":2,"count":2,"totalCount":6,"totalPages":3}""", second["_meta"]);
        ApiHost.AssertJson(
            $$$"""
            {"self":{"href":"{{{rest}}}&page=2"},"first":{"href":"{{{rest}}}&page=1"},"prev":{"href":"{{{rest}}}&page=1"},
             "next":{"href":"{{{rest}}}&page=3"},"last":{"href":"{{{rest}}}&page=3"}}
            """,
            second["_links"]
        );
        Assert.Equal(HandMadePicture.Ostersund, (string?)second["data"]![0]!["unit"]!["hsaId"]);

        var seen = new List<string>();
        for (var next = rest; next is not null; )
        {
            var page = await host.GetAsync(next["/lagesbild/v1".Length..]);
            seen.AddRange(page["data"]!.AsArray().Select(row => (string)row!["unit"]!["hsaId"]!));
            next = (string?)page["_links"]!["next"]?["href"];
        }

        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal(6, seen.Count);
    }

    [Theory]
    [InlineData("3", "3")]
    [InlineData("2147483647", "2147483647")]
    [InlineData("2147483648", "2147483648")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("99999999999999999999999999", "9223372036854775807")]
    public async Task Past_the_end_is_an_empty_list(string page, string counted)
    {
        var beyond = await host.GetAsync("/waiting-times?procedure=NGB&limit=4&page=" + page);
        Assert.Empty(beyond["data"]!.AsArray());
        ApiHost.AssertJson(
            $$"""{"page":{{counted}},"limit":4,"count":0,"totalCount":6,"totalPages":2}""",
            beyond["_meta"]
        );
        Assert.Null(beyond["_links"]!["next"]);
        Assert.EndsWith("&page=2", (string)beyond["_links"]!["prev"]!["href"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_are_escaped_in_links()
    {
        var found = await host.GetAsync("/procedures?q=kn%C3%A4+%26+h%C3%B6ft");
        Assert.Equal(
            "/lagesbild/v1/procedures?q=kn%C3%A4%20%26%20h%C3%B6ft",
            (string?)found["_links"]!["self"]!["href"]
        );
    }
}
