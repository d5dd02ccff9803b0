namespace Lagesbild.Catalogue;

/// <summary>Why a procedure was found, best first.</summary>
public enum MatchKind
{
    /// <summary>Its code, at three or five positions.</summary>
    Code,

    /// <summary>The beginning of its code.</summary>
    CodePrefix,

    /// <summary>Exactly one of its names, and no other has it in one of theirs: this is what is meant.</summary>
    Name,

    /// <summary>Words of its names.</summary>
    Words,

    /// <summary>Beginnings or parts of words in its names.</summary>
    Part,

    /// <summary>Words of its names, allowing for typing errors.</summary>
    Spelling,

    /// <summary>The telling words of the query, but not all: nothing has all.</summary>
    SomeWords,
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
/// not JDF. Where nothing is close, nothing is the answer. Thread-safe.
/// </summary>
public sealed class ProcedureSearch
{
    private const int MostWords = 12;

    // A code's rank among those of names (SearchRank).
    private const int CertainCode = -1;

    private readonly ProcedureCatalogue _catalogue;
    private readonly SearchIndex _index;
    private readonly UncoveredSearch _uncovered;

    public ProcedureSearch(ProcedureCatalogue catalogue)
    {
        _catalogue = catalogue;
        _index = new SearchIndex(catalogue);
        _uncovered = new UncoveredSearch(catalogue, _index.Words);
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
        var hits = code is { } asked ? FindCode(asked).ToList() : [];
        if (code is { IsCertain: true } certain && (hits.Count > 0 || !IsWord(certain)))
        {
            return InOrder(hits, limit, volumeOf);
        }

        var words = MeaningfulWords(query);
        if (words.Count is > 0 and <= MostWords && !_uncovered.IsWhole(words))
        {
            var found = new WordQuery(_index, _uncovered, query).Find(words, mayGuess: code is null);
            // Bypass is the whole of one's name, and in another's.
            var isShared = found.Count(SearchRank.IsOfName) > 1;
            hits.AddRange(
                found
                    .Select(match => (match.Rank, Hit: HitOf(match, isShared)))
                    .Where(match => !hits.Exists(hit => hit.Hit.Procedure == match.Hit.Procedure))
            );
        }

        return InOrder(hits, limit, volumeOf);
    }

    /// <summary>
    /// Care that no source covers, when the query is for that; null otherwise. Ask when <see cref="Find"/> is empty.
    /// </summary>
    public UncoveredCare? FindUncovered(string query) => _uncovered.Find(query);

    private IEnumerable<(int Rank, ProcedureHit Hit)> FindCode(CodeQuery asked)
    {
        if (asked.Letters.Length == 3)
        {
            if (_catalogue.FindProcedure(asked.Letters) is { } procedure)
            {
                var full = procedure.FivePositionCodes.FirstOrDefault(five =>
                    asked.Digits.Length > 0 && five.Code.AsSpan(3).StartsWith(asked.Digits, StringComparison.Ordinal)
                );
                var matchedOn = full is null ? procedure.Code : $"{full.Code} {full.Title}";
                yield return (CertainCode, new ProcedureHit(procedure, MatchKind.Code, matchedOn));
            }

            yield break;
        }

        foreach (var procedure in _catalogue.Procedures)
        {
            if (procedure.Code.StartsWith(asked.Letters, StringComparison.Ordinal))
            {
                var rank = asked.IsCertain ? CertainCode : SearchRank.Beginnings;
                yield return (rank, new ProcedureHit(procedure, MatchKind.CodePrefix, procedure.Code));
            }
        }
    }

    // TVT, SLT and CMC1 are written as codes are, and are words.
    private bool IsWord(CodeQuery code) =>
        _index.Words.Has(SearchWord.Of((code.Letters + code.Digits).ToLowerInvariant()));

    private static List<SearchWord> MeaningfulWords(string query)
    {
        var words = SearchText.Words(query).Distinct().ToList();
        var meaningful = words.FindAll(word => !SearchVocabulary.IsFiller(word));
        return (meaningful.Count > 0 ? meaningful : words).ConvertAll(SearchWord.Of);
    }

    private ProcedureHit HitOf(WordMatch match, bool isShared) =>
        new(_catalogue.Procedures[match.Name.Procedure], SearchRank.KindOf(match, isShared), match.Name.Text);

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
}
