using System.Globalization;
using System.Net;
using System.Text;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Microsoft.AspNetCore.Html;

namespace Lagesbild.Pages.Charts;

/// <summary>
/// 18 months of a median as SVG: the unit's line and interval band, the region and the country quiet behind it, and
/// gaps where nothing can be shown.
/// </summary>
public sealed class TrendChart(string subject, DateOnly referenceDate, Figure[] own, Figure[] region, Figure[] country)
{
    public IReadOnlyList<Figure> Own => own;
    public IReadOnlyList<Figure> Region => region;
    public IReadOnlyList<Figure> Country => country;

    /// <summary>True where an interval goes on above what the chart has room for.</summary>
    public bool HasMore => Enumerable.Range(0, own.Length).Any(GoesOn);

    /// <summary>True where the region's line would lie under the unit's own in every month.</summary>
    public bool IsAloneInRegion =>
        own.Zip(region).All(both => both.First.MedianDays == both.Second.MedianDays && both.Second.Units <= 1);

    public bool HasGaps => own.Any(month => month.MedianDays is null);

    public HtmlString Draw()
    {
        var grid = Grid;
        var svg = MonthGrid.Begin($"Median väntetid per månad: {subject}", Description());
        grid.Axes(svg);
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i].MedianDays is null)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<path class=\"gap\" d=\"M{MonthGrid.X(i) - MonthGrid.Step / 2 + 2} {MonthGrid.Top}h{MonthGrid.Step - 4}V{MonthGrid.Bottom}h{4 - MonthGrid.Step}Z\"/>"
                );
            }
        }

        Band(svg, grid);
        grid.Line(svg, "country", country);
        if (!IsAloneInRegion)
        {
            grid.Line(svg, "region", region);
        }

        grid.Line(svg, "own", own);
        for (var i = 0; i < own.Length; i++)
        {
            if (GoesOn(i))
            {
                MonthGrid.GoesOn(svg, i);
            }

            if (own[i].MedianDays is { } median)
            {
                svg.Append(
                        CultureInfo.InvariantCulture,
                        $"<circle class=\"{(i == own.Length - 1 ? "preliminary" : "own")}\" cx=\"{MonthGrid.X(i)}\" cy=\"{grid.Y(median)}\" r=\"4\"><title>"
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
            )
            + WordsOfMore();
    }

    private MonthGrid Grid => new(referenceDate, Highest());

    private bool GoesOn(int i) =>
        own[i].IntervalLowerDays is not null && !(own[i].IntervalUpperDays is { } upper && upper + 1 <= Grid.Most);

    private string WordsOfMore()
    {
        var more = Enumerable.Range(0, own.Length).Where(GoesOn).ToList();
        return more.Count == 0
            ? ""
            : " Osäkerheten går längre än bilden rymmer: "
                + string.Join(
                    ", ",
                    more.Select(i => $"{Swedish.Interval(own[i])} i {Swedish.Name(Month.OfTrend(referenceDate, i))}")
                )
                + ".";
    }

    private string Words(int i) =>
        $"{Swedish.Median(own[i])} i {Swedish.Name(Month.OfTrend(referenceDate, i))}{(i == own.Length - 1 ? " (preliminärt)" : "")}";

    private void Band(StringBuilder svg, MonthGrid grid)
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
                var upper = grid.Y(own[i].IntervalUpperDays is { } day ? day + 1 : grid.Most);
                MonthGrid.Point(svg, i == start ? 'M' : 'L', MonthGrid.X(i) - side, upper);
                if (side > 0)
                {
                    MonthGrid.Point(svg, 'L', MonthGrid.X(i) + side, upper);
                }
            }

            for (var i = end; i >= start; i--)
            {
                var lower = grid.Y(own[i].IntervalLowerDays!.Value);
                MonthGrid.Point(svg, 'L', MonthGrid.X(i) + side, lower);
                if (side > 0)
                {
                    MonthGrid.Point(svg, 'L', MonthGrid.X(i) - side, lower);
                }
            }

            svg.Append("Z\"/>");
            start = end;
        }
    }

    // Every median fits; what chance may hide may take up half as much again.
    private double Highest()
    {
        var median = own.Concat(region).Concat(country).Max(month => month.MedianDays ?? 0);
        var band = own.Max(month => month.IntervalUpperDays ?? 0);
        return Math.Max(30, Math.Max(median * 1.05, Math.Min(band, median * 1.5)));
    }
}
