using Lagesbild.Pages.Charts;
using Lagesbild.Picture;

namespace Lagesbild.Pages.Comparison;

/// <summary>The units that an address names with <c>enhet</c>, in its order.</summary>
public static class ChosenUnits
{
    public const string Name = "enhet";

    /// <summary>At most as many as can be told apart; what is left out is said.</summary>
    public static IReadOnlyList<Unit> Read(IQueryCollection query, Picture.Picture picture, Notes notes)
    {
        var asked = query[Name].OfType<string>().Where(value => value.Length > 0).Distinct().ToList();
        var units = asked.Select(picture.FindUnit).OfType<Unit>().ToList();
        if (units.Count < asked.Count)
        {
            notes.Add(
                "En av enheterna finns inte och togs inte med. En enhet anges med sitt HSA-id, som SE2321000180-EX01 (stora bokstäver är inte detsamma som små)."
            );
        }

        if (units.Count > ComparisonChart.Most)
        {
            notes.Add($"Högst {ComparisonChart.Most} enheter kan jämföras. De första är med.");
        }

        return [.. units.Take(ComparisonChart.Most)];
    }

    /// <summary>Their part of an address's query.</summary>
    public static IEnumerable<string> InAddress(IEnumerable<Unit> units) =>
        units.Select(unit => $"{Name}={unit.HsaId}");
}
