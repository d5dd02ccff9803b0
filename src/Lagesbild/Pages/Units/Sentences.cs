using Lagesbild.Statistics;

namespace Lagesbild.Pages.Units;

/// <summary>Figures as whole sentences, to be read aloud to somebody.</summary>
public static class Sentences
{
    /// <summary>Why two rows may be alike though their own intervals lie apart. (docs/metod.md §8)</summary>
    public const string WhyStricter =
        "Kravet är strängare (99,8 %) än för osäkerheten (95 %), eftersom många rader jämförs på en gång. Därför kan det stå ”liknande” fast två osäkerheter inte går omlott.";

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
