namespace Lagesbild.Picture;

/// <summary>Orders a table's rows. Rows come in by name (Swedish collation), which decides ties.</summary>
internal static class RowOrder
{
    private static readonly StringComparer ByName = StringComparer.Create(
        Catalogue.ProcedureCatalogue.Swedish,
        ignoreCase: true
    );

    public static IReadOnlyList<Row> Sort(List<Row> byName, SortKey key, bool descending) =>
        key switch
        {
            SortKey.Name => Sort(byName, row => row.Place.Name, ByName, descending),
            SortKey.Region => Sort(byName, row => row.Place.Unit?.Region.Name ?? row.Place.Name, ByName, descending),
            _ => Sort(byName, Number(key), Comparer<double?>.Default, descending),
        };

    private static Func<Row, double?> Number(SortKey key) =>
        key switch
        {
            SortKey.Count => row => row.Figure.Count,
            SortKey.Within90Days => row => row.Figure.Within90Days,
            // Where only bounds are known, their middle is where a reader would look for it.
            SortKey.Asa34 => row => row.Asa?.Share ?? (row.Asa?.AtLeast + row.Asa?.AtMost) / 2,
            SortKey.P90 => row => row.Figure.P90Days,
            SortKey.Distance => row => row.DistanceKm,
            _ => row => row.Figure.MedianDays,
        };

    private static IReadOnlyList<Row> Sort<T>(
        List<Row> byName,
        Func<Row, T?> value,
        IComparer<T?> comparer,
        bool descending
    )
    {
        // 0: has the figure; 1: shown, without it (open-ended, few); 2: absent. Whichever the direction.
        var grouped = byName.OrderBy(row =>
            !row.Figure.IsPresent ? 2
            : value(row) is null ? 1
            : 0
        );
        // Among the absent too, those that have what is sorted by (a distance, n = 0) come before those that have not.
        grouped = grouped.ThenBy(row => value(row) is null);
        return [.. descending ? grouped.ThenByDescending(value, comparer) : grouped.ThenBy(value, comparer)];
    }
}
