using System.Globalization;
using System.Text;
using Lagesbild.Picture;
using Microsoft.AspNetCore.Html;

namespace Lagesbild.Pages.Charts;

/// <summary>
/// The one scale of a table's small drawings, 0 to <paramref name="Days"/>, so that rows can be compared by eye.
/// </summary>
public readonly record struct Scale(int Days)
{
    private const int StripWidth = 120;
    private const int StepWidth = 6;
    private const int SparkHeight = 30;

    /// <summary>
    /// Wide enough for every row's median, with room for some of what chance may add to it, and for nineteen of twenty
    /// months: a single month of a few patients would press all lines flat. What is longer runs along the upper edge.
    /// </summary>
    public static Scale Of(IEnumerable<double?> medians, IEnumerable<double?> months)
    {
        var sorted = months.OfType<double>().Order().ToList();
        var usual = sorted.Count == 0 ? 0 : sorted[(sorted.Count - 1) * 19 / 20];
        return new Scale(Math.Max(30, (int)Math.Ceiling(Math.Max(usual, 1.1 * (medians.Max() ?? 0)) / 30) * 30));
    }

    /// <summary>
    /// The median as a mark, what chance hides as a bar, and the country's median as a line through all rows. What it
    /// shows stands in words beside it.
    /// </summary>
    public HtmlString Strip(in Figure figure, in Figure country)
    {
        if (figure.MedianDays is not { } median)
        {
            return HtmlString.Empty;
        }

        var svg = new StringBuilder(
            """<svg class="strip" viewBox="0 0 120 12" width="120" height="12" aria-hidden="true" focusable="false">"""
        );
        if (figure.IntervalLowerDays is { } lower)
        {
            var from = X(lower);
            var to = X(figure.IntervalUpperDays is { } upper ? upper + 1 : Days);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"ci\" d=\"M{from} 6H{Math.Max(from + 1, to)}\"/>");
        }

        if (country.MedianDays is { } whole)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"land\" d=\"M{X(whole)} 0V12\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"mid\" d=\"M{X(median)} 2V10\"/>");
        var goesOn =
            figure is { IntervalLowerDays: not null, IntervalUpperDays: null } || figure.IntervalUpperDays + 1 > Days;
        if (goesOn || median > Days)
        {
            svg.Append("<path class=\"more\" d=\"M117 2l5 4l-5 4\"/>");
        }

        return new HtmlString(svg.Append("</svg>").ToString());
    }

    /// <summary>18 months as a line with gaps where nothing can be shown; a lone month is a dot.</summary>
    public HtmlString Spark(TrendRow trend)
    {
        var line = new StringBuilder();
        var more = new StringBuilder();
        double highest = 0;
        var isInLine = false;
        double? first = null;
        double? latest = null;
        for (var i = 0; i < trend.Months.Count; i++)
        {
            if (trend.Months[i].MedianDays is not { } median)
            {
                isInLine = false;
                continue;
            }

            first ??= median;
            latest = median;
            highest = Math.Max(highest, median);
            if (median > Days)
            {
                more.Append(CultureInfo.InvariantCulture, $"M{i * StepWidth} -1l3 -3l3 3");
            }

            line.Append(
                CultureInfo.InvariantCulture,
                $"{(isInLine ? 'L' : 'M')}{3 + i * StepWidth} {SparkHeight - 2 - (int)Math.Round(Math.Min(1, median / Days) * (SparkHeight - 4))}"
            );
            var isAlone = !isInLine && (i + 1 == trend.Months.Count || trend.Months[i + 1].MedianDays is null);
            if (isAlone)
            {
                line.Append("h0");
            }

            isInLine = true;
        }

        return first is null
            ? new HtmlString("<span class=\"none\">för få per månad</span>")
            : new HtmlString(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<svg class=\"spark\" viewBox=\"0 0 108 {SparkHeight}\" width=\"108\" height=\"{SparkHeight}\" role=\"img\" aria-label=\"Från {(int)first} till {(int)latest!} dagar{(more.Length == 0 ? "" : $", högst {(int)highest}")}\"><path d=\"{line}\"/>{(more.Length == 0 ? "" : $"<path class=\"more\" d=\"{more}\"/>")}</svg>"
                )
            );
    }

    private int X(double day) => (int)Math.Round(Math.Clamp(day / Days, 0, 1) * StripWidth);
}
