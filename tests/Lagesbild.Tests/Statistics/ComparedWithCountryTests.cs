using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class ComparedWithCountryTests
{
    // 400 patients around 12 weeks: k = 200, F = 100, f = 200 in [84, 90]: 84 + 100/200 · 7 = 87.5.
    private static readonly Bin[] Country = [new(77, 83, 100), new(84, 90, 200), new(91, 97, 100)];

    [Fact]
    public void The_countrys_median_is_the_one_worked_out_above() => Assert.Equal(87.5, Quantile.Median(Country).Days);

    [Fact]
    public void Surely_shorter_by_a_week_is_shorter()
    {
        // 20 patients in week 5: median 38.5; the 99.8 % interval is [35, 41] and 42 ≤ 87.5.
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(35, 41, 20)]));
    }

    [Fact]
    public void Surely_longer_by_a_week_is_longer() =>
        Assert.Equal(ComparedWith.Longer, Compare([new Bin(140, 146, 20)]));

    [Fact]
    public void The_upper_limit_is_a_completed_day_so_the_wait_may_reach_the_day_after()
    {
        // All in [80, 86]: the wait may reach 87, and 87 ≤ 87.5, but 87.5 − 83.5 is less than a week.
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(80, 86, 20)]));
        // N = 20, ranks 3 and 18. 16 in [70, 76], 4 in [80, 86]: median 70 + 10/16 · 7 = 74.375, upper limit 86: shorter.
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(70, 76, 16), new Bin(80, 86, 4)]));
        // One day later: the upper limit 87 may reach 88 > 87.5.
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(70, 76, 16), new Bin(81, 87, 4)]));
    }

    [Fact]
    public void The_lower_limit_must_reach_the_countrys_median()
    {
        // N = 20, ranks 3 and 18: 4 in the first bin. Lower limit 88 ≥ 87.5, median 100 + 6/16 · 7: longer; 87 is not.
        Assert.Equal(ComparedWith.Longer, Compare([new Bin(88, 94, 4), new Bin(100, 106, 16)]));
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(87, 93, 4), new Bin(100, 106, 16)]));
    }

    [Fact]
    public void Less_than_a_week_is_similar_however_sure()
    {
        // 100 patients, all on day 82: the interval is [82, 82], and 87.5 − 82.5 = 5 days.
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(82, 82, 100)]));
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(93, 93, 100)]));
        // On day 80: 87.5 − 80.5 = 7 days exactly.
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(80, 80, 100)]));
        Assert.Equal(ComparedWith.Longer, Compare([new Bin(94, 94, 100)]));
    }

    [Fact]
    public void A_week_exactly_is_a_week_although_two_doubles_say_a_little_less()
    {
        // Row: one on day 0, 72 in [28, 34]. Country: four times as many, a week later. The medians are
        // 28 + 35.5/72 · 7 and 35 + 35.5/72 · 7 = 38.4513…: 7 days apart, and 6.9999999999999964 as doubles.
        foreach (
            var (ones, others) in Enumerable.Range(1, 40).SelectMany(a => Enumerable.Range(41, 60).Select(b => (a, b)))
        )
        {
            Bin[] row = [new(0, 0, ones), new(28, 34, others)];
            Bin[] country = [new(7, 7, 4 * ones), new(35, 41, 4 * others)];
            Assert.Equal(ExactOracle.Compared(row, country), MedianInterval.CompareWithCountry(row, country));
            Bin[] late = [new(0, 0, ones), new(91, 97, others)];
            Bin[] sooner = [new(0, 0, 4 * ones), new(84, 90, 4 * others)];
            Assert.Equal(ExactOracle.Compared(late, sooner), MedianInterval.CompareWithCountry(late, sooner));
        }
    }

    [Fact]
    public void Every_word_is_that_of_the_definition_in_rational_numbers()
    {
        var random = new Random(8);
        var seen = new HashSet<ComparedWith>();
        for (var i = 0; i < 600; i++)
        {
            var row = ExactOracle.RandomMerge(random, random.Next(1, 3));
            Bin[] rest = [.. ExactOracle.RandomMerge(random, random.Next(1, 9)), .. row];
            var country = rest[..Histogram.Merge(rest)];
            var word = MedianInterval.CompareWithCountry(row, country);
            Assert.Equal(ExactOracle.Compared(row, country), word);
            seen.Add(word);
        }

        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void Nine_patients_are_not_compared()
    {
        Assert.Equal(ComparedWith.None, Compare([new Bin(0, 6, 9)]));
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(0, 6, 10)]));
    }

    [Fact]
    public void A_row_of_more_than_a_quarter_of_the_country_is_not_compared_with_it()
    {
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(0, 6, 100)]));
        Assert.Equal(ComparedWith.None, Compare([new Bin(0, 6, 101)]));
        Assert.Equal(ComparedWith.None, Compare(Country));
    }

    [Fact]
    public void Without_either_median_there_is_no_word()
    {
        Assert.Equal(ComparedWith.None, Compare([new Bin(0, 6, 5), new Bin(728, null, 20)]));
        Assert.Equal(ComparedWith.None, Compare([]));
        Assert.Equal(
            ComparedWith.None,
            MedianInterval.CompareWithCountry([new Bin(0, 6, 20)], [new Bin(0, 6, 100), new Bin(728, null, 300)])
        );
        Assert.Equal(ComparedWith.None, MedianInterval.CompareWithCountry([new Bin(0, 6, 20)], []));
    }

    [Fact]
    public void An_upper_limit_in_an_open_bin_is_never_shorter()
    {
        // N = 20: median 35 + 10/17 · 7, but the 18th is open.
        Assert.Equal(ComparedWith.Similar, Compare([new Bin(35, 41, 17), new Bin(364, null, 3)]));
        Assert.Equal(ComparedWith.Shorter, Compare([new Bin(35, 41, 18), new Bin(364, null, 2)]));
    }

    private static ComparedWith Compare(Bin[] row) => MedianInterval.CompareWithCountry(row, Country);
}
