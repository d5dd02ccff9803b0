using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class ComparedWithHomeTests
{
    // 20 patients: ranks 3 and 18. All in [84, 90]: the median is 87.5, the interval [84, 90].
    private static readonly Bin[] Home = [new(84, 90, 20)];

    [Fact]
    public void Intervals_that_share_a_day_overlap()
    {
        // 2 + 16 + 2: ranks 3 and 18 are both in the middle bin. It ends on day 83, the day before home's begins.
        Assert.Equal(ComparedWith.Shorter, Compare([new(0, 0, 2), new(77, 83, 16), new(200, 200, 2)]));
        Assert.Equal(ComparedWith.Similar, Compare([new(0, 0, 2), new(70, 84, 16), new(200, 200, 2)]));
        Assert.Equal(ComparedWith.Longer, Compare([new(0, 0, 2), new(91, 97, 16), new(200, 200, 2)]));
        Assert.Equal(ComparedWith.Similar, Compare([new(0, 0, 2), new(90, 104, 16), new(200, 200, 2)]));
    }

    [Fact]
    public void Less_than_a_week_is_similar_however_sure()
    {
        // Day 81: 81.5 against 87.5 is six days; day 80 is seven.
        Assert.Equal(ComparedWith.Similar, Compare([new(81, 81, 100)]));
        Assert.Equal(ComparedWith.Shorter, Compare([new(80, 80, 100)]));
        Assert.Equal(ComparedWith.Similar, Compare([new(93, 93, 100)]));
        Assert.Equal(ComparedWith.Longer, Compare([new(94, 94, 100)]));
    }

    [Fact]
    public void Nine_patients_on_either_side_are_not_compared()
    {
        Assert.Equal(ComparedWith.None, Compare([new(0, 6, 9)]));
        Assert.Equal(ComparedWith.Shorter, Compare([new(0, 6, 10)]));
        Assert.Equal(ComparedWith.None, MedianInterval.CompareWithHome(Home, [new Bin(0, 6, 9)]));
    }

    [Fact]
    public void Home_may_be_smaller_than_what_is_compared_with_it() =>
        Assert.Equal(ComparedWith.Shorter, Compare([new(0, 6, 1_000)]));

    [Fact]
    public void An_open_end_is_above_everything()
    {
        // 17 of 20 in a closed bin: the 18th is open.
        Bin[] open = [new(0, 6, 17), new(364, null, 3)];
        Assert.Equal(ComparedWith.Similar, Compare(open));
        Assert.Equal(ComparedWith.Similar, MedianInterval.CompareWithHome([new Bin(200, 206, 20)], open));
        Assert.Equal(ComparedWith.None, Compare([new(0, 6, 5), new(728, null, 20)]));
    }

    [Fact]
    public void Every_word_is_that_of_the_definition_in_rational_numbers()
    {
        var random = new Random(88);
        var seen = new HashSet<ComparedWith>();
        for (var i = 0; i < 600; i++)
        {
            var row = ExactOracle.RandomMerge(random, random.Next(1, 4));
            var home = ExactOracle.RandomMerge(random, random.Next(1, 4));
            var word = MedianInterval.CompareWithHome(row, home);
            Assert.Equal(ExactOracle.ComparedWithHome(row, home), word);
            var mirrored = word switch
            {
                ComparedWith.Shorter => ComparedWith.Longer,
                ComparedWith.Longer => ComparedWith.Shorter,
                _ => word,
            };
            Assert.Equal(mirrored, MedianInterval.CompareWithHome(home, row));
            seen.Add(word);
        }

        Assert.Equal(4, seen.Count);
    }

    private static ComparedWith Compare(Bin[] row) => MedianInterval.CompareWithHome(row, Home);
}
