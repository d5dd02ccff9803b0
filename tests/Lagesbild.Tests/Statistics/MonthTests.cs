using System.Globalization;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

public sealed class MonthTests
{
    [Fact]
    public void A_trend_is_the_eighteen_complete_months_before_the_reference_dates_month()
    {
        // A reference date in November 2026: from May 2025 to October 2026.
        foreach (var day in new[] { 1, 21, 30 })
        {
            var date = new DateOnly(2026, 11, day);
            var months = Enumerable.Range(0, Month.TrendLength).Select(i => Month.OfTrend(date, i)).ToArray();
            Assert.Equal(new Month(2025, 5), months[0]);
            Assert.Equal(new Month(2025, 12), months[7]);
            Assert.Equal(new Month(2026, 1), months[8]);
            Assert.Equal(new Month(2026, 10), months[17]);
            Assert.All(months.Zip(months.Skip(1)), pair => Assert.Equal(pair.First.Add(1), pair.Second));
        }
    }

    [Fact]
    public void The_month_of_the_reference_date_is_not_complete_even_on_its_last_day()
    {
        var date = new DateOnly(2026, 1, 31);
        Assert.Equal(new Month(2025, 12), Month.OfTrend(date, 17));
        Assert.Null(new Month(2026, 1).PlaceInTrend(date));
        Assert.Null(new Month(2024, 6).PlaceInTrend(date));
        Assert.Equal(0, new Month(2024, 7).PlaceInTrend(date));
    }

    [Fact]
    public void A_months_place_and_the_month_of_a_place_undo_each_other()
    {
        for (var date = new DateOnly(2023, 12, 15); date.Year < 2027; date = date.AddDays(17))
        {
            for (var i = 0; i < Month.TrendLength; i++)
            {
                Assert.Equal(i, Month.OfTrend(date, i).PlaceInTrend(date));
            }
        }
    }

    [Fact]
    public void A_month_has_its_days()
    {
        Assert.Equal(new DateOnly(2024, 2, 29), new Month(2024, 2).LastDay);
        Assert.Equal(new DateOnly(2026, 2, 28), new Month(2026, 2).LastDay);
        Assert.Equal(new DateOnly(2026, 12, 31), new Month(2026, 12).LastDay);
        Assert.Equal(new DateOnly(2026, 12, 1), new Month(2026, 12).FirstDay);
        Assert.Equal(new Month(2026, 2), Month.Of(new DateOnly(2026, 2, 28)));
    }

    [Fact]
    public void Months_are_ordered_by_time()
    {
        var (december, january) = (new Month(2025, 12), new Month(2026, 1));
        Assert.True(december < january && january > december && december <= january && january >= december);
        Assert.Equal([december, january], new[] { january, december }.Order());
    }

    [Theory]
    [InlineData("sv-SE")]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    public void A_month_is_written_the_same_in_every_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal("2026-03", new Month(2026, 3).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
