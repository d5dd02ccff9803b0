using System.Runtime.CompilerServices;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>Who runs a unit (driftsform).</summary>
public enum Operator
{
    Public,
    Private,
    NonProfit,
}

/// <summary>A care unit as a delivery declares it.</summary>
public sealed record DeliveredUnit(
    string HsaId,
    string Name,
    string RegionCode,
    string MunicipalityCode,
    Operator Operator
);

/// <summary>Which delivery: the pair that must grow from one to the next.</summary>
/// <param name="Correction">1 for the first of a date, 2… for its corrections.</param>
public readonly record struct DeliveryVersion(DateOnly ReferenceDate, int Correction) : IComparable<DeliveryVersion>
{
    public int CompareTo(DeliveryVersion other) =>
        (ReferenceDate, Correction).CompareTo((other.ReferenceDate, other.Correction));

    public static bool operator <(DeliveryVersion left, DeliveryVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(DeliveryVersion left, DeliveryVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(DeliveryVersion left, DeliveryVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DeliveryVersion left, DeliveryVersion right) => left.CompareTo(right) >= 0;
}

/// <summary>Where a cell's bins lie in <see cref="DeliveryContents.Bins"/>.</summary>
/// <param name="Length">0 for a masked cell.</param>
/// <param name="Line">1-based line of the file where the cell begins.</param>
public readonly record struct Cell(int Start, int Length, int Line)
{
    public bool IsMasked => Length == 0;
}

/// <summary>A unit × procedure of a delivery: places in <see cref="DeliveryContents.Units"/> and <see cref="DeliveryContents.Procedures"/>.</summary>
/// <param name="Asa">Null where none was delivered.</param>
public readonly record struct Pair(int Unit, int Procedure, AsaCount? Asa);

/// <summary>
/// An accepted delivery's content, the same for every source: units, and cells in flat arrays (a national delivery has
/// more than a million cells and three million bins).
/// </summary>
public sealed record DeliveryContents
{
    // One slot for each pair × period × group: 1 + the place in _cells, or 0 where no cell was sent.
    private readonly int[] _cellOfSlot;
    private readonly Cell[] _cells;
    private readonly int _groups;

    internal DeliveryContents(int groups, int[] cellOfSlot, Cell[] cells)
    {
        _groups = groups;
        _cellOfSlot = cellOfSlot;
        _cells = cells;
    }

    public required Source Source { get; init; }

    public required DeliveryVersion Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required bool IsSynthetic { get; init; }

    public required IReadOnlyList<DeliveredUnit> Units { get; init; }

    /// <summary>Distinct KVÅ codes, in order of first appearance.</summary>
    public required IReadOnlyList<string> Procedures { get; init; }

    /// <summary>Every unit × procedure with any cell, in order of first appearance.</summary>
    public required IReadOnlyList<Pair> Pairs { get; init; }

    /// <summary>The bins of all visible cells, and perhaps some room behind them.</summary>
    public required Bin[] Bins { get; init; }

    public required DeliveryCounts Counts { get; init; }

    /// <summary>The cell of a pair (its place), period and group; null where none was sent: no patient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Cell? FindCell(int pair, Period period, int group)
    {
        var cell = _cellOfSlot[(pair * Period.Count + period.Index) * _groups + group];
        return cell == 0 ? null : _cells[cell - 1];
    }

    public ReadOnlySpan<Bin> BinsOf(Cell cell) => Bins.AsSpan(cell.Start, cell.Length);
}

/// <summary>What a receipt tells about a delivery's size.</summary>
/// <param name="Units">Care units that it holds.</param>
/// <param name="Procedures">Procedures that it holds.</param>
/// <param name="Rows">Data rows read, all entries together.</param>
/// <param name="Cells">Cells: one for each care unit, procedure, period and patient group.</param>
/// <param name="MaskedCells">How many of them are masked.</param>
/// <param name="Bins">Bins of all histograms together.</param>
/// <param name="Operations">Patients in the visible cells of 365 days, everybody.</param>
public sealed record DeliveryCounts(
    int Units,
    int Procedures,
    long Rows,
    int Cells,
    int MaskedCells,
    int Bins,
    long Operations
);
