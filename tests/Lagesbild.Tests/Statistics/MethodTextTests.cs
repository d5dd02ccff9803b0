using System.Globalization;
using System.Text.RegularExpressions;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

/// <summary>docs/metod.md states the code's own thresholds: a figure that is changed in one is changed in the other.</summary>
public sealed partial class MethodTextTests
{
    private static readonly string Text = Spaces()
        .Replace(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "metod.md")), " ");

    [Fact]
    public void Every_threshold_is_the_codes_own()
    {
        var limits = new FreshnessLimits();
        Says($"90:e percentilen kräver minst {Quantile.LeastForP90} patienter");
        Says($"Under {MedianInterval.LeastForInterval} patienter finns inget intervall");
        Says($"Under {Proportion.LeastKnown} kända visas ingen andel");
        Says($"medianerna skiljer minst {MedianInterval.LeastDifferenceDays} dagar");
        Says($"Inget ord sägs under {MedianInterval.LeastForComparison} patienter");
        Says($"De {Month.TrendLength} hela månaderna före referensdatumets månad");
        Says($"mer än {limits.LateDays} dagar bakåt och *gammal* när det ligger mer än {limits.StaleDays}");
        Says(
            $"{Quantile.LeastForP90} för 90:e percentilen och ASA-andelen, {MedianInterval.LeastForComparison} för ordet i §8, "
                + $"{MedianInterval.LeastForInterval} för intervallet i §4"
        );
        Assert.Equal(2, 100 / Proportion.WidestApproximationPart);
        Says("högst två procentenheter från varandra");
    }

    [Fact]
    public void The_worked_example_comes_out_as_it_is_written()
    {
        var median = Quantile.Median([new Bin(0, 6, 10), new Bin(7, 13, 30)]).Days!.Value;
        Says($"7 + (20 − 10) / 30 · 7 = {median.ToString("0.00", CultureInfo.GetCultureInfo("sv-SE"))} dagar");
        Says($"från det oavrundade värdet: {(int)Math.Floor(median)}.");
    }

    [Theory]
    [InlineData("masked")]
    [InlineData("none")]
    [InlineData("not-reported")]
    [InlineData("few")]
    [InlineData("open-ended")]
    [InlineData("not-collected")]
    [InlineData("no-comparison")]
    [InlineData("large-share")]
    public void Every_reason_is_explained(string reason) => Says($"| `{reason}` |");

    private static void Says(string words) => Assert.Contains(words, Text, StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
