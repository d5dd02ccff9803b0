using System.Globalization;
using Microsoft.Extensions.Options;

namespace Lagesbild.Picture;

public enum FreshnessState
{
    Fresh,
    Late,
    Stale,
}

/// <summary>How old a source's reference date may be: older than this many days is late, or stale.</summary>
public sealed record FreshnessLimits(int LateDays = 2, int StaleDays = 4)
{
    public FreshnessState Judge(DateOnly referenceDate, DateOnly today)
    {
        var age = today.DayNumber - referenceDate.DayNumber;
        return age > StaleDays ? FreshnessState.Stale
            : age > LateDays ? FreshnessState.Late
            : FreshnessState.Fresh;
    }
}

/// <summary>The limits of every source: configuration's <c>Freshness:&lt;SOURCE&gt;:LateDays</c> and <c>StaleDays</c>.</summary>
public sealed class FreshnessRules(IReadOnlyDictionary<string, FreshnessLimits> limits)
{
    private static readonly FreshnessLimits Usual = new();

    /// <summary>A source's own limits, or the usual ones.</summary>
    public FreshnessLimits Of(string sourceCode) => limits.GetValueOrDefault(sourceCode, Usual);

    /// <exception cref="OptionsValidationException">A value is not a whole number of days, or stale comes before late. The message names the key.</exception>
    public static FreshnessRules Read(IConfiguration configuration)
    {
        var limits = new Dictionary<string, FreshnessLimits>(StringComparer.OrdinalIgnoreCase);
        foreach (var source in configuration.GetSection("Freshness").GetChildren())
        {
            var late = Days(source.GetSection("LateDays"), Usual.LateDays);
            var stale = Days(source.GetSection("StaleDays"), Math.Max(late, Usual.StaleDays));
            if (stale < late)
            {
                throw Unusable($"{source.Path}:StaleDays must not be less than {source.Path}:LateDays.");
            }

            limits[source.Key] = new FreshnessLimits(late, stale);
        }

        return new FreshnessRules(limits);
    }

    private static int Days(IConfigurationSection section, int usual) =>
        section.Value is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days
        : throw Unusable($"{section.Path} must be a whole number of days.");

    private static OptionsValidationException Unusable(string problem) =>
        new("Freshness", typeof(FreshnessRules), [problem]);
}
