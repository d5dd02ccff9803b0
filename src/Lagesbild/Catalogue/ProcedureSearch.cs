using System.Collections.Frozen;

namespace Lagesbild.Catalogue;

/// <summary>Why a procedure was found, best first.</summary>
public enum MatchKind
{
    /// <summary>Its code, at three or five positions.</summary>
    Code,

    /// <summary>The beginning of its code.</summary>
    CodePrefix,

    /// <summary>Exactly one of its names.</summary>
    Name,

    /// <summary>Words of its names.</summary>
    Words,

    /// <summary>Beginnings or parts of words in its names.</summary>
    Part,

    /// <summary>Words of its names, allowing for typing errors.</summary>
    Spelling,
}

/// <summary>A procedure that answers a search.</summary>
/// <param name="MatchedOn">Code, name, synonym or title that the words were found in, as the catalogue writes it.</param>
public sealed record ProcedureHit(Procedure Procedure, MatchKind Kind, string MatchedOn)
{
    /// <summary>The search was for this very procedure: go straight to it.</summary>
    public bool IsExactCode => Kind == MatchKind.Code;
}

/// <summary>
/// Finds procedures by code or in words. Codes match exactly or by their beginning, never by likeness: JEA (appendix) is
/// not JDF. Every word must be found; where nothing is close, nothing is the answer. Thread-safe.
/// </summary>
public sealed class ProcedureSearch
{
    // Ranks, lower is better; procedures of one rank stand in order of volume.
    private const int WholeName = 0;
    private const int WholeTitle = 5;
    private const int WholeSpecialty = 8;
    private const int WordsOfName = 10;
    private const int WordsOfTitle = 15;
    private const int BeginningsInName = 20;
    private const int WordsOfSeveral = 25;
    private const int PartsOfName = 30;
    private const int FullCodeTitle = 40;
    private const int Specialty = 45;
    private const int OneError = 60;
    private const int TwoErrors = 70;
    private const int NoMatch = int.MaxValue;

    private readonly ProcedureCatalogue _catalogue;
    private readonly List<SearchWord> _words = [];
    private readonly List<Phrase> _phrases = [];
    private readonly FrozenSet<string> _stems;
    private readonly List<(UncoveredCare Care, SearchWord[] Words)> _uncovered = [];

    public ProcedureSearch(ProcedureCatalogue catalogue)
    {
        _catalogue = catalogue;
        var places = new Dictionary<string, int>();
        for (var i = 0; i < catalogue.Procedures.Count; i++)
        {
            var procedure = catalogue.Procedures[i];
            Index(procedure.PlainName, Field.Name);
            foreach (var synonym in procedure.Synonyms)
            {
                Index(synonym, Field.Name);
            }

            Index(procedure.Title, Field.Title);
            foreach (var five in procedure.FivePositionCodes)
            {
                Index(five.Title, Field.FullCode);
            }

            foreach (var specialty in procedure.Specialty.Split('/'))
            {
                Index(specialty, Field.Specialty);
            }

            void Index(string text, Field field)
            {
                var words = SearchText.Words(text).Where(word => !SearchText.IsFiller(word)).ToArray();
                if (words.Length > 0)
                {
                    _phrases.Add(new Phrase(i, field, text, [.. words.Select(Place).Distinct()]));
                }
            }
        }

        foreach (var care in catalogue.Uncovered)
        {
            foreach (var name in care.Synonyms.Prepend(care.Name))
            {
                _uncovered.Add((care, [.. SearchText.Words(name).Select(SearchWord.Of)]));
            }
        }

        _stems = _words.Select(word => word.FoldedStem).ToFrozenSet();

        int Place(string word)
        {
            if (!places.TryGetValue(word, out var place))
            {
                places.Add(word, place = _words.Count);
                _words.Add(SearchWord.Of(word));
            }

            return place;
        }
    }

    private enum Field
    {
        Name,
        Title,
        FullCode,
        Specialty,
    }

    // How a word of the query and a word of the catalogue agree, best first.
    private enum Likeness : byte
    {
        Same,
        Beginning,
        Part,
        OneError,
        TwoErrors,
        None,
    }

    /// <summary>Procedures that answer the query, best first; at most <paramref name="limit"/>.</summary>
    /// <param name="volumeOf">Operations of a code, to put the most performed first among equals; null: core first.</param>
    public IReadOnlyList<ProcedureHit> Find(string query, int limit, Func<string, long>? volumeOf = null)
    {
        if (limit <= 0)
        {
            return [];
        }

        var code = CodeQuery.Parse(query);
        var hits = new List<(int Rank, ProcedureHit Hit)>();
        if (code is { } asked)
        {
            hits.AddRange(FindCode(asked));
            if (asked.IsCertain && (hits.Count > 0 || !IsKnownWord(asked.Letters + asked.Digits)))
            {
                return InOrder(hits, limit, volumeOf);
            }
        }

        var words = SearchText.Words(query).Where(word => !SearchText.IsFiller(word)).Distinct().ToList();
        if (words.Count == 0)
        {
            words = [.. SearchText.Words(query).Distinct()];
        }

        if (words.Count is > 0 and <= 12 && !IsUncoveredWhole(words))
        {
            var found = FindWords(words, code is null);
            hits.AddRange(found.Where(f => hits.All(h => h.Hit.Procedure != f.Hit.Procedure)));
        }

        return InOrder(hits, limit, volumeOf);
    }

    /// <summary>
    /// Care that no source covers, when the query is for that; null otherwise. Ask when <see cref="Find"/> is empty.
    /// </summary>
    public UncoveredCare? FindUncovered(string query)
    {
        if (
            CodeQuery.Parse(query) is { } code
            && _catalogue.Uncovered.FirstOrDefault(c => c.Codes.Contains(code.Letters)) is { } coded
        )
        {
            return coded;
        }

        var written = SearchText.Words(query).Select(SearchWord.Of).ToList();
        var found = _uncovered
            .Where(u => u.Words.All(word => written.Any(w => IsSame(w, word))))
            .OrderByDescending(u => u.Words.Length)
            .Select(u => u.Care)
            .FirstOrDefault();

        // A word of the catalogue is neither the beginning of something uncovered nor a slip for it.
        written.RemoveAll(w => _words.Any(known => IsSame(w, known)));
        return found
            ?? _uncovered.FirstOrDefault(u => u.Words is [var word] && written.Any(w => Begins(w, word))).Care
            ?? _uncovered.FirstOrDefault(u => u.Words is [var word] && written.Any(w => IsSlip(w, word))).Care;

        static bool Begins(SearchWord begun, SearchWord word) =>
            begun.Folded.Length >= 5 && word.Folded.StartsWith(begun.Folded, StringComparison.Ordinal);

        static bool IsSlip(SearchWord written, SearchWord word) =>
            SearchText.Slip(written.Folded, word.Folded) is { } errors && (errors == 1 || word.Folded.Length >= 10);
    }

    private IEnumerable<(int, ProcedureHit)> FindCode(CodeQuery asked)
    {
        if (asked.Letters.Length == 3)
        {
            if (_catalogue.FindProcedure(asked.Letters) is { } procedure)
            {
                var full = procedure.FivePositionCodes.FirstOrDefault(five =>
                    asked.Digits.Length > 0 && five.Code.AsSpan(3).StartsWith(asked.Digits, StringComparison.Ordinal)
                );
                var matchedOn = full is null ? procedure.Code : $"{full.Code} {full.Title}";
                yield return (-1, new ProcedureHit(procedure, MatchKind.Code, matchedOn));
            }

            yield break;
        }

        foreach (var procedure in _catalogue.Procedures)
        {
            if (procedure.Code.StartsWith(asked.Letters, StringComparison.Ordinal))
            {
                var rank = asked.IsCertain ? -1 : BeginningsInName;
                yield return (rank, new ProcedureHit(procedure, MatchKind.CodePrefix, procedure.Code));
            }
        }
    }

    private List<(int Rank, ProcedureHit Hit)> FindWords(List<string> words, bool mayGuess)
    {
        var core = words.Where(word => !SearchText.IsCircumstance(word)).ToList();
        if (core.Count == 0)
        {
            core = words;
        }

        var found = Match(words, guess: false);
        if (found.Count == 0 && core.Count < words.Count)
        {
            found = Match(core, guess: false);
        }

        if (found.Count > 0 || !mayGuess)
        {
            return found;
        }

        var taken = core.SelectMany(word => TakeApart(word) ?? [word]).Distinct().ToList();
        if (!taken.SequenceEqual(core))
        {
            found = Match(taken, guess: false);
        }

        return found.Count > 0 ? found : Match(core, guess: true);
    }

    private List<(int Rank, ProcedureHit Hit)> Match(List<string> query, bool guess)
    {
        var likeness = new Likeness[query.Count][];
        for (var i = 0; i < query.Count; i++)
        {
            likeness[i] = LikenessToAll(SearchWord.Of(query[i]), guess);
            if (Array.TrueForAll(likeness[i], l => l == Likeness.None))
            {
                return [];
            }
        }

        var best = new Dictionary<int, (int Rank, Phrase Phrase)>();
        var across = new Dictionary<int, Likeness[]>();
        foreach (var phrase in _phrases)
        {
            var worst = Likeness.Same;
            var anyWord = across.TryGetValue(phrase.Procedure, out var seen);
            seen ??= [.. Enumerable.Repeat(Likeness.None, query.Count)];
            for (var i = 0; i < query.Count; i++)
            {
                var closest = Likeness.None;
                foreach (var word in phrase.Words)
                {
                    closest = (Likeness)Math.Min((byte)closest, (byte)likeness[i][word]);
                }

                worst = (Likeness)Math.Max((byte)worst, (byte)closest);
                if (phrase.Field is Field.Name or Field.Title && closest < seen[i])
                {
                    seen[i] = closest;
                }
            }

            if (!anyWord)
            {
                across.Add(phrase.Procedure, seen);
            }

            var rank = RankOf(phrase, worst, query.Count);
            if (rank < NoMatch && (!best.TryGetValue(phrase.Procedure, out var known) || rank < known.Rank))
            {
                best[phrase.Procedure] = (rank, phrase);
            }
        }

        foreach (var (procedure, seen) in across)
        {
            var worst = seen.Max();
            var rank =
                worst == Likeness.None ? NoMatch
                : worst == Likeness.Same ? WordsOfSeveral
                : worst <= Likeness.Part ? PartsOfName + 5
                : TwoErrors + 5;
            if (rank < NoMatch && (!best.TryGetValue(procedure, out var known) || rank < known.Rank))
            {
                best[procedure] = (rank, _phrases.First(p => p.Procedure == procedure));
            }
        }

        return [.. best.Select(b => (b.Value.Rank, HitOf(b.Value.Rank, b.Value.Phrase)))];
    }

    private static int RankOf(Phrase phrase, Likeness worst, int queryWords)
    {
        var isWhole = phrase.Words.Length == queryWords;
        return (worst, phrase.Field) switch
        {
            (Likeness.None, _) => NoMatch,
            (Likeness.OneError, Field.Name or Field.Title) => OneError + (isWhole ? 0 : 1),
            (Likeness.TwoErrors, Field.Name or Field.Title) => TwoErrors + (isWhole ? 0 : 1),
            (Likeness.OneError or Likeness.TwoErrors, _) => NoMatch,
            (Likeness.Same, Field.Specialty) when isWhole => WholeSpecialty,
            (_, Field.Specialty) => worst == Likeness.Part ? NoMatch : Specialty,
            (_, Field.FullCode) => worst == Likeness.Part ? FullCodeTitle + 3 : FullCodeTitle,
            (Likeness.Same, Field.Name) => isWhole ? WholeName : WordsOfName,
            (Likeness.Same, _) => isWhole ? WholeTitle : WordsOfTitle,
            (Likeness.Beginning, Field.Name) => BeginningsInName,
            (Likeness.Beginning, _) => BeginningsInName + 3,
            (_, Field.Name) => PartsOfName,
            _ => PartsOfName + 3,
        };
    }

    private ProcedureHit HitOf(int rank, Phrase phrase) =>
        new(
            _catalogue.Procedures[phrase.Procedure],
            rank switch
            {
                WholeName or WholeTitle => MatchKind.Name,
                WordsOfName or WordsOfTitle or WordsOfSeveral => MatchKind.Words,
                >= OneError => MatchKind.Spelling,
                _ => MatchKind.Part,
            },
            phrase.Text
        );

    private Likeness[] LikenessToAll(SearchWord query, bool guess)
    {
        var result = new Likeness[_words.Count];
        var closestUncovered = guess ? ClosestUncovered(query) : int.MaxValue;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = LikenessOf(query, _words[i], guess, closestUncovered);
        }

        return result;
    }

    private static Likeness LikenessOf(SearchWord query, SearchWord word, bool guess, int closestUncovered)
    {
        if (IsSame(query, word))
        {
            return Likeness.Same;
        }

        var (written, target) = query.HasDots ? (query.Written, word.Written) : (query.Folded, word.Folded);
        var stem = query.HasDots ? query.Stem : query.FoldedStem;
        if (
            target.StartsWith(written, StringComparison.Ordinal)
            || (stem.Length >= 4 && target.StartsWith(stem, StringComparison.Ordinal))
        )
        {
            return Likeness.Beginning;
        }

        if (stem.Length >= 4 && target.Contains(stem, StringComparison.Ordinal))
        {
            return Likeness.Part;
        }

        // Three letters are too few to look for anywhere, but a compound may end in them (knä, öga, fot).
        if (
            written.Length == 3
            && target.Length >= 6
            && target.EndsWith(written, StringComparison.Ordinal)
            && query.HasDots
        )
        {
            return Likeness.Part;
        }

        if (!guess)
        {
            return Likeness.None;
        }

        var slip =
            query.Folded == word.Folded || query.FoldedStem == word.FoldedStem
                ? 1
                : Math.Min(
                    SearchText.Slip(query.Folded, word.Folded) ?? int.MaxValue,
                    SearchText.Slip(query.FoldedStem, word.FoldedStem) ?? int.MaxValue
                );
        return slip == int.MaxValue || slip >= closestUncovered ? Likeness.None
            : slip <= 1 ? Likeness.OneError
            : Likeness.TwoErrors;
    }

    private static bool IsSame(SearchWord query, SearchWord word) =>
        query.HasDots
            ? query.Written == word.Written || query.Stem == word.Stem
            : query.Folded == word.Folded || query.FoldedStem == word.FoldedStem;

    // gastroskopi is two letters from artroskopi, and is neither covered nor misspelt.
    private int ClosestUncovered(SearchWord query) =>
        _uncovered
            .SelectMany(u => u.Words)
            .Min(word => IsSame(query, word) ? 0 : SearchText.Slip(query.Folded, word.Folded))
        ?? int.MaxValue;

    private bool IsUncoveredWhole(List<string> words) =>
        _uncovered.Any(u =>
            u.Words.Length == words.Count && u.Words.All(word => words.Any(w => IsSame(SearchWord.Of(w), word)))
        );

    private bool IsKnownWord(string letters)
    {
        var word = SearchWord.Of(letters.ToLowerInvariant());
        return _words.Any(w => w.Folded == word.Folded);
    }

    // höftledsbyte = höft + led + byte: only where every part is a word of the catalogue or says nothing.
    private List<string>? TakeApart(string word)
    {
        var parts = new List<string>();
        return Take(word) ? parts : null;

        bool Take(string rest)
        {
            for (var length = rest.Length; length >= 3; length--)
            {
                var part = rest[..length];
                var isEmpty = SearchText.IsFiller(part) || SearchText.IsCircumstance(part);
                var linked = part.Length >= 4 && part[^1] is 's' ? part[..^1] : part;
                if (!isEmpty && length == word.Length)
                {
                    continue;
                }

                if (!isEmpty && !IsPart(part) && !IsPart(linked))
                {
                    continue;
                }

                if (!isEmpty)
                {
                    parts.Add(IsPart(part) ? part : linked);
                }

                if (length == rest.Length ? parts.Count > 0 : Take(rest[length..]))
                {
                    return true;
                }

                if (!isEmpty)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }

            return false;
        }

        bool IsPart(string part) => _stems.Contains(SearchText.Fold(SearchText.Stem(part)));
    }

    private static List<ProcedureHit> InOrder(
        List<(int Rank, ProcedureHit Hit)> hits,
        int limit,
        Func<string, long>? volumeOf
    ) =>
        [
            .. hits.OrderBy(h => h.Rank)
                .ThenByDescending(h => volumeOf?.Invoke(h.Hit.Procedure.Code) ?? 0)
                .ThenByDescending(h => h.Hit.Procedure.IsCore)
                .ThenBy(h => h.Hit.Procedure.Code, StringComparer.Ordinal)
                .Take(limit)
                .Select(h => h.Hit),
        ];

    private sealed record Phrase(int Procedure, Field Field, string Text, int[] Words);

    /// <summary>A query that is, or begins with, something in the form of a code.</summary>
    /// <param name="Letters">One to three, upper case.</param>
    /// <param name="Digits">None, or what has been typed of two.</param>
    /// <param name="IsCertain">Digits or capitals say that a code is meant; "kat" may be the beginning of a word.</param>
    private readonly record struct CodeQuery(string Letters, string Digits, bool IsCertain)
    {
        public static CodeQuery? Parse(string query)
        {
            var text = query.AsSpan().Trim();
            var letters = 0;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
            {
                letters++;
            }

            if (letters is 0 or > 3)
            {
                return null;
            }

            var at = letters;
            if (at + 1 < text.Length && letters == 3 && text[at] is ' ' or '-' && char.IsAsciiDigit(text[at + 1]))
            {
                at++;
            }

            var digits = at;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            var isEnd = digits == text.Length;
            if ((!isEnd && char.IsLetterOrDigit(text[digits])) || digits - at > 2 || (digits > at && letters < 3))
            {
                return null;
            }

            var written = text[..letters].ToString();
            var code = written.ToUpperInvariant();
            if (digits > at)
            {
                return new CodeQuery(code, text[at..digits].ToString(), IsCertain: true);
            }

            // "NGB knäprotes" is a code with its title; "kat op" and "tå" are words.
            return isEnd || (letters == 3 && written == code) ? new CodeQuery(code, "", written == code) : null;
        }
    }
}
