namespace Lagesbild.Catalogue;

/// <summary>How a word of the query and a word of a name agree, best first.</summary>
internal enum Likeness : byte
{
    /// <summary>The same word in the same form, with or without its dots.</summary>
    Literal,

    /// <summary>The same word in another form.</summary>
    Same,

    /// <summary>Another word for the same thing.</summary>
    Synonym,

    /// <summary>A part of it, a compound.</summary>
    Part,

    /// <summary>What was written is the beginning of it.</summary>
    Beginning,

    /// <summary>It begins or ends alike, though not as a compound of known words.</summary>
    Fragment,
    OneError,
    TwoErrors,
    None,
}

/// <summary>Where a name stands in the catalogue.</summary>
internal enum NameField
{
    PlainName,
    Synonym,

    /// <summary>Official heading.</summary>
    Title,

    /// <summary>Heading of a full code.</summary>
    FullCode,
    Specialty,
}

/// <summary>A name of a procedure.</summary>
/// <param name="Procedure">Its place in the catalogue.</param>
/// <param name="Text">As the catalogue writes it.</param>
/// <param name="Words">Places of its words in the index, each once, without those that say nothing.</param>
internal sealed record Phrase(int Procedure, NameField Field, string Text, int[] Words);

/// <summary>The words of all names, and in which names each stands. Immutable.</summary>
internal sealed class SearchIndex
{
    private const int ShortestFragment = 5;

    private readonly List<SearchWord> _words = [];
    private readonly List<string?> _sounds = [];
    private readonly List<List<int>> _phrasesOf = [];
    private readonly Dictionary<string, List<int>> _byStem = [];
    private readonly Dictionary<string, List<int>> _byFoldedStem = [];
    private readonly Dictionary<string, List<int>> _byPart = [];
    private readonly Dictionary<string, List<int>> _byFoldedPart = [];
    private readonly List<Phrase> _phrases = [];

    public SearchIndex(ProcedureCatalogue catalogue)
    {
        var places = new Dictionary<string, int>();
        for (var i = 0; i < catalogue.Procedures.Count; i++)
        {
            var procedure = catalogue.Procedures[i];
            Add(i, NameField.PlainName, procedure.PlainName);
            foreach (var synonym in procedure.Synonyms.Concat(procedure.LayWords))
            {
                Add(i, NameField.Synonym, synonym);
            }

            Add(i, NameField.Title, procedure.Title);
            foreach (var five in procedure.FivePositionCodes)
            {
                Add(i, NameField.FullCode, five.Title);
            }

            foreach (var specialty in procedure.Specialty.Split('/'))
            {
                Add(i, NameField.Specialty, specialty);
            }
        }

        Procedures = catalogue.Procedures.Count;
        Compounds = new Compounds(_words.Select(word => word.Written));
        for (var i = 0; i < _words.Count; i++)
        {
            foreach (var part in (Compounds.TakeApart(_words[i]) ?? []).Select(SearchWord.Of).Distinct())
            {
                Note(_byPart, part.Stem, i);
                Note(_byFoldedPart, part.FoldedStem, i);
            }
        }

        void Add(int procedure, NameField field, string text)
        {
            var words = SearchText.Words(text).Where(word => !SearchVocabulary.IsFiller(word)).Select(Place).Distinct();
            var phrase = new Phrase(procedure, field, text, [.. words]);
            if (phrase.Words.Length > 0)
            {
                foreach (var word in phrase.Words)
                {
                    _phrasesOf[word].Add(_phrases.Count);
                }

                _phrases.Add(phrase);
            }
        }

        int Place(string written)
        {
            if (!places.TryGetValue(written, out var place))
            {
                places.Add(written, place = _words.Count);
                var word = SearchWord.Of(written);
                _words.Add(word);
                _sounds.Add(Misspelling.Sound(written));
                _phrasesOf.Add([]);
                Note(_byStem, word.Stem, place);
                Note(_byFoldedStem, word.FoldedStem, place);
            }

            return place;
        }

        static void Note(Dictionary<string, List<int>> places, string key, int place)
        {
            if (!places.TryGetValue(key, out var known))
            {
                places.Add(key, known = []);
            }

            known.Add(place);
        }
    }

    public int Procedures { get; }

    /// <summary>By procedure.</summary>
    public IReadOnlyList<Phrase> Phrases => _phrases;
    public Compounds Compounds { get; }

    /// <summary>Whether a name has the word, inflected or not.</summary>
    public bool Has(SearchWord word) =>
        (word.HasDots ? _byStem : _byFoldedStem).ContainsKey(word.HasDots ? word.Stem : word.FoldedStem);

    /// <summary>How the word agrees with each name, by the name's place; empty where it agrees with none.</summary>
    /// <param name="mayGuess">Allow for typing errors.</param>
    /// <param name="closestElsewhere">Typing errors from something that is not in the catalogue: what is not closer is not meant.</param>
    public Likeness[] Agreement(SearchWord word, bool mayGuess, int closestElsewhere)
    {
        var ofPhrase = new Likeness[_phrases.Count];
        Array.Fill(ofPhrase, Likeness.None);
        var found = false;
        AddWord(word, null);
        foreach (var same in SearchVocabulary.SameAs(word))
        {
            AddWord(same, Likeness.Synonym);
        }

        AddFragments();

        if (!found && mayGuess)
        {
            AddGuesses();
        }

        return found ? ofPhrase : [];

        void AddWord(SearchWord written, Likeness? instead)
        {
            var (text, stem) = written.HasDots ? (written.Written, written.Stem) : (written.Folded, written.FoldedStem);
            var (stems, parts) = written.HasDots ? (_byStem, _byPart) : (_byFoldedStem, _byFoldedPart);
            foreach (var place in stems.GetValueOrDefault(stem) ?? [])
            {
                var target = written.HasDots ? _words[place].Written : _words[place].Folded;
                Add(place, instead ?? (target == text ? Likeness.Literal : Likeness.Same));
            }

            foreach (var place in parts.GetValueOrDefault(stem) ?? [])
            {
                Add(place, Likeness.Part);
            }
        }

        void AddFragments()
        {
            var (text, stem) = word.HasDots ? (word.Written, word.Stem) : (word.Folded, word.FoldedStem);
            for (var i = 0; i < _words.Count; i++)
            {
                var (target, targetStem) = word.HasDots
                    ? (_words[i].Written, _words[i].Stem)
                    : (_words[i].Folded, _words[i].FoldedStem);
                if (target.StartsWith(text, StringComparison.Ordinal))
                {
                    Add(i, Likeness.Beginning);
                }
                else if (
                    stem.Length >= ShortestFragment
                    && (
                        target.StartsWith(stem, StringComparison.Ordinal)
                        || targetStem.EndsWith(stem, StringComparison.Ordinal)
                    )
                )
                {
                    Add(i, Likeness.Fragment);
                }
            }
        }

        void AddGuesses()
        {
            var sound = Misspelling.Sound(word.Written);
            for (var i = 0; i < _words.Count; i++)
            {
                var errors = Errors(word, sound, i);
                if (errors < closestElsewhere)
                {
                    Add(i, errors <= 1 ? Likeness.OneError : Likeness.TwoErrors);
                }
            }
        }

        void Add(int place, Likeness likeness)
        {
            found = true;
            foreach (var phrase in _phrasesOf[place])
            {
                if (likeness < ofPhrase[phrase])
                {
                    ofPhrase[phrase] = likeness;
                }
            }
        }
    }

    private int Errors(SearchWord written, string? sound, int place)
    {
        var word = _words[place];
        return written.Folded == word.Folded || written.FoldedStem == word.FoldedStem ? 1
            : sound is not null && sound == _sounds[place] ? 1
            : Math.Min(
                Misspelling.Slip(written.Folded, word.Folded) ?? int.MaxValue,
                Misspelling.Slip(written.FoldedStem, word.FoldedStem) ?? int.MaxValue
            );
    }
}
