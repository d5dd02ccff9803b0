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

/// <summary>Words, inflection and spelling of Swedish, as far as a search over a thousand short phrases needs them.</summary>
internal static class SearchText
{
    private static readonly SearchValues<char> Marked = SearchValues.Create("åäöéèüáà");

    // Carry nothing when one looks for an operation.
    private static readonly HashSet<string> Filler =
    [
        .. "operation operationen operationer operera opereras opererad op ingrepp ingreppet av i på för pga med utan och eller till från vid en ett den det de som är min mitt mina om m t ex mm annan annat andra hos inom mig jag har vill behöver ska skall kan skulle få får sin sitt sina".Split(
            ' '
        ),
    ];

    // What people write around the thing itself; tried with them first, then without.
    private static readonly HashSet<string> Circumstance =
    [
        .. "ta bort byta byte bytt ny nytt nya göra laga ont värk smärta smärtor problem besvär sjuk sjukdom trasig dålig dåligt planerad väntetid väntetider kö vänster höger båda kirurgi behandling".Split(
            ' '
        ),
    ];

    private static readonly string[] Endings =
    [
        "erna",
        "arna",
        "orna",
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

    private static readonly Dictionary<string, string> Irregular = new()
    {
        ["fött"] = "fot",
        ["fötter"] = "fot",
        ["händ"] = "hand",
        ["ögon"] = "öga",
        ["öron"] = "öra",
        ["fingr"] = "fing",
        ["tänd"] = "tand",
        ["tårn"] = "tå",
    };

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

    public static bool IsFiller(string word) => Filler.Contains(word);

    public static bool IsCircumstance(string word) => Circumstance.Contains(word);

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
        var stem = word;
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
            if (stem.Length - ending.Length >= 3 && stem.EndsWith(ending, StringComparison.Ordinal))
            {
                stem = stem[..^ending.Length];
                break;
            }
        }

        if (stem.Length >= 4 && stem.EndsWith("el", StringComparison.Ordinal) && !IsVowel(stem[^3]))
        {
            stem = stem[..^2] + "l";
        }

        return Irregular.GetValueOrDefault(stem, stem);
    }

    /// <summary>
    /// How many typing errors (a letter wrong, missing, too many, or two swapped) a word of this length is forgiven.
    /// </summary>
    public static int AllowedErrors(int length) =>
        length switch
        {
            <= 3 => 0,
            <= 7 => 1,
            _ => 2,
        };

    /// <summary>Typing errors between two words; <paramref name="most"/> + 1 when there are more.</summary>
    public static int Errors(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most || b.Length > 60)
        {
            return most + 1;
        }

        Span<int> before = stackalloc int[b.Length + 1];
        Span<int> previous = stackalloc int[b.Length + 1];
        Span<int> current = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                var errors = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    errors = Math.Min(errors, before[j - 2] + 1);
                }

                current[j] = errors;
                least = Math.Min(least, errors);
            }

            if (least > most)
            {
                return most + 1;
            }

            var spare = before;
            before = previous;
            previous = current;
            current = spare;
        }

        return Math.Min(previous[b.Length], most + 1);
    }

    /// <summary>
    /// Whether one may take <paramref name="written"/> for a slip of <paramref name="meant"/>: the fewer letters, the
    /// less is forgiven (tand is not hand, hjärna is not hjärta's neighbour by accident of one letter in front).
    /// </summary>
    public static int? Slip(string written, string meant)
    {
        var allowed = Math.Min(AllowedErrors(written.Length), AllowedErrors(meant.Length));
        var sameBeginning = written[0] == meant[0];
        if (allowed == 0 || Math.Abs(written.Length - meant.Length) > allowed || (!sameBeginning && written.Length < 8))
        {
            return null;
        }

        var errors = Errors(written, meant, sameBeginning ? allowed : 1);
        if (errors > (sameBeginning ? allowed : 1))
        {
            return null;
        }

        // Four letters: a letter dropped, doubled or swapped is a slip; another letter is another word.
        return written.Length <= 4 && written.Length == meant.Length && !Swapped(written, meant) ? null : errors;
    }

    private static bool Swapped(string a, string b) => a.Order().SequenceEqual(b.Order());

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'å' or 'ä' or 'ö';
}
