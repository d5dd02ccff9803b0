using Lagesbild.Catalogue;
using Lagesbild.Picture;

namespace Lagesbild.Formats;

/// <summary>Why a table does not have every row, and what its rows are set beside: what whoever has only the file cannot see in it.</summary>
internal static class Narrowing
{
    public static IEnumerable<AboutLine> Of(TableQuery asked, Picture.Picture picture)
    {
        if (!asked.IsNarrowed)
            yield return new("Avgränsning", "Ingen.");
        if (asked.Regions.Count > 0)
            yield return new(
                asked.Level == Level.HealthcareRegion ? "Bara sjukvårdsregioner med" : "Bara regioner",
                Listed(asked.Regions, code => picture.Catalogue.FindRegion(code)?.Name)
            );
        if (asked.Units.Count > 0)
            yield return new("Bara enheter", Listed(asked.Units, hsaId => picture.FindUnit(hsaId)?.Name));
        if (asked.Operator is { } runBy)
            yield return new("Bara driftsform", runBy.Word().Swedish);
        if (asked.MinCount is { } least)
            yield return new("Minst antal operationer", $"{Number(least)}. Rader utan antal är inte med.");
        if (asked.MinAsa34Count is { } leastAsa)
            yield return new("Minst antal i ASA 3–4", $"{Number(leastAsa)}. Rader utan sådant antal är inte med.");
        if (asked.Near is { } near)
            yield return new(
                "Avstånd",
                $"Fågelvägen från tätorten i {near.Name} (kommun {near.Code})"
                    + (asked.MaxDistanceKm is { } most ? $", högst {Number(most)} km." : ".")
            );
        if (asked.Home is { } home)
            yield return new(
                "Hemma",
                $"{home.Name} ({home.Key}). Raderna är jämförda med den; dess egen rad har ordet hemma i kolumnen Jämfört med hemma."
            );
    }

    private static string Listed(IEnumerable<string> codes, Func<string, string?> nameOf) =>
        string.Join(", ", codes.Select(code => nameOf(code) is { } name ? $"{name} ({code})" : code));

    private static string Number(IFormattable number) => number.ToString(null, ProcedureCatalogue.Swedish);
}
