using System.Globalization;
using System.Text;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Pages.Charts;

/// <summary>
/// 18 months to the right and days upwards: what the charts have in common. Colours are the stylesheet's, so that a chart
/// follows dark mode and print.
/// </summary>
public readonly struct MonthGrid(DateOnly referenceDate, double highest)
{
    public const int Width = 720;
    public const int Height = 300;
    public const int Left = 56;
    public const int Right = Width - 14;
    public const int Top = 14;
    public const int Bottom = Height - 48;
    public const int Step = (Right - Left) / Month.TrendLength;

    /// <summary>The days at the upper edge: a whole number of ticks that the highest value fits under.</summary>
    public int Most { get; } = (int)Math.Ceiling(highest / TickOf(highest)) * TickOf(highest);

    public static int X(int month) => Left + Step / 2 + month * Step;

    public double Y(double days) => Math.Round(Bottom - (Bottom - Top) * Math.Clamp(days / Most, 0, 1), 1);

    /// <summary>The opening tag with what it is called and what it shows in words.</summary>
    public static StringBuilder Begin(string title, string description) =>
        new StringBuilder(6_000)
            .Append(
                CultureInfo.InvariantCulture,
                $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">"
            )
            .Append("<title id=\"chart-title\">")
            .Append(System.Net.WebUtility.HtmlEncode(title))
            .Append("</title><desc id=\"chart-desc\">")
            .Append(System.Net.WebUtility.HtmlEncode(description))
            .Append("</desc>");

    public void Axes(StringBuilder svg)
    {
        for (var days = 0; days <= Most; days += TickOf(highest))
        {
            var y = Y(days);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {y}H{Right}\"/>")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<text class=\"y\" x=\"{Left - 8}\" y=\"{y + 5}\" text-anchor=\"end\">{days}</text>"
                );
        }

        for (var i = 0; i < Month.TrendLength; i++)
        {
            var month = Month.OfTrend(referenceDate, i);
            var isQuiet = (Month.TrendLength - 1 - i) % 3 != 0;
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

    /// <summary>The medians as a line, broken where there is none.</summary>
    public void Line(StringBuilder svg, string kind, IReadOnlyList<Figure> months)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{kind}\" d=\"");
        var isInLine = false;
        for (var i = 0; i < months.Count; i++)
        {
            if (months[i].MedianDays is { } median)
            {
                Point(svg, isInLine ? 'L' : 'M', X(i), Y(median));
            }

            isInLine = months[i].MedianDays is not null;
        }

        svg.Append("\"/>");
    }

    /// <summary>A mark above the upper edge: what is drawn in this month goes on there.</summary>
    public static void GoesOn(StringBuilder svg, int month) =>
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"more\" d=\"M{X(month) - 5} {Top - 3}l5 -7l5 7Z\"/>");

    public static void Point(StringBuilder svg, char command, int x, double y) =>
        svg.Append(CultureInfo.InvariantCulture, $"{command}{x} {y}");

    private static int TickOf(double highest) =>
        highest switch
        {
            <= 40 => 10,
            <= 90 => 20,
            <= 160 => 30,
            <= 320 => 60,
            <= 520 => 90,
            _ => 180,
        };
}
