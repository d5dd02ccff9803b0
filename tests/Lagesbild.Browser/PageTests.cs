using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>Every page and state, as a reader's browser sees it.</summary>
public sealed partial class PageTests(Chromium chromium) : IClassFixture<Chromium>
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
            "/atgard/NGB?hemma=20&kommun=2080",
            "/atgard/NGB?visa=region&dagar=45&foo=1&km=9",
            "/atgard/CJE?visa=sjukvardsregion&kolumner=alla",
            "/atgard/XYZ",
            "/atgard/NFB?sokt=h%C3%B6ft",
            "/enhet/{0}",
            "/enhet/{1}/NGB",
            "/jamfor/NGB",
            "/jamfor/NGB?enhet={0}&enhet={1}&enhet={2}&hemma=20",
            "/jamfor/NGB?enhet={0}&enhet={1}&enhet={2}&enhet={3}&enhet={4}&enhet={5}&enhet={6}&dagar=30",
            "/patientblad/NGB",
            "/patientblad/NGB?enhet={0}&enhet={1}&enhet={2}&region=20",
            "/om",
            "/finns/inte",
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_accessible_and_keeps_to_itself_light_and_dark_wide_and_narrow(string address)
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(chromium.Resolve(address));
        await window.AssertLightAsync();
        await window.AssertSoundAsync();
        await window.AssertFitsAsync();
        // A window of 1280 at twice the size.
        await window.Page.SetViewportSizeAsync(640, 450);
        await window.AssertFitsAsync();
        await window.Page.SetViewportSizeAsync(320, 900);
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.AssertSoundAsync();
        await window.AssertFitsAsync();
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
        await window.ArriveAsync(@"/atgard/NGB(\?|$)");
        Assert.Equal("Knäprotes", await page.Locator("h1").InnerTextAsync());

        // A filter: 365 days by the arrow key, which applies at once and leaves the keyboard where it is.
        await TabToAsync(page, "document.activeElement.name === 'dagar'");
        await page.Keyboard.PressAsync("ArrowRight");
        await window.ArriveAsync(@"[?&]dagar=365\b");

        await TabToAsync(page, "document.activeElement.matches('tbody .name a')");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync(@"/enhet/[^/]+/NGB$");
        Assert.True(await page.Locator("svg.chart").IsVisibleAsync());
        await window.AssertSoundAsync();
    }

    [Fact]
    public async Task Without_script_the_filters_open_and_send()
    {
        await using var window = await chromium.OpenAsync(width: 360, hasScript: false);
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/atgard/NGB");
        await page.Locator(".filters > summary").ClickAsync();
        await page.Locator("#kommun").SelectOptionAsync("2080");
        await page.Locator("#km").FillAsync("300");
        await page.Locator(".filter button").ClickAsync();
        await window.ReachAsync(@"[?&]kommun=2080&km=300\b");
        await Assertions.Expect(page.Locator("td.km").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Typing_brings_suggestions_that_the_keyboard_chooses_from()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/");
        await page.Locator("#q").PressSequentiallyAsync("knäprot");
        await Assertions.Expect(page.Locator("[role=option]").First).ToContainTextAsync("Knäprotes");
        await Assertions.Expect(page.Locator("#q")).ToHaveAttributeAsync("aria-expanded", "true");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#q")).ToHaveAttributeAsync("aria-activedescendant", "q-forslag0");
        await window.AssertSoundAsync();
        await window.PictureAsync("sok");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("[role=listbox]")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("ArrowDown"); // nothing to choose from any more
        await page.Keyboard.TypeAsync("e");
        await Assertions.Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync("/atgard/NGB$");
    }

    [Fact]
    public async Task Typing_what_nothing_is_called_is_answered_at_once()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(chromium.Address + "/");
        await window.Page.Locator("#q").PressSequentiallyAsync("xyzzy");
        await Assertions.Expect(window.Page.Locator(".field [role=status]")).ToContainTextAsync("Ingen åtgärd hittad");
        await window.AssertSoundAsync();
        await window.Page.Locator("#q").FillAsync("starr");
        await Assertions.Expect(window.Page.Locator("[role=option]").First).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".field [role=status]")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task Ticks_outlive_filters_and_orders_and_stop_at_as_many_as_can_be_compared()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await window.GoAsync(chromium.Address + "/atgard/NGB");
        var boxes = page.Locator("tbody:not(.country) .name input");
        for (var i = 0; i < 6; i++)
        {
            await boxes.Nth(i).CheckAsync();
        }

        await Assertions.Expect(boxes.Nth(6)).ToBeDisabledAsync();
        await Assertions.Expect(page.Locator("#valda [role=status]")).ToContainTextAsync("6 enheter valda");
        await boxes.Nth(5).UncheckAsync();
        await Assertions.Expect(boxes.Nth(6)).ToBeEnabledAsync();
        await page.Locator("input[name=dagar][value='365']").CheckAsync();
        await window.ArriveAsync("dagar=365.*enhet=");
        await Assertions.Expect(page.Locator(".name input:checked")).ToHaveCountAsync(5);
        await page.Locator("th.n a").ClickAsync();
        await window.ArriveAsync("sortera=-antal.*enhet=");
        await Assertions.Expect(page.Locator(".name input:checked")).ToHaveCountAsync(5);
        await Assertions.Expect(page.Locator("#valda [role=status]")).ToContainTextAsync("5 av högst 6");
        await window.AssertSoundAsync();
    }

    [Fact]
    public async Task What_may_be_a_personal_number_is_not_sent_while_it_is_typed()
    {
        await using var window = await chromium.OpenAsync();
        var asked = new List<string>();
        window.Page.Request += (_, request) => asked.Add(request.Url);
        await window.GoAsync(chromium.Address + "/");
        await window.Page.Locator("#q").PressSequentiallyAsync("191212121212");
        // A word is asked for after it: had the digits been, they would have been by now.
        await window.Page.Locator("#q").FillAsync("starr");
        await Assertions.Expect(window.Page.Locator("[role=option]").First).ToBeVisibleAsync();
        Assert.DoesNotContain(asked, url => url.Contains("191212", StringComparison.Ordinal));
        Assert.Contains(asked, url => url.EndsWith("q=starr", StringComparison.Ordinal));
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

    [Fact]
    public async Task A_print_of_a_comparison_has_nothing_to_press_and_keeps_the_chart_with_its_legend()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(chromium.Resolve("/jamfor/NGB?enhet={0}&enhet={1}"));
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        foreach (var pressed in await window.Page.GetByText(Pressed()).AllAsync())
        {
            Assert.False(await pressed.IsVisibleAsync(), await pressed.InnerTextAsync());
        }

        await Assertions.Expect(window.Page.Locator(".drawn:has(h2):has(.legend) > svg.chart")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".drawn")).ToHaveCSSAsync("break-inside", "avoid");
    }

    // A window of 1280 at twice the size.
    [Fact]
    public async Task In_a_narrow_window_a_card_says_what_it_is_compared_with_and_a_comparison_loses_nothing()
    {
        await using var window = await chromium.OpenAsync(width: 640);
        await window.GoAsync(chromium.Address + "/atgard/NGB?hemma=23");
        Assert.Equal(
            "\"Mot hemma\"",
            await window.Page.EvaluateAsync<string>(
                "() => getComputedStyle(document.querySelector('tbody:not(.country) td.vs'), '::before').content"
            )
        );
        await window.GoAsync(chromium.Resolve("/jamfor/NGB?enhet={0}&enhet={1}"));
        foreach (var unit in chromium.Units.Take(2))
        {
            await Assertions.Expect(window.Page.Locator($".beside a[href='/enhet/{unit}/NGB']")).ToBeVisibleAsync();
        }

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Ta bort" }).First.ClickAsync();
        await window.ArriveAsync($@"/jamfor/NGB\?enhet={chromium.Units[1]}$");
    }

    [Fact]
    public async Task The_patients_sheet_is_one_page_of_paper_with_six_units_too()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(
            chromium.Resolve("/patientblad/NGB?enhet={0}&enhet={1}&enhet={2}&enhet={3}&enhet={4}&enhet={5}&region=20")
        );
        var paper = await window.Page.PdfAsync(new PagePdfOptions { Format = "A4", PreferCSSPageSize = true });
        Assert.Single(SheetOfPaper().Matches(System.Text.Encoding.Latin1.GetString(paper)));
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

    [System.Text.RegularExpressions.GeneratedRegex("Patientblad med|Tillbaka till|Ta bort|Ladda ner")]
    private static partial System.Text.RegularExpressions.Regex Pressed();

    [System.Text.RegularExpressions.GeneratedRegex(@"/Type\s*/Page\b")]
    private static partial System.Text.RegularExpressions.Regex SheetOfPaper();
}
