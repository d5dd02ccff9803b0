using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Pages;

/// <summary>
/// What stands around every page: the picture, taken once for the request, so that a publication in the middle of it
/// changes nothing, and how old its sources are today.
/// </summary>
public sealed class Shell(CurrentPicture current, Contacts contacts, TimeProvider clock, FreshnessRules freshness)
{
    /// <summary>Null until the first publication.</summary>
    public Picture.Picture? Picture { get; } = current.Value;

    public ContactList Contacts { get; } = contacts.Current;

    public DateOnly Today { get; } = clock.TodayInStockholm();

    public FreshnessLimits LimitsOf(Source source) => freshness.Of(source.Code);

    public FreshnessState Judge(PictureSource source) => LimitsOf(source.Source).Judge(source.ReferenceDate, Today);

    /// <summary>The sources that are late or stale, with their age in days.</summary>
    public IEnumerable<(PictureSource Source, FreshnessState State, int AgeDays)> Overdue =>
        (Picture?.Sources ?? [])
            .Select(source => (source, Judge(source), Today.DayNumber - source.ReferenceDate.DayNumber))
            .Where(source => source.Item2 != FreshnessState.Fresh);
}
