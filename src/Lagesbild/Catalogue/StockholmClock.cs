namespace Lagesbild.Catalogue;

/// <summary>The day it is where the deliveries are dated: the one place that turns an instant into "today".</summary>
public static class StockholmClock
{
    public static TimeZoneInfo TimeZone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/Stockholm");

    /// <summary>Today in Europe/Stockholm, whatever the machine's own zone.</summary>
    public static DateOnly TodayInStockholm(this TimeProvider clock) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), TimeZone).DateTime);
}
