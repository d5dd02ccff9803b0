using Lagesbild.Catalogue;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Formats;

/// <summary>One procedure's 18 months as they were asked for; written a line for each place and month.</summary>
/// <param name="Figures">Null where no unit has a figure of the procedure; then there are no rows.</param>
/// <param name="Query">What was asked for; its period is of no account.</param>
public sealed record TrendTable(
    Procedure Procedure,
    ProcedurePicture? Figures,
    TableQuery Query,
    IReadOnlyList<TrendRow> Rows
)
{
    internal IEnumerable<TrendLine> Lines =>
        Figures is not { } figures
            ? []
            : Rows.SelectMany(row =>
                row.Months.Select((figure, i) => new TrendLine(figures, Query.Group, row.Place, i, figure))
            );
}

/// <summary>One month of one place, with all that it takes to be written down by itself.</summary>
/// <param name="MonthPlace">0–17.</param>
internal sealed record TrendLine(ProcedurePicture Figures, int Group, Place Place, int MonthPlace, Figure Figure)
{
    public static IReadOnlyList<Column<TrendLine>> Columns { get; } =
    [
        .. FigureColumns.OfSubject<TrendLine>(line => line.Figures, line => line.Group),
        .. FigureColumns.OfPlace<TrendLine>(line => line.Place),
        new(
            "month",
            "Månad",
            ColumnStyle.Month,
            new("Kalendermånad.", "Calendar month."),
            line => Month.OfTrend(line.Figures.ReferenceDate, line.MonthPlace).FirstDay
        ),
        new(
            "preliminary",
            "Preliminär",
            ColumnStyle.Truth,
            new(
                "Ja: den senaste månaden, där registreringar ännu kommer in. Alla månader kan ändras.",
                "True for the latest month: registrations arrive late. All months may be revised."
            ),
            line => line.MonthPlace == Month.Preliminary
        ),
        .. FigureColumns.OfCell<TrendLine>(line => line.Figure),
        .. FigureColumns.OfAbsence<TrendLine>(line => line.Place, line => line.Figure, line => line.Reasons),
    ];

    public IReadOnlyDictionary<string, string> Reasons => Formats.Reasons.OfMonth(Figure);
}
