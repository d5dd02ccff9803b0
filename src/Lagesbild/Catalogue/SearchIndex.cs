namespace Lagesbild.Catalogue;

/// <summary>Where a name stands in the catalogue.</summary>
internal enum NameField
{
    PlainName,
    Synonym,

    /// <summary>Several words of how people put it: found by its words, not by what is like one of them.</summary>
    Phrase,

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
/// <param name="IsNaming">Who writes the whole of it means this procedure; else it is where it hurts, and there is more to do.</param>
internal sealed record SearchName(int Procedure, NameField Field, string Text, int[] Words, bool IsNaming);

/// <summary>All names of all procedures, by their words. Immutable, thread-safe.</summary>
internal sealed class SearchIndex
{
    private const int ShortestBeginning = 3;
    private const int ShortestBeginningOfFullCode = 5;

    private readonly List<SearchName> _names = [];
    private readonly List<List<int>> _namesOf = [];

    public SearchIndex(ProcedureCatalogue catalogue)
    {
        var places = new Dictionary<string, int>();
        var words = new List<string>();
        Procedures = catalogue.Procedures.Count;
        for (var i = 0; i < Procedures; i++)
        {
            foreach (var (field, text) in NamesOf(catalogue.Procedures[i]))
            {
                int[] ofName =
                [
                    .. SearchText.Words(text).Where(w => !SearchVocabulary.IsFiller(w)).Select(Place).Distinct(),
                ];
                if (ofName.Length > 0)
                {
                    Array.ForEach(ofName, word => _namesOf[word].Add(_names.Count));
                    var isPlace = Array.TrueForAll(
                        ofName,
                        word => SearchVocabulary.IsPlace(SearchWord.Of(words[word]))
                    );
                    _names.Add(new SearchName(i, field, text, ofName, IsNaming: field != NameField.Phrase && !isPlace));
                }
            }
        }

        Words = new WordIndex(words);

        int Place(string word)
        {
            if (!places.TryGetValue(word, out var place))
            {
                places.Add(word, place = words.Count);
                words.Add(word);
                _namesOf.Add([]);
            }

            return place;
        }
    }

    public int Procedures { get; }

    /// <summary>By procedure.</summary>
    public IReadOnlyList<SearchName> Names => _names;
    public WordIndex Words { get; }

    /// <summary>How the word agrees with each name, by the name's place; empty where it agrees with none.</summary>
    /// <param name="isAlone">The query has no other word.</param>
    /// <param name="closestElsewhere">
    /// To allow for typing errors: how many there are from something that is in no name; null to allow for none.
    /// </param>
    public Likeness[] Agreement(SearchWord word, bool isAlone, int? closestElsewhere)
    {
        Likeness[] agreement = [];
        Add(Words.Like(word));
        if (SearchVocabulary.OperatedOn(word) is { } part)
        {
            Add(Words.Like(part).Where(like => like.Likeness <= Likeness.Part));
        }

        if (agreement.Length == 0 && closestElsewhere is { } closest)
        {
            Add(Words.Resembling(word, isAlone, closest));
        }

        return agreement;

        void Add(IEnumerable<(int Place, Likeness Likeness)> words)
        {
            foreach (var (place, likeness) in words)
            {
                foreach (var name in _namesOf[place])
                {
                    if (!Counts(likeness, _names[name].Field))
                    {
                        continue;
                    }

                    if (agreement.Length == 0)
                    {
                        agreement = new Likeness[_names.Count];
                        Array.Fill(agreement, Likeness.None);
                    }

                    agreement[name] = likeness < agreement[name] ? likeness : agreement[name];
                }
            }
        }

        // sommar is not somnar, though a phrase has it; and som is the beginning of too much.
        bool Counts(Likeness likeness, NameField field) =>
            likeness switch
            {
                <= Likeness.Part => true,
                Likeness.Beginning => field switch
                {
                    NameField.Phrase => !isAlone,
                    _ when word.Written.Length < ShortestBeginning => false,
                    NameField.FullCode => word.Written.Length >= ShortestBeginningOfFullCode,
                    _ => true,
                },
                Likeness.Fragment => field != NameField.Phrase,
                _ => field is NameField.PlainName or NameField.Synonym or NameField.Title,
            };
    }

    private static IEnumerable<(NameField Field, string Text)> NamesOf(Procedure procedure) =>
        [
            (NameField.PlainName, procedure.PlainName),
            .. procedure.Synonyms.Select(synonym => (NameField.Synonym, synonym)),
            .. procedure.LayWords.Select(lay =>
                (lay.Contains(' ', StringComparison.Ordinal) ? NameField.Phrase : NameField.Synonym, lay)
            ),
            (NameField.Title, procedure.Title),
            .. procedure.FivePositionCodes.Select(five => (NameField.FullCode, five.Title)),
            .. procedure.Specialty.Split('/').Select(specialty => (NameField.Specialty, specialty)),
        ];
}
