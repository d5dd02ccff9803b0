using System.Text;

namespace Lagesbild.Deliveries;

/// <summary>
/// One semicolon-separated row as texts, RFC 4180 quoting undone: for small entries, and for the rare row that the fast
/// way does not understand, so that its finding can say exactly what is wrong.
/// </summary>
internal static class CsvRow
{
    /// <summary>The row's fields; null (with its finding) where it is not a row of so many fields of clean text.</summary>
    public static string[]? Read(ReadOnlySpan<byte> line, int fields, DeliveryBuilder delivery, long lineNumber)
    {
        var text = Fields.Decode(line);
        var readable = text ?? Encoding.UTF8.GetString(line);
        if (HasPersonalNumber(readable))
        {
            delivery.Findings.Error(
                "personal-identity-number",
                "Raden innehåller något som ser ut som ett personnummer. " + PersonalIdentityNumber.Advice,
                delivery.Entry,
                lineNumber,
                ColumnOf(readable, field => PersonalIdentityNumber.IsIn(field) && !Fields.IsHsaId(field))
            );
        }

        if (text is null)
        {
            delivery.Findings.Error(
                "encoding",
                "Raden är inte giltig UTF-8.",
                delivery.Entry,
                lineNumber,
                // As characters of one byte each, which keeps every byte and where it stands.
                ColumnOf(
                    Encoding.Latin1.GetString(line),
                    field => Fields.Decode(Encoding.Latin1.GetBytes(field)) is null
                )
            );
            return null;
        }

        if (Fields.HasForbiddenCharacter(text))
        {
            delivery.Findings.Error(
                "encoding",
                "Raden innehåller ett styrtecken eller formattecken.",
                delivery.Entry,
                lineNumber,
                ColumnOf(text, field => Fields.HasForbiddenCharacter(field))
            );
            return null;
        }

        if (text.Length == 0)
        {
            delivery.Findings.Error("field", "Raden är tom.", delivery.Entry, lineNumber);
            return null;
        }

        var values = Split(text);
        if (values is null)
        {
            delivery.Findings.Error(
                "field",
                "Citattecken står fel: ett citerat fält ska börja och sluta med \" och får inte innehålla radbrytning.",
                delivery.Entry,
                lineNumber
            );
            return null;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Length > Fields.LongestText)
            {
                delivery.Findings.Error(
                    "too-large",
                    $"Fältet är längre än {Fields.LongestText} tecken.",
                    delivery.Entry,
                    lineNumber,
                    i + 1
                );
                return null;
            }
        }

        if (values.Length != fields)
        {
            delivery.Findings.Error(
                "field",
                $"Raden har {values.Length} fält, ska ha {fields}.",
                delivery.Entry,
                lineNumber
            );
            return null;
        }

        return values;
    }

    // 1-based; null where it cannot be told.
    private static int? ColumnOf(string text, Predicate<string> isWrong) =>
        Split(text) is { } fields && Array.FindIndex(fields, isWrong) is >= 0 and var at ? at + 1 : null;

    // In each field by itself: what stands in two is not one. The first of every entry is an HSA-id: where it has that form,
    // its digits are an organisation's and a unit's.
    private static bool HasPersonalNumber(string text)
    {
        var isQuoted = text.Contains('"', StringComparison.Ordinal);
        return (isQuoted || PersonalIdentityNumber.IsIn(text))
            && (Split(text) ?? text.Split(';'))
                .Where((field, i) => i > 0 || !Fields.IsHsaId(field))
                .Any(field => PersonalIdentityNumber.IsIn(field));
    }

    // Null where quoting is broken.
    private static string[]? Split(string text)
    {
        if (!text.Contains('"', StringComparison.Ordinal))
        {
            return text.Split(';');
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        var at = 0;
        while (true)
        {
            field.Clear();
            if (at < text.Length && text[at] == '"')
            {
                at++;
                while (true)
                {
                    if (at == text.Length)
                    {
                        return null;
                    }

                    if (text[at] != '"')
                    {
                        field.Append(text[at++]);
                    }
                    else if (at + 1 < text.Length && text[at + 1] == '"')
                    {
                        field.Append('"');
                        at += 2;
                    }
                    else
                    {
                        at++;
                        break;
                    }
                }
            }
            else
            {
                while (at < text.Length && text[at] != ';')
                {
                    if (text[at] == '"')
                    {
                        return null;
                    }

                    field.Append(text[at++]);
                }
            }

            fields.Add(field.ToString());
            if (at == text.Length)
            {
                return [.. fields];
            }

            if (text[at++] != ';')
            {
                return null;
            }
        }
    }
}
