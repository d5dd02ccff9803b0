using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lagesbild.Deliveries;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Lagesbild.Api;

/// <summary>The variable part of a path.</summary>
internal sealed record PathId(string Name, Bilingual Description, string Example);

/// <summary>What the contract says of an operation; metadata of its endpoint.</summary>
internal sealed record OperationDescription(
    string Id,
    Bilingual Summary,
    Bilingual Description,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<PathId> PathIds,
    IReadOnlyList<Representation> Representations,
    Type? RequestBody,
    IReadOnlyList<int> Problems,
    bool IsOpen
);

/// <summary>A mapped resource that still wants its description.</summary>
internal sealed class ApiRoute(
    IEndpointConventionBuilder endpoint,
    Type body,
    IReadOnlyList<Parameter> parameters,
    IReadOnlyList<PathId> pathIds,
    IReadOnlyList<Representation> representations,
    Type? requestBody = null
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
            .. pathIds.Count > 0 || body == typeof(ExplanationResponse) ? (int[])[404] : [],
            406,
            .. requestBody is null ? (int[])[]
            : requestBody == typeof(Stream) ? [408, 413, 415, 422]
            : [408, 409, 413, 415, 422],
            500,
            .. dependsOnPicture ? (int[])[503] : [],
        ];
        int[] successes = requestBody == typeof(Stream) ? [201, 202] : [200];
        endpoint.WithMetadata(
            new OperationDescription(
                id,
                new Bilingual(swedish, english),
                new Bilingual(swedishText, englishText),
                parameters,
                pathIds,
                representations,
                requestBody,
                problems,
                _isOpen
            )
        );
        foreach (var status in successes)
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, body, [Representation.Json.MediaType]));
        }

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
            options.SwaggerDoc(DocumentName, Contract.Info);
            options.DocumentFilter<Contract>();
            options.DocInclusionPredicate(
                (_, api) =>
                    api.HttpMethod != HttpMethods.Head
                    && api.ActionDescriptor.EndpointMetadata.OfType<OperationDescription>().Any()
            );
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.IncludeXmlComments(typeof(OpenApiResource).Assembly);
            options.TagActionsBy(api => [api.RelativePath!.Split('/')[2]]);
            options.OperationFilter<DescribedOperation>();
            options.SchemaFilter<WrittenAsItIs>();
            options.AddServer(
                new OpenApiServer
                {
                    Url = Contract.Host + ApiSetup.Root,
                    Description =
                        "Tjänsten. Namn på .example är påhittade: kontraktet som en tjänst lämnar ut har dess egen adress. / "
                        + "The service. Names under .example are invented: the contract that a service hands out has its own address.",
                }
            );
            options.AddSecurityRequirement(document => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(Certificate, document)] = [],
            });
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

    /// <summary>The document as it is committed, or as it is served from an address.</summary>
    /// <param name="origin">Scheme and host that the service was asked at; null for the committed document, which names none.</param>
    public static async Task<byte[]> WriteAsync(
        IServiceProvider services,
        string format,
        string? origin,
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
        return Encoding.UTF8.GetBytes(
            text.ReplaceLineEndings("\n").Replace(Contract.Host, origin ?? Contract.Host, StringComparison.Ordinal)
        );
    }

    private static void MapFile(ApiRoutes routes, string path, string mediaType, string format)
    {
        // Of the address that was asked last: a service has one or two, and a tool that reads the document calls it there.
        (string? Origin, FixedResponse Response)? kept = null;
        routes
            .Unlisted(
                path,
                async context =>
                {
                    var request = context.Request;
                    var origin = Uri.CheckHostName(request.Host.Host) is not UriHostNameType.Unknown
                        ? $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}"
                        : null;
                    if (kept is not { } known || known.Origin != origin)
                    {
                        kept = known = (
                            origin,
                            new FixedResponse(
                                await WriteAsync(context.RequestServices, format, origin, context.RequestAborted),
                                new Representation(format, mediaType)
                            )
                        );
                    }

                    await known.Response.WriteAsync(context);
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
            operation.RequestBody = described.RequestBody is { } body ? Body(body, context) : null;
            if (described.IsOpen)
            {
                operation.Security = [];
            }

            foreach (var representation in described.Representations.Where(one => one.Download is not null))
            {
                if (((OpenApiResponse)operation.Responses!["200"]).Content is { } content)
                {
                    content[representation.MediaType] = new OpenApiMediaType
                    {
                        Schema = TableDescriptions.SchemaOf(described, representation.Download!.Value),
                    };
                }
            }

            if (described.Representations.All(one => one.Download is not null))
            {
                operation.Responses!["200"].Content!.Remove(Representation.Json.MediaType);
            }

            // Those of problems are shared; the contract has them.
            foreach (var (status, response) in operation.Responses!.Where(response => response.Key[0] == '2'))
            {
                response.Description = Both(Meaning(status), " / ");
            }

            operation.Parameters =
            [
                .. described.PathIds.Select(id => new OpenApiParameter
                {
                    Name = id.Name,
                    In = ParameterLocation.Path,
                    Required = true,
                    Description = Both(id.Description, "\n\n"),
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Example = id.Example,
                }),
                .. described.Parameters.Select(parameter =>
                    parameter.Object is { } within ? Within(within, parameter) : Described(parameter)
                ),
            ];
        }

        private static OpenApiRequestBody Body(Type type, OperationFilterContext context) =>
            new()
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [type == typeof(Stream) ? "application/octet-stream" : Representation.Json.MediaType] = new()
                    {
                        Schema =
                            type == typeof(Stream)
                                ? new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }
                                : context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository),
                    },
                },
            };

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
                Default =
                    parameter.Default is not { } value ? null
                    : parameter.Kind == ParameterKind.Whole ? JsonValue.Create(Parameter.WholeOf(value))
                    : JsonValue.Create(value),
                Minimum = parameter.Kind == ParameterKind.Text ? null : Number(parameter.Least),
                Maximum =
                    parameter.Kind == ParameterKind.Text || parameter.Most == long.MaxValue
                        ? null
                        : Number(parameter.Most),
                Enum = parameter.Allowed?.Select(value => (JsonNode)JsonValue.Create(value)!).ToList(),
                // Classes of characters are not of every reader's regular expressions; the description tells them.
                Pattern =
                    parameter.Pattern?.ToString() is { } pattern && !pattern.Contains(@"\p", StringComparison.Ordinal)
                        ? pattern.Replace(@"\z", "$", StringComparison.Ordinal)
                        : null,
            };
            return new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Required = parameter.IsRequired,
                Description = Both(parameter.Description, "\n\n"),
                Schema = parameter.IsRepeatable
                    ? new OpenApiSchema
                    {
                        Type = JsonSchemaType.Array,
                        Items = schema,
                        MaxItems = Parameter.MostValues,
                    }
                    : schema,
                Example = parameter.IsRepeatable ? new JsonArray(Example(parameter)) : Example(parameter),
            };
        }

        // Of an object that is exploded the members are what is asked with, so this says the same as the member by itself to
        // those who read OpenAPI.
        private static OpenApiParameter Within(string within, Parameter member)
        {
            var parameter = Described(member);
            ((OpenApiSchema)parameter.Schema!).Description = parameter.Description;
            return new OpenApiParameter
            {
                Name = within,
                In = ParameterLocation.Query,
                Description = $"{parameter.Description}\n\n`{member.Name}={member.Example}`",
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { [member.Name] = parameter.Schema },
                    AdditionalPropertiesAllowed = false,
                },
                Example = new JsonObject { [member.Name] = parameter.Example },
                // They hold without a word, so the library leaves them out; but not every client knows.
                Extensions = new Dictionary<string, IOpenApiExtension>
                {
                    ["style"] = new JsonNodeExtension("form"),
                    ["explode"] = new JsonNodeExtension(true),
                },
            };
        }

        private static JsonValue Example(Parameter parameter) =>
            parameter.Kind == ParameterKind.Text
                ? JsonValue.Create(parameter.Example)
                : JsonValue.Create(Parameter.WholeOf(parameter.Example)!.Value);

        private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

        private static Bilingual Meaning(string status) =>
            status switch
            {
                "201" => new("Publicerad.", "Published."),
                "202" => new("Hålls för en operatörs beslut.", "Held for an operator's decision."),
                _ => new("Svaret.", "The response."),
            };

        private static string Both(Bilingual text, string between) => text.Swedish + between + text.English;
    }

    /// <summary>
    /// Schemas of what is really written: every member is there, null or not, but those that are left out when null; and
    /// members may be added within a major version.
    /// </summary>
    private sealed class WrittenAsItIs : ISchemaFilter
    {
        // Members whose words are known, though there may be more of them some day.
        private static readonly Dictionary<string, IReadOnlyList<string>> Words = new()
        {
            ["absence"] = [.. Enum.GetValues<Picture.Absence>().Select(one => one.ApiValue()).OfType<string>()],
            ["level"] = [.. Enum.GetValues<Picture.Level>().Select(one => one.ApiValue())],
            ["operator"] = [.. Enum.GetValues<Operator>().Select(one => one.ApiValue())],
            ["period"] = [.. Period.Windows.Select(window => window.ApiValue)],
            ["comparedToCountry"] = ["shorter", "similar", "longer"],
            ["word"] = ["shorter", "similar", "longer"],
            ["freshness"] = ["fresh", "late", "stale"],
            ["state"] = ["refused", "held", "published", "superseded"],
            ["kind"] = ["release", "refuse"],
            ["severity"] = ["info", "warning", "hold", "error"],
            ["apiStatus"] = ["active", "deprecated", "retired"],
        };

        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is not OpenApiSchema { Properties: { Count: > 0 } properties } written)
            {
                return;
            }

            written.AdditionalPropertiesAllowed = true;
            written.Required = new HashSet<string>();
            var nullability = new NullabilityInfoContext();
            foreach (var property in context.Type.GetProperties())
            {
                var name =
                    property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                    ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                if (!properties.TryGetValue(name, out var value))
                {
                    continue;
                }

                var isLeftOut =
                    property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition
                    == JsonIgnoreCondition.WhenWritingNull;
                if (!isLeftOut)
                {
                    written.Required.Add(name);
                }

                if (value is OpenApiSchema { Format: "date" or "date-time" } day)
                {
#pragma warning disable CS0618 // Older than examples, but what the profile's linter reads.
                    day.Example = day.Format == "date" ? "2026-11-21" : "2026-11-22T02:30:00Z";
#pragma warning restore CS0618
                }

                if (
                    value is OpenApiSchema { Type: { } kind } word
                    && kind.HasFlag(JsonSchemaType.String)
                    && Words.TryGetValue(name, out var known)
                )
                {
                    word.Extensions = KnownWords(known);
                }

                if (name == "reasons" && value is OpenApiSchema { AdditionalProperties: OpenApiSchema reason })
                {
                    reason.Description = string.Join(
                        '\n',
                        Formats.Words.Reasons.Select(known =>
                            $"- `{known.Key}`: {known.Value.Swedish} / {known.Value.English}"
                        )
                    );
                    reason.Extensions = KnownWords(Formats.Words.Reasons.Keys);
                }

                var isNullable = nullability.Create(property).ReadState == NullabilityState.Nullable;
                if (value is OpenApiSchema { Type: { } type } plain && isLeftOut)
                {
                    plain.Type = type & ~JsonSchemaType.Null;
                }
                else if (value is OpenApiSchemaReference reference && isNullable && !isLeftOut)
                {
                    properties[name] = new OpenApiSchema
                    {
                        Description = reference.Description,
                        OneOf =
                        [
                            new OpenApiSchemaReference(reference.Reference.Id!),
                            new OpenApiSchema { Type = JsonSchemaType.Null },
                        ],
                    };
                }
            }
        }

        private static Dictionary<string, IOpenApiExtension> KnownWords(IEnumerable<string> words) =>
            new()
            {
                ["x-extensible-enum"] = new JsonNodeExtension(
                    new JsonArray([.. words.Select(one => JsonValue.Create(one))])
                ),
            };
    }
}
