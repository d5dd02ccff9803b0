using System.Globalization;
using System.Text;
using Lagesbild.Catalogue;

namespace Lagesbild.Tests.Catalogue;

/// <summary>The search over two lists of what people type, and over what nobody would.</summary>
public sealed class SearchQueriesTests
{
    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();
    private static readonly ProcedureSearch Search = new(Catalogue);

    [Theory]
    [InlineData("tuning", 200)]
    [InlineData("check", 150)]
    public void What_is_meant_comes_first_for_95_per_cent_and_among_the_first_three_for_99(string list, int atLeast)
    {
        var places = SearchQuery
            .Read(list)
            .Where(query => query.IsForProcedure)
            .Select(query => (query, Place: query.PlaceAmong(Find(query.Text))))
            .ToList();
        Assert.True(places.Count >= atLeast);
        Assert.True(Share(places.Count(p => p.Place == 1)) >= 0.95, Missed(1));
        Assert.True(Share(places.Count(p => p.Place <= 3)) >= 0.99, Missed(3));

        double Share(int count) => (double)count / places.Count;

        string Missed(int most) =>
            string.Join("; ", places.Where(p => !(p.Place <= most)).Select(p => $"{p.query.Text}: {p.query.Expected}"));
    }

    [Theory]
    [InlineData("tuning")]
    [InlineData("check")]
    public void What_no_source_covers_is_said_to_be_so_and_nonsense_finds_nothing(string list) =>
        Assert.Empty(
            SearchQuery
                .Read(list)
                .Where(query => !query.IsForProcedure && !query.IsRefused(Search))
                .Select(query => query.Text)
        );

    [Fact]
    public void Ordinary_words_that_have_to_do_with_no_operation_find_nothing()
    {
        var words = SearchQuery.Read("everyday");
        var found = words.Where(word => !word.IsRefused(Search)).Select(word => word.Text).ToList();
        Assert.True(words.Count > 500);
        Assert.True(found.Count <= words.Count / 50, string.Join(' ', found));
    }

    [Fact]
    public void No_query_stands_in_both_lists() =>
        Assert.Empty(
            SearchQuery
                .Read("tuning")
                .Select(query => query.Text)
                .Intersect(SearchQuery.Read("check").Select(query => query.Text), StringComparer.OrdinalIgnoreCase)
        );

    [Fact]
    public void Every_lay_word_finds_its_own_procedure_among_the_first_and_is_of_the_catalogue()
    {
        foreach (var procedure in Catalogue.Procedures)
        {
            foreach (var lay in procedure.LayWords)
            {
                Assert.True(Find(lay).Any(hit => hit.Procedure == procedure), $"{lay} does not find {procedure.Code}");
            }
        }
    }

    [Fact]
    public void Letters_spaces_and_capitals_of_any_kind_do_not_change_what_is_found()
    {
        foreach (var query in SearchQuery.Read("check").Where(query => query.Kind != "code"))
        {
            var found = Codes(query.Text);
            Assert.Equal(found, Codes($"  {query.Text.Replace(" ", " \t ", StringComparison.Ordinal)} "));
            Assert.Equal(found, Codes(query.Text.Normalize(NormalizationForm.FormD)));
            if (query.Text.Length > 3)
            {
                Assert.Equal(found, Codes(query.Text.ToUpper(CultureInfo.InvariantCulture)));
            }
        }
    }

    [Fact]
    public void The_order_of_the_words_does_not_matter()
    {
        foreach (var query in SearchQuery.Read("check").Where(query => query.Kind != "code"))
        {
            var words = query.Text.Split(' ');
            Assert.Equal(Codes(query.Text), Codes(string.Join(' ', words.Reverse())));
        }
    }

    [Fact]
    public void Fewer_are_the_first_of_more_and_the_same_from_any_search()
    {
        var another = new ProcedureSearch(ProcedureCatalogue.Load());
        foreach (var query in SearchQuery.Read("tuning"))
        {
            var all = Codes(query.Text);
            Assert.Equal(all, another.Find(query.Text, 25, SearchQuery.Volume).Select(hit => hit.Procedure.Code));
            Assert.Equal(all.Take(3), Search.Find(query.Text, 3, SearchQuery.Volume).Select(hit => hit.Procedure.Code));
        }
    }

    [Fact]
    public void Any_text_is_answered_each_procedure_at_most_once_and_never_beyond_the_limit()
    {
        const int Texts = 20_000;
        const string Letters = "abcdefghijklmnopqrstuvwxyzåäö";
        var seeds = SearchQuery.Read("tuning").Concat(SearchQuery.Read("check")).Select(query => query.Text).ToArray();
        Parallel.For(
            0,
            Texts,
            i =>
            {
                var random = new Random(i);
                var text = (i % 4) switch
                {
                    0 => Mutated(random),
                    1 => Noise(random, () => (char)random.Next(char.MaxValue + 1)),
                    2 => Noise(random, () => Letters[random.Next(Letters.Length)]),
                    _ => Noise(random, () => " -/.,'0179NGBåÅ\u0308\u200d\ud83d\udc4d\0\n"[random.Next(21)]),
                };
                var hits = Search.Find(text, 5, SearchQuery.Volume);
                Assert.True(hits.Count <= 5);
                Assert.Equal(hits.Count, hits.Select(hit => hit.Procedure.Code).Distinct().Count());
                Search.FindUncovered(text);
            }
        );

        string Mutated(Random random)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Length + 1);
                switch (random.Next(3))
                {
                    case 0:
                        text.Insert(at, (char)random.Next(32, 0x250));
                        break;
                    case 1 when at < text.Length:
                        text.Remove(at, 1);
                        break;
                    default:
                        text.Insert(at, seeds[random.Next(seeds.Length)]);
                        break;
                }
            }

            return text.ToString();
        }

        static string Noise(Random random, Func<char> next) =>
            string.Concat(Enumerable.Range(0, random.Next(random.Next(100) == 0 ? 400 : 25)).Select(_ => next()));
    }

    [Fact]
    public void The_dots_may_be_left_out_of_what_is_found_with_them()
    {
        var missed = SearchQuery
            .Read("tuning")
            .Where(query => query.IsForProcedure && query.PlaceAmong(Find(query.Text)) == 1)
            .Where(query => query.PlaceAmong(Find(SearchText.Fold(query.Text))) != 1)
            .Select(query => query.Text);
        // Ta, without its dots, is another word.
        Assert.Equal(["stortån", "snedtå"], missed);
    }

    private static IReadOnlyList<ProcedureHit> Find(string query) => Search.Find(query, 25, SearchQuery.Volume);

    private static IEnumerable<string> Codes(string query) => Find(query).Select(hit => hit.Procedure.Code);
}
