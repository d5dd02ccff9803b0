using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>What the description says of JSON objects.</summary>
internal static class JsonOracle
{
    /// <summary>JSON without a key twice, a lone surrogate or a personal number.</summary>
    public static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            Judge(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new Refused("JSON");
        }
    }

    private static void Judge(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var keys = new HashSet<string>();
                foreach (var property in element.EnumerateObject())
                {
                    Oracle.Require(keys.Add(property.Name), "key twice");
                    Oracle.NoPerson(property.Name);
                    if (property.Name != "hsaid")
                    {
                        Judge(property.Value);
                    }
                    else if (property.Value.ValueKind == JsonValueKind.String)
                    {
                        // Throws where it holds half a character.
                        _ = property.Value.GetString();
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Judge(item);
                }

                break;
            case JsonValueKind.String:
                Oracle.NoPerson(element.GetString()!);
                break;
            case JsonValueKind.Number:
                Oracle.NoPerson(element.GetRawText());
                break;
        }
    }

    public static void Keys(JsonElement element, params string[] keys)
    {
        Oracle.Require(element.ValueKind == JsonValueKind.Object, "object");
        Oracle.Require(element.EnumerateObject().Select(p => p.Name).ToHashSet().SetEquals(keys), "keys");
    }

    public static string Text(JsonElement element, string key)
    {
        var value = element.GetProperty(key);
        Oracle.Require(value.ValueKind == JsonValueKind.String, "text");
        return value.GetString()!;
    }

    public static long Number(JsonElement element, string key, long most) => Number(element.GetProperty(key), most);

    public static long Number(JsonElement value, long most)
    {
        Oracle.Require(value.ValueKind == JsonValueKind.Number, "number");
        return Oracle.Number(value.GetRawText(), most);
    }

    /// <summary>The keys that both sources' headers share.</summary>
    public static void Header(JsonElement header, string[] keys, string format, string source, DateOnly date)
    {
        Keys(header, keys);
        Oracle.Require(Text(header, "format") == format, "format");
        Oracle.Require(Number(header, "formatversion", 1) == 1, "version");
        Oracle.Require(Text(header, "kalla") == source, "source");
        Oracle.Require(Oracle.Date(Text(header, "referensdatum")) == date, "date");
        Oracle.Require(Number(header, "minstaCell", 5) == 5, "smallest cell");
        Oracle.Require(
            header.GetProperty("syntetisk").ValueKind is JsonValueKind.True or JsonValueKind.False,
            "synthetic"
        );
        var instant = Regex.Match(
            Text(header, "skapad"),
            @"^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)\z"
        );
        Oracle.Require(instant.Success && Oracle.Date(instant.Groups[1].Value).Year is > 1 and < 9999, "instant");
    }
}
