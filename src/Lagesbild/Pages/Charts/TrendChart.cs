using System.Globalization;
using System.Net;
using System.Text;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Html;

namespace Lagesbild.Pages.Charts;

/// <summary>
/// 18 months of a median as SVG: the unit's line and interval band, the region and the country quiet behind it, and
/// gaps where nothing can be shown. Colours are the stylesheet's, so that it follows dark mode and print.
/// </summary>
public sealed class TrendChart(string subject, DateOnly referenceDate, Figure[] own, Figure[] region, Figure[] country)
{
    private const int Width = 720;
    private const int Height = 300;
    private const int Left = 56;
    private const int Right = Width - 14;
    private const int Top = 14;
    private const int Bottom = Height - 48;
    private const int Step = (Right - Left) / Month.TrendLength;

    public IReadOnlyList<Figure> Own => own;
    public IReadOnlyList<Figure> Region => region;
    public IReadOnlyList<Figure> Country => country;

    public bool HasGaps => own.Any(month => month.MedianDays is null);

    public HtmlString Draw()
    {
        var tick = Tick();
        var most = (int)Math.Ceiling(Highest() / tick) * tick;
        var svg = new StringBuilder(6_000);
        svg.Append(
                CultureInfo.InvariantCulture,
                $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">"
            )
            .Append("<title id=\"chart-title\">")
            .Append(WebUtility.HtmlEncode($"Median väntetid per månad: {subject}"))
            .Append("</title><desc id=\"chart-desc\">")
            .Append(WebUtility.HtmlEncode(Description()))
            .Append("</desc>");
        Axes(svg, tick, most);
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i].MedianDays is null)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<path class=\"gap\" d=\"M{X(i) - Step / 2 + 2} {Top}h{Step - 4}V{Bottom}h{4 - Step}Z\"/>"
                );
            }
        }

        Band(svg, most);
        Line(svg, "country", country, most);
        Line(svg, "region", region, most);
        Line(svg, "own", own, most);
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i].MedianDays is { } median)
            {
                svg.Append(
                        CultureInfo.InvariantCulture,
                        $"<circle class=\"{(i == own.Length - 1 ? "preliminary" : "own")}\" cx=\"{X(i)}\" cy=\"{Y(median, most)}\" r=\"4\"><title>"
                    )
                    .Append(WebUtility.HtmlEncode(Words(i)))
                    .Append("</title></circle>");
            }
        }

        return new HtmlString(svg.Append("</svg>").ToString());
    }

    /// <summary>What the drawing shows, for whoever does not see it; the table below has every figure.</summary>
    public string Description()
    {
        var shown = Enumerable.Range(0, own.Length).Where(i => own[i].MedianDays is not null).ToList();
        if (shown.Count == 0)
        {
            return "Ingen månad har en median att visa.";
        }

        var lowest = shown.MinBy(i => own[i].MedianDays!.Value);
        var highest = shown.MaxBy(i => own[i].MedianDays!.Value);
        var missing = own.Length - shown.Count;
        return $"Från {Words(shown[0])} till {Words(shown[^1])}. Lägst {Words(lowest)}, högst {Words(highest)}. "
            + (
                missing == 0 ? "Alla månader har en siffra."
                : missing == 1 ? "En månad har ingen siffra att visa."
                : $"{missing} månader har ingen siffra att visa."
            );
    }

    private string Words(int i) =>
        $"{Swedish.Median(own[i])} i {Swedish.Name(Month.OfTrend(referenceDate, i))}{(i == own.Length - 1 ? " (preliminärt)" : "")}";

    private void Axes(StringBuilder svg, int tick, int most)
    {
        for (var days = 0; days <= most; days += tick)
        {
            var y = Y(days, most);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {y}H{Right}\"/>")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<text class=\"y\" x=\"{Left - 8}\" y=\"{y + 5}\" text-anchor=\"end\">{days}</text>"
                );
        }

        for (var i = 0; i < own.Length; i++)
        {
            var month = Month.OfTrend(referenceDate, i);
            var isQuiet = (own.Length - 1 - i) % 3 != 0;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"x{(isQuiet ? " quiet" : "")}\" x=\"{X(i)}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{Swedish.ShortName(month)}</text>"
            );
            if (i == 0 || month.Number == 1)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text class=\"year\" x=\"{X(i)}\" y=\"{Bottom + 42}\" text-anchor=\"middle\">{month.Year}</text>"
                );
            }
        }
    }

    private void Band(StringBuilder svg, int most)
    {
        for (var start = 0; start < own.Length; start++)
        {
            if (own[start].IntervalLowerDays is null)
            {
                continue;
            }

            var end = start;
            while (end + 1 < own.Length && own[end + 1].IntervalLowerDays is not null)
            {
                end++;
            }

            svg.Append("<path class=\"band\" d=\"");
            // A lone month gets a band as wide as its mark.
            var side = start == end ? 5 : 0;
            for (var i = start; i <= end; i++)
            {
                var upper = own[i].IntervalUpperDays is { } day ? day + 1 : most;
                Point(svg, i == start ? 'M' : 'L', X(i) - side, Y(upper, most));
                if (side > 0)
                {
                    Point(svg, 'L', X(i) + side, Y(upper, most));
                }
            }

            for (var i = end; i >= start; i--)
            {
                Point(svg, 'L', X(i) + side, Y(own[i].IntervalLowerDays!.Value, most));
                if (side > 0)
                {
                    Point(svg, 'L', X(i) - side, Y(own[i].IntervalLowerDays!.Value, most));
                }
            }

            svg.Append("Z\"/>");
            start = end;
        }
    }

    private static void Line(StringBuilder svg, string kind, Figure[] months, int most)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{kind}\" d=\"");
        var isInLine = false;
        for (var i = 0; i < months.Length; i++)
        {
            if (months[i].MedianDays is { } median)
            {
                Point(svg, isInLine ? 'L' : 'M', X(i), Y(median, most));
            }

            isInLine = months[i].MedianDays is not null;
        }

        svg.Append("\"/>");
    }

    private static void Point(StringBuilder svg, char command, int x, double y) =>
        svg.Append(CultureInfo.InvariantCulture, $"{command}{x} {y}");

    private static int X(int month) => Left + Step / 2 + month * Step;

    private static double Y(double days, int most) =>
        Math.Round(Bottom - (Bottom - Top) * Math.Clamp(days / most, 0, 1), 1);

    // Every median fits; what chance may hide may take up half as much again.
    private double Highest()
    {
        var median = own.Concat(region).Concat(country).Max(month => month.MedianDays ?? 0);
        var band = own.Max(month => month.IntervalUpperDays ?? 0);
        return Math.Max(30, Math.Max(median * 1.05, Math.Min(band, median * 1.5)));
    }

    private int Tick() =>
        Highest() switch
        {
            <= 40 => 10,
            <= 90 => 20,
            <= 160 => 30,
            <= 320 => 60,
            <= 520 => 90,
            _ => 180,
        };
}
