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

    public static void AddTo(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!.Values.ToList();
        // Members first: one that refers to a schema has the schema's text unless it has its own.
        foreach (
            var member in schemas.SelectMany(schema => schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        )
        {
            AddTo(member.Value);
        }

        foreach (var schema in schemas)
        {
            AddTo(schema);
        }
    }

    private static void AddTo(IOpenApiSchema schema)
    {
        if (schema.Description is { } english && All.TryGetValue(english, out var swedish))
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
