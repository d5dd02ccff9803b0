using System.Net;
using System.Net.Http.Headers;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

/// <summary>What stands around every page, and what is answered when there is no page.</summary>
public sealed class ShellTests : IAsyncLifetime
{
    private readonly PagesHost _pages = new();

    public ValueTask InitializeAsync() => _pages.InitializeAsync();

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/om")]
    [InlineData("/atgard/NGB")]
    [InlineData("/enhet/" + HandMadePicture.Falun)]
    [InlineData("/enhet/" + HandMadePicture.Falun + "/NGB")]
    public async Task Every_page_tells_its_sources_dates_and_that_the_figures_are_made_up(string address)
    {
        var page = await _pages.GetAsync(address);
        Assert.Contains("Påhittade uppgifter.", page.Text, StringComparison.Ordinal);
        Assert.Contains("referensdatum 21 november 2026", page.Text, StringComparison.Ordinal);
        Assert.Contains("referensdatum 18 november 2026", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", page.Html, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"sv\">", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_becomes_late_and_then_stale_by_the_day_in_Sweden()
    {
        var page = await _pages.GetAsync("/atgard/NGB");
        Assert.Contains(
            "Försenade uppgifter. NCR har inte lämnat nya uppgifter på 4 dagar",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("SPOR har inte", page.Text, StringComparison.Ordinal);

        // A quarter past midnight in Sweden, still the day before in UTC: NCR is five days old.
        _pages.Now = new DateTimeOffset(2026, 11, 22, 23, 15, 0, TimeSpan.Zero);
        Assert.Contains(
            "Gamla uppgifter. NCR har inte lämnat nya uppgifter på 5 dagar",
            (await _pages.GetAsync("/atgard/NGB")).Text,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("TRACE", "/")]
    [InlineData("POST", "/om")]
    [InlineData("OPTIONS", "/atgard/NGB")]
    [InlineData("POST", "/hamta/vantetider/NGB.csv")]
    [InlineData("DELETE", "/enhet/" + HandMadePicture.Falun)]
    [InlineData("FROBNICATE", "/finns/inte")]
    public async Task A_page_is_for_reading_and_knows_no_other_method(string method, string address)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        using var response = await _pages.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        Assert.Contains(
            "Sidan kan bara läsas",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task About_tells_each_sources_clock_coverage_and_delivery()
    {
        var page = await _pages.GetAsync("/om");
        Assert.Contains("Svenskt perioperativt register (SPOR)", page.Text, StringComparison.Ordinal);
        Assert.Contains("Nationella kataraktregistret (NCR)", page.Text, StringComparison.Ordinal);
        Assert.Contains("21 november 2026, aktuell, påhittade uppgifter", page.Text, StringComparison.Ordinal);
        Assert.Contains("18 november 2026, försenad", page.Text, StringComparison.Ordinal);
        Assert.Contains("Ingen gallring är beslutad", page.Text, StringComparison.Ordinal);
        Assert.Contains(new string('a', 64), page.Text, StringComparison.Ordinal);
        Assert.Contains("Publicerad 22 november 2026 kl. 03.30", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_first_delivery_pages_say_so_and_about_still_stands()
    {
        await using var empty = new PagesHost();
        await empty.InitializeAsync();
        empty.Current.Swap(null!);
        foreach (var address in new[] { "/", "/?q=knä", "/atgard/NGB", "/enhet/" + HandMadePicture.Falun })
        {
            using var response = await empty.SendAsync(address);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(60), response.Headers.RetryAfter?.Delta);
            Assert.Contains(
                "Ingen lägesbild ännu",
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }

        Assert.Contains("Leverans Ingen ännu.", (await empty.GetAsync("/om")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/finns/inte")]
    [InlineData("/atgard")]
    [InlineData("/robots.txt")]
    public async Task An_address_that_leads_nowhere_gets_a_page_with_the_search(string address)
    {
        var page = await _pages.GetAsync(address, HttpStatusCode.NotFound);
        Assert.Contains("Sidan finns inte", page.Text, StringComparison.Ordinal);
        Assert.Contains("name=\"q\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_a_page_that_tells_nothing_internal()
    {
        var page = await _pages.GetAsync("/trasig", HttpStatusCode.InternalServerError);
        Assert.Contains("Något gick fel hos oss", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hemligt", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_kept_until_the_picture_changes()
    {
        using var first = await _pages.SendAsync("/atgard/NGB");
        var tag = first.Headers.ETag!;
        Assert.True(first.Headers.CacheControl is { Private: true, NoCache: true });
        // A proxy that packs answers anew weakens their tags.
        foreach (var sent in (string[])[$"{tag}", $"W/{tag}", $"\"other\", {tag}", "*"])
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, "/atgard/NGB");
            again.Headers.TryAddWithoutValidation("If-None-Match", sent);
            using var known = await _pages.Client.SendAsync(again, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        }

        var before = _pages.Current.Value!;
        _pages.Current.Swap(
            new Picture.Picture(
                "picture-2",
                before.PublishedAt,
                before.Catalogue,
                [before.Parts.Single(part => part.Origin.Source.Code == "SPOR")]
            )
        );
        using var after = await _pages.SendAsync("/atgard/NGB");
        Assert.NotEqual(tag, after.Headers.ETag);
        Assert.DoesNotContain(
            "kataraktregistret",
            await after.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_page_and_its_stylesheet_weigh_less_than_60_kB(string coding)
    {
        using var client = new HttpClient { BaseAddress = _pages.Client.BaseAddress };
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding));
        var weight = 0;
        foreach (var address in new[] { "/atgard/NGB?kolumner=alla", "/css/lagesbild.css", "/favicon.svg" })
        {
            weight += (
                await client.GetByteArrayAsync(
                    new Uri(address, UriKind.Relative),
                    TestContext.Current.CancellationToken
                )
            ).Length;
        }

        Assert.InRange(weight, 1_000, 60_000);
    }
}
