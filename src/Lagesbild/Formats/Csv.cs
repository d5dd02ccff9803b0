using System.Buffers;

namespace Lagesbild.Formats;

/// <summary>Writes a table as CSV: RFC 4180, UTF-8.</summary>
public static class Csv
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",;\"\r\n");

    /// <summary>For programs: comma, decimal point, stable English names and words.</summary>
    public static Task WriteAsync<T>(Sheet<T> sheet, Stream output, CancellationToken cancellation) =>
        WriteAsync(sheet.Columns, sheet.Rows, new Dialect(","u8.ToArray(), '.', false), output, cancellation);

    /// <summary>
    /// For a Swedish Excel: semicolon, decimal comma, byte order mark, Swedish headings and words. Columns of digits are
    /// left out, because Excel would take their zeros away; the names beside them say the same.
    /// </summary>
    public static Task WriteForExcelAsync<T>(Sheet<T> sheet, Stream output, CancellationToken cancellation) =>
        WriteAsync(
            [.. sheet.Columns.Where(column => column.Style != ColumnStyle.Code)],
            sheet.Rows,
            new Dialect(";"u8.ToArray(), ',', true),
            output,
            cancellation
        );

    private sealed record Dialect(byte[] Separator, char DecimalSeparator, bool IsForPeople);

    private static async Task WriteAsync<T>(
        IReadOnlyList<Column<T>> columns,
        IEnumerable<T> rows,
        Dialect dialect,
        Stream output,
        CancellationToken cancellation
    )
    {
        var text = new Utf8Output(output);
        if (dialect.IsForPeople)
        {
            text.Write("\uFEFF"u8);
        }

        for (var i = 0; i < columns.Count; i++)
        {
            text.Write(i == 0 ? [] : dialect.Separator);
            Write(text, dialect.IsForPeople ? columns[i].Heading : columns[i].Name);
        }

        text.Write("\r\n"u8);
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                text.Write(i == 0 ? [] : dialect.Separator);
                Write(text, columns[i].Of(row), columns[i].Style, dialect);
            }

            text.Write("\r\n"u8);
            await text.FlushIfFullAsync(cancellation);
        }

        await text.FlushAsync(cancellation);
    }

    private static void Write(Utf8Output text, in Value value, ColumnStyle style, Dialect dialect)
    {
        switch (value.Kind)
        {
            case ValueKind.Text:
                Write(text, dialect.IsForPeople ? Harmless(value.Swedish!) : value.Text!);
                break;
            case ValueKind.Number:
                text.Write(value.Number!.Value, dialect.DecimalSeparator);
                break;
            case ValueKind.Truth:
                text.Write(
                    dialect.IsForPeople ? (value.Truth!.Value ? "ja"u8 : "nej"u8)
                    : value.Truth!.Value ? "TRUE"u8
                    : "FALSE"u8
                );
                break;
            case ValueKind.Date:
                text.Write(value.Date!.Value, style == ColumnStyle.Month ? "yyyy-MM" : "yyyy-MM-dd");
                break;
        }
    }

    // A name that begins so would be worked out as a formula.
    private static string Harmless(string text) =>
        text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    private static void Write(Utf8Output text, string value)
    {
        if (value.AsSpan().ContainsAny(Quoted))
        {
            text.Write("\""u8);
            text.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
            text.Write("\""u8);
        }
        else
        {
            text.Write(value);
        }
    }
}
