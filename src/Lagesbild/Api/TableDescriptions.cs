using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Microsoft.OpenApi;

namespace Lagesbild.Api;

/// <summary>
/// What the contract says of answers that are tables, which no schema can tell: their columns, each as the declaration has it
/// that writes it.
/// </summary>
internal static class TableDescriptions
{
    private sealed record Described(string Name, string Heading, ColumnStyle Style, Bilingual Meaning);

    public static OpenApiSchema SchemaOf(OperationDescription operation, DownloadFormat format) =>
        format switch
        {
            DownloadFormat.JsonStat => new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description =
                    "Ett dataset enligt JSON-stat 2.0, json-stat.org; `extension` säger vilken månad som är preliminär (`preliminary`) och "
                    + "vad raderna ställts bredvid (`home`, `distanceFrom`). / A dataset of JSON-stat 2.0, json-stat.org; `extension` "
                    + "tells the month that is preliminary (`preliminary`) and what the rows are set beside (`home`, `distanceFrom`).",
            },
            DownloadFormat.Xlsx => new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Format = "binary",
                Description =
                    "En arbetsbok: ett blad med siffrorna, och ”Om data” som förklarar dem. / "
                    + "A workbook: one sheet of figures, and “Om data” that explains them.",
            },
            DownloadFormat.JsonLines => Text(
                ColumnsOf(operation),
                "Ett JSON-objekt på varje rad, med alla dessa medlemmar, null där inget värde finns. `reasons` är en text och inte "
                    + "ett objekt som i application/json: siffrans namn, kolon och skälet (`p90Days:few`), flera åtskilda av blanksteg; "
                    + "null där ingen siffra saknas av annat skäl än det som `absence` säger.",
                "A JSON object on each line, with all these members, null where there is no value. `reasons` is a text and not an "
                    + "object as in application/json: the figure's name, a colon and the reason (`p90Days:few`), several separated by "
                    + "blanks; null where no figure is missing but for the reason that `absence` gives.",
                column => TypeOf(column.Style)
            ),
            _ => Text(
                ColumnsOf(operation),
                "RFC 4180, UTF-8, med dessa kolumner, tomt där inget värde finns; boolean är TRUE eller FALSE."
                    + (operation.Representations.Any(IsForExcel) ? ForExcel.Swedish : ""),
                "RFC 4180, UTF-8, of these columns, empty where there is no value; boolean is TRUE or FALSE."
                    + (operation.Representations.Any(IsForExcel) ? ForExcel.English : ""),
                column =>
                    TypeOf(column.Style) + (operation.Representations.Any(IsForExcel) ? $"; ”{column.Heading}”" : "")
            ),
        };

    private static readonly Bilingual ForExcel = new(
        " Med format=csv-excel-sv: semikolon, decimalkomma, BOM, ja och nej, svenska ord och rubrikerna inom citattecken; koder med "
            + "inledande nolla och kolumner som måste vara tomma är utelämnade.",
        " With format=csv-excel-sv: semicolon, decimal comma, BOM, ja and nej, Swedish words and the headings in quotation marks; codes "
            + "with a leading zero and columns that must be empty are left out."
    );

    private static bool IsForExcel(Representation one) => one.Download == DownloadFormat.CsvForExcel;

    private static IEnumerable<Described> ColumnsOf(OperationDescription operation) =>
        operation.Id == TrendsResource.OperationId
            ? Of(TrendLine.Columns).Concat(Of(Download.Provenance<TrendLine>(_ => default, _ => default)))
            : Of(WaitingTimesLine.Columns)
                .Concat(Of(Download.Provenance<WaitingTimesLine>(_ => default, _ => default)));

    private static IEnumerable<Described> Of<T>(IEnumerable<Column<T>> columns) =>
        columns.Select(column => new Described(column.Name, column.Heading, column.Style, column.Meaning));

    private static OpenApiSchema Text(
        IEnumerable<Described> columns,
        string swedish,
        string english,
        Func<Described, string> typeOf
    ) =>
        new()
        {
            Type = JsonSchemaType.String,
            Description =
                $"{swedish} / {english}\n\n"
                + string.Join(
                    '\n',
                    columns.Select(column =>
                        $"- `{column.Name}` ({typeOf(column)}): {column.Meaning.Swedish} / {column.Meaning.English}"
                    )
                ),
        };

    private static string TypeOf(ColumnStyle style) =>
        style switch
        {
            ColumnStyle.Text or ColumnStyle.Code => "string",
            ColumnStyle.Whole => "integer",
            ColumnStyle.Days or ColumnStyle.Kilometres or ColumnStyle.Share => "number",
            ColumnStyle.Truth => "boolean",
            ColumnStyle.Date => "yyyy-MM-dd",
            ColumnStyle.Month => "yyyy-MM",
            _ => throw new ArgumentOutOfRangeException(nameof(style)),
        };
}
