using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Pages.Procedures;

/// <summary>The rows of a table in the order that they are shown in, on the page and in what is downloaded from it.</summary>
/// <param name="Country">The country's row, on top.</param>
/// <param name="Home">The patient's home, beneath it; null where none was chosen or the procedure is not done there.</param>
/// <param name="Ranked">Rows with at least ten operations.</param>
/// <param name="Few">Rows with fewer.</param>
/// <param name="Missing">Rows without a figure: masked, none, silent.</param>
public sealed record ShownTable(
    Row Country,
    Row? Home,
    IReadOnlyList<Row> Ranked,
    IReadOnlyList<Row> Few,
    IReadOnlyList<Row> Missing
)
{
    /// <summary>Below this a median says little: such rows stand apart.</summary>
    public const int FewBelow = 10;

    private const int Last = int.MaxValue;

    public IEnumerable<Row> InOrder => [.. Ranked, .. Few, .. Missing];

    public bool IsEmpty => Ranked.Count + Few.Count + Missing.Count == 0;

    public static ShownTable Of(ProcedurePicture subject, TableFilter filter)
    {
        var rows = InOrderOf(subject.Table(filter.ToQuery(subject)), filter).ToList();
        return new ShownTable(
            RowOf(Place.Country) ?? new Row(Place.Country, Figure.Missing(Absence.None), null, null),
            filter.Home is { } home ? RowOf(home) : null,
            [.. rows.Where(row => row.Figure is { IsPresent: true, Count: >= FewBelow })],
            [.. rows.Where(row => row.Figure is { IsPresent: true, Count: < FewBelow })],
            // Silence last of all: masked units do operate.
            [.. rows.Where(row => !row.Figure.IsPresent).OrderBy(row => RankOf(row.Figure.Absence))]
        );

        Row? RowOf(Place place) =>
            subject.FindFigure(place, filter.Period, filter.Group) is { } figure
                ? new Row(
                    place,
                    figure,
                    subject.FindAsa(place),
                    filter.Near is { } near && place.Unit is { } unit ? unit.Municipality.DistanceKm(near) : null
                )
                : null;
    }

    private static int RankOf(Absence absence) =>
        absence switch
        {
            Absence.Masked => 0,
            Absence.None => 1,
            _ => 2,
        };

    // The orders that are the page's own; the picture has sorted by wait, and a stable sort keeps that among equals.
    private static IEnumerable<Row> InOrderOf(IReadOnlyList<Row> rows, TableFilter filter)
    {
        Func<Row, double>? key = filter.Sort switch
        {
            Column.Compared when filter.Home is not null => row => row.Home is { } home ? home.Days : Last,
            Column.Compared => row =>
                row.Figure.ComparedToCountry switch
                {
                    ComparedWith.Shorter => 0,
                    ComparedWith.Similar => 1,
                    ComparedWith.Longer => 2,
                    _ => Last,
                },
            Column.Operator => row => (int)(row.Place.Unit?.Operator ?? 0),
            Column.Interval => row => row.Figure.IntervalLowerDays ?? Last,
            _ => null,
        };
        return key is null ? rows
            : filter.Descending ? rows.OrderBy(row => key(row) is Last ? Last : -key(row))
            : rows.OrderBy(key);
    }
}
