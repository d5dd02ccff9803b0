namespace Lagesbild.Catalogue;

/// <summary>Finds what people ask for and no source covers, by the same reading of words as the search for procedures.</summary>
internal sealed class UncoveredSearch
{
    private readonly ProcedureCatalogue _catalogue;
    private readonly WordIndex _covered;
    private readonly List<(UncoveredCare Care, SearchWord[] Words)> _names = [];

    // That are a name by themselves, and in no name of a procedure.
    private readonly SearchWord[] _uncoveredWords;

    public UncoveredSearch(ProcedureCatalogue catalogue, WordIndex covered)
    {
        _catalogue = catalogue;
        _covered = covered;
        foreach (var care in catalogue.Uncovered)
        {
            foreach (var name in care.Synonyms.Prepend(care.Name))
            {
                _names.Add((care, [.. Meaningful(name)]));
            }
        }

        _uncoveredWords =
        [
            .. _names
                .Where(name => name.Words.Length == 1)
                .Select(name => name.Words[0])
                .Where(word => !covered.Has(word))
                .Distinct(),
        ];
    }

    /// <summary>The care that the query is for; null where it is for none of them.</summary>
    public UncoveredCare? Find(string query)
    {
        if (
            CodeQuery.Parse(query) is { } code
            && _catalogue.Uncovered.FirstOrDefault(care => care.Codes.Contains(code.Letters)) is { } coded
        )
        {
            return coded;
        }

        var written = Meaningful(query);
        var named = _names
            .Where(name => name.Words.All(word => written.Exists(w => IsSame(w, word))))
            .OrderByDescending(name => name.Words.Length)
            .Select(name => name.Care)
            .FirstOrDefault();

        // A word of the catalogue, or an ordinary one, is neither the beginning of something uncovered, nor a slip for it, nor
        // a compound of it.
        written.RemoveAll(word => _covered.Has(word) || SearchVocabulary.IsWeak(word));
        var heads = HeadsOf(written);
        return named
            ?? FindOne(Begins)
            ?? FindOne(IsSlip)
            ?? FindOne(EndsIn)
            ?? _names.Find(name => name.Words is [var word] && heads.Exists(head => IsSame(head, word))).Care
            ?? _catalogue.Uncovered.FirstOrDefault(care =>
                SearchText.Words(care.Name) is [var first, ..] && written.Exists(w => IsSame(w, SearchWord.Of(first)))
            );

        UncoveredCare? FindOne(Func<SearchWord, SearchWord, bool> meets) =>
            _names.Find(name => name.Words is [var word] && written.Exists(w => meets(w, word))).Care;
    }

    /// <summary>Whether the words are a name of uncovered care and nothing more.</summary>
    public bool IsWhole(IReadOnlyList<SearchWord> words) =>
        _names.Exists(name =>
            name.Words.Length == words.Count && name.Words.All(word => words.Any(w => IsSame(w, word)))
        );

    /// <summary>
    /// Typing errors between the word and the nearest of uncovered care: gastroskopi is two letters from artroskopi, and is
    /// neither covered nor misspelt.
    /// </summary>
    public int Closest(SearchWord written)
    {
        var closest = int.MaxValue;
        var heads = HeadsOf([written]);
        foreach (var word in _uncoveredWords)
        {
            var errors =
                IsSame(written, word) || heads.Exists(head => IsSame(head, word))
                    ? 0
                    : Misspelling.Slip(written.Folded, word.Folded, isAlone: true) ?? int.MaxValue;
            closest = Math.Min(closest, errors);
        }

        return closest;
    }

    private static List<SearchWord> Meaningful(string text)
    {
        var words = SearchText.Words(text);
        var meaningful = words.Where(word => !SearchVocabulary.IsFiller(word)).ToList();
        return (meaningful.Count > 0 ? meaningful : words).ConvertAll(SearchWord.Of);
    }

    private static bool IsSame(SearchWord written, SearchWord word) =>
        written.HasDots ? written.Stem == word.Stem : written.FoldedStem == word.FoldedStem;

    // hjärnoperation is of hjärnan.
    private static List<SearchWord> HeadsOf(List<SearchWord> words) =>
        [.. words.Select(word => Compounds.HeadOf(word.Written)).OfType<string>().Select(SearchWord.Of)];

    // knäröntgen is röntgen.
    private static bool EndsIn(SearchWord written, SearchWord word) =>
        word.FoldedStem.Length >= 5
        && written.FoldedStem.Length > word.FoldedStem.Length + 2
        && written.FoldedStem.EndsWith(word.FoldedStem, StringComparison.Ordinal);

    private static bool Begins(SearchWord begun, SearchWord word) =>
        begun.Folded.Length >= 5 && word.Folded.StartsWith(begun.Folded, StringComparison.Ordinal);

    private static bool IsSlip(SearchWord written, SearchWord word) =>
        Misspelling.Slip(written.Folded, word.Folded, isAlone: true) is { } errors
        && (errors == 1 || word.Folded.Length >= 10);
}
