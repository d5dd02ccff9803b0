using System.Collections.Frozen;

namespace Lagesbild.Catalogue;

/// <summary>The words of all names, each found by what is like it. Immutable, thread-safe.</summary>
internal sealed class WordIndex
{
    private const int ShortestFragment = 5;
    private const int ShortestMisspeltStem = 7;

    private readonly SearchWord[] _words;
    private readonly FrozenDictionary<string, int[]> _byStem;
    private readonly FrozenDictionary<string, int[]> _byFoldedStem;
    private readonly FrozenDictionary<string, int[]> _byPart;
    private readonly FrozenDictionary<string, int[]> _byFoldedPart;
    private readonly FrozenDictionary<string, int[]> _bySound;
    private readonly FrozenDictionary<char, int[]> _byFirstLetter;
    private readonly FrozenDictionary<int, int[]> _byLength;
    private readonly SortedWords _forwards;
    private readonly SortedWords _backwards;

    /// <param name="words">Each once; a word's place is its place here.</param>
    public WordIndex(IReadOnlyCollection<string> words)
    {
        _words = [.. words.Select(SearchWord.Of)];
        Compounds = new Compounds(words);
        var places = Enumerable.Range(0, _words.Length).ToList();
        _byStem = Lookup<string>(places, place => [_words[place].Stem]);
        _byFoldedStem = Lookup<string>(places, place => [_words[place].FoldedStem]);
        _bySound = Lookup<string>(
            places,
            place => Misspelling.Sound(_words[place].Written) is { } sound ? [sound] : []
        );
        _byFirstLetter = Lookup<char>(places, place => [_words[place].Folded[0]]);
        _byLength = Lookup<int>(places, place => [_words[place].Folded.Length, _words[place].FoldedStem.Length]);
        var parts = Array.ConvertAll(_words, word => (Compounds.TakeApart(word) ?? []).ConvertAll(SearchWord.Of));
        _byPart = Lookup<string>(places, place => parts[place].Select(part => part.Stem));
        _byFoldedPart = Lookup<string>(
            places,
            place => parts[place].Where(part => part.MayMissDots).Select(part => part.FoldedStem)
        );

        // To write nothing but "svår" is not to begin a name.
        var telling = places.FindAll(place => !SearchVocabulary.IsCircumstance(_words[place]));
        _forwards = new SortedWords(telling, place => _words[place].Folded);
        _backwards = new SortedWords(telling, place => Reversed(_words[place].FoldedStem));
    }

    public Compounds Compounds { get; }

    /// <summary>Whether a name has the word, in any form.</summary>
    public bool Has(SearchWord word) => FormsOf(word).Any();

    /// <summary>Words that are the word, mean the same, hold it or begin with it; one may come more than once.</summary>
    public IEnumerable<(int Place, Likeness Likeness)> Like(SearchWord word)
    {
        foreach (var place in FormsOf(word))
        {
            yield return (place, IsLiteral(word, _words[place]) ? Likeness.Literal : Likeness.Same);
        }

        foreach (var place in SearchVocabulary.SameAs(word).SelectMany(FormsOf))
        {
            yield return (place, Likeness.Synonym);
        }

        foreach (var place in SearchVocabulary.SameAs(word).Append(word).SelectMany(Holding))
        {
            yield return (place, Likeness.Part);
        }

        foreach (var place in _forwards.StartingWith(word.Folded).Where(MayBegin))
        {
            yield return (place, Likeness.Beginning);
        }

        if (word.FoldedStem.Length >= ShortestFragment)
        {
            foreach (var place in _forwards.StartingWith(word.FoldedStem).Where(StartsWithStem))
            {
                yield return (place, Likeness.Fragment);
            }

            foreach (var place in _backwards.StartingWith(Reversed(word.FoldedStem)).Where(EndsWithStem))
            {
                yield return (place, Likeness.Fragment);
            }
        }

        bool MayBegin(int place) =>
            _words[place].Written.StartsWith(word.Written, StringComparison.Ordinal)
            || (!word.HasDots && word.Folded.Length >= SearchWord.LongEnoughToMissDots);

        bool StartsWithStem(int place) =>
            !word.HasDots || _words[place].Written.StartsWith(word.Stem, StringComparison.Ordinal);

        bool EndsWithStem(int place) =>
            !word.HasDots || _words[place].Stem.EndsWith(word.Stem, StringComparison.Ordinal);
    }

    /// <summary>Words that the word may be a misspelling of.</summary>
    /// <param name="isAlone">The query has no other word.</param>
    /// <param name="closestElsewhere">Typing errors from something that is in no name: what is not closer is not meant.</param>
    public IEnumerable<(int Place, Likeness Likeness)> Resembling(SearchWord word, bool isAlone, int closestElsewhere)
    {
        var alike = Misspelling.Sound(word.Written) is { } sound ? _bySound.GetValueOrDefault(sound, []) : [];
        var sameButForDots =
            word.FoldedStem.Length >= SearchWord.LongEnoughToMissDots
                ? _byFoldedStem.GetValueOrDefault(word.FoldedStem, []).Where(place => word.IsFormOf(_words[place]))
                : [];
        foreach (var place in closestElsewhere > 1 ? alike.Concat(sameButForDots) : [])
        {
            yield return (place, Likeness.OneError);
        }

        var candidates = Misspelling.MayDifferInFirstLetter(word.Folded)
            ? Enumerable
                .Range(word.Folded.Length - Misspelling.Most, 2 * Misspelling.Most + 1)
                .SelectMany(length => _byLength.GetValueOrDefault(length, []))
            : _byFirstLetter.GetValueOrDefault(word.Folded[0], []);
        foreach (var place in candidates)
        {
            if (
                (!isAlone || !SearchVocabulary.IsCircumstance(_words[place]))
                && Errors(word, _words[place], isAlone) is { } errors
                && errors < closestElsewhere
            )
            {
                yield return (place, errors <= 1 ? Likeness.OneError : Likeness.TwoErrors);
            }
        }
    }

    private IEnumerable<int> FormsOf(SearchWord word) =>
        word.HasDots
            ? _byStem.GetValueOrDefault(word.Stem, [])
            : _byFoldedStem.GetValueOrDefault(word.FoldedStem, []).Where(place => word.IsFormOf(_words[place]));

    private int[] Holding(SearchWord part) =>
        part.HasDots ? _byPart.GetValueOrDefault(part.Stem, []) : _byFoldedPart.GetValueOrDefault(part.FoldedStem, []);

    private static bool IsLiteral(SearchWord written, SearchWord word) =>
        written.HasDots ? written.Written == word.Written : written.Folded == word.Folded;

    private static int? Errors(SearchWord written, SearchWord word, bool isAlone)
    {
        var errors = Misspelling.Slip(written.Folded, word.Folded, isAlone);
        if (Math.Min(written.FoldedStem.Length, word.FoldedStem.Length) < ShortestMisspeltStem)
        {
            return errors;
        }

        var inStem = Misspelling.Slip(written.FoldedStem, word.FoldedStem, isAlone);
        return errors is null || inStem < errors ? inStem : errors;
    }

    private static FrozenDictionary<TKey, int[]> Lookup<TKey>(List<int> places, Func<int, IEnumerable<TKey>> keysOf)
        where TKey : notnull =>
        places
            .SelectMany(place => keysOf(place).Distinct().Select(key => (key, place)))
            .GroupBy(word => word.key, word => word.place)
            .ToFrozenDictionary(words => words.Key, words => words.ToArray());

    private static string Reversed(string text) => string.Concat(text.Reverse());

    /// <summary>Words in order, so that those that begin alike stand together.</summary>
    private sealed class SortedWords
    {
        private readonly string[] _keys;
        private readonly int[] _places;

        public SortedWords(IEnumerable<int> places, Func<int, string> keyOf)
        {
            _places = [.. places];
            _keys = Array.ConvertAll(_places, place => keyOf(place));
            Array.Sort(_keys, _places, StringComparer.Ordinal);
        }

        public IEnumerable<int> StartingWith(string beginning)
        {
            var at = Array.BinarySearch(_keys, beginning, StringComparer.Ordinal);
            at = at < 0 ? ~at : at;
            while (at > 0 && _keys[at - 1] == beginning)
            {
                at--;
            }

            for (; at < _keys.Length && _keys[at].StartsWith(beginning, StringComparison.Ordinal); at++)
            {
                yield return _places[at];
            }
        }
    }
}
