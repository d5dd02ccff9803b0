using System.Globalization;
using System.Text.Json;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Formats;

/// <summary>A dimension of a JSON-stat dataset.</summary>
/// <param name="Role"><c>time</c>, <c>geo</c> or <c>metric</c>; null for another.</param>
internal sealed record Dimension(
    string Id,
    string Label,
    string? Role,
    IReadOnlyList<(string Id, string Label)> Categories
)
{
    /// <summary>The category for which registrations still come in; null where there is none.</summary>
    public string? Preliminary { get; init; }
}

/// <summary>
/// Writes a JSON-stat 2.0 dataset: the figures are its last dimension, and <c>status</c> says of each that is missing why
/// it is.
/// </summary>
internal static class JsonStat
{
    private const int Full = 16 * 1024;

    /// <summary>A comparison as a number: −1 shorter, 0 similar, 1 longer.</summary>
    public static int? CodeOf(ComparedWith? compared) =>
        compared switch
        {
            ComparedWith.Shorter => -1,
            ComparedWith.Similar => 0,
            ComparedWith.Longer => 1,
            _ => null,
        };

    /// <param name="source">Code of the register that the figures come from.</param>
    /// <param name="dimensions">All but the figures; the rows go through their product, the last one fastest.</param>
    public static async Task WriteAsync<T>(
        string label,
        string source,
        Picture.Picture picture,
        TableQuery asked,
        IReadOnlyList<Dimension> dimensions,
        IReadOnlyList<Column<T>> columns,
        IReadOnlyCollection<T> rows,
        Func<T, Figure> figureOf,
        Func<T, IReadOnlyDictionary<string, string>> reasonsOf,
        Stream output,
        CancellationToken cancellation
    )
    {
        var figures = columns.Where(column => column.Figure is not null).ToList();
        IReadOnlyList<Dimension> all =
        [
            .. dimensions,
            new Dimension("figure", "Siffra", "metric", [.. figures.Select(column => (column.Name, column.Heading))]),
        ];
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("version", "2.0");
        json.WriteString("class", "dataset");
        json.WriteString("label", label);
        json.WriteString("source", picture.Sources.FirstOrDefault(s => s.Source.Code == source)?.Source.Name ?? source);
        json.WriteString(
            "updated",
            picture.PublishedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );
        WriteArray(json, "id", all, dimension => json.WriteStringValue(dimension.Id));
        WriteArray(json, "size", all, dimension => json.WriteNumberValue(dimension.Categories.Count));
        json.WriteStartObject("role");
        foreach (var role in all.Where(dimension => dimension.Role is not null).GroupBy(dimension => dimension.Role!))
        {
            WriteArray(json, role.Key, role, dimension => json.WriteStringValue(dimension.Id));
        }

        json.WriteEndObject();
        json.WriteStartObject("dimension");
        foreach (var dimension in all)
        {
            Write(json, dimension, figures);
        }

        json.WriteEndObject();
        json.WriteStartArray("value");
        foreach (var row in rows)
        {
            foreach (var figure in figures)
            {
                if (NumberOf(figure, row) is { } number)
                {
                    json.WriteNumberValue(number);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            await FlushIfFullAsync(json, cancellation);
        }

        json.WriteEndArray();
        json.WriteStartObject("status");
        var at = 0;
        foreach (var row in rows)
        {
            var absence = figureOf(row).Absence.Word()?.English;
            var reasons = reasonsOf(row);
            foreach (var figure in figures)
            {
                if (NumberOf(figure, row) is null && (reasons.GetValueOrDefault(figure.Figure!) ?? absence) is { } why)
                {
                    json.WriteString(at.ToString(CultureInfo.InvariantCulture), why);
                }

                at++;
            }

            await FlushIfFullAsync(json, cancellation);
        }

        json.WriteEndObject();
        WriteExtension(json, picture, asked, all);
        json.WriteEndObject();
        await json.FlushAsync(cancellation);
    }

    private static double? NumberOf<T>(Column<T> figure, T row)
    {
        if (figure.Coded is { } coded)
        {
            return coded(row);
        }

        var value = figure.Of(row);
        return value.Truth is { } truth ? (truth ? 1 : 0) : value.Number;
    }

    private static void Write<T>(Utf8JsonWriter json, Dimension dimension, IReadOnlyList<Column<T>> figures)
    {
        json.WriteStartObject(dimension.Id);
        json.WriteString("label", dimension.Label);
        json.WriteStartObject("category");
        WriteArray(json, "index", dimension.Categories, category => json.WriteStringValue(category.Id));
        json.WriteStartObject("label");
        foreach (var (id, label) in dimension.Categories)
        {
            json.WriteString(id, label);
        }

        json.WriteEndObject();
        if (dimension.Role == "metric")
        {
            json.WriteStartObject("unit");
            foreach (var figure in figures)
            {
                json.WriteStartObject(figure.Name);
                json.WriteNumber(
                    "decimals",
                    figure.Style switch
                    {
                        ColumnStyle.Days => 2,
                        ColumnStyle.Kilometres => 1,
                        ColumnStyle.Share => 4,
                        _ => 0,
                    }
                );
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("note");
            foreach (var figure in figures)
            {
                json.WriteStartArray(figure.Name);
                json.WriteStringValue(figure.Meaning.Swedish);
                if (figure.Coded is not null)
                {
                    json.WriteStringValue("−1 kortare, 0 liknande, 1 längre.");
                }
                else if (figure.Style == ColumnStyle.Truth)
                {
                    json.WriteStringValue("1 ja, 0 nej.");
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }
        else if (dimension.Preliminary is { } preliminary)
        {
            json.WriteStartObject("note");
            json.WriteStartArray(preliminary);
            json.WriteStringValue("Preliminär: registreringar kommer ännu in.");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteExtension(
        Utf8JsonWriter json,
        Picture.Picture picture,
        TableQuery asked,
        IEnumerable<Dimension> dimensions
    )
    {
        json.WriteStartObject("extension");
        if (dimensions.Select(dimension => dimension.Preliminary).SingleOrDefault(it => it is not null) is { } month)
        {
            json.WriteString("preliminary", month);
        }

        WriteNamed(json, "home", asked.Home?.Key, asked.Home?.Name);
        WriteNamed(json, "distanceFrom", asked.Near?.Code, asked.Near?.Name);
        json.WriteStartObject("picture");
        json.WriteString("id", picture.Id);
        json.WriteStartArray("sources");
        foreach (var source in picture.Sources)
        {
            json.WriteStartObject();
            json.WriteString("source", source.Source.Code);
            json.WriteString(
                "referenceDate",
                source.ReferenceDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            );
            json.WriteBoolean("synthetic", source.IsSynthetic);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("status");
        json.WriteStartObject("label");
        foreach (var (reason, meaning) in Words.Reasons)
        {
            json.WriteString(reason, meaning.Swedish);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter json, string what, string? code, string? name)
    {
        if (code is not null)
        {
            json.WriteStartObject(what);
            json.WriteString("code", code);
            json.WriteString("name", name);
            json.WriteEndObject();
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    private static Task FlushIfFullAsync(Utf8JsonWriter json, CancellationToken cancellation) =>
        json.BytesPending < Full ? Task.CompletedTask : json.FlushAsync(cancellation);
}
