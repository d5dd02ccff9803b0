using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lagesbild.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Api;

/// <summary>The contract is generated from the code, committed, and the same.</summary>
public sealed class OpenApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string Committed = Path.Combine(Root(), "openapi", "lagesbild-v1.yaml");
    private static readonly string Examples = Path.Combine(Root(), "src", "Lagesbild", "Api", "Examples");

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Set <c>LAGESBILD_WRITE_OPENAPI=1</c> to write the file anew, then commit it.</summary>
    [Fact]
    public async Task The_committed_contract_is_the_one_that_is_served()
    {
        using var response = await host.SendAsync("/openapi.yaml");
        var served = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (Environment.GetEnvironmentVariable("LAGESBILD_WRITE_OPENAPI") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Committed)!);
            await File.WriteAllTextAsync(
                Committed,
                served,
                new UTF8Encoding(false),
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(await File.ReadAllTextAsync(Committed, TestContext.Current.CancellationToken), served);
        Assert.Equal("application/yaml", response.Content.Headers.ContentType?.ToString());
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

    [Fact]
    public async Task Every_member_of_a_response_is_described_and_none_is_unknown()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        foreach (
            var (path, name) in new Dictionary<string, string>
            {
                ["/waiting-times?procedure=NGB"] = "WaitingTimesResponse",
                ["/waiting-times?procedure=NGB&level=region"] = "WaitingTimesResponse",
                ["/waiting-times/explain?procedure=NGB&unit=SE2321000180-EX12"] = "ExplanationResponse",
                ["/trends?procedure=NGB"] = "TrendsResponse",
                ["/procedures"] = "ProceduresResponse",
                ["/procedures/NGB"] = "ProcedureResponse",
                ["/regions"] = "RegionsResponse",
                ["/units"] = "UnitsResponse",
                ["/units/SE2321000180-EX12"] = "UnitResponse",
                ["/sources"] = "SourcesResponse",
                ["/api-info"] = "ApiInfoResponse",
            }
        )
        {
            AssertFits(await host.GetAsync(path), schemas[name]!, schemas, path);
        }
    }

    // As much of JSON Schema as the contract uses.
    private static void AssertFits(JsonNode? value, JsonNode schema, JsonObject schemas, string at)
    {
        if (schema["oneOf"] is JsonArray choices)
        {
            Assert.Equal(2, choices.Count);
            if (value is null)
            {
                Assert.Equal("null", (string?)choices[1]!["type"]);
                return;
            }

            schema = choices[0]!;
        }

        if (schema["$ref"] is { } reference)
        {
            schema = schemas[((string)reference!).Split('/')[^1]]!;
        }

        string[] types = schema["type"] is JsonArray several
            ? [.. several.Select(type => (string)type!)]
            : [(string)schema["type"]!];
        var kind = value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => types.Contains("integer") ? "integer" : "number",
            _ => "boolean",
        };
        Assert.True(types.Contains(kind), $"{at}: {kind} is not {string.Join(" or ", types)}");
        switch (value)
        {
            case JsonObject members when schema["properties"] is JsonObject properties:
                Assert.All(schema["required"]?.AsArray() ?? [], name => Assert.Contains((string)name!, members));
                foreach (var (name, member) in members)
                {
                    Assert.True(properties.ContainsKey(name), $"{at}.{name} is not in the contract");
                    AssertFits(member, properties[name]!, schemas, $"{at}.{name}");
                }

                break;
            case JsonObject map:
                foreach (var (name, member) in map)
                {
                    AssertFits(member, schema["additionalProperties"]!, schemas, $"{at}.{name}");
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    AssertFits(item, schema["items"]!, schemas, at + "[]");
                }

                break;
        }
    }

    private async Task<JsonObject> DocumentAsync() => await host.GetAsync("/openapi.json");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Lagesbild.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
