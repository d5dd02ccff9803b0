using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Picture;

/// <summary>What a row is about.</summary>
public enum Level
{
    Unit,
    Region,
    HealthcareRegion,
    Country,
}

/// <summary>A care unit of the picture, all sources together.</summary>
/// <param name="Sources">Codes of the sources that declare it.</param>
/// <param name="LastMonthWithOperations">
/// The latest month or window in which any source has a visible or masked cell of it: its last complete month, or null
/// where it has none in the 18 months.
/// </param>
public sealed record Unit(
    string HsaId,
    string Name,
    Region Region,
    Municipality Municipality,
    Operator Operator,
    IReadOnlyList<string> Sources,
    Statistics.Month? LastMonthWithOperations
);

/// <summary>A unit, a region, a healthcare region or the country.</summary>
public sealed record Place(Level Level, Unit? Unit, Region? Region, string? HealthcareRegion)
{
    public static Place Country { get; } = new(Level.Country, null, null, null);

    public static Place Of(Unit unit) => new(Level.Unit, unit, null, null);

    public static Place Of(Region region) => new(Level.Region, null, region, null);

    public static Place OfHealthcareRegion(string name) => new(Level.HealthcareRegion, null, null, name);

    /// <summary>The same place, though two sources may tell different things of a unit.</summary>
    public bool IsSameAs(Place other) => Unit is { } unit ? unit.HsaId == other.Unit?.HsaId : this == other;

    /// <summary>What tells it from the others of its level: an HSA-id, a region's code, a healthcare region's name.</summary>
    public string Key => Unit?.HsaId ?? Region?.Code ?? HealthcareRegion ?? "";

    /// <summary>As shown, Swedish.</summary>
    public string Name => Unit?.Name ?? Region?.Name ?? HealthcareRegion ?? "Hela landet";
}
