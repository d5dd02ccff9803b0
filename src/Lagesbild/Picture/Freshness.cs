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
