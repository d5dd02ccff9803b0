using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Pages;

public sealed class SwedishTests
{
    // 111/264 = 0.420454…: to four decimals 0.4205, which would be 42.1 % if it were rounded once more.
    [Theory]
    [InlineData(111, 264, 0.4205, "42,0 %")]
    [InlineData(25, 46, 0.5435, "54,3 %")]
    [InlineData(1, 16, 0.0625, "6,3 %")]
    public void A_share_is_rounded_once(int within, int n, double inApi, string shown)
    {
        var figure = Figure.Of([new Bin(0, 6, within), new Bin(98, 104, n - within)], country: null);
        Assert.Equal(inApi, figure.Within90Days);
        Assert.Equal(shown, Plain(Swedish.Within90Days(figure)));
    }

    [Theory]
    [InlineData(310, 41, 41, "41 av 310", "13,2 %")]
    [InlineData(17, 6, 6, "6 av 17", null)]
    [InlineData(17, 1, 4, "1–4 av 17", null)]
    [InlineData(24, 1, 4, "1–4 av 24", "högst 16,7 %")]
    [InlineData(1_601, 272, 296, "272–296 av 1 601", "ca 17,7 %")]
    [InlineData(547, 88, 115, "88–115 av 547", "16,1–21,0 %")]
    [InlineData(15, 3, 12, "3–12 av 15", null)]
    public void Beside_a_share_stands_its_count_or_what_is_known_of_it(
        int known,
        int least,
        int most,
        string count,
        string? share
    )
    {
        var asa = AsaShare.Of(new AsaCount(known, least, most, Visible: 1), isUnit: false);
        Assert.Equal(count, Plain(Swedish.AsaCount(asa)));
        Assert.Equal(share, Plain(Swedish.AsaShareText(asa)));
    }

    [Fact]
    public void A_masked_count_says_so() =>
        Assert.Equal("för få för att visas", Swedish.AsaCount(AsaShare.Of(AsaCount.Masked(known: 310), isUnit: true)));

    private static string? Plain(string? text) => text?.Replace('\u00a0', ' ');
}
