using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml.Packaging;
using Lagesbild.Api;
using Lagesbild.Security;
using Lagesbild.Tests.Formats;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Book = DocumentFormat.OpenXml.Spreadsheet;

namespace Lagesbild.Tests.Api;

/// <summary>The contract is generated from the code, committed, and the same.</summary>
public sealed class OpenApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string Committed = Path.Combine(Checkout.Root, "openapi", "lagesbild-v1.yaml");
    private static readonly string Examples = Path.Combine(Checkout.Root, "src", "Lagesbild", "Api", "Examples");

    private static readonly Lazy<Picture.Picture> Accepted = new(() =>
        AcceptedPicture.Build("SPOR_2026-11-21.zip", "NCR_2026-11-21.jsonl.gz")
    );

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Set <c>LAGESBILD_WRITE_OPENAPI=1</c> to write the file anew, then commit it.</summary>
    [Fact]
    public async Task The_committed_contract_is_the_one_that_is_served()
    {
        var made = Encoding.UTF8.GetString(
            await OpenApiResource.WriteAsync(host.Services, "yaml", null, TestContext.Current.CancellationToken)
        );
        if (Environment.GetEnvironmentVariable("LAGESBILD_WRITE_OPENAPI") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Committed)!);
            await File.WriteAllTextAsync(
                Committed,
                made,
                new UTF8Encoding(false),
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(await File.ReadAllTextAsync(Committed, TestContext.Current.CancellationToken), made);
        using var response = await host.SendAsync("/openapi.yaml");
        Assert.Equal("application/yaml", response.Content.Headers.ContentType?.ToString());
        // But for the address: a tool that is pointed at a service calls that service, and its terms are there.
        var served = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var address = host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(made.Replace("https://lagesbild.example", address, StringComparison.Ordinal), served);
        var server = Assert.Single((await DocumentAsync())["servers"]!.AsArray());
        Assert.Equal(address + "/lagesbild/v1", (string)server!["url"]!);
    }

    [Fact]
    public async Task Every_schema_and_every_member_is_described_in_both_languages()
    {
        var bilingual = SwedishDescriptions.All.Select(text => $"{text.Value} / {text.Key}").ToHashSet();
        var used = new HashSet<string>();
        foreach (var (name, schema) in (await DocumentAsync())["components"]!["schemas"]!.AsObject())
        {
            IEnumerable<KeyValuePair<string, JsonNode?>> members = schema!["properties"]?.AsObject() ?? [];
            foreach (var (member, described) in members.Append(new("", schema)))
            {
                var text = (string?)described!["description"];
                Assert.True(
                    text is null ? described["$ref"] is not null : bilingual.Contains(text),
                    $"{name}.{member}: {text ?? "not described"}"
                );
                used.Add(text ?? "");
            }
        }

        Assert.Subset(used, bilingual);
    }

    [Fact]
    public async Task Every_code_that_is_sent_is_in_the_contract_and_in_the_documentation()
    {
        const BindingFlags every = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var kept = typeof(Problem)
            .Assembly.GetTypes()
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(every))
            .Select(field =>
                field.FieldType == typeof(Refusal) ? ((Refusal)field.GetValue(null)!).Code
                : field.FieldType == typeof(Problem) ? ((Problem)field.GetValue(null)!).Code
                : null
            )
            .OfType<string>();
        var written = Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "src", "Lagesbild", "Api"), "*.cs")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"new\(\s*\d{3},\s*""([a-z0-9-]+)"""))
            .Select(match => match.Groups[1].Value);
        var sent = kept.Concat(written).ToHashSet();
        Assert.Superset(new HashSet<string> { "extended-key-usage", "not-yet-valid", "unknown-parameter" }, sent);

        var shown = (await DocumentAsync())["components"]!["responses"]!
            .AsObject()
            .SelectMany(response =>
                response.Value!["content"]?["application/problem+json"]?["examples"]?.AsObject() ?? []
            )
            .Select(example => ((string)example.Value!["value"]!["type"]!)["urn:lagesbild:problem:".Length..])
            .ToHashSet();
        var told = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "docs", "api.md"),
            TestContext.Current.CancellationToken
        );
        Assert.Subset(shown, sent);
        Assert.All(shown, code => Assert.Contains($"`{code}`", told, StringComparison.Ordinal));
    }

    /// <summary>
    /// Written anew with the contract, then built in, so that the contract of the next run has them.
    /// </summary>
    [Fact]
    public async Task The_examples_of_the_contract_are_real_answers()
    {
        await foreach (var (operation, mediaType, request, text) in AnswersAsync())
        {
            await AssertIsKeptAsync(ContractExamples.FileName(operation, mediaType, request), text);
        }

        foreach (var (name, text) in HandedIn())
        {
            await AssertIsKeptAsync(name + ".txt", text);
        }
    }

    /// <summary>Not as the files have it, but as it is read.</summary>
    [Fact]
    public async Task Every_example_of_the_contract_is_in_it_and_what_is_answered()
    {
        var shown = new Dictionary<(string Operation, string MediaType, string Name), string>();
        foreach (
            var operation in (await DocumentAsync())["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
        )
        {
            IEnumerable<JsonNode?> bodies =
            [
                operation.Value!["requestBody"],
                .. operation.Value["responses"]!
                    .AsObject()
                    .Where(answer => answer.Key[0] == '2')
                    .Select(answer => answer.Value),
            ];
            foreach (var (mediaType, content) in bodies.SelectMany(body => body?["content"]?.AsObject() ?? []))
            {
                foreach (var (name, example) in content!["examples"]!.AsObject())
                {
                    var value = example!["value"]!;
                    var text = value is JsonValue ? (string)value! : value.ToJsonString(Indented) + "\n";
                    Assert.NotEqual("{}", text.Trim());
                    Assert.NotEmpty(text.Trim());
                    shown[((string)operation.Value["operationId"]!, mediaType, name)] = text;
                }
            }
        }

        void AssertShown(string operation, string mediaType, string name, string answered)
        {
            Assert.True(shown.Remove((operation, mediaType, name), out var text), $"{operation} {mediaType} {name}");
            Assert.Equal(answered, text, ignoreLineEndingDifferences: true);
        }

        await foreach (var (operation, mediaType, request, text) in AnswersAsync())
        {
            AssertShown(operation, mediaType, ContractExamples.NameOf(request), text);
        }

        foreach (var (name, text) in HandedIn())
        {
            AssertShown("handInDelivery", "application/octet-stream", name.Split('_')[0], text);
        }

        // What is left is of the ledger, and made of the records that are answered with.
        Assert.All(shown.Keys, key => Assert.Equal("application/json", key.MediaType));
        Assert.Equal(
            [
                "getDelivery",
                "handInDelivery",
                "listDeliveries",
                "listPictures",
                "refuseDelivery",
                "releaseDelivery",
                "restorePicture",
            ],
            shown.Keys.Select(key => key.Operation).Distinct().Order(StringComparer.Ordinal)
        );
    }

    private async IAsyncEnumerable<(string Operation, string MediaType, string Request, string Text)> AnswersAsync()
    {
        host.Current.Swap(Accepted.Value);
        foreach (var (operation, requests) in ContractExamples.Requests)
        {
            foreach (var (mediaType, request) in requests)
            {
                using var response = await host.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                text =
                    ContractExamples.IsDocument(mediaType) ? JsonNode.Parse(text)!.ToJsonString(Indented) + "\n"
                    : mediaType.EndsWith("sheet", StringComparison.Ordinal)
                        ? OfWorkbook(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))
                    : FirstLines(new StringReader(text));
                yield return (operation, mediaType, request, text);
            }
        }
    }

    private static IEnumerable<(string Name, string Text)> HandedIn()
    {
        foreach (var name in ContractExamples.HandedIn)
        {
            using var file = File.OpenRead(Path.Combine(Checkout.Root, "ingest-samples", "accepted", name));
            yield return (name, OfDelivery(file));
        }
    }

    /// <summary>Whoever pastes a line of the contract into a shell, against the demonstration, gets an answer.</summary>
    [Fact]
    public async Task Every_question_that_the_contract_shows_is_answered_by_the_demonstrations_picture()
    {
        host.Current.Swap(Accepted.Value);
        var document = await DocumentAsync();
        var root = (string)document["servers"]![0]!["url"]!;
        var asked = 0;
        var certificates = new HashSet<string>();
        foreach (var operation in document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()))
        {
            foreach (var sample in operation.Value!["x-codeSamples"]!.AsArray())
            {
                var command = (string)sample!["source"]!;
                certificates.UnionWith(
                    Regex.Matches(command, @"--(cert|key) (\S+)\.(pem|key) ").Select(match => match.Groups[2].Value)
                );
                if (ContractExamples.Requests.ContainsKey((string)operation.Value["operationId"]!))
                {
                    var address = Regex.Match(command, "'" + Regex.Escape(root) + "(/[^']+)'$").Groups[1].Value;
                    using var response = await host.SendAsync(address);
                    Assert.True(response.StatusCode == HttpStatusCode.OK, command);
                    asked++;
                }
            }
        }

        Assert.Equal(ContractExamples.Requests.Sum(one => one.Value.Count), asked);
        var made = CertificateBlueprint.All.Select(one => one.Name).ToHashSet();
        Assert.Superset(certificates, made);
        Assert.Equal(["navigator", "operator", "register-spor"], certificates.Order());
    }

    /// <summary>JSON Schema's patterns are ECMAScript's, but validators use what their language has.</summary>
    [Fact]
    public async Task Every_pattern_is_read_by_python_and_by_javascript()
    {
        var patterns = new HashSet<string>();
        void Collect(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, member) in members)
                    {
                        if (name == "pattern" && member is JsonValue)
                        {
                            patterns.Add((string)member!);
                        }

                        Collect(member);
                    }

                    break;
                case JsonArray items:
                    foreach (var item in items)
                    {
                        Collect(item);
                    }

                    break;
            }
        }

        Collect(await DocumentAsync());
        Assert.Contains("^[A-Z]{3}$", patterns);
        foreach (
            var (program, option, code) in ((string, string, string)[])
                [
                    ("python3", "-c", "import re, sys\nfor one in sys.argv[1:]: re.compile(one)"),
                    ("node", "-e", """process.argv.slice(1).forEach((one) => new RegExp(one, "u"))"""),
                ]
        )
        {
            var (exit, output) = await OtherPrograms.RunAsync(program, [option, code, .. patterns]);
            Assert.True(exit == 0, output);
        }
    }

    [Fact]
    public async Task An_object_says_that_its_members_are_asked_with()
    {
        var operation = (await DocumentAsync())["paths"]!["/waiting-times"]!["get"]!;
        var asked = operation["parameters"]!.AsArray().Single(one => (string?)one!["name"] == "minAsa")!;
        Assert.Equal("form", (string?)asked["style"]);
        Assert.True((bool?)asked["explode"]);
    }

    private static async Task AssertIsKeptAsync(string name, string text)
    {
        var file = Path.Combine(Examples, name);
        if (Environment.GetEnvironmentVariable("LAGESBILD_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(file, text, new UTF8Encoding(false), TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            text,
            ignoreLineEndingDifferences: true
        );
    }

    private static string FirstLines(TextReader text) =>
        string.Concat(
            Enumerable
                .Range(0, ContractExamples.LinesKept)
                .Select(_ => text.ReadLine())
                .OfType<string>()
                .Select(line => line + "\n")
        );

    private static string OfDelivery(FileStream file)
    {
        if (file.Name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var lines = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
            return FirstLines(lines);
        }

        using var archive = new ZipArchive(file);
        return string.Concat(
            archive.Entries.Select(entry =>
            {
                using var lines = new StreamReader(entry.Open());
                return $"[{entry.Name}]\n{FirstLines(lines)}";
            })
        );
    }

    private static string OfWorkbook(byte[] content)
    {
        using var book = SpreadsheetDocument.Open(new MemoryStream(content), isEditable: false);
        var text = new StringBuilder();
        foreach (var sheet in book.WorkbookPart!.Workbook.Sheets!.Elements<Book.Sheet>())
        {
            text.Append(CultureInfo.InvariantCulture, $"[{sheet.Name}]\n");
            var part = (WorksheetPart)book.WorkbookPart.GetPartById(sheet.Id!);
            List<string>? columns = null;
            foreach (var row in part.Worksheet.Descendants<Book.Row>().Take(ContractExamples.LinesKept))
            {
                var cells = row.Elements<Book.Cell>().ToDictionary(Column, cell => Shown(book, cell));
                columns ??= [.. cells.Keys];
                text.AppendJoin('\t', columns.Select(column => cells.GetValueOrDefault(column))).Append('\n');
            }
        }

        return text.ToString();

        static string Column(Book.Cell cell) => cell.CellReference!.Value!.TrimEnd([.. "0123456789"]);
    }

    private static string Shown(SpreadsheetDocument book, Book.Cell cell) =>
        cell.DataType?.Value == Book.CellValues.Boolean
            ? cell.InnerText == "1"
                ? "TRUE"
                : "FALSE"
            : cell.DataType is null && DownloadTests.FormatOf(book, cell) is { } format && format.StartsWith('y')
                ? DateTime
                    .FromOADate(double.Parse(cell.InnerText, CultureInfo.InvariantCulture))
                    .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                : cell.InnerText;

    /// <summary>Whoever reads the contract sees what to send and what comes back, and what is shown is of the declared form.</summary>
    [Fact]
    public async Task Every_parameter_body_and_answer_of_the_contract_has_an_example_that_fits()
    {
        var document = await DocumentAsync();
        var check = new ContractCheck(document);
        var lacking = new List<string>();
        void Look(JsonNode described, string at)
        {
            JsonNode?[] examples =
            [
                .. described["example"] is { } one ? [one] : (JsonNode?[])[],
                .. described["examples"]?.AsObject().Select(example => example.Value!["value"]) ?? [],
            ];
            if (examples.Length == 0)
            {
                lacking.Add(at);
            }

            Assert.All(examples, example => check.AssertFits(example, described["schema"]!, at));
        }

        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in item!.AsObject())
            {
                foreach (var parameter in operation!["parameters"]?.AsArray() ?? [])
                {
                    var resolved = check.Resolve(parameter!);
                    Look(resolved, $"{verb} {path} {resolved["in"]} {resolved["name"]}");
                }

                foreach (var (type, content) in operation["requestBody"]?["content"]?.AsObject() ?? [])
                {
                    Look(content!, $"{verb} {path} {type}");
                }

                foreach (var (status, answer) in operation["responses"]!.AsObject())
                {
                    var resolved = check.Resolve(answer!);
                    foreach (var (name, header) in resolved["headers"]!.AsObject())
                    {
                        Look(check.Resolve(header!), $"{verb} {path} {status} {name}");
                    }

                    foreach (var (type, content) in resolved["content"]?.AsObject() ?? [])
                    {
                        Look(content!, $"{verb} {path} {status} {type}");
                    }
                }
            }
        }

        Assert.Empty(lacking);
    }

    /// <summary>
    /// Where the linter of Sweden's REST API profile finds errors, or cannot read what OpenAPI allows: what it demands of addresses,
    /// names, dates, traces, errors and examples.
    /// </summary>
    [Fact]
    public async Task The_profiles_linter_has_nothing_to_find()
    {
        var document = JsonNode
            .Parse(
                await OpenApiResource.WriteAsync(host.Services, "json", null, TestContext.Current.CancellationToken)
            )!
            .AsObject();
        var check = new ContractCheck(document);
        var server = (string)Assert.Single(document["servers"]!.AsArray())!["url"]!;
        Assert.Matches(@"^https://([a-z0-9-]+\.)+[a-z]{2,}/[a-z]+/v[0-9]+$", server);
        Assert.True(document["paths"]!.AsObject().ContainsKey("/api-info"));
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            // So the contract's own files, whose names have a point, cannot be among the paths.
            Assert.Matches("^(/[a-z]+(-[a-z]+)*|/[{][a-zA-Z]+[}])+$", path);
            foreach (var (verb, operation) in item!.AsObject())
            {
                // Whatever else may stand beside the operations is taken for one.
                Assert.Contains(verb, (string[])["get", "put", "post"]);
                Assert.NotEmpty((string)operation!["summary"]!);
                Assert.NotEmpty((string)operation["description"]!);
                Assert.True(verb != "get" || operation["requestBody"] is null);
                var parameters = operation["parameters"]!.AsArray().Select(one => check.Resolve(one!)).ToList();
                var asked = parameters.Where(one => (string)one["in"]! == "query").ToList();
                Assert.All(asked, one => Assert.Matches("^[a-z]+([A-Z][a-z]*)*$", (string)one["name"]!));
                Assert.Contains(parameters, one => (string)one["name"]! == "traceparent");
                if (asked.Find(one => (string)one["name"]! == "page") is { } page)
                {
                    Assert.Equal(1, (int)page["schema"]!["default"]!);
                    var limit = asked.Single(one => (string)one["name"]! == "limit");
                    Assert.Equal(20, (int)limit["schema"]!["default"]!);
                }

                foreach (var (status, answer) in operation["responses"]!.AsObject())
                {
                    var resolved = check.Resolve(answer!);
                    Assert.NotEmpty((string)resolved["description"]!);
                    Assert.NotNull(resolved["headers"]!["traceparent"]);
                    if (status[0] is '4' or '5')
                    {
                        var problem = check.Resolve(resolved["content"]!["application/problem+json"]!["schema"]!);
                        Assert.Equal("object", (string)problem["type"]!);
                        Assert.Superset(
                            new HashSet<string> { "type", "title", "status", "detail", "instance" },
                            problem["properties"]!.AsObject().Select(one => one.Key).ToHashSet()
                        );
                    }
                }
            }
        }

        Assert.All(
            document["components"]!["schemas"]!
                .AsObject()
                .SelectMany(schema => schema.Value!["properties"]?.AsObject() ?? [])
                .Where(member => (string?)member.Value!["format"] is "date" or "date-time"),
            member => Assert.NotNull(member.Value!["example"])
        );
    }

    [Fact]
    public async Task Every_operation_of_the_api_is_in_the_contract()
    {
        var paths = (await DocumentAsync())["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}"))
            .Order();
        var mapped = host
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint =>
                endpoint.RoutePattern.RawText is { } path
                && path.StartsWith("/lagesbild/v1/", StringComparison.Ordinal)
                && !path.Contains("/openapi.", StringComparison.Ordinal)
                && !path.EndsWith("/fault", StringComparison.Ordinal)
            )
            .SelectMany(endpoint =>
                (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                    .Where(method => method != "HEAD")
                    .Select(method =>
                        $"{method.ToLowerInvariant()} {endpoint.RoutePattern.RawText!["/lagesbild/v1".Length..]}"
                    )
            )
            .Order();
        Assert.Equal(mapped, paths);
    }

    [Fact]
    public async Task Every_operation_tells_its_errors_as_problems_and_shows_what_it_answers()
    {
        var document = await DocumentAsync();
        var shared = document["components"]!["responses"]!.AsObject();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (
                var (_, operation) in item!.AsObject().Where(one => one.Key is "get" or "put" or "post" or "delete")
            )
            {
                Assert.NotEmpty((string)operation!["operationId"]!);
                Assert.Contains(" / ", (string)operation["summary"]!, StringComparison.Ordinal);
                Assert.NotEmpty(operation["x-codeSamples"]!.AsArray());
                var responses = operation["responses"]!.AsObject();
                Assert.Equal(path != "/api-info", responses.ContainsKey("401"));
                Assert.Superset(
                    new HashSet<string> { "414", "421", "429", "500" },
                    responses.Select(one => one.Key).ToHashSet()
                );
                foreach (var (status, response) in responses.Where(response => response.Key[0] is '4' or '5'))
                {
                    var told = response!["$ref"] is { } reference
                        ? shared[((string)reference!).Split('/')[^1]]!
                        : response;
                    var content = Assert.Single(told["content"]!.AsObject());
                    Assert.Equal("application/problem+json", content.Key);
                    Assert.All(
                        content.Value!["examples"]!.AsObject(),
                        example =>
                            Assert.Equal(
                                status,
                                ((int)example.Value!["value"]!["status"]!).ToString(CultureInfo.InvariantCulture)
                            )
                    );
                }
            }
        }
    }

    [Theory]
    [InlineData("""{"href":"/x"}""", true)]
    [InlineData("""{"href":null}""", false)]
    [InlineData("""{"href":1}""", false)]
    [InlineData("""{}""", false)]
    [InlineData("""{"href":"/x","more":1}""", false)]
    public async Task What_does_not_fit_the_contract_is_noticed(string link, bool fits)
    {
        var check = new ContractCheck(await DocumentAsync());
        var failure = Record.Exception(() => check.AssertFits(JsonNode.Parse(link), check.Schema("Link"), "a link"));
        Assert.Equal(fits, failure is null);
    }

    private async Task<JsonObject> DocumentAsync() => await host.GetAsync("/openapi.json");
}
