using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Api;

/// <summary>The contract is generated from the code, committed, and the same.</summary>
public sealed class OpenApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string Committed = Path.Combine(Root(), "openapi", "lagesbild-v1.yaml");

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
                    .Select(method => $"{method.ToLowerInvariant()} {endpoint.RoutePattern.RawText}")
            )
            .Order();
        Assert.Equal(mapped, paths);
    }

    [Fact]
    public async Task Every_operation_tells_its_errors_as_problems()
    {
        foreach (
            var (path, operation) in (await DocumentAsync())["paths"]!
                .AsObject()
                .SelectMany(path => path.Value!.AsObject().Select(o => (path.Key, o.Value!)))
        )
        {
            Assert.NotEmpty((string)operation["operationId"]!);
            Assert.Contains(" / ", (string)operation["summary"]!, StringComparison.Ordinal);
            var responses = operation["responses"]!.AsObject();
            Assert.All(
                responses.Where(response => response.Key[0] == '2'),
                response =>
                    Assert.Equal(
                        path.EndsWith("/current/waiting-times", StringComparison.Ordinal),
                        !Content(response.Value!).Contains("application/json")
                    )
            );
            Assert.Contains(responses, response => response.Key[0] == '2');
            Assert.All(
                responses.Where(response => response.Key[0] != '2'),
                response => Assert.Equal(["application/problem+json"], Content(response.Value!))
            );
            Assert.Equal(path != "/lagesbild/v1/api-info", responses.ContainsKey("401"));
        }

        static IEnumerable<string> Content(JsonNode response) =>
            response["content"]!.AsObject().Select(content => content.Key);
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
            System.Text.Json.JsonValueKind.Object => "object",
            System.Text.Json.JsonValueKind.Array => "array",
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => types.Contains("integer") ? "integer" : "number",
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
