using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>Every page and state, as a reader's browser sees it.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    public static TheoryData<string> Pages =>
        [
            "/",
            "/?q=kn%C3%A4",
            "/?q=koloskopi",
            "/?q=zzqqxx",
            "/?q=19121212-1212",
            "/atgard/NGB",
            "/atgard/NGB?kolumner=alla&kommun=2080&dagar=30&urval=31-90",
            "/atgard/NGB?kommun=2080&km=300&region=20&region=21&driftsform=offentlig&sortera=-antal",
            "/atgard/NGB?visa=region&dagar=45&foo=1&km=9",
            "/atgard/CJE?visa=sjukvardsregion&kolumner=alla",
            "/atgard/XYZ",
            "/om",
            "/finns/inte",
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_accessible_and_keeps_to_itself_light_and_dark_wide_and_narrow(string address)
    {
        foreach (
            var (width, scheme) in new[]
            {
                (1280, ColorScheme.Light),
                (1280, ColorScheme.Dark),
                (320, ColorScheme.Light),
            }
        )
        {
            await using var window = await chromium.OpenAsync(width, scheme);
            await window.GoAsync(chromium.Address + address);
            await window.AssertSoundAsync();
            await window.AssertFitsAsync();
        }
    }

    [Fact]
    public async Task A_unit_and_its_months_are_accessible_light_and_dark_wide_and_narrow()
    {
        await using var finder = await chromium.OpenAsync();
        await finder.GoAsync(chromium.Address + "/atgard/NGB");
        var months = await finder.Page.Locator("tbody:not(.country) .name a").First.GetAttributeAsync("href");
        foreach (var address in new[] { months!, months![..months!.LastIndexOf('/')] })
        {
            foreach (
                var (width, scheme) in new[]
                {
                    (1280, ColorScheme.Light),
                    (1280, ColorScheme.Dark),
                    (320, ColorScheme.Dark),
                }
            )
            {
                await using var window = await chromium.OpenAsync(width, scheme);
                await window.GoAsync(chromium.Address + address);
                await window.AssertSoundAsync();
                await window.AssertFitsAsync();
            }
        }
    }

    [Fact]
    public async Task Stale_data_and_no_data_are_accessible_too()
    {
        foreach (var address in new[] { chromium.Stale + "/atgard/NGB", chromium.Stale + "/om", chromium.Empty + "/" })
        {
            await using var window = await chromium.OpenAsync(scheme: ColorScheme.Dark);
            await window.GoAsync(address);
            await window.AssertSoundAsync();
        }
    }

    [Fact]
    public async Task The_keyboard_alone_leads_from_a_word_to_a_unit()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Till innehållet", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await TabToAsync(page, "document.activeElement.id === 'q'");
        await page.Keyboard.TypeAsync("knäprotes");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync(@"/atgard/NGB$");
        Assert.Equal("Knäprotes", await page.Locator("h1").InnerTextAsync());

        // A filter: 365 days by the arrow key, sent with Enter on the button.
        await TabToAsync(page, "document.activeElement.name === 'dagar'");
        await page.Keyboard.PressAsync("ArrowRight");
        await TabToAsync(page, "document.activeElement.matches('.filter button')");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync(@"[?&]dagar=365\b");

        await TabToAsync(page, "document.activeElement.matches('tbody .name a')");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync(@"/enhet/[^/]+/NGB$");
        Assert.True(await page.Locator("svg.chart").IsVisibleAsync());
        await window.AssertSoundAsync();
    }

    [Fact]
    public async Task On_a_narrow_screen_the_filters_open_and_send()
    {
        await using var window = await chromium.OpenAsync(width: 360);
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/atgard/NGB");
        Assert.False(await page.Locator("#kommun").IsVisibleAsync());
        await page.Locator(".filters > summary").ClickAsync();
        await page.Locator("#kommun").SelectOptionAsync("2080");
        await page.Locator("#km").FillAsync("300");
        await window.AssertFitsAsync();
        await page.Locator(".filter button").ClickAsync();
        await window.ArriveAsync(@"[?&]kommun=2080&km=300\b");
        Assert.True(await page.Locator("td.km").CountAsync() > 1);
        await window.AssertSoundAsync();
    }

    [Fact]
    public async Task A_print_leaves_out_what_cannot_be_pressed()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(chromium.Address + "/atgard/NGB");
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.False(await window.Page.Locator(".filters").IsVisibleAsync());
        Assert.True(await window.Page.Locator("table.figures").IsVisibleAsync());
        Assert.True(await window.Page.Locator(".synthetic").IsVisibleAsync());
    }

    private static async Task TabToAsync(IPage page, string isThere)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await page.EvaluateAsync<bool>("() => " + isThere))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail("Sixty presses of Tab did not lead there: " + isThere);
    }
}
