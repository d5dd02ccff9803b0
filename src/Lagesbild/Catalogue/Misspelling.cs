using System.Text;

namespace Lagesbild.Catalogue;

/// <summary>When one word may be taken for a slip of another.</summary>
internal static class Misspelling
{
    /// <summary>Typing errors that are forgiven in a word of any length.</summary>
    public const int Most = 2;

    private const int Longest = 60;
    private const int Short = 5;
    private const int Long = 8;
    private const int LongPart = 8;
    private const int ShortestPart = 3;

    /// <summary>
    /// Typing errors (a letter wrong, missing, too many, or two swapped) between what was written and what may have been
    /// meant; null where there are too many to take it for a slip. The fewer letters, the less is forgiven: tand is not hand.
    /// </summary>
    /// <param name="isAlone">There is no other word to tell what is meant.</param>
    public static int? Slip(string written, string meant, bool isAlone)
    {
        var allowed = Math.Min(Allowed(written.Length), Allowed(meant.Length));
        var sameBeginning = written.Length > 0 && meant.Length > 0 && written[0] == meant[0];
        if (
            allowed == 0
            || Math.Abs(written.Length - meant.Length) > allowed
            || (!sameBeginning && !MayDifferInFirstLetter(written))
        )
        {
            return null;
        }

        var most = sameBeginning ? allowed : 1;
        var errors = Errors(written, meant, most);
        if (errors > most)
        {
            return null;
        }

        if (!IsSlipOfOnePart(written, meant, errors))
        {
            return null;
        }

        // In a short word a letter dropped, doubled or swapped is a slip; another letter is another word (skola, skela), and
        // in a very short one a letter less is, too (tång, trång).
        return
            isAlone
            && (
                written.Length < Short
                || (written.Length == Short && meant.Length == Short && !HasSameLetters(written, meant))
            )
            ? null
            : errors;
    }

    /// <summary>One seldom mistypes the first letter: only in a long word is it forgiven.</summary>
    public static bool MayDifferInFirstLetter(string written) => written.Length >= Long;

    /// <summary>
    /// How a word sounds, roughly: words that are spelt differently and said alike (brock, bråck; carpal, karpal; achilles,
    /// akilles; hemorojd, hemorroid) have the same. Null for a word too short to tell by.
    /// </summary>
    public static string? Sound(string word)
    {
        var sound = new StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var next = i + 1 < word.Length ? word[i + 1] : '\0';
            var letter = word[i] switch
            {
                'c' when next is 'h' or 'k' => '\0',
                'c' when next is 'e' or 'i' or 'y' => 's',
                'c' or 'q' => 'k',
                'h' when i > 0 && word[i - 1] == 'c' => 'k',
                'h' when i > 0 && word[i - 1] is 't' or 'r' or 'p' => '\0',
                'p' when next == 'h' => 'f',
                'z' => 's',
                'w' => 'v',
                'å' => 'o',
                'ä' or 'é' or 'è' => 'e',
                'j' or 'y' when i > 0 => 'i',
                var c => c,
            };
            if (letter != '\0' && (sound.Length == 0 || sound[^1] != letter))
            {
                sound.Append(letter);
            }
        }

        return sound.Length >= 4 ? sound.ToString() : null;
    }

    private static int Allowed(int length) =>
        length switch
        {
            <= 3 => 0,
            < Long => 1,
            _ => Most,
        };

    // Words that end in the same long part differ in what stands before it, and that is short: hårtransplantation is not
    // hjärttransplantation.
    private static bool IsSlipOfOnePart(string written, string meant, int errors)
    {
        var same = 0;
        while (same < written.Length && same < meant.Length && written[^(same + 1)] == meant[^(same + 1)])
        {
            same++;
        }

        var shortest = Math.Min(written.Length, meant.Length) - same;
        return same < LongPart || shortest < ShortestPart || errors <= Allowed(shortest);
    }

    // Damerau and Levenshtein's distance (optimal string alignment); most + 1 where it is more.
    private static int Errors(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        if (b.Length > Longest)
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

    private static bool HasSameLetters(string a, string b) => a.Order().SequenceEqual(b.Order());
}
