using System.Collections.Frozen;

namespace Lagesbild.Catalogue;

/// <summary>Takes Swedish compounds apart: höftledsbyte is höft, led and byte.</summary>
internal sealed class Compounds
{
    private const int ShortestPart = 3;
    private const int Longest = 60;

    private readonly FrozenSet<string> _stems;
    private readonly FrozenSet<string> _foldedStems;

    /// <param name="words">Words that may be parts.</param>
    public Compounds(IEnumerable<string> words)
    {
        // Of magsäcksoperation one learns magsäck.
        var all = words
            .Concat(SearchVocabulary.Parts)
            .SelectMany(word => HeadOf(word) is { } head ? [word, head] : new[] { word })
            .Where(word => word.Length >= ShortestPart)
            .Select(SearchWord.Of)
            .ToList();
        _stems = all.Select(word => word.Stem).ToFrozenSet();
        _foldedStems = all.Where(word => word.MayMissDots).Select(word => word.FoldedStem).ToFrozenSet();
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
        var best = new Way?[word.Written.Length + 1];
        best[^1] = new Way(0, int.MaxValue, "", 0);
        for (var start = word.Written.Length - 1; start >= 0; start--)
        {
            for (var end = start + 1; end <= word.Written.Length; end++)
            {
                if (
                    end - start < word.Written.Length
                    && best[end] is { } rest
                    && PartOf(word.Written[start..end], end == word.Written.Length) is { } part
                    && new Way(rest.Parts + 1, Math.Min(rest.Shortest, part.Length), part, end) is var way
                    && (best[start] is not { } other || way.IsBetterThan(other))
                )
                {
                    best[start] = way;
                }
            }
        }

        if (best[0] is null)
        {
            return null;
        }

        var parts = new List<string>();
        for (var at = 0; at < word.Written.Length && best[at] is { } way; at = way.End)
        {
            parts.Add(way.Part);
        }

        return parts;

        string? PartOf(string text, bool isLast) =>
            text.Length >= ShortestPart ? Known(text)
            : SearchVocabulary.IsShortPart(text) ? text
            : isLast && SearchVocabulary.Tails.Contains(text) ? text
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
        var tail = SearchVocabulary
            .Tails.Where(tail =>
                word.Length >= tail.Length + ShortestPart && word.EndsWith(tail, StringComparison.Ordinal)
            )
            .MaxBy(tail => tail.Length);
        if (tail is null)
        {
            return null;
        }

        var head = word[..^tail.Length];
        return head.Length > ShortestPart && head[^1] == 's' ? head[..^1] : head;
    }

    /// <summary>A way to take apart the end of a word.</summary>
    /// <param name="Part">The first of its parts, which ends before letter <paramref name="End"/>.</param>
    private readonly record struct Way(int Parts, int Shortest, string Part, int End)
    {
        public bool IsBetterThan(Way other) =>
            Parts < other.Parts || (Parts == other.Parts && Shortest > other.Shortest);
    }
}
