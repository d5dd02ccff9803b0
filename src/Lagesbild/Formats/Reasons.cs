using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Formats;

/// <summary>Why each figure that is null is null. (docs/metod.md §10)</summary>
public static class Reasons
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    private static readonly string[] OfEveryCell =
    [
        "medianDays",
        "medianLowerDays",
        "medianUpperDays",
        "confidenceInterval",
        "within90Days",
    ];

    /// <param name="source">Tells whether ASA classes are collected.</param>
    /// <param name="country">The country's figure of the same cell; null for the country itself.</param>
    public static IReadOnlyDictionary<string, string> Of(Figure figure, AsaShare? asa, Source source, Figure? country)
    {
        var reasons = new Dictionary<string, string>();
        OfMedian(reasons, figure);
        if (!figure.IsPresent)
        {
            reasons["p90Days"] = reasons["comparedToCountry"] = figure.Absence.Word()!.English;
        }
        else
        {
            if (figure.P90Days is null)
            {
                reasons["p90Days"] = figure.P90IsOpenEnded ? Words.OpenEnded : Words.Few;
            }

            if (figure.ComparedToCountry == ComparedWith.None)
            {
                reasons["comparedToCountry"] =
                    country is not { MedianDays: not null } ? Words.NoComparison
                    : figure.MedianDays is null ? Words.OpenEnded
                    : figure.Count < MedianInterval.LeastForComparison ? Words.Few
                    : Words.LargeShare;
            }
        }

        if (asa?.Share is null)
        {
            // A pair has ASA numbers exactly when its 365-day cell is visible, so their absence is that cell's masking.
            var why =
                !source.HasAsa ? Words.NotCollected
                : asa is not { } share ? Words.Masked
                : share.Reason switch
                {
                    AsaShareReason.Few => Words.Few,
                    AsaShareReason.Masked => Words.Masked,
                    _ => null, // bounded: there is a figure
                };
            if (why is not null)
            {
                reasons["asa34"] = why;
            }
        }

        return reasons.Count == 0 ? Nothing : reasons;
    }

    /// <summary>The same, and why the row is not compared with the patient's home.</summary>
    /// <param name="home">The home's figure; null where it has none of the procedure.</param>
    public static IReadOnlyDictionary<string, string> AndOfHome(
        IReadOnlyDictionary<string, string> reasons,
        Row row,
        Place homePlace,
        Figure? home
    )
    {
        if (row.Home is not null)
        {
            return reasons;
        }

        var figure = row.Figure;
        return new Dictionary<string, string>(reasons)
        {
            ["comparedToHome"] =
                figure.Absence.Word()?.English
                ?? (
                    home is not { MedianDays: not null } || row.Place.IsSameAs(homePlace) ? Words.NoComparison
                    : figure.MedianDays is null ? Words.OpenEnded
                    : Words.Few
                ),
        };
    }

    /// <summary>Of a month: the figures that a trend has. Where all are missing, the absence says why once.</summary>
    public static IReadOnlyDictionary<string, string> OfMonth(Figure figure)
    {
        if (!figure.IsPresent)
        {
            return Nothing;
        }

        var reasons = new Dictionary<string, string>();
        OfMedian(reasons, figure);
        return reasons.Count == 0 ? Nothing : reasons;
    }

    private static void OfMedian(Dictionary<string, string> reasons, Figure figure)
    {
        if (figure.Absence.Word() is { English: var absence })
        {
            if (figure.Count is null)
            {
                reasons["count"] = absence;
            }

            foreach (var figureName in OfEveryCell)
            {
                reasons[figureName] = absence;
            }

            return;
        }

        if (figure.MedianDays is null)
        {
            reasons["medianDays"] = Words.OpenEnded;
        }

        if (figure.MedianUpperDays is null)
        {
            reasons["medianUpperDays"] = Words.OpenEnded;
        }

        if (figure.IntervalLowerDays is null)
        {
            reasons["confidenceInterval"] = Words.Few;
        }
        else if (figure.IntervalUpperDays is null)
        {
            reasons["confidenceInterval"] = Words.OpenEnded;
        }
    }
}
