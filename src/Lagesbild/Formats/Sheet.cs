using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Formats;

/// <summary>How a column's values are to be seen.</summary>
public enum ColumnStyle : byte
{
    Text,

    /// <summary>A text of digits whose leading zeros count: a region's code.</summary>
    Code,
    Whole,

    /// <summary>Two decimals.</summary>
    Days,

    /// <summary>One decimal.</summary>
    Kilometres,

    /// <summary>0–1; a percentage in a workbook.</summary>
    Share,
    Truth,
    Date,

    /// <summary>A date that stands for its month.</summary>
    Month,
}

/// <summary>Which rows a column has values for.</summary>
public enum Applies : byte
{
    Always,
    ToUnits,
    AboveUnits,
}

/// <summary>One column of a table that is written down: read, named and explained from this one declaration.</summary>
/// <param name="Name">Stable and English, as a member of the API's JSON.</param>
/// <param name="Heading">Swedish, for people.</param>
/// <param name="Meaning">What it says, in a sentence.</param>
public sealed record Column<T>(
    string Name,
    string Heading,
    ColumnStyle Style,
    Bilingual Meaning,
    Func<T, Value> Of,
    Applies Applies = Applies.Always
)
{
    /// <summary>The figure whose reason tells why this is missing; null where nothing does.</summary>
    public string? Figure { get; init; }

    /// <summary>Characters that a text has room for in a workbook.</summary>
    public int Width { get; init; } = 34;

    /// <summary>For a word among the figures of JSON-stat, which holds numbers: what stands for it; null for a number.</summary>
    public Func<T, int?>? Coded { get; init; }

    /// <summary>False for a level that the column never has a value for.</summary>
    public bool AppliesTo(Level level) =>
        Applies == Applies.Always || (Applies == Applies.ToUnits) == (level == Level.Unit);
}

/// <summary>A table to be written down.</summary>
/// <param name="Name">Swedish; at most 31 characters, as a workbook wants it.</param>
/// <param name="Rows">Read once, as they are written.</param>
public sealed record Sheet<T>(string Name, IReadOnlyList<Column<T>> Columns, IEnumerable<T> Rows);
