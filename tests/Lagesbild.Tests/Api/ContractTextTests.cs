using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lagesbild.Api;
using Lagesbild.Security;
using Microsoft.AspNetCore.Http;

namespace Lagesbild.Tests.Api;

/// <summary>What the contract says in words is in both languages, and true.</summary>
public sealed class ContractTextTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly Lazy<Picture.Picture> Accepted = new(() =>
        AcceptedPicture.Build("SPOR_2026-11-21.zip", "NCR_2026-11-21.jsonl.gz")
    );

    [Fact]
    public async Task Every_description_wherever_it_stands_is_in_both_languages()
    {
        var seen = 0;
        void Look(JsonNode? node, string at)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, member) in members)
                    {
                        if (name == "description" && member is JsonValue)
                        {
                            seen++;
                            Assert.True(IsInBothLanguages((string)member!), $"{at}: {member}");
                        }
                        // What is shown as it is sent says nothing of the contract.
                        else if (name is not ("example" or "examples" or "x-codeSamples"))
                        {
                            Look(member, $"{at}/{name}");
                        }
                    }

                    break;
                case JsonArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        Look(items[i], $"{at}/{i}");
                    }

                    break;
            }
        }

        Look(await DocumentAsync(), "");
        Assert.InRange(seen, 600, int.MaxValue);
        Assert.False(IsInBothLanguages("A receipt in full."));
        Assert.False(IsInBothLanguages("Columns:\n\n- `a` (string): En. / One.\n- `b` (string): Two."));
    }

    // Halves on one line, of a list on each of its lines, or paragraphs.
    private static bool IsInBothLanguages(string text)
    {
        if (SwedishDescriptions.All.ContainsKey(text))
        {
            return false;
        }

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Any(line => line.StartsWith("- ", StringComparison.Ordinal))
            ? lines.All(HasHalves)
            : HasHalves(text)
                || text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries) is { Length: >= 2 } parts
                    && parts[0] != parts[1];
    }

    private static bool HasHalves(string text) => text.Split(" / ", 2) is [{ Length: > 0 }, { Length: > 0 }];

    /// <summary>A header that is not declared of each answer is named for all of them.</summary>
    [Fact]
    public async Task What_goes_with_every_answer_is_named_once()
    {
        var context = new DefaultHttpContext { Request = { Scheme = "https", Path = "/lagesbild/v1/procedures" } };
        Edge.AddHeaders(context, isLocal: false, trace: null);
        var sent = context.Response.Headers.Select(header => header.Key).ToList();
        Assert.Contains("Strict-Transport-Security", sent);
        var told = (string)(await DocumentAsync())["info"]!["description"]!;
        // In each language.
        Assert.All(sent, name => Assert.Equal(2, Regex.Count(told, Regex.Escape($"`{name}`"))));
    }

    [Fact]
    public async Task How_large_a_body_may_be_is_told_as_it_is()
    {
        var decision = $"{Decisions.LargestBody >> 10} kB";
        var delivery = $"{HandIn.LargestFile >> 20} MB";
        var told = (string)(await DocumentAsync())["components"]!["responses"]!["Problem413"]!["description"]!;
        var api = await ReadAsync("api.md");
        // In each language.
        foreach (var text in (string[])[told, api])
        {
            Assert.Equal(2, Regex.Count(text, decision));
            Assert.Equal(2, Regex.Count(text, delivery));
        }

        Assert.Contains(
            $"Kropp: {LimitOptions.Body >> 10} kB, annars 413; en operatörs beslut över API:et {decision} och en leverans {delivery}.",
            await ReadAsync("drift.md"),
            StringComparison.Ordinal
        );
    }

    private static Task<string> ReadAsync(string document) =>
        File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", document), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("unknown-parameter", "/waiting-times?prcedure=NGB")]
    [InlineData("missing-parameter", "/waiting-times")]
    [InlineData("invalid-parameter", "/waiting-times?procedure=NGB&period=80d")]
    [InlineData("repeated-parameter", "/waiting-times?procedure=NGB&period=30d&period=90d")]
    [InlineData("parameter-conflict", "/waiting-times?procedure=NGB&near=2380&level=region")]
    [InlineData("group-not-available", "/waiting-times?procedure=CJE&timeLimit=0-14")]
    public async Task A_problem_with_a_question_is_shown_as_it_is_told(string code, string request)
    {
        host.Current.Swap(Accepted.Value);
        using var response = await host.SendAsync(request);
        var told = JsonNode
            .Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!
            .AsObject();
        var shown = (await DocumentAsync())["components"]!["responses"]!["Problem400"]!["content"]![
            "application/problem+json"
        ]!["examples"]![code]!["value"]!.DeepClone();
        told["traceId"] = shown["traceId"]!.DeepClone();
        ApiHost.AssertJson(shown.ToJsonString(), told);
    }

    /// <summary>As the contract says it: but for the bounds of a share, which stand in its place.</summary>
    [Fact]
    public async Task Every_figure_that_is_null_has_its_reason_but_a_share_that_has_bounds()
    {
        host.Current.Swap(Accepted.Value);
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        var reasons = (string)schemas["WaitingTimesRow"]!["properties"]!["reasons"]!["description"]!;
        Assert.Contains("shareAtLeast", reasons, StringComparison.Ordinal);
        Assert.Contains("shareAtMost", reasons, StringComparison.Ordinal);
        string[] figures =
        [
            "count",
            "medianDays",
            "medianLowerDays",
            "medianUpperDays",
            "confidenceInterval",
            "p90Days",
            "within90Days",
            "comparedToCountry",
            "asa34",
        ];
        var bounded = 0;
        foreach (var code in Accepted.Value.Procedures.Select(figures => figures.Procedure.Code))
        {
            var rows = (await host.GetAsync($"/waiting-times?procedure={code}&period=30d&limit=1000"))["data"]!;
            foreach (var row in rows.AsArray().Select(row => row!.AsObject()))
            {
                var given = row["reasons"]!.AsObject();
                Assert.All(
                    figures.Where(name => row[name] is null),
                    name => Assert.True(given.ContainsKey(name), $"{code} {name}")
                );
                if (row["asa34"] is JsonObject asa && asa["share"] is null)
                {
                    var hasBounds = asa["shareAtLeast"] is not null && asa["shareAtMost"] is not null;
                    Assert.Equal(!hasBounds, given.ContainsKey("asa34"));
                    bounded += hasBounds ? 1 : 0;
                }
            }
        }

        Assert.NotEqual(0, bounded);
    }

    /// <summary>So that a client made of the contract alone can type a row.</summary>
    [Theory]
    [InlineData("/waiting-times", "text/csv", "/waiting-times?procedure=NGB&near=2380&compareWith=20&format=csv")]
    [InlineData("/waiting-times", "text/csv", "/waiting-times?procedure=NGB&level=region&format=csv")]
    [InlineData("/trends", "text/csv", "/trends?procedure=NGB&format=csv")]
    [InlineData("/pictures/current/waiting-times", "text/csv", "/pictures/current/waiting-times?format=csv")]
    [InlineData(
        "/pictures/current/waiting-times",
        "application/x-ndjson",
        "/pictures/current/waiting-times?format=json"
    )]
    public async Task Every_column_of_a_table_is_described_in_order_and_holds_what_is_said(
        string path,
        string mediaType,
        string request
    )
    {
        host.Show("picture-1");
        var columns = await ColumnsAsync(path, mediaType);
        using var response = await host.SendAsync(request);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .TrimEnd()
            .Split('\n', StringSplitOptions.TrimEntries);
        IEnumerable<IEnumerable<(string Name, string? Value)>> rows =
            mediaType == "text/csv"
                ? lines[1..].Select(line => lines[0].Split(',').Zip(Fields(line), (n, v) => (n, v == "" ? null : v)))
                : lines.Select(line =>
                    JsonNode.Parse(line)!.AsObject().Select(member => (member.Key, member.Value?.ToJsonString()))
                );
        var quote = mediaType == "text/csv" ? "" : "\"";
        foreach (var row in rows)
        {
            var values = row.ToList();
            Assert.Equal(columns.Select(column => column.Name), values.Select(value => value.Name));
            foreach (var ((_, type, _), (name, value)) in columns.Zip(values))
            {
                var form = type switch
                {
                    "integer" => "^-?[0-9]+$",
                    "number" => "^-?[0-9]+([.][0-9]+)?$",
                    "boolean" => mediaType == "text/csv" ? "^(TRUE|FALSE)$" : "^(true|false)$",
                    "yyyy-MM-dd" => $"^{quote}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{quote}$",
                    "yyyy-MM" => $"^{quote}[0-9]{{4}}-[0-9]{{2}}{quote}$",
                    "string" => $"^{quote}.*{quote}$",
                    _ => throw new InvalidOperationException(type),
                };
                Assert.True(value is null || Regex.IsMatch(value, form), $"{name} {type}: {value}");
                Assert.True(
                    name != "reasons"
                        || value is null
                        || Regex.IsMatch(value.Trim('"'), "^([a-zA-Z0-9]+:[a-z-]+( |$))+$"),
                    value
                );
            }
        }
    }

    [Fact]
    public async Task The_reasons_of_a_line_are_those_of_the_answer_but_for_what_its_absence_says()
    {
        host.Show("picture-1");
        var answered = (await host.GetAsync("/waiting-times?procedure=NGB&period=90d"))["data"]!
            .AsArray()
            .ToDictionary(row => (string)row!["unit"]!["hsaId"]!, row => row!);
        using var response = await host.SendAsync("/pictures/current/waiting-times?format=json");
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Where(line =>
                ((string?)line["procedure"], (string?)line["period"], (string?)line["group"]) == ("NGB", "90d", "all")
            )
            .ToList();
        Assert.Equal(answered.Count, lines.Count);
        Assert.Contains(lines, line => line["reasons"] is not null);
        Assert.All(
            lines,
            line =>
            {
                var row = answered[(string)line["hsaId"]!];
                var own = row["reasons"]!
                    .AsObject()
                    .Where(reason => (string?)reason.Value != (string?)row["absence"])
                    .Select(reason => $"{reason.Key}:{reason.Value}")
                    .ToList();
                Assert.Equal(own.Count == 0 ? null : string.Join(' ', own), (string?)line["reasons"]);
            }
        );
    }

    [Theory]
    [InlineData("/waiting-times", "/waiting-times?procedure=NGB&near=2380&compareWith=20&format=csv-excel-sv")]
    [InlineData("/trends", "/trends?procedure=NGB&level=country&format=csv-excel-sv")]
    public async Task The_headings_for_people_stand_with_their_columns(string path, string request)
    {
        host.Current.Swap(Accepted.Value);
        var described = (await ColumnsAsync(path, "text/csv")).Select(column => column.Heading).ToList();
        using var response = await host.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var headings = text.Split("\r\n")[0].Split(';').Select(heading => heading.Trim('"')).ToList();
        Assert.Equal(described.Where(headings.Contains), headings);
    }

    private async Task<IReadOnlyList<(string Name, string Type, string Heading)>> ColumnsAsync(
        string path,
        string mediaType
    )
    {
        var told = (string)
            (await DocumentAsync())["paths"]![path]!["get"]!["responses"]!["200"]!["content"]![mediaType]!["schema"]![
                "description"
            ]!;
        return
        [
            .. Regex
                .Matches(told, @"^- `(\w+)` \(([^;)]+)(; ”([^”]+)”)?\): .+ / .+$", RegexOptions.Multiline)
                .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[4].Value)),
        ];
    }

    private static IEnumerable<string> Fields(string line) =>
        Regex
            .Matches(line, "(?<=^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,\"]*))(?=,|$)")
            .Select(match => match.Groups[1].Value + match.Groups[2].Value);

    private async Task<JsonObject> DocumentAsync() => await host.GetAsync("/openapi.json");
}
