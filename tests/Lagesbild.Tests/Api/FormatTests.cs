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
        "vantetider_NGB_enhet_2026-11-21.csv"
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
