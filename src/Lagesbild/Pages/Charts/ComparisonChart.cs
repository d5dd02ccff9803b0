using System.Globalization;
using System.Text;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Html;

namespace Lagesbild.Pages.Charts;

/// <summary>18 months of up to six units in one drawing, the country quiet behind them. Colour, dashes and mark tell them apart.</summary>
public sealed class ComparisonChart(
    string subject,
    DateOnly referenceDate,
    IReadOnlyList<TrendRow> units,
    IReadOnlyList<Figure> country
)
{
    /// <summary>Units that can be told apart.</summary>
    public const int Most = 6;

    public HtmlString Draw()
    {
        var highest = units.SelectMany(unit => unit.Months).Concat(country).Max(month => month.MedianDays ?? 0);
        var grid = new MonthGrid(referenceDate, Math.Max(30, highest * 1.05));
        var svg = MonthGrid.Begin($"Median väntetid per månad: {subject}", Description());
        grid.Axes(svg);
        grid.Line(svg, "country", country);
        for (var i = 0; i < units.Count; i++)
        {
            var kind = $"u{(i + 1).ToString(CultureInfo.InvariantCulture)}";
            grid.Line(svg, kind, units[i].Months);
            for (var month = 0; month < units[i].Months.Count; month++)
            {
                if (units[i].Months[month].MedianDays is { } median)
                {
                    Mark(svg, i, MonthGrid.X(month), grid.Y(median));
                }
            }
        }

        return new HtmlString(svg.Append("</svg>").ToString());
    }

    /// <summary>A unit's line and mark, for the legend.</summary>
    public static HtmlString Key(int unit)
    {
        var svg = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 36 14\" width=\"36\" height=\"14\" aria-hidden=\"true\" focusable=\"false\"><path class=\"u{unit + 1}\" d=\"M1 7H35\"/>"
        );
        Mark(svg, unit, 18, 7);
        return new HtmlString(svg.Append("</svg>").ToString());
    }

    private string Description() =>
        string.Join(' ', units.Select(unit => $"{unit.Place.Name}: {Words(unit.Months)}."))
        + " Månaderna står i tabellen under.";

    private string Words(IReadOnlyList<Figure> months)
    {
        var shown = Enumerable.Range(0, months.Count).Where(i => months[i].MedianDays is not null).ToList();
        return shown.Count == 0 ? "ingen månad har en median att visa" : $"{At(shown[0])}, {At(shown[^1])}";

        string At(int i) => $"{Swedish.Median(months[i])} i {Swedish.Name(Month.OfTrend(referenceDate, i))}";
    }

    private static void Mark(StringBuilder svg, int unit, int x, double y)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"M{x} {y}");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"u{unit + 1} dot\" d=\"{place}")
            .Append(
                unit switch
                {
                    0 => "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
                    1 => "m-4 -4h8v8h-8Z",
                    2 => "m0 -5l5 9h-10Z",
                    3 => "m0 -5l5 5l-5 5l-5 -5Z",
                    4 => "m0 5l5 -9h-10Z",
                    _ => "m-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5Z",
                }
            )
            .Append("\"/>");
    }
}
