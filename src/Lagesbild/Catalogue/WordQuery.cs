namespace Lagesbild.Catalogue;

/// <summary>A name that answers a query, and how well.</summary>
/// <param name="IsWholeQuery">Nothing of the query was left out to find it.</param>
internal readonly record struct WordMatch(int Rank, SearchName Name, bool IsWholeQuery = true);

/// <summary>
/// One query in words. Tried as it is written first, then with ever more freedom; the first reading that finds something
/// is the answer.
/// </summary>
internal sealed class WordQuery(SearchIndex index, UncoveredSearch uncovered, string query)
{
    // Of the query's weight that an answer must hold, where none holds all: one telling word of two.
    private const double TellingShare = 0.4;

    private const int ShortestTelling = 3;

    // ledsen is not led and sena.
    private const int LongPart = 4;

    private readonly Dictionary<(string Word, bool MayGuess), Likeness[]> _agreements = [];
    private readonly Dictionary<string, List<SearchWord>> _parts = [];
    private bool _isAlone;

    public IReadOnlyList<WordMatch> Find(IReadOnlyList<SearchWord> words, bool mayGuess)
    {
        _isAlone = words.Count == 1;
        var core = words.Where(word => !SearchVocabulary.IsCircumstance(word)).ToList();
        var found = Match(words, false);
        if (core.Count == 0)
        {
            return found.FindAll(match => SearchRank.IsWhole(match.Rank));
        }

        if (core.TrueForAll(SearchVocabulary.IsWeak))
        {
            return found.FindAll(match => SearchRank.IsWhole(match.Rank));
        }

        if (found.Count == 0 && core.Count < words.Count)
        {
            found = Match(core, false).ConvertAll(match => match with { IsWholeQuery = false });
        }

        // Hip and knee are two places, and nothing is done at both.
        if (core.Count > 1 && IsOfPlacesOnly(core) && !found.Exists(IsOfWholeWords))
        {
            return AtEach(core);
        }

        // Where it hurts is operated on in other ways, too, than the one that somebody put so.
        if (found.Count > 0 && core.Count < words.Count && IsOfPlacesOnly(core) && !found.Exists(m => m.Name.IsNaming))
        {
            found.AddRange(
                AtEach(core)
                    .Where(match => !found.Exists(m => m.Name.Procedure == match.Name.Procedure))
                    .Select(match => match with { Rank = SearchRank.OfSome(0) })
                    .ToList()
            );
        }

        if (found.Count > 0 || !mayGuess)
        {
            return found;
        }

        var joined = Joined(core);
        if (joined.Count < core.Count)
        {
            found = Match(joined, false);
        }

        if (found.Count == 0)
        {
            found = Match([.. core.SelectMany(word => TakenApart(word, IsSaying)).Distinct()], false);
        }

        var taken = core.SelectMany(word => TakenApart(word, IsTelling)).Distinct().ToList();
        if (found.Count == 0)
        {
            found = Match(taken, false);
        }

        if (found.Count == 0)
        {
            found = Match(core, true);
        }

        if (found.Count == 0)
        {
            found = Match(taken, true);
        }

        return found.Count > 0 || uncovered.Find(query) is not null ? found : MatchSome(taken);

        static bool IsOfPlacesOnly(List<SearchWord> words) => words.TrueForAll(SearchVocabulary.IsPlace);
        static bool IsOfWholeWords(WordMatch match) => match.Rank < SearchRank.Beginnings;
        static bool IsSaying(SearchWord part) => !SearchVocabulary.IsFiller(part.Written);
        static bool IsTelling(SearchWord part) => IsSaying(part) && !SearchVocabulary.IsCircumstance(part);
    }

    private List<WordMatch> AtEach(List<SearchWord> places) =>
        [
            .. places
                .SelectMany(place => Match([place], false))
                .GroupBy(match => match.Name.Procedure)
                .Select(matches => matches.MinBy(match => match.Rank) with { IsWholeQuery = false }),
        ];

    // karpal tunnel is karpaltunnel, where that is a word.
    private List<SearchWord> Joined(List<SearchWord> words)
    {
        var joined = new List<SearchWord>();
        for (var i = 0; i < words.Count; i++)
        {
            if (
                i + 1 < words.Count
                && SearchWord.Of(words[i].Written + words[i + 1].Written) is var both
                && Agreement(both, false).Length > 0
            )
            {
                joined.Add(both);
                i++;
            }
            else
            {
                joined.Add(words[i]);
            }
        }

        return joined;
    }

    // Only a word that nothing resembles as it is; of its parts those that say something.
    private List<SearchWord> TakenApart(SearchWord word, Predicate<SearchWord> counts)
    {
        if (Agreement(word, false).Length > 0)
        {
            return [word];
        }

        if (!_parts.TryGetValue(word.Written, out var parts))
        {
            parts = (index.Words.Compounds.TakeApart(word) ?? []).ConvertAll(SearchWord.Of);
            _parts.Add(word.Written, parts);
        }

        var telling = parts.FindAll(counts);
        return telling.Exists(part => part.Written.Length >= LongPart) ? telling
            : parts.Count == 0 && Compounds.HeadOf(word.Written) is { } head ? [SearchWord.Of(head)]
            : [word];
    }

    private Likeness[] Agreement(SearchWord word, bool mayGuess)
    {
        if (!_agreements.TryGetValue((word.Written, mayGuess), out var agreement))
        {
            agreement = index.Agreement(word, _isAlone, mayGuess ? uncovered.Closest(word) : null);
            _agreements.Add((word.Written, mayGuess), agreement);
        }

        return agreement;
    }

    private List<WordMatch> Match(IReadOnlyList<SearchWord> words, bool mayGuess)
    {
        var agreements = words.Select(word => Agreement(word, mayGuess)).ToArray();
        if (agreements.Length == 0 || Array.Exists(agreements, agreement => agreement.Length == 0))
        {
            return [];
        }

        // Names stand by procedure, so what is best of one is known when the next begins.
        var found = new List<WordMatch>();
        var across = Enumerable.Repeat(Likeness.None, words.Count).ToArray();
        var best = new WordMatch(SearchRank.None, index.Names[0]);
        for (var i = 0; i < index.Names.Count; i++)
        {
            var name = index.Names[i];
            if (i == 0 || name.Procedure != index.Names[i - 1].Procedure)
            {
                Close();
                best = new WordMatch(SearchRank.None, name);
                Array.Fill(across, Likeness.None);
            }

            var worst = Likeness.Literal;
            for (var word = 0; word < across.Length; word++)
            {
                var likeness = agreements[word][i];
                worst = likeness > worst ? likeness : worst;
                if (likeness < across[word] && name.Field <= NameField.Title)
                {
                    across[word] = likeness;
                }
            }

            var rank = SearchRank.Of(name.Field, worst, name.Words.Length == words.Count, _isAlone);
            if (rank < best.Rank)
            {
                best = new WordMatch(rank, name);
            }
        }

        Close();
        return found;

        void Close()
        {
            var rank = Math.Min(best.Rank, SearchRank.OfSeveral(across.Max()));
            if (rank < SearchRank.None)
            {
                found.Add(best with { Rank = rank });
            }
        }
    }

    // Nothing holds every word: then what holds the telling ones, the fewer procedures a word is of the more telling.
    private List<WordMatch> MatchSome(List<SearchWord> words)
    {
        var held = words.Select(word => BestOfEach(Agreement(word, true))).ToList();
        var weights = held.ConvertAll(best => Math.Log((double)index.Procedures / Math.Max(1, best.Count)));
        var total = weights.Sum();
        var found = new List<WordMatch>();
        foreach (var procedure in held.SelectMany(best => best.Keys).Distinct())
        {
            var holds = Enumerable.Range(0, held.Count).Where(word => held[word].ContainsKey(procedure)).ToList();
            var telling = holds.MaxBy(word => weights[word]);
            var share = holds.Sum(word => weights[word]) / total;
            if (
                share >= TellingShare
                && words[telling].Written.Length >= ShortestTelling
                && !SearchVocabulary.IsWeak(words[telling])
                && held[telling][procedure].Likeness <= Likeness.Part
            )
            {
                found.Add(new WordMatch(SearchRank.OfSome(share), held[telling][procedure].Name));
            }
        }

        return found;
    }

    private Dictionary<int, (Likeness Likeness, SearchName Name)> BestOfEach(Likeness[] agreement)
    {
        var best = new Dictionary<int, (Likeness Likeness, SearchName Name)>();
        for (var i = 0; i < agreement.Length; i++)
        {
            var name = index.Names[i];
            if (
                agreement[i] is <= Likeness.Part or Likeness.OneError
                && name.Field <= NameField.Title
                && (!best.TryGetValue(name.Procedure, out var known) || agreement[i] < known.Likeness)
            )
            {
                best[name.Procedure] = (agreement[i], name);
            }
        }

        return best;
    }
}
