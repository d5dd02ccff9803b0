using System.Reflection;
using Microsoft.OpenApi;

namespace Lagesbild.Api;

/// <summary>
/// The Swedish of what the contract says about its schemas. The English stands in the code; <c>SwedishDescriptions.txt</c> has each
/// text once, a line of English and one of Swedish, so that an English text that changes is translated anew.
/// </summary>
internal static class SwedishDescriptions
{
    /// <summary>The Swedish of each English text.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Read();

    /// <summary>To every schema there is: those with names, those of bodies and answers, and whatever is within them.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        var operations = document.Paths.Values.SelectMany(item => item.Operations!.Values).ToList();
        IEnumerable<IDictionary<string, OpenApiMediaType>?> contents =
        [
            .. operations.Select(operation => operation.RequestBody?.Content),
            .. operations
                .SelectMany(operation => operation.Responses!.Values)
                .Concat(document.Components!.Responses!.Values)
                .Select(response => response.Content),
        ];
        foreach (var media in contents.SelectMany(content => content?.Values ?? []))
        {
            AddTo(media.Schema);
        }

        foreach (var schema in document.Components.Schemas!.Values)
        {
            AddTo(schema);
        }
    }

    private static void AddTo(IOpenApiSchema? schema)
    {
        // What is referred to has a name, and so its own turn; beside the reference stands the text of what refers.
        if (schema is OpenApiSchema)
        {
            IEnumerable<IOpenApiSchema?> parts =
            [
                .. schema.Properties?.Values ?? [],
                .. schema.OneOf ?? [],
                schema.Items,
                schema.AdditionalProperties,
            ];
            foreach (var part in parts)
            {
                AddTo(part);
            }
        }

        if (schema?.Description is { } english && All.TryGetValue(english, out var swedish))
        {
            schema.Description = $"{swedish} / {english}";
        }
    }

    private static Dictionary<string, string> Read()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("Lagesbild.Api.SwedishDescriptions.txt")!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Chunk(2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }
}
