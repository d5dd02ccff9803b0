using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Pages.Procedures;

/// <summary>The rows of a table in the order that they are shown in, on the page and in what is downloaded from it.</summary>
/// <param name="Country">The country's row, on top.</param>
/// <param name="Home">
/// The patient's home, beneath it; it keeps its place among the others too, if it is one of them. Null where none was
/// chosen or the procedure is not done there.
/// </param>
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

    /// <summary>Every row once, for a file that is summed and sorted: the country, the home where it is not among the others, the others.</summary>
    public IReadOnlyList<Row> Distinct =>
        [
            Country,
            .. Home is { } home && !InOrder.Any(row => row.Place.IsSameAs(home.Place)) ? (Row[])[home] : [],
            .. InOrder,
        ];

    public bool IsEmpty => Ranked.Count + Few.Count + Missing.Count == 0;

    public static ShownTable Of(ProcedurePicture subject, TableFilter filter)
    {
        var query = filter.ToQuery();
        var rows = InOrderOf(subject.Table(query), filter).ToList();
        return new ShownTable(
            subject.FindRow(Place.Country, query)!,
            filter.Home is { } home ? subject.FindRow(home, query) : null,
            [.. rows.Where(row => row.Figure is { IsPresent: true, Count: >= FewBelow })],
            [.. rows.Where(row => row.Figure is { IsPresent: true, Count: < FewBelow })],
            // Silence last of all: masked units do operate.
            [.. rows.Where(row => !row.Figure.IsPresent).OrderBy(row => RankOf(row.Figure.Absence))]
        );
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
