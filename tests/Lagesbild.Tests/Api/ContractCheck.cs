using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lagesbild.Tests.Api;

/// <summary>
/// Holds a response against the contract: its status is declared, its media type, its headers and, where it is JSON, every member
/// of it. As much of JSON Schema as the contract uses.
/// </summary>
internal sealed class ContractCheck(JsonObject document)
{
    private const string Root = "/lagesbild/v1";

    // What is said of any answer, to HTTP and to browsers, which no contract tells.
    private static readonly string[] OfHttp =
    [
        "Date",
        "Server",
        "Connection",
        "Transfer-Encoding",
        "Content-Type",
        "Content-Length",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Resource-Policy",
        "Content-Security-Policy",
    ];

    private readonly JsonObject _paths = document["paths"]!.AsObject();

    /// <summary>A response that the contract has no operation for is held against the schema of problems alone.</summary>
    public void Check(HttpMethod method, Uri address, HttpResponseMessage response, string body)
    {
        var path = address.AbsolutePath;
        var at = $"{method} {path} {(int)response.StatusCode}";
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        var item = FindItem(path);
        var verb =
            method == HttpMethod.Head ? "get"
            // No operation has the method; what all say of that is the same.
            : response.StatusCode == HttpStatusCode.MethodNotAllowed ? item?.First().Key ?? "get"
            : method.Method.ToLowerInvariant();
        if (item?[verb] is not JsonObject operation)
        {
            if (mediaType == "application/problem+json")
            {
                AssertFits(JsonNode.Parse(body), Schema("ProblemResponse"), at);
            }

            return;
        }

        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Assert.True(operation["responses"]![status] is not null, $"{at} is not in the contract");
        var declared = Resolve(operation["responses"]![status]!);
        var sent = response
            .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);
        var told = declared["headers"]?.AsObject() ?? [];
        Assert.All(
            sent.Keys.Except(OfHttp),
            name => Assert.True(told.ContainsKey(name), $"{at}: {name} is not in the contract")
        );
        foreach (var (name, header) in told)
        {
            var isOptional =
                name is "Location" or "Content-Encoding" or "Content-Disposition"
                || name.StartsWith("Lagesbild-", StringComparison.Ordinal);
            if (sent.TryGetValue(name, out var values))
            {
                AssertText(values.ToString(), Resolve(header!)["schema"]!, $"{at} {name}");
            }
            else
            {
                Assert.True(isOptional, $"{at} has no {name}");
            }
        }

        if (response.StatusCode == HttpStatusCode.NotModified || method == HttpMethod.Head)
        {
            Assert.Empty(body);
            return;
        }

        var content = declared["content"]!.AsObject();
        Assert.True(
            mediaType is not null && content.ContainsKey(mediaType),
            $"{at}: {mediaType} is not in the contract"
        );
        if (mediaType!.EndsWith("json", StringComparison.Ordinal) && mediaType != "application/x-ndjson")
        {
            AssertFits(JsonNode.Parse(body), content[mediaType]!["schema"]!, at);
        }
    }

    public void AssertFits(JsonNode? value, JsonNode schema, string at)
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

        schema = Resolve(schema);
        string[] types = schema["type"] is JsonArray several
            ? [.. several.Select(type => (string)type!)]
            : [(string)schema["type"]!];
        var kind = value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => types.Contains("integer") && (double)value! % 1 == 0 ? "integer" : "number",
            _ => "boolean",
        };
        Assert.True(types.Contains(kind), $"{at}: {kind} is not {string.Join(" or ", types)}");
        switch (value)
        {
            case JsonObject members when schema["properties"] is JsonObject properties:
                Assert.All(
                    schema["required"]?.AsArray() ?? [],
                    name => Assert.True(members.ContainsKey((string)name!), $"{at} has no {name}")
                );
                foreach (var (name, member) in members)
                {
                    Assert.True(properties.ContainsKey(name), $"{at}.{name} is not in the contract");
                    AssertFits(member, properties[name]!, $"{at}.{name}");
                }

                break;
            case JsonObject map when schema["additionalProperties"] is JsonObject values:
                foreach (var (name, member) in map)
                {
                    AssertFits(member, values, $"{at}.{name}");
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    AssertFits(item, schema["items"]!, at + "[]");
                }

                break;
            case JsonValue text when kind == "string":
                AssertText((string)text!, schema, at);
                break;
        }
    }

    public JsonNode Schema(string name) => document["components"]!["schemas"]![name]!;

    private static void AssertText(string text, JsonNode schema, string at)
    {
        var form = (string?)schema["format"] switch
        {
            "date" => "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "date-time" => "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
            "uuid" => "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            _ => (string?)schema["pattern"],
        };
        Assert.True(form is null || Regex.IsMatch(text, form), $"{at}: {text} is not of the form {form}");
        Assert.True(
            (schema["enum"] ?? schema["x-extensible-enum"]) is not JsonArray words
                || words.Any(word => (string?)word == text),
            $"{at}: {text} is no word of the contract"
        );
    }

    public JsonNode Resolve(JsonNode node) =>
        node["$ref"] is { } reference
            ? ((string)reference!)[2..].Split('/').Aggregate((JsonNode)document, (at, name) => at[name]!)
            : node;

    // A path without a variable before one with.
    private JsonObject? FindItem(string path) =>
        path.StartsWith(Root, StringComparison.OrdinalIgnoreCase)
            ? _paths
                .OrderBy(item => item.Key.Count(c => c == '{'))
                .FirstOrDefault(item =>
                    Regex.IsMatch(
                        path[Root.Length..],
                        "^" + Regex.Replace(item.Key, @"\{[^}]*\}", "[^/]+") + "$",
                        RegexOptions.IgnoreCase
                    )
                )
                .Value?.AsObject()
            : null;
}
