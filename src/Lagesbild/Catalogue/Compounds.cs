using System.Collections.Frozen;

namespace Lagesbild.Catalogue;

/// <summary>Takes Swedish compounds apart: höftledsbyte is höft, led and byte.</summary>
internal sealed class Compounds
{
    private const int ShortestPart = 3;
    private const int Longest = 60;

    // What may stand last in any compound, besides a word of its own.
    private static readonly string[] Tails =
    [
        .. SearchVocabulary.Words.Where(word =>
            word.Length >= 4
            && (SearchVocabulary.IsFiller(word) || SearchVocabulary.IsCircumstance(SearchWord.Of(word)))
        ),
    ];

    private readonly FrozenSet<string> _stems;
    private readonly FrozenSet<string> _foldedStems;

    /// <param name="words">Words that may be parts.</param>
    public Compounds(IEnumerable<string> words)
    {
        // Of magsäcksoperation one learns magsäck.
        var all = words
            .Concat(SearchVocabulary.Words)
            .SelectMany(word => HeadOf(word) is { } head ? [word, head] : new[] { word })
            .Where(word => word.Length >= ShortestPart)
            .Select(SearchWord.Of)
            .ToList();
        _stems = all.Select(word => word.Stem).ToFrozenSet();
        _foldedStems = all.Select(word => word.FoldedStem).ToFrozenSet();
    }

    /// <summary>
    /// Its parts as they are written, two or more, each a known word; null where it is no compound of such. Where there are
    /// several ways (njur-sten, njurs-ten), the one with fewest parts, then the one whose shortest part is longest.
    /// </summary>
    public List<string>? TakeApart(SearchWord word)
    {
        if (word.Written.Length > Longest)
        {
            return null;
        }

        var known = word.HasDots ? _stems : _foldedStems;
        // The best way to take apart what begins at each letter, from the end.
        var best = new (int Parts, int Shortest, int Length, string? Part)?[word.Written.Length + 1];
        best[^1] = (0, int.MaxValue, 0, null);
        for (var start = word.Written.Length - 2; start >= 0; start--)
        {
            for (var end = start + 2; end <= word.Written.Length; end++)
            {
                var text = word.Written[start..end];
                if (text.Length < word.Written.Length && best[end] is { } rest && PartOf(text) is { } part)
                {
                    var way = (rest.Parts + 1, Math.Min(rest.Shortest, part.Length), text.Length, part);
                    if (
                        best[start] is not { } other
                        || (way.Item1, -way.Item2).CompareTo((other.Parts, -other.Shortest)) < 0
                    )
                    {
                        best[start] = way;
                    }
                }
            }
        }

        if (best[0] is null)
        {
            return null;
        }

        var parts = new List<string>();
        for (var at = 0; best[at] is { Part: { } part, Length: var length }; at += length)
        {
            parts.Add(part);
        }

        return parts;

        string? PartOf(string text) =>
            text.Length >= ShortestPart ? Known(text)
            : SearchVocabulary.IsFiller(text) ? text
            : null;

        // höftled-s-byte: an s may link, and is then no part of the word.
        string? Known(string part) =>
            known.Contains(SearchText.Stem(part)) ? part
            : part.Length > ShortestPart && part[^1] == 's' && known.Contains(SearchText.Stem(part[..^1])) ? part[..^1]
            : null;
    }

    /// <summary>What stands before a last part that says nothing (korsbandsoperation, korsband); null where none does.</summary>
    public static string? HeadOf(string word)
    {
        var tail = Tails
            .Where(tail => word.Length >= tail.Length + ShortestPart && word.EndsWith(tail, StringComparison.Ordinal))
            .MaxBy(tail => tail.Length);
        if (tail is null)
        {
            return null;
        }

        var head = word[..^tail.Length];
        return head.Length > ShortestPart && head[^1] == 's' ? head[..^1] : head;
    }
}
