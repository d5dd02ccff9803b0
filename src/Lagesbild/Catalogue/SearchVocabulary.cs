using System.Collections.Frozen;

namespace Lagesbild.Catalogue;

/// <summary>
/// What the search knows of ordinary Swedish beyond the catalogue's own names; the words themselves are in
/// <c>words.csv</c>, so that whoever hears a new one on the telephone can add it.
/// </summary>
internal static class SearchVocabulary
{
    private static readonly ILookup<string, string[]> Rows = ProcedureCatalogue
        .Read("words.csv")
        .ToLookup(row => row["kind"], row => row["words"].Split('|'));

    // Needed by every stem below, hence first.
    private static readonly FrozenDictionary<string, string> Forms = Rows["form"]
        .SelectMany(forms => forms.Skip(1).Select(form => (form, Base: forms[0])))
        .ToFrozenDictionary(f => f.form, f => f.Base);

    private static readonly FrozenSet<string> Fillers = Rows["filler"]
        .SelectMany(words => words)
        .Select(SearchText.Fold)
        .ToFrozenSet();

    private static readonly FrozenSet<string> Circumstances = Rows["circumstance"]
        .SelectMany(words => words)
        .Select(word => SearchWord.Of(word).FoldedStem)
        .ToFrozenSet();

    private static readonly FrozenDictionary<string, SearchWord[]> Groups = Rows["same"]
        .Select(words => Array.ConvertAll(words, SearchWord.Of))
        .SelectMany(group => group.Select(word => (word.FoldedStem, group)))
        .GroupBy(word => word.FoldedStem, word => word.group)
        .ToFrozenDictionary(groups => groups.Key, groups => groups.SelectMany(group => group).Distinct().ToArray());

    /// <summary>What may stand last in any compound and says little there (höftop, korsbandsskada).</summary>
    public static IReadOnlyList<string> Tails { get; } = [.. Rows["tail"].SelectMany(words => words)];

    /// <summary>Words that may be parts of compounds.</summary>
    public static IEnumerable<string> Parts { get; } =
    [.. Rows["same"].Concat(Rows["form"]).SelectMany(words => words).Concat(Tails)];

    /// <summary>Carries nothing when one looks for an operation (och, jag, operera).</summary>
    public static bool IsFiller(string word) => Fillers.Contains(SearchText.Fold(word));

    /// <summary>
    /// Written around the thing itself (ta bort, ny, ont i): tried with it first, because a name may hold it, then without.
    /// </summary>
    public static bool IsCircumstance(SearchWord word) => Circumstances.Contains(word.FoldedStem);

    /// <summary>Words that mean the same (cancer, tumör), the word itself among them; none where it has none.</summary>
    public static IReadOnlyList<SearchWord> SameAs(SearchWord word) =>
        Groups.TryGetValue(word.FoldedStem, out var group) && Array.Exists(group, word.IsFormOf) ? group : [];

    /// <summary>The word that an irregular form is of (fötter, fot); itself where it is regular.</summary>
    public static string BaseOf(string form) => Forms.GetValueOrDefault(form, form);
}
