using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lagesbild.Formats;

/// <summary>Writes a table as one JSON object on each line, a member for each column, nulls written out.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync<T>(Sheet<T> sheet, Stream output, CancellationToken cancellation)
    {
        var names = sheet.Columns.Select(column => JsonEncodedText.Encode(column.Name)).ToArray();
        var text = new Utf8Output(output);
        await using var json = new Utf8JsonWriter(text.Buffer, Options);
        foreach (var row in sheet.Rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Length; i++)
            {
                Write(json, names[i], sheet.Columns[i].Of(row));
            }

            json.WriteEndObject();
            await json.FlushAsync(cancellation);
            json.Reset();
            text.Write("\n"u8);
            await text.FlushIfFullAsync(cancellation);
        }

        await text.FlushAsync(cancellation);
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text:
                json.WriteString(name, value.Text);
                break;
            case ValueKind.Number:
                json.WriteNumber(name, value.Number!.Value);
                break;
            case ValueKind.Truth:
                json.WriteBoolean(name, value.Truth!.Value);
                break;
            case ValueKind.Date:
                json.WriteString(name, value.Date!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteNull(name);
                break;
        }
    }
}
