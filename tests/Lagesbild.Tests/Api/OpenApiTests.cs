using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lagesbild.Api;
using Lagesbild.Security;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Api;

/// <summary>The contract is generated from the code, committed, and the same.</summary>
public sealed class OpenApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string Committed = Path.Combine(Checkout.Root, "openapi", "lagesbild-v1.yaml");
    private static readonly string Examples = Path.Combine(Checkout.Root, "src", "Lagesbild", "Api", "Examples");

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
        // But for the address: a tool that is pointed at a service calls that service.
        const string paths = "\npaths:\n";
        var served = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            made[made.IndexOf(paths, StringComparison.Ordinal)..],
            served[served.IndexOf(paths, StringComparison.Ordinal)..]
        );
        var server = Assert.Single((await DocumentAsync())["servers"]!.AsArray());
        Assert.Equal(new Uri(host.Client.BaseAddress!, "/lagesbild/v1"), new Uri((string)server!["url"]!));
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
        foreach (var (operation, requests) in ContractExamples.Requests)
        {
            foreach (var (mediaType, request) in requests)
            {
                using var response = await host.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                text = ContractExamples.IsDocument(mediaType)
                    ? JsonNode.Parse(text)!.ToJsonString(Indented) + "\n"
                    : string.Concat(
                        text.Split('\n').Take(ContractExamples.LinesKept).Select(line => line.TrimEnd('\r') + "\n")
                    );
                var file = Path.Combine(Examples, ContractExamples.FileName(operation, mediaType));
                if (Environment.GetEnvironmentVariable("LAGESBILD_WRITE_OPENAPI") == "1")
                {
                    await File.WriteAllTextAsync(
                        file,
                        text,
                        new UTF8Encoding(false),
                        TestContext.Current.CancellationToken
                    );
                }

                Assert.Equal(
                    await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
                    text,
                    ignoreLineEndingDifferences: true
                );
            }
        }
    }

    [Fact]
    public async Task Every_operation_of_the_api_is_in_the_contract()
    {
        var paths = (await DocumentAsync())["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject()
                    .Where(operation => operation.Key != "parameters")
                    .Select(operation => $"{operation.Key} {path.Key}")
            )
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
