using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Api;

/// <summary>The forms that figures can be asked for over the API.</summary>
public sealed class FormatTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Ngb = "/waiting-times?procedure=NGB";
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Theory]
    [InlineData(Ngb, "text/csv", "text/csv; charset=utf-8", "vantetider_NGB_enhet_2026-11-21.csv")]
    [InlineData(Ngb + "&level=country", Workbook, Workbook, "vantetider_NGB_riket_2026-11-21.xlsx")]
    [InlineData(
        Ngb,
        "application/vnd.json-stat+json",
        "application/vnd.json-stat+json",
        "vantetider_NGB_enhet_2026-11-21.json"
    )]
    [InlineData(
        Ngb + "&format=csv-excel-sv",
        "application/json",
        "text/csv; charset=utf-8",
        "vantetider_NGB_enhet_2026-11-21_excel.csv"
    )]
    [InlineData(
        "/trends?procedure=NGB",
        "text/csv;q=0.9, text/html",
        "text/csv; charset=utf-8",
        "utveckling_NGB_enhet_2026-11-21.csv"
    )]
    [InlineData(
        "/trends?procedure=CJE&level=region&format=xlsx",
        "*/*",
        Workbook,
        "utveckling_CJE_region_2026-11-18.xlsx"
    )]
    [InlineData("/pictures/current/waiting-times", "*/*", "text/csv; charset=utf-8", "lagesbild_2026-11-21.csv")]
    [InlineData(
        "/pictures/current/waiting-times",
        "application/x-ndjson",
        "application/x-ndjson",
        "lagesbild_2026-11-21.jsonl"
    )]
    public async Task What_is_accepted_or_asked_for_is_given(
        string path,
        string accept,
        string contentType,
        string fileName
    )
    {
        using var response = await host.SendAsync(path, null, ("Accept", accept));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            $"attachment; filename=\"{fileName}\"",
            response.Content.Headers.GetValues("Content-Disposition").Single()
        );
        Assert.Equal("private, max-age=60", response.Headers.NonValidated["Cache-Control"].ToString());
        var etag = response.Headers.GetValues("ETag").Single();
        using var again = await host.SendAsync(path, null, ("Accept", accept), ("If-None-Match", etag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var head = await host.SendAsync(path, HttpMethod.Head, ("Accept", accept));
        Assert.Equal(etag, head.Headers.GetValues("ETag").Single());
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_form_has_its_own_ETag()
    {
        var etags = new HashSet<string>();
        foreach (var format in (string[])["json", "csv", "csv-excel-sv", "xlsx", "json-stat"])
        {
            using var response = await host.SendAsync($"{Ngb}&format={format}");
            Assert.True(etags.Add(response.Headers.GetValues("ETag").Single()));
        }
    }

    [Fact]
    public async Task A_download_holds_all_rows_that_the_same_question_has_as_json()
    {
        const string question = Ngb + "&region=20&region=23&sort=-count&near=2380&compareWith=20";
        var json = (await host.GetAsync(question + "&limit=1000"))["data"]!.AsArray();
        var lines = (await TextAsync(question + "&format=csv")).Split("\r\n")[..^1];
        var columns = lines[0].Split(',');
        Assert.Equal(json.Count, lines.Length - 1);
        foreach (var (row, line) in json.Zip(lines[1..]))
        {
            var cells = columns.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second);
            Assert.Equal((string?)row!["unit"]!["hsaId"], cells["hsaId"]);
            Assert.Equal(Plain(row["count"]), cells["count"]);
            Assert.Equal(Plain(row["medianDays"]), cells["medianDays"]);
            Assert.Equal(Plain(row["within90Days"]), cells["within90Days"]);
            Assert.Equal(Plain(row["p90Days"]), cells["p90Days"]);
            Assert.Equal(Plain(row["distanceKm"]), cells["distanceKm"]);
            Assert.Equal(Plain(row["asa34"]?["share"]), cells["asa34Share"]);
            Assert.Equal(Plain(row["comparedToHome"]?["differenceDays"]), cells["differenceDays"]);
            Assert.Equal((string?)row["absence"] ?? "", cells["absence"]);
        }

        static string Plain(JsonNode? value) => value?.ToJsonString() ?? "";
    }

    [Theory]
    [InlineData(Ngb + "&format=csv")]
    [InlineData(Ngb + "&format=csv-excel-sv")]
    [InlineData(Ngb + "&format=xlsx")]
    [InlineData("/trends?procedure=NGB&format=json-stat")]
    [InlineData("/pictures/current/waiting-times?format=csv")]
    [InlineData("/pictures/current/waiting-times?format=json")]
    public async Task A_download_says_which_picture_it_is_of_and_that_its_data_are_invented(string path)
    {
        using var response = await host.SendAsync(path);
        Assert.Equal("picture-1", response.Headers.GetValues("Lagesbild-Picture").Single());
        Assert.Equal("true", response.Headers.GetValues("Lagesbild-Synthetic").Single());
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
        var (heading, row) =
            path.EndsWith("=csv", StringComparison.Ordinal) ? (",picture,synthetic", ",picture-1,TRUE")
            : path.EndsWith("-sv", StringComparison.Ordinal) ? (";Lägesbild;Påhittade data", ";picture-1;ja")
            : path.EndsWith("=json", StringComparison.Ordinal) ? ("", "\"picture\":\"picture-1\",\"synthetic\":true}")
            : ("", "");
        Assert.EndsWith(heading, lines[0].TrimEnd('\r'), StringComparison.Ordinal);
        if (row.Length > 0)
        {
            Assert.All(lines[1..^1], line => Assert.EndsWith(row, line.TrimEnd('\r'), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(Ngb + "&level=region", "20", "units", 1.0)]
    [InlineData(Ngb + "&level=region", "20", "unitsMasked", 1.0)]
    [InlineData(Ngb + "&level=region", "23", "units", 2.0)]
    [InlineData(Ngb + "&near=2380", HandMadePicture.Ostersund, "distanceKm", 0.0)]
    [InlineData(Ngb + "&compareWith=20&level=unit", HandMadePicture.Are, "comparedToHome", 1.0)]
    [InlineData(Ngb, HandMadePicture.Are, "comparedToCountry", 1.0)]
    [InlineData(Ngb, HandMadePicture.Are, "units", null)]
    [InlineData(Ngb, HandMadePicture.Are, "distanceKm", null)]
    [InlineData(Ngb, HandMadePicture.Are, "comparedToHome", null)]
    [InlineData("/trends?procedure=NGB&level=region", "20", "unitsMasked", 1.0)]
    [InlineData("/trends?procedure=NGB", HandMadePicture.Falun, "units", null)]
    public async Task Json_stat_has_every_figure_that_the_level_and_the_question_have(
        string path,
        string place,
        string figure,
        double? expected
    )
    {
        var dataset = JsonNode.Parse(await TextAsync(path + "&format=json-stat"))!;
        List<string> IndexOf(string dimension) =>
            [.. dataset["dimension"]![dimension]!["category"]!["index"]!.AsArray().Select(id => (string)id!)];
        var figures = IndexOf("figure");
        Assert.Equal(expected is not null, figures.Contains(figure));
        if (expected is not { } value)
        {
            return;
        }

        // September is the month before the last.
        var places = IndexOf("place");
        var cell = path.StartsWith("/trends", StringComparison.Ordinal)
            ? places.IndexOf(place) * 18 + 16
            : places.IndexOf(place);
        Assert.Equal(value, (double)dataset["value"]![cell * figures.Count + figures.IndexOf(figure)]!);
    }

    [Theory]
    [InlineData(Ngb, "Svenskt perioperativt register")]
    [InlineData("/trends?procedure=CJE", "Nationella kataraktregistret")]
    public async Task Json_stat_names_the_register_that_its_figures_come_from(string path, string register) =>
        Assert.Equal(register, (string?)JsonNode.Parse(await TextAsync(path + "&format=json-stat"))!["source"]);

    [Fact]
    public async Task A_month_above_the_unit_level_says_how_many_units_it_stands_on()
    {
        static (int?, int?) UnitsOf(JsonNode? month) => ((int?)month!["units"], (int?)month["unitsMasked"]);
        var region = (await host.GetAsync("/trends?procedure=NGB&level=region&region=20"))["data"]![0]!["months"]!;
        Assert.Equal((0, 1), UnitsOf(region[16]));
        Assert.Equal((1, 0), UnitsOf(region[17]));
        var unit = (await host.GetAsync("/trends?procedure=NGB&unit=" + HandMadePicture.Falun))["data"]![0]!["months"]!;
        Assert.Equal((null, null), UnitsOf(unit[17]));
    }

    [Fact]
    public async Task Several_procedures_stand_in_one_file()
    {
        var lines = (await TextAsync(Ngb + "&procedure=CJE&procedure=NFB&format=csv")).Split("\r\n")[1..^1];
        Assert.Equal(["CJE", "NFB", "NGB"], lines.Select(line => line[..3]).Distinct());
        var trend = (await TextAsync("/trends?procedure=NGB&procedure=CJE&level=country&format=csv")).Split("\r\n")[
            1..^1
        ];
        Assert.Equal(2 * 18, trend.Length);
    }

    [Fact]
    public async Task A_procedure_that_nobody_has_figures_of_is_an_empty_file()
    {
        foreach (var path in (string[])["/waiting-times?procedure=ABC", "/trends?procedure=ABC"])
        {
            Assert.Single((await TextAsync(path + "&format=csv")).Split("\r\n")[..^1]);
            Assert.Empty(JsonNode.Parse(await TextAsync(path + "&format=json-stat"))!["value"]!.AsArray());
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_download_is_packed_as_it_is_written(string coding)
    {
        const string path = "/pictures/current/waiting-times";
        using var response = await host.SendAsync(path, null, ("Accept-Encoding", coding));
        Assert.Equal(coding, string.Concat(response.Content.Headers.ContentEncoding));
        await using var packed = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream content =
            coding == "br"
                ? new BrotliStream(packed, CompressionMode.Decompress)
                : new GZipStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(content, Encoding.UTF8);
        Assert.Equal(await TextAsync(path), await reader.ReadToEndAsync(TestContext.Current.CancellationToken));

        // A workbook is packed already.
        using var workbook = await host.SendAsync(Ngb + "&format=xlsx", null, ("Accept-Encoding", coding));
        Assert.Empty(workbook.Content.Headers.ContentEncoding);
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await host.SendAsync(path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text;
    }
}
