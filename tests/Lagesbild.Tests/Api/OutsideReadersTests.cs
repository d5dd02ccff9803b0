using System.Globalization;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Api;

/// <summary>The contract and the files, read by programs that others made.</summary>
public sealed class OutsideReadersTests(ApiHost host) : IClassFixture<ApiHost>, IDisposable
{
    private readonly string _folder = Directory
        .CreateDirectory(Path.Combine(AppContext.BaseDirectory, "readers", Guid.NewGuid().ToString("N")))
        .FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Spectral_has_no_remark_on_the_contract()
    {
        var contract = await SaveAsync("/openapi.yaml", "contract.yaml");
        var (exit, output) = await OtherPrograms.PackageAsync(
            "@stoplight/spectral-cli/dist/index.js",
            "lint",
            contract,
            "--ruleset",
            Path.Combine(Checkout.Root, "tests", "npm", "spectral.yaml"),
            "--fail-severity",
            "hint"
        );
        Assert.True(exit == 0, output);
        Assert.Contains("No results", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/waiting-times?procedure=NGB", "procedure group period place figure", 6)]
    [InlineData("/trends?procedure=NGB", "procedure group place month figure", 6 * 18)]
    [InlineData("/trends?procedure=NGB&level=healthcare-region", "procedure group place month figure", 3 * 18)]
    [InlineData(
        "/waiting-times?procedure=CJE&level=country&anaesthesia=general",
        "procedure group period place figure",
        1
    )]
    public async Task Json_stat_is_understood_by_its_own_toolkit(string path, string dimensions, int rows)
    {
        var file = await SaveAsync(path + "&format=json-stat", "dataset.json");
        var read = await ReadJsonStatAsync(file, new JsonArray());
        Assert.Equal("dataset", (string?)read["class"]);
        Assert.Equal(dimensions.Split(' '), read["id"]!.AsArray().Select(id => (string)id!));
        var sizes = read["size"]!.AsArray().Select(size => (int)size!).ToList();
        Assert.Equal(rows, sizes[..^1].Aggregate((a, b) => a * b));
        Assert.Equal(rows * sizes[^1], (int)read["rows"]!);
        Assert.Equal(
            path.StartsWith("/trends", StringComparison.Ordinal) ? "month" : "period",
            (string?)read["time"]![0]
        );
        Assert.All(
            read["labels"]!.AsArray(),
            labels => Assert.All(labels!.AsArray(), label => Assert.NotEmpty((string)label!))
        );
    }

    [Fact]
    public async Task A_json_stat_figure_stands_where_the_toolkit_looks_for_it()
    {
        var file = await SaveAsync("/waiting-times?procedure=NGB&format=json-stat", "dataset.json");
        static JsonObject Where(string place, string figure) => new() { ["place"] = place, ["figure"] = figure };
        var read = await ReadJsonStatAsync(
            file,
            new JsonArray(
                Where(HandMadePicture.Falun, "count"),
                Where(HandMadePicture.Falun, "medianDays"),
                Where(HandMadePicture.Angen, "medianDays"),
                Where(HandMadePicture.Ostersund, "medianDays"),
                Where(HandMadePicture.Tysta, "count"),
                Where(HandMadePicture.Bjorken, "count")
            )
        );
        ApiHost.AssertJson(
            """
            [{"value":41,"status":null},{"value":10.5,"status":null},{"value":null,"status":"masked"},
             {"value":null,"status":"open-ended"},{"value":null,"status":"not-reported"},{"value":0,"status":null}]
            """,
            read["cells"]
        );
    }

    [Fact]
    public async Task Pythons_csv_reads_numbers_as_numbers_and_names_as_names()
    {
        var plain = await SaveAsync("/waiting-times?procedure=NGB&format=csv", "plain.csv");
        var swedish = await SaveAsync("/waiting-times?procedure=NGB&format=csv-excel-sv", "swedish.csv");
        var (exit, output) = await OtherPrograms.RunAsync(
            "python3",
            "-c",
            """
            import csv, json, sys
            with open(sys.argv[1], newline="", encoding="utf-8") as file:
                plain = list(csv.DictReader(file))
            with open(sys.argv[2], newline="", encoding="utf-8-sig") as file:
                dialect = csv.Sniffer().sniff(file.readline())
                file.seek(0)
                swedish = list(csv.DictReader(file, delimiter=dialect.delimiter))
            number = lambda text: float(text) if text else None
            print(json.dumps({
                "names": [row["name"] for row in plain],
                "counts": [number(row["count"]) for row in plain],
                "medians": [number(row["medianDays"]) for row in plain],
                "delimiter": dialect.delimiter,
                "svenska": [number(row["Median (dagar)"].replace(",", ".")) for row in swedish],
                "extra": any(None in row or None in row.values() for row in plain + swedish),
            }, ensure_ascii=False))
            """,
            plain,
            swedish
        );
        Assert.True(exit == 0, output);
        ApiHost.AssertJson(
            """
            {"names":["Exempelsjukhuset Falun","Åre kirurgi","Exempelsjukhuset Östersund","Björkens operation","Tysta kliniken","Ängens klinik"],
             "counts":[41.0,10.0,7.0,0.0,null,null],"medians":[10.5,91.0,null,null,null,null],"delimiter":";",
             "svenska":[10.5,91.0,null,null,null,null],"extra":false}
            """,
            JsonNode.Parse(output)
        );
    }

    private static async Task<JsonNode> ReadJsonStatAsync(string file, JsonArray cells)
    {
        var (exit, output) = await OtherPrograms.RunAsync(
            "node",
            Path.Combine(Checkout.Root, "tests", "npm", "read-json-stat.mjs"),
            file,
            cells.ToJsonString()
        );
        Assert.True(exit == 0, output);
        return JsonNode.Parse(output)!;
    }

    private async Task<string> SaveAsync(string path, string name)
    {
        using var response = await host.SendAsync(path);
        Assert.True(response.IsSuccessStatusCode, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
        var file = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(
            file,
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken
        );
        return file;
    }
}
