using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lagesbild.Deliveries;

/// <summary>What a header object says of its delivery.</summary>
internal readonly record struct DeliveryHeader(
    string Source,
    DateOnly ReferenceDate,
    DateTimeOffset CreatedAt,
    bool IsSynthetic
);

/// <summary>Judges one JSON object: its keys and the types of their values. Complaints never repeat a value.</summary>
/// <param name="code">Finding code of a complaint.</param>
internal sealed class JsonShape(JsonElement element, Findings findings, string code, string? entry, long? line)
{
    /// <summary>
    /// Looks through every text, key and number of a document, unescaped, for personal numbers. False where a text cannot
    /// be read at all; after it every text can.
    /// </summary>
    /// <param name="keysOf">The keys of a type of line, whose order gives a finding its column.</param>
    public static bool Judge(
        JsonElement root,
        string text,
        DeliveryBuilder delivery,
        long? line,
        Func<string?, string[]>? keysOf = null
    )
    {
        try
        {
            if (HasPersonalNumber(root))
            {
                ComplainOfNumber(delivery, line, keysOf is null ? null : ColumnOfNumber(root, keysOf));
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            ComplainOfSurrogate(text, delivery, line);
            return false;
        }
    }

    /// <summary>
    /// The platform throws <see cref="InvalidOperationException"/> for half a surrogate pair, escaped: parsing where it
    /// stands in a key, reading where it stands in a value.
    /// </summary>
    public static void ComplainOfSurrogate(string text, DeliveryBuilder delivery, long? line)
    {
        JudgeRaw(text, delivery, line);
        delivery.Findings.Error("encoding", "En text innehåller ett halvt tecken (surrogat).", delivery.Entry, line);
    }

    /// <summary>Looks for personal numbers in what cannot be read as JSON, or must not: as it stands, and unescaped.</summary>
    public static void JudgeRaw(string text, DeliveryBuilder delivery, long? line)
    {
        // Between commas: neighbours in a list are not one.
        if (
            text.Split(',').Any(part => PersonalIdentityNumber.IsIn(part))
            || Unescaped(text).Split(',').Any(part => PersonalIdentityNumber.IsIn(part))
        )
        {
            ComplainOfNumber(delivery, line);
        }
    }

    /// <summary>True for what is JSON but for a key that stands twice.</summary>
    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>How a complaint of a key that stands twice ends: with the key, where it is one that should stand once.</summary>
    public static string Twice(string text, IEnumerable<string> known)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            return known.FirstOrDefault(key => IsTwice(document.RootElement, key)) is { } key ? $": {key}." : ".";
        }
        catch (InvalidOperationException)
        {
            return "."; // half a surrogate pair in another key
        }
    }

    private static bool IsTwice(JsonElement element, string key) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Count(p => p.NameEquals(key)) > 1
                || element.EnumerateObject().Any(p => IsTwice(p.Value, key)),
            JsonValueKind.Array => element.EnumerateArray().Any(e => IsTwice(e, key)),
            _ => false,
        };

    // 1-based; null where it does not stand as the value of a key that the line's type has.
    private static int? ColumnOfNumber(JsonElement root, Func<string?, string[]> keysOf)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var type =
            root.TryGetProperty("typ", out var typ) && typ.ValueKind == JsonValueKind.String ? typ.GetString() : null;
        var keys = keysOf(type);
        var at = root.EnumerateObject()
            .Where(p => HasPersonalNumber(p.Value) && !IsHsaId(p))
            .Select(p => Array.IndexOf(keys, p.Name))
            .FirstOrDefault(-1);
        return at < 0 ? null : at + 1;
    }

    private static void ComplainOfNumber(DeliveryBuilder delivery, long? line, int? column = null) =>
        delivery.Findings.Error(
            "personal-identity-number",
            "Här står något som ser ut som ett personnummer. " + PersonalIdentityNumber.Advice,
            delivery.Entry,
            line,
            column
        );

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }

            var escape = text[++i];
            if (
                escape == 'u'
                && i + 4 < text.Length
                && ushort.TryParse(
                    text.AsSpan(i + 1, 4),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var unit
                )
            )
            {
                plain.Append((char)unit);
                i += 4;
            }
            else
            {
                plain.Append(escape is 'b' or 'f' or 'n' or 'r' or 't' ? ' ' : escape);
            }
        }

        return plain.ToString();
    }

    private static bool HasPersonalNumber(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                // Every text has to be read, also after the first.
                .Aggregate(
                    false,
                    (has, p) => has | PersonalIdentityNumber.IsIn(p.Name) | (HasPersonalNumber(p.Value) && !IsHsaId(p))
                ),
            JsonValueKind.Array => element.EnumerateArray().Aggregate(false, (has, e) => has | HasPersonalNumber(e)),
            JsonValueKind.String => PersonalIdentityNumber.IsIn(element.GetString()),
            JsonValueKind.Number => PersonalIdentityNumber.IsIn(element.GetRawText()),
            _ => false,
        };

    // Where it has that form, its digits are an organisation's and a unit's.
    private static bool IsHsaId(JsonProperty property) =>
        property.NameEquals("hsaid")
        && property.Value.ValueKind == JsonValueKind.String
        && Fields.IsHsaId(property.Value.GetString()!);

    public void Complain(string message) => findings.Error(code, message, entry, line);

    public bool HasExactly(params string[] keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Complain("Här ska stå ett JSON-objekt.");
            return false;
        }

        var found = element.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (found.SetEquals(keys))
        {
            return true;
        }

        var missing = keys.Where(key => !found.Contains(key)).ToList();
        Complain(
            missing.Count > 0
                ? $"Nyckel saknas: {string.Join(", ", missing)}."
                    + (
                        found.IsSubsetOf(keys)
                            ? ""
                            : " Det finns en okänd nyckel i stället; stora och små bokstäver är olika."
                    )
                : $"Det finns andra nycklar än {string.Join(", ", keys)}."
        );
        return false;
    }

    /// <summary>A string's value; null where it is something else.</summary>
    public string? Text(string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A number written with digits only; null for <c>12.0</c>, <c>1e2</c>, <c>"12"</c>.</summary>
    public int? WholeNumber(string key, int most) =>
        element.TryGetProperty(key, out var value) ? WholeNumber(value, most) : null;

    public static int? WholeNumber(JsonElement value, int most) =>
        value.ValueKind == JsonValueKind.Number
        && Fields.TryWholeNumber(
            System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value),
            most,
            out var number
        )
            ? number
            : null;

    /// <summary>The keys that every source's header shares, in their order.</summary>
    public static readonly string[] HeaderKeys =
    [
        "format",
        "formatversion",
        "kalla",
        "referensdatum",
        "skapad",
        "minstaCell",
        "syntetisk",
    ];

    /// <summary>What stands in <see cref="HeaderKeys"/>; null (with findings) where one is wrong.</summary>
    public DeliveryHeader? Header(string format)
    {
        var source = Text("kalla");
        var referenceDate = Fields.ParseDate(Text("referensdatum") ?? "");
        var createdAt = Fields.ParseInstant(Text("skapad") ?? "");
        var synthetic = element.GetProperty("syntetisk").ValueKind;
        var complaint =
            Text("format") != format ? $"format ska vara {format}."
            : WholeNumber("formatversion", 1_000) != 1 ? "formatversion ska vara 1."
            : source is null ? "kalla ska vara en text."
            : referenceDate is null ? "referensdatum ska vara ett datum, åååå-mm-dd."
            : createdAt is null ? "skapad ska vara en tidpunkt med tidszon, åååå-mm-ddThh:mm:ss+01:00."
            : WholeNumber("minstaCell", 1_000) != DeliveryBuilder.SmallestCell ? "minstaCell ska vara 5."
            : synthetic is not (JsonValueKind.True or JsonValueKind.False) ? "syntetisk ska vara true eller false."
            : null;
        if (complaint is not null)
        {
            Complain(complaint);
            return null;
        }

        return new DeliveryHeader(source!, referenceDate!.Value, createdAt!.Value, synthetic == JsonValueKind.True);
    }
}
