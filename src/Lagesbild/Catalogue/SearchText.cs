using System.Buffers;
using System.Text;

namespace Lagesbild.Catalogue;

/// <summary>A word as search compares it: as written, without dots over å, ä, ö, and both without inflection.</summary>
internal readonly record struct SearchWord(string Written, string Folded, string Stem, string FoldedStem)
{
    /// <summary>Somebody with a Swedish keyboard wrote it: then a differing å, ä or ö is an error, not a habit.</summary>
    public bool HasDots => !ReferenceEquals(Written, Folded) && Written != Folded;

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
        // Half a surrogate pair cannot be normalised, and no word has a whole one.
        var plain =
            text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0
                ? text
                : string.Concat(text.Where(c => !char.IsSurrogate(c)));
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
