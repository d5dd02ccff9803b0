using System.Globalization;
using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Formats;

/// <summary>The forms that a table can be written down in.</summary>
public enum DownloadFormat
{
    /// <summary>For programs.</summary>
    Csv,

    /// <summary>For a Swedish Excel.</summary>
    CsvForExcel,

    /// <summary>A workbook.</summary>
    Xlsx,

    /// <summary>JSON-stat 2.0; of one procedure only.</summary>
    JsonStat,

    /// <summary>An object on each line, with the members of the CSV's columns.</summary>
    JsonLines,
}

/// <summary>A file to be handed out: written as it is read, never held.</summary>
/// <param name="FileName">Says what is inside: <c>vantetider_NGB_enhet_2026-11-21.xlsx</c>.</param>
/// <param name="MediaType">For Content-Type.</param>
/// <param name="Rows">How many it will have.</param>
public sealed record Download(
    DownloadFormat Format,
    string FileName,
    string MediaType,
    int Rows,
    Func<Stream, CancellationToken, Task> WriteAsync
)
{
    private static readonly Deliveries.Period UsualPeriod = Deliveries.Period.Days90;

    /// <summary>Tables of one or more procedures, at the same level, as they are shown.</summary>
    public static Download OfWaitingTimes(
        Picture.Picture picture,
        IReadOnlyList<WaitingTimesTable> tables,
        DownloadFormat format
    )
    {
        var asked = tables[0].Query;
        var level = asked.Level;
        IReadOnlyList<Procedure> procedures = [.. tables.Select(table => table.Procedure)];
        var sheet = new Sheet<WaitingTimesLine>(
            "Väntetider",
            WaitingTimesLine.Columns,
            tables.SelectMany(table => table.Lines)
        );
        return Of(
            picture,
            Name("vantetider", picture, procedures, tables[0].Figures, asked),
            $"Väntetider till operation, {Subject(procedures)}, per {level.Word().Swedish}",
            procedures,
            tables.Sum(table => table.Rows.Count),
            sheet,
            Applying(
                WaitingTimesLine.ColumnsFor(asked),
                tables.SelectMany(table => table.Rows).Select(row => row.Place.Level).Append(level)
            ),
            [.. Narrowing.Of(asked, picture)],
            line => line.Figures,
            format,
            (stream, cancellation) =>
            {
                var table = tables.Single();
                IReadOnlyCollection<WaitingTimesLine> lines = [.. table.Lines];
                return JsonStat.WriteAsync(
                    $"Väntetider till operation: {table.Procedure.Title}",
                    table.Procedure.Source,
                    picture,
                    asked,
                    [
                        .. Constants(table.Procedure, table.Figures, table.Query.Group),
                        new Dimension(
                            "period",
                            "Period",
                            "time",
                            [(asked.Period.ApiValue, $"Senaste {asked.Period.Days} dagarna")]
                        ),
                        Places(level, lines.Select(line => line.Row.Place)),
                    ],
                    [
                        .. WaitingTimesLine.Columns.Where(column =>
                            column.AppliesTo(level)
                            && (column.Figure != WaitingTimesLine.OfHome || asked.Home is not null)
                            && (column.Figure != WaitingTimesLine.OfDistance || asked.Near is not null)
                        ),
                    ],
                    lines,
                    line => line.Row.Figure,
                    line => line.Reasons,
                    stream,
                    cancellation
                );
            }
        );
    }

    /// <summary>18 months of one or more procedures, at the same level.</summary>
    public static Download OfTrends(Picture.Picture picture, IReadOnlyList<TrendTable> tables, DownloadFormat format)
    {
        var asked = tables[0].Query;
        var level = asked.Level;
        IReadOnlyList<Procedure> procedures = [.. tables.Select(table => table.Procedure)];
        var sheet = new Sheet<TrendLine>("Utveckling", TrendLine.Columns, tables.SelectMany(table => table.Lines));
        return Of(
            picture,
            Name("utveckling", picture, procedures, tables[0].Figures, asked with { Period = UsualPeriod }),
            $"Väntetider till operation månad för månad, {Subject(procedures)}, per {level.Word().Swedish}",
            procedures,
            tables.Sum(table => table.Rows.Count * Month.TrendLength),
            sheet,
            Applying(
                TrendLine.Columns,
                tables.SelectMany(table => table.Rows).Select(row => row.Place.Level).Append(level)
            ),
            [.. Narrowing.Of(asked, picture)],
            line => line.Figures,
            format,
            (stream, cancellation) =>
            {
                var table = tables.Single();
                IReadOnlyCollection<TrendLine> lines = [.. table.Lines];
                return JsonStat.WriteAsync(
                    $"Väntetider till operation månad för månad: {table.Procedure.Title}",
                    table.Procedure.Source,
                    picture,
                    asked,
                    [
                        .. Constants(table.Procedure, table.Figures, table.Query.Group),
                        Places(level, table.Rows.Select(row => row.Place)),
                        new Dimension(
                            "month",
                            "Månad",
                            "time",
                            table.Figures is not { } figures
                                ? []
                                :
                                [
                                    .. Enumerable
                                        .Range(0, Month.TrendLength)
                                        .Select(i => Month.OfTrend(figures.ReferenceDate, i).ToString())
                                        .Select(month => (month, month)),
                                ]
                        )
                        {
                            Preliminary = table.Figures is null
                                ? null
                                : Month.OfTrend(table.Figures.ReferenceDate, Month.Preliminary).ToString(),
                        },
                    ],
                    [.. TrendLine.Columns.Where(column => column.AppliesTo(level))],
                    lines,
                    line => line.Figure,
                    line => line.Reasons,
                    stream,
                    cancellation
                );
            }
        );
    }

    /// <summary>Every unit row of every procedure, period and group.</summary>
    /// <param name="format"><see cref="DownloadFormat.Csv"/> or <see cref="DownloadFormat.JsonLines"/>.</param>
    public static Download OfPicture(Picture.Picture picture, DownloadFormat format)
    {
        var lines =
            from figures in picture.Procedures
            from period in Deliveries.Period.Windows
            from patients in Enumerable.Range(0, figures.Source.Groups.Count)
            let query = new TableQuery(period, patients) { Sort = Picture.SortKey.Name }
            from line in new WaitingTimesTable(figures.Procedure, figures, query, figures.Table(query)).Lines
            select line;
        var sheet = new Sheet<WaitingTimesLine>(
            "Väntetider",
            [.. WaitingTimesLine.Columns, .. Provenance<WaitingTimesLine>(picture, line => line.Figures)],
            lines
        );
        var name = "lagesbild_" + LastDate(picture);
        var rows =
            picture.Procedures.Sum(p => p.UnitsInTable * p.Source.Groups.Count) * Deliveries.Period.Windows.Count;
        return format == DownloadFormat.Csv
            ? Csv(name, rows, sheet)
            : new Download(
                format,
                name + ".jsonl",
                "application/x-ndjson",
                rows,
                (stream, cancellation) => JsonLines.WriteAsync(sheet, stream, cancellation)
            );
    }

    private static Download Of<T>(
        Picture.Picture picture,
        string name,
        string title,
        IReadOnlyList<Procedure> procedures,
        int rows,
        Sheet<T> sheet,
        IReadOnlyList<Column<T>> columnsForPeople,
        IReadOnlyList<AboutLine> chosen,
        Func<T, ProcedurePicture> figuresOf,
        DownloadFormat format,
        Func<Stream, CancellationToken, Task> jsonStat
    )
    {
        // A file that is kept tells by itself what it is of; a workbook has a sheet for that.
        IReadOnlyList<Column<T>> provenance = [.. Provenance(picture, figuresOf)];
        var forPrograms = sheet with { Columns = [.. sheet.Columns, .. provenance] };
        var forPeople = sheet with { Columns = columnsForPeople };
        var forExcel = sheet with { Columns = [.. columnsForPeople, .. provenance] };
        return format switch
        {
            DownloadFormat.Csv => Csv(name, rows, forPrograms),
            DownloadFormat.CsvForExcel => new Download(
                format,
                name + "_excel.csv",
                "text/csv; charset=utf-8",
                rows,
                (stream, cancellation) => Formats.Csv.WriteForExcelAsync(forExcel, stream, cancellation)
            ),
            DownloadFormat.Xlsx => new Download(
                format,
                name + ".xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                rows,
                (stream, cancellation) =>
                    Xlsx.WriteAsync(
                        forPeople,
                        AboutData.Of(picture, title, procedures, chosen, forPeople.Columns),
                        picture.PublishedAt,
                        stream,
                        cancellation
                    )
            ),
            DownloadFormat.JsonStat => new Download(
                format,
                name + ".json",
                "application/vnd.json-stat+json",
                rows,
                jsonStat
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    // A program finds the same columns whatever the rows; a person is spared those that must be empty.
    private static IReadOnlyList<Column<T>> Applying<T>(IEnumerable<Column<T>> columns, IEnumerable<Level> levels)
    {
        var present = levels.ToHashSet();
        return [.. columns.Where(column => present.Any(column.AppliesTo))];
    }

    private static IEnumerable<Column<T>> Provenance<T>(Picture.Picture picture, Func<T, ProcedurePicture> figuresOf)
    {
        var invented = picture.Sources.Where(s => s.IsSynthetic).Select(s => s.Source.Code).ToHashSet();
        return Provenance<T>(_ => picture.Id, row => invented.Contains(figuresOf(row).Source.Code));
    }

    /// <summary>What every table for programs ends with.</summary>
    internal static IEnumerable<Column<T>> Provenance<T>(Func<T, Value> pictureOf, Func<T, Value> isSynthetic) =>
        [
            new(
                "picture",
                "Lägesbild",
                ColumnStyle.Text,
                new("Lägesbilden som siffrorna kommer ur.", "The picture that the figures are from."),
                pictureOf
            ),
            new(
                "synthetic",
                "Påhittade data",
                ColumnStyle.Truth,
                new("Ja: siffrorna är påhittade.", "True for invented data."),
                isSynthetic
            ),
        ];

    private static Download Csv<T>(string name, int rows, Sheet<T> sheet) =>
        new(
            DownloadFormat.Csv,
            name + ".csv",
            "text/csv; charset=utf-8",
            rows,
            (stream, cancellation) => Formats.Csv.WriteAsync(sheet, stream, cancellation)
        );

    private static IEnumerable<Dimension> Constants(Procedure procedure, ProcedurePicture? figures, int group)
    {
        yield return new Dimension("procedure", "Åtgärd", null, [(procedure.Code, procedure.Title)]);
        var chosen = figures?.Source.Groups[group];
        yield return new Dimension("group", "Urval", null, [(chosen?.ApiValue ?? "all", chosen?.Label ?? "Alla")]);
    }

    private static Dimension Places(Level level, IEnumerable<Place> places) =>
        new(
            "place",
            level.Word().Swedish,
            "geo",
            [
                .. places.Select(place =>
                    (place.Unit?.HsaId ?? place.Region?.Code ?? place.HealthcareRegion ?? "SE", place.Name)
                ),
            ]
        );

    /// <summary>Only what is not as usual is said of period, group and narrowing.</summary>
    private static string Name(
        string what,
        Picture.Picture picture,
        IReadOnlyList<Procedure> procedures,
        ProcedurePicture? figures,
        TableQuery asked
    )
    {
        string?[] parts =
        [
            what,
            procedures.Count == 1
                ? procedures[0].Code
                : string.Create(CultureInfo.InvariantCulture, $"{procedures.Count}-atgarder"),
            PlainWord(asked.Level),
            asked.Period == UsualPeriod ? null : asked.Period.ApiValue,
            asked.Group == 0 ? null : figures?.Source.Groups[asked.Group].ApiValue,
            asked.IsNarrowed ? "avgransad" : null,
            LastDate(picture, procedures),
        ];
        return string.Join('_', parts.OfType<string>());
    }

    // A header of HTTP holds no å.
    private static string PlainWord(Level level) =>
        level == Level.HealthcareRegion ? "sjukvardsregion" : level.Word().Swedish;

    private static string Subject(IReadOnlyList<Procedure> procedures) =>
        procedures.Count == 1
            ? $"{procedures[0].Title} ({procedures[0].Code})"
            : string.Create(CultureInfo.InvariantCulture, $"{procedures.Count} åtgärder");

    private static string LastDate(Picture.Picture picture, IReadOnlyList<Procedure>? procedures = null) =>
        picture
            .Sources.Where(s => procedures is null || procedures.Any(p => p.Source == s.Source.Code))
            .DefaultIfEmpty(picture.Sources.First())
            .Max(s => s.ReferenceDate)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
