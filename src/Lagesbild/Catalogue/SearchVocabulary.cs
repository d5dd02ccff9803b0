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

    // Knat is knät; but tar is not tår.
    private static readonly FrozenDictionary<string, string> FormsWithoutDots = Forms
        .Select(f => (Form: SearchText.Fold(f.Key), Base: f.Value))
        .Where(f => f.Form.Length >= SearchWord.LongEnoughToMissDots && !Forms.ContainsKey(f.Form))
        .DistinctBy(f => f.Form)
        .ToFrozenDictionary(f => f.Form, f => f.Base);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> FormsOfSpan =
        Forms.GetAlternateLookup<ReadOnlySpan<char>>();

    private const int ShortestForm = 3;
    private const int ShortestBeforeForm = 4;
    private static readonly int LongestForm = Forms.Keys.Max(form => form.Length);

    private static readonly FrozenSet<string> Fillers = Rows["filler"]
        .SelectMany(words => words)
        .SelectMany(word => new[] { word, SearchText.Fold(word) })
        .ToFrozenSet();

    private static readonly FrozenSet<string> Circumstances = Rows["circumstance"]
        .SelectMany(words => words)
        .Select(word => SearchWord.Of(word).FoldedStem)
        .ToFrozenSet();

    // The last part of what is done to something (axeloperation, ryggkirurgi), without ending.
    private static readonly string[] Doings = [.. Rows["doing"].SelectMany(words => words).Select(SearchText.Stem)];

    private static readonly FrozenSet<string> Weak = StemsOf("weak");
    private static readonly FrozenSet<string> WeakAsWritten = Rows["weak"].SelectMany(words => words).ToFrozenSet();
    private static readonly FrozenSet<string> Places = StemsOf("place");

    private static readonly FrozenDictionary<string, SearchWord[]> Groups = Rows["same"]
        .Select(words => Array.ConvertAll(words, SearchWord.Of))
        .SelectMany(group => group.Select(word => (word.FoldedStem, group)))
        .GroupBy(word => word.FoldedStem, word => word.group)
        .ToFrozenDictionary(groups => groups.Key, groups => groups.SelectMany(group => group).Distinct().ToArray());

    /// <summary>What may stand last in any compound and says little there (höftop, korsbandsskada).</summary>
    public static IReadOnlyList<string> Tails { get; } =
    [.. Rows["tail"].SelectMany(words => words).SelectMany(word => new[] { word, SearchText.Fold(word) }).Distinct()];

    /// <summary>Words that may be parts of compounds.</summary>
    public static IEnumerable<string> Parts { get; } =
    [.. Rows["same"].Concat(Rows["form"]).SelectMany(words => words).Concat(Tails)];

    /// <summary>Carries nothing when one looks for an operation (och, jag, operera).</summary>
    public static bool IsFiller(string word) => Fillers.Contains(word);

    /// <summary>
    /// Written around the thing itself (ta bort, ny, ont i): tried with it first, because a name may hold it, then without.
    /// </summary>
    public static bool IsCircumstance(SearchWord word) => Circumstances.Contains(word.FoldedStem);

    /// <summary>Words that mean the same (cancer, tumör), the word itself among them; none where it has none.</summary>
    public static IReadOnlyList<SearchWord> SameAs(SearchWord word) =>
        Groups.TryGetValue(word.FoldedStem, out var group)
        && Array.Exists(group, one => word.HasDots ? word.Stem == one.Stem : word.IsFormOf(one))
            ? group
            : [];

    /// <summary>
    /// An ordinary word (grön, gå, tennis): alone it is neither the beginning of another nor a slip for it; beside another it
    /// says much (grön starr). What has not yet got its ending (skol) is no such word.
    /// </summary>
    public static bool IsWeak(SearchWord word) =>
        WeakAsWritten.Contains(word.Written) || (word.Written != word.Stem && Weak.Contains(word.Stem));

    /// <summary>A part of the body, or an operation there: much is done at a place, and it names none of it.</summary>
    public static bool IsPlace(SearchWord word) =>
        Places.Contains(word.Stem) || (OperatedOn(word) is { } part && Places.Contains(part.Stem));

    /// <summary>Two letters that are a word of their own in a compound (snedtå).</summary>
    public static bool IsShortPart(string text) => text == "tå";

    /// <summary>
    /// What the word says is operated on (axel of axeloperation); null where it says no such thing, or has a meaning of its
    /// own (steloperation).
    /// </summary>
    public static SearchWord? OperatedOn(SearchWord word)
    {
        if (SameAs(word).Count > 0)
        {
            return null;
        }

        var doing = Doings
            .Where(doing => word.Stem.EndsWith(doing, StringComparison.Ordinal))
            .MaxBy(doing => doing.Length);
        var head = doing is null ? "" : word.Stem[..^doing.Length];
        return head.Length >= ShortestForm || IsShortPart(head) ? SearchWord.Of(head) : null;
    }

    /// <summary>
    /// The word that an irregular form is of (fötter, fot); itself where it is regular. A compound is inflected as its last
    /// part (stortår, stortå).
    /// </summary>
    public static string BaseOf(string form)
    {
        if (Forms.TryGetValue(form, out var whole) || FormsWithoutDots.TryGetValue(form, out whole))
        {
            return whole;
        }

        for (var last = Math.Min(LongestForm, form.Length - ShortestBeforeForm); last >= ShortestForm; last--)
        {
            if (FormsOfSpan.TryGetValue(form.AsSpan(form.Length - last), out var part))
            {
                return form[..^last] + part;
            }
        }

        return form;
    }

    private static FrozenSet<string> StemsOf(string kind) =>
        Rows[kind].SelectMany(words => words).Select(SearchText.Stem).ToFrozenSet();
}
