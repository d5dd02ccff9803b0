using System.Text.Json.Nodes;
using Lagesbild.Deliveries;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Lagesbild.Api;

/// <summary>The variable part of a path.</summary>
internal sealed record PathId(string Name, Bilingual Description);

/// <summary>What the contract says of an operation; metadata of its endpoint.</summary>
internal sealed record OperationDescription(
    string Id,
    Bilingual Summary,
    Bilingual Description,
    IReadOnlyList<Parameter> Parameters,
    PathId? PathId,
    IReadOnlyList<int> Problems
);

/// <summary>A mapped resource that still wants its description.</summary>
internal sealed class ApiRoute(
    IEndpointConventionBuilder endpoint,
    Type body,
    IReadOnlyList<Parameter> parameters,
    PathId? pathId
)
{
    private bool _isOpen;

    public ApiRoute AllowAnonymous()
    {
        endpoint.AllowAnonymous();
        _isOpen = true;
        return this;
    }

    public void Describe(string id, string swedish, string english, string swedishText, string englishText)
    {
        var dependsOnPicture = body != typeof(ApiInfoResponse) && body != typeof(SourcesResponse);
        int[] problems =
        [
            400,
            .. _isOpen ? (int[])[] : [401, 403],
            .. pathId is not null || body == typeof(ExplanationResponse) ? (int[])[404] : [],
            406,
            500,
            .. dependsOnPicture ? (int[])[503] : [],
        ];
        endpoint.WithMetadata(
            new OperationDescription(
                id,
                new Bilingual(swedish, english),
                new Bilingual(swedishText, englishText),
                parameters,
                pathId,
                problems
            ),
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, body, [Representation.Json.MediaType])
        );
        foreach (var status in problems)
        {
            endpoint.WithMetadata(
                new ProducesResponseTypeMetadata(status, typeof(ProblemResponse), [Problem.MediaType])
            );
        }
    }
}

/// <summary>The contract, generated from the routes: <c>/openapi.json</c> and <c>/openapi.yaml</c>, open to everybody.</summary>
internal static class OpenApiResource
{
    public const string DocumentName = "v1";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(
                DocumentName,
                new OpenApiInfo
                {
                    Title = "Lägesbild",
                    Version = ApiInfoResponse.Version,
                    Description =
                        "Nationella lägesbilden: väntetider till operation ur nationella kvalitetsregister.\n\n"
                        + "The national situational picture: waiting times to operation from national quality registers. "
                        + "Figures are of performed operations: an indication of the ability to take patients, not a promise "
                        + "and not a queue.",
                }
            );
            options.DocInclusionPredicate(
                (_, api) =>
                    api.HttpMethod == HttpMethods.Get
                    && api.ActionDescriptor.EndpointMetadata.OfType<OperationDescription>().Any()
            );
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.IncludeXmlComments(typeof(OpenApiResource).Assembly);
            options.OperationFilter<DescribedOperation>();
            options.AddSecurityDefinition(
                Certificate,
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.MutualTLS,
                    Description =
                        "SITHS-certifikat: personens (tillitsnivå 3) eller funktionscertifikat. / "
                        + "SITHS certificate: a person's (level of assurance 3) or a function certificate.",
                }
            );
        });
    }

    private const string Certificate = "siths";

    public static void Map(ApiRoutes routes)
    {
        MapFile(routes, "/openapi.json", "application/json", "json");
        MapFile(routes, "/openapi.yaml", "application/yaml", "yaml");
    }

    /// <summary>The document as it is served and committed.</summary>
    public static async Task<byte[]> WriteAsync(
        IServiceProvider services,
        string format,
        CancellationToken cancellation
    )
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope
            .ServiceProvider.GetRequiredService<IAsyncSwaggerProvider>()
            .GetSwaggerAsync(DocumentName);
        var text =
            format == "yaml"
                ? await document.SerializeAsYamlAsync(OpenApiSpecVersion.OpenApi3_1, cancellation)
                : await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation);
        return System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));
    }

    private static void MapFile(ApiRoutes routes, string path, string mediaType, string format)
    {
        StoredResponse? response = null;
        routes
            .Unlisted(
                path,
                async context =>
                {
                    if (response is null)
                    {
                        var body = await WriteAsync(context.RequestServices, format, context.RequestAborted);
                        response = new StoredResponse(body, EntityTag.Of(body), new Representation(format, mediaType));
                    }

                    await response.WriteAsync(context);
                }
            )
            .AllowAnonymous();
    }

    /// <summary>Fills in what an endpoint says of itself.</summary>
    private sealed class DescribedOperation : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
            var described = metadata.OfType<OperationDescription>().Single();
            operation.OperationId = described.Id;
            operation.Summary = Both(described.Summary, " / ");
            operation.Description = Both(described.Description, "\n\n");
            operation.Parameters =
            [
                .. described.PathId is { } id
                    ? (OpenApiParameter[])
                        [
                            new OpenApiParameter
                            {
                                Name = id.Name,
                                In = ParameterLocation.Path,
                                Required = true,
                                Description = Both(id.Description, "\n\n"),
                                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                            },
                        ]
                    : [],
                .. described.Parameters.Select(Described),
            ];
        }

        private static OpenApiParameter Described(Parameter parameter)
        {
            var schema = new OpenApiSchema
            {
                Type = parameter.Kind switch
                {
                    ParameterKind.Whole => JsonSchemaType.Integer,
                    ParameterKind.Number => JsonSchemaType.Number,
                    _ => JsonSchemaType.String,
                },
                Enum = parameter.Allowed?.Select(value => (JsonNode)JsonValue.Create(value)!).ToList(),
                Pattern = parameter.Pattern?.ToString().Replace(@"\z", "$", StringComparison.Ordinal),
            };
            return new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Required = parameter.IsRequired,
                Description = Both(parameter.Description, "\n\n"),
                Schema = parameter.IsRepeatable
                    ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema }
                    : schema,
            };
        }

        private static string Both(Bilingual text, string between) => text.Swedish + between + text.English;
    }
}
