using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lagesbild.Deliveries;

/// <summary>
/// A receipt as JSON, the same wherever it is written: beside a settled file, by <c>lagesbild check</c>, over the API and
/// in the ledger. Every key is always there; å, ä and ö stand as themselves.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(SeverityConverter)]
)]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(IReadOnlyList<Receipt>))]
public sealed partial class ReceiptJson : JsonSerializerContext
{
    /// <summary>On one line, for storage.</summary>
    public static ReceiptJson Compact => field ??= new(Style(indented: false));

    /// <summary>For people's eyes.</summary>
    public static ReceiptJson Indented => field ??= new(Style(indented: true));

    private static JsonSerializerOptions Style(bool indented) =>
        new(Default.Options)
        {
            // A receipt is a file of its own or a JSON answer, never part of a page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
            NewLine = "\n",
        };

    private sealed class SeverityConverter() : JsonStringEnumConverter<Severity>(JsonNamingPolicy.CamelCase);
}
