using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>Order of a table's rows; the names are those of the API, a leading minus turned into Descending.</summary>
public enum SortKey
{
    Median,
    Name,
    Region,
    Count,
    Within90Days,
    Asa34,
    P90,
    Distance,
}

/// <summary>What a table is asked for. Empty lists and nulls restrict nothing.</summary>
/// <param name="Period">A window, not a month.</param>
/// <param name="Group">Place in the source's groups; 0 is everybody.</param>
public sealed record TableQuery(Period Period, int Group = 0, Level Level = Level.Unit)
{
    public IReadOnlyCollection<string> Regions { get; init; } = [];
    public IReadOnlyCollection<string> Units { get; init; } = [];
    public Operator? Operator { get; init; }

    /// <summary>Distances are from its town; only for <see cref="Level.Unit"/>.</summary>
    public Municipality? Near { get; init; }
    public double? MaxDistanceKm { get; init; }

    /// <summary>The patient's home, a unit or a region: every other row is compared with it.</summary>
    public Place? Home { get; init; }

    /// <summary>Drops rows with fewer, and rows without a count.</summary>
    public long? MinCount { get; init; }

    /// <summary>Drops rows with fewer operations on ASA 3–4, and rows without that count.</summary>
    public long? MinAsa34Count { get; init; }
    public SortKey Sort { get; init; } = SortKey.Median;
    public bool Descending { get; init; }

    /// <summary>True where something keeps rows out.</summary>
    public bool IsNarrowed =>
        Regions.Count > 0
        || Units.Count > 0
        || Operator is not null
        || MaxDistanceKm is not null
        || MinCount is not null
        || MinAsa34Count is not null;
}

/// <summary>One row of a table.</summary>
/// <param name="Asa">Null where the source delivers no ASA classes or the pair has none.</param>
/// <param name="DistanceKm">Great circle, one decimal; null where not asked for.</param>
/// <param name="Home">Against the patient's home; null where none was given and where the two cannot be compared.</param>
public sealed record Row(Place Place, Figure Figure, AsaShare? Asa, double? DistanceKm, HomeDifference? Home = null);

/// <summary>A median against the one at the patient's home. (docs/metod.md §8)</summary>
/// <param name="Days">The row's median minus the home's, two decimals.</param>
public readonly record struct HomeDifference(ComparedWith Word, double Days);

/// <summary>18 months of one place, oldest first.</summary>
public sealed record TrendRow(Place Place, IReadOnlyList<Figure> Months);
