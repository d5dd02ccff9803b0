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
