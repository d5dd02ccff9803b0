using Lagesbild.Statistics;

namespace Lagesbild.Pages.Units;

/// <summary>Figures as whole sentences, to be read aloud to somebody.</summary>
public static class Sentences
{
    /// <summary>How many of those operated on were severely ill besides, and how that is in the country.</summary>
    public static string Asa(AsaShare? own, AsaShare? country)
    {
        if (own is not { Known: { } known, Reason: not AsaShareReason.Masked } asa)
        {
            return own is null
                ? "Uppgift om ASA-klass saknas för enheten."
                : "Antalet patienter med ASA 3–4 är för få för att visas.";
        }

        var sentence =
            $"{Swedish.Heading(Swedish.AsaCount(asa))} opererade med känd ASA-klass det senaste året hade ASA 3–4";
        sentence +=
            asa is { Share: not null, Interval: { } interval }
                ? $": {Swedish.AsaShareText(asa)} (slumpen kan dölja {Swedish.Share(interval.Lower)} till {Swedish.Share(interval.Upper)})."
            : asa.AtMost is not null ? $": {Swedish.AsaShareText(asa)}."
            : $". Med {Swedish.Number(known)} operationer går det inte att räkna en andel.";
        return country is { } whole && Swedish.AsaShareText(whole) is { } share
            ? $"{sentence} I hela landet är andelen {share}."
            : sentence;
    }
}
