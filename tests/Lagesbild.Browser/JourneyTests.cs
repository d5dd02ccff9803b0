using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>What people come for, from the first page to the last, with the keys and presses that they use.</summary>
public sealed class JourneyTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task A_navigator_goes_from_a_phrase_to_three_units_to_a_sheet_for_the_patient()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/");
        await page.Locator("#q").FillAsync("nytt knä");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync(@"/(\?q=|atgard/NGB)");
        if (page.Url.Contains("?q=", StringComparison.Ordinal))
        {
            await page.Locator(".choices a[href='/atgard/NGB']").ClickAsync();
        }

        await window.ArriveAsync(@"/atgard/NGB(\?|$)");
        await page.Locator("#kommun").SelectOptionAsync("2080");
        await window.ArriveAsync(@"kommun=2080");
        await page.Locator("#hemma").SelectOptionAsync("20");
        await window.ArriveAsync(@"kommun=2080&hemma=20");
        await Assertions.Expect(page.Locator("th.vs")).ToContainTextAsync("Mot hemma");
        await Assertions.Expect(page.Locator("tbody.country tr")).ToHaveCountAsync(2);
        for (var i = 0; i < 3; i++)
        {
            await page.Locator("tbody:not(.country) .name input").Nth(i).CheckAsync();
        }

        await window.AssertSoundAsync();
        await window.PictureAsync("tabell");
        await page.GetByRole(AriaRole.Button, new() { Name = "Jämför valda" }).ClickAsync();
        await window.ArriveAsync(@"/jamfor/NGB\?enhet=.*&enhet=.*&enhet=.*hemma=20&region=20$");
        await Assertions.Expect(page.Locator(".beside").First.Locator("thead th")).ToHaveCountAsync(4);
        await window.AssertSoundAsync();
        await window.PictureAsync("jamfor", isWhole: true);

        await page.GetByRole(AriaRole.Link, new() { Name = "Patientblad med enheterna" }).ClickAsync();
        await window.ArriveAsync("/patientblad/NGB");
        await Assertions.Expect(page.Locator(".waits dt")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".call")).ToContainTextAsync("Vårdlotsarna i Region Dalarna");
        await window.AssertSoundAsync();
        await window.PictureAsync("patientblad", isWhole: true);
    }

    [Fact]
    public async Task A_planner_takes_home_the_regions_and_their_18_months()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/atgard/NGB");
        await page.Locator("input[name=visa][value=region]").CheckAsync();
        await window.ArriveAsync(@"visa=region");
        await page.Locator("input[name=dagar][value='365']").CheckAsync();
        await window.ArriveAsync(@"dagar=365&visa=region");
        await window.PictureAsync("regioner");
        foreach (
            var (link, name) in new[]
            {
                ("a[href^='/hamta/vantetider/NGB.xlsx']", @"^vantetider_NGB_region_365d_2026-\d\d-\d\d\.xlsx$"),
                ("a[href^='/hamta/utveckling/NGB.csv']", @"^utveckling_NGB_region_2026-\d\d-\d\d_excel\.csv$"),
            }
        )
        {
            var file = await page.RunAndWaitForDownloadAsync(() => page.Locator(link).ClickAsync());
            Assert.Matches(new Regex(name, RegexOptions.None, TimeSpan.FromSeconds(1)), file.SuggestedFilename);
            Assert.True(new FileInfo(await file.PathAsync()).Length > 1_000);
        }

        await page.Locator("tbody:not(.country) .name a").First.ClickAsync();
        await window.ArriveAsync(@"region=\d\d");
        await page.Locator("tbody:not(.country) .name a").First.ClickAsync();
        await window.ArriveAsync("/enhet/[^/]+/NGB$");
        await Assertions.Expect(page.Locator("svg.chart")).ToBeVisibleAsync();
        await window.PictureAsync("manader", isWhole: true);
        await window.AssertSoundAsync();
    }

    [Fact]
    public async Task On_the_telephone_everything_fits_in_a_narrow_window()
    {
        await using var window = await chromium.OpenAsync(width: 360, ColorScheme.Dark);
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/atgard/NGB?kommun=2080");
        Assert.False(await page.Locator("#kommun").IsVisibleAsync());
        await page.Locator(".filters > summary").ClickAsync();
        await page.Locator("#km").FillAsync("300");
        await page.Locator("#km").PressAsync("Tab");
        await window.ArriveAsync("kommun=2080&km=300");
        await window.AssertFitsAsync();
        await window.AssertSoundAsync();
        await window.PictureAsync("smal");
        await window.GoAsync(chromium.Resolve("/enhet/{0}"));
        await window.PictureAsync("enhet");
    }
}
