using System.Globalization;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

/// <summary>
/// Official histograms with official results: NHS England, RTT Waiting Times, completed non-admitted pathways,
/// September 2025 (Open Government Licence v3.0). Weeks there, days here: bin i is [7i, 7i+6].
/// </summary>
public sealed class GoldenTests
{
    private const int OpenWeek = 104;

    private sealed record Published(string Name, Bin[] Bins, long Count, string Median, string P95);

    [Fact]
    public void Every_published_median_and_95th_percentile_is_reproduced_to_a_billionth_of_a_week()
    {
        var rows = Read();
        Assert.Equal(291, rows.Count);
        Assert.All(
            rows,
            row =>
            {
                Assert.Equal(row.Count, Histogram.Count(row.Bins));
                Same(row.Median, Quantile.Median(row.Bins));
                Same(row.P95, Quantile.Of(row.Bins, 95, 100));
            }
        );
    }

    [Fact]
    public void A_published_rank_in_the_open_week_has_no_value_but_a_lower_limit_of_728_days()
    {
        // The published rows hold patients in the open week; at the share where it begins the value ends.
        var rows = Read().Where(r => r.Bins[^1].IsOpen).ToList();
        Assert.NotEmpty(rows);
        Assert.All(
            rows,
            row =>
            {
                var last = Quantile.Of(row.Bins, 1, 1);
                Assert.True(last.IsOpenEnded);
                Assert.Null(last.Days);
                Assert.Equal(728, last.OpenEndedFrom);
            }
        );
    }

    [Fact]
    public void The_published_median_lies_within_its_bounds_and_its_confidence_interval()
    {
        Assert.All(
            Read().Where(r => r.Count >= MedianInterval.LeastForInterval),
            row =>
            {
                var days = (int)Math.Floor(double.Parse(row.Median, CultureInfo.InvariantCulture) * 7);
                var bounds = MedianInterval.Bounds(row.Bins);
                var interval = MedianInterval.Confidence95(row.Bins);
                Assert.InRange(days, bounds.Lower!.Value, bounds.Upper!.Value);
                Assert.InRange(bounds.Lower!.Value, interval.Lower!.Value, bounds.Upper!.Value);
                Assert.InRange(bounds.Upper!.Value, bounds.Lower!.Value, interval.Upper ?? int.MaxValue);
            }
        );
    }

    private static void Same(string published, QuantileValue computed)
    {
        if (published == "104+")
        {
            Assert.Null(computed.Days);
            Assert.Equal(728, computed.OpenEndedFrom);
            return;
        }

        Assert.Equal(double.Parse(published, CultureInfo.InvariantCulture), computed.Days!.Value / 7, 1e-9);
        Assert.False(computed.IsOpenEnded);
    }

    private static List<Published> Read()
    {
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream("nhs-rtt-nonadmitted-2025-09.csv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(f => new Published(
                    f[0] + "/" + f[1],
                    [.. f[2].Split(' ').Select(ToBin)],
                    long.Parse(f[3], CultureInfo.InvariantCulture),
                    f[4],
                    f[5]
                )),
        ];
    }

    private static Bin ToBin(string weekAndPatients)
    {
        var colon = weekAndPatients.IndexOf(':', StringComparison.Ordinal);
        var week = int.Parse(weekAndPatients[..colon], CultureInfo.InvariantCulture);
        var patients = int.Parse(weekAndPatients[(colon + 1)..], CultureInfo.InvariantCulture);
        return new Bin(7 * week, week == OpenWeek ? null : 7 * week + 6, patients);
    }
}
