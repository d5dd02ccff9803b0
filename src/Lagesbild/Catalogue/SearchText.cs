using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lagesbild.Catalogue;

/// <summary>A word as search compares it: as written, without dots over å, ä, ö, and both without inflection.</summary>
internal readonly record struct SearchWord(string Written, string Folded, string Stem, string FoldedStem)
{
    /// <summary>Letters of a word, without its ending, that somebody may have left the dots out of.</summary>
    public const int LongEnoughToMissDots = 4;

    /// <summary>Somebody with a Swedish keyboard wrote it: then a differing å, ä or ö is an error, not a habit.</summary>
    public bool HasDots => !ReferenceEquals(Written, Folded) && Written != Folded;

    /// <summary>
    /// A form of the same word. Where form and dots both differ, the dots were left out only of a word that is long enough,
    /// or that has no ending: kaka is not käke, but kna is knät.
    /// </summary>
    public bool IsFormOf(SearchWord other) =>
        Stem == other.Stem
        || Folded == other.Folded
        || (FoldedStem == other.FoldedStem && (FoldedStem.Length >= LongEnoughToMissDots || Folded == FoldedStem));

    /// <summary>Known again in another form without its dots.</summary>
    public bool MayMissDots => !HasDots || FoldedStem.Length >= LongEnoughToMissDots;

    public static SearchWord Of(string written)
    {
        var stem = SearchText.Stem(written);
        return new SearchWord(written, SearchText.Fold(written), stem, SearchText.Fold(stem));
    }
}

/// <summary>Words and inflection of Swedish, as far as a search over some thousand short phrases needs them.</summary>
internal static class SearchText
{
    private static readonly SearchValues<char> Marked = SearchValues.Create("åäöéèüáà");

    private static readonly string[] Endings =
    [
        "erna",
        "arna",
        "orna",
        "are",
        "ar",
        "er",
        "or",
        "en",
        "et",
        "an",
        "na",
        "a",
        "e",
    ];

    /// <summary>Lower case, letters and digits only; each word apart.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        // Half a surrogate pair and what is no character cannot be normalised, and no word has them or a whole pair.
        var plain = string.Concat(
            text.Where(c =>
                char.GetUnicodeCategory(c) is not (UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned)
            )
        );
        foreach (var c in plain.Normalize(NormalizationForm.FormC))
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(
                    char.ToLowerInvariant(c) switch
                    {
                        'æ' => 'ä',
                        'ø' => 'ö',
                        var lower => lower,
                    }
                );
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>Without dots and accents, as on a foreign keyboard.</summary>
    public static string Fold(string word) =>
        word.AsSpan().IndexOfAny(Marked) < 0
            ? word
            : string.Create(
                word.Length,
                word,
                static (to, from) =>
                {
                    for (var i = 0; i < to.Length; i++)
                    {
                        to[i] = from[i] switch
                        {
                            'å' or 'ä' or 'á' or 'à' => 'a',
                            'ö' => 'o',
                            'é' or 'è' => 'e',
                            'ü' => 'u',
                            var c => c,
                        };
                    }
                }
            );

    /// <summary>
    /// Without genitive, definite form and plural. Not linguistics: what matters is that forms of one word meet
    /// (höfterna, höften; mandel, mandlar) and short different words (sten, stent) do not.
    /// </summary>
    public static string Stem(string word)
    {
        var stem = SearchVocabulary.BaseOf(word);
        if (stem.Length > 4 && stem[^1] == 's' && stem[^2] is not ('s' or 'e'))
        {
            stem = stem[..^1];
        }

        // suddigt, suddig: else of the neuter nothing but t would be gone, and of others nothing.
        if (stem.Length > 5 && stem.EndsWith("igt", StringComparison.Ordinal))
        {
            stem = stem[..^1];
        }

        var isDefinite =
            stem.Length >= 4
            && (
                (stem[^1] is 'n' or 't' && IsVowel(stem[^2]) && (stem[^2] != 'e' || stem.Length >= 5))
                || (stem[^1] == 'n' && stem[^2] is 'l' or 'r' && stem.Length >= 5)
            );
        if (isDefinite)
        {
            stem = stem[..^1];
        }

        foreach (var ending in Endings)
        {
            if (
                stem.Length - ending.Length >= 3
                && stem.EndsWith(ending, StringComparison.Ordinal)
                // knäna is of knä, but hjärna is not of hjär.
                && (ending != "na" || IsVowel(stem[^3]))
            )
            {
                stem = stem[..^ending.Length];
                break;
            }
        }

        return stem.Length >= 4 && stem.EndsWith("el", StringComparison.Ordinal) && !IsVowel(stem[^3])
            ? stem[..^2] + "l"
            : stem;
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'å' or 'ä' or 'ö';
}
