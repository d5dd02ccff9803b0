using System.Net;

namespace Lagesbild.Tests.Pages;

public sealed class SearchPageTests(PagesHost pages) : IClassFixture<PagesHost>
{
    [Fact]
    public async Task The_start_is_one_field_and_the_most_performed()
    {
        var page = await pages.GetAsync("/");
        Assert.Contains("Vem opererar, och hur snart?", page.Text, StringComparison.Ordinal);
        // 400 + 50 + 18 + 30 + 25 in visible cells of 365 days, at six units with the masked one.
        Assert.Contains("Knäprotes NGB 523 opererade senaste året vid 6 enheter", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NGB", "/atgard/NGB")]
    [InlineData("ngb20", "/atgard/NGB")]
    [InlineData("höftprotes", "/atgard/NFB?sokt=h%C3%B6ftprotes")]
    public async Task One_exact_hit_leads_straight_to_its_table(string query, string leads)
    {
        using var response = await pages.SendAsync("/?q=" + Uri.EscapeDataString(query));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(leads, response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_table_that_a_search_led_to_offers_the_other_hits()
    {
        var page = await pages.GetAsync("/atgard/NFB?sokt=" + Uri.EscapeDataString("höftprotes"));
        Assert.Contains("Du sökte ”höftprotes”. Fler träffar:", page.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/?q=h%C3%B6ftprotes&amp;alla=ja\"", page.Html, StringComparison.Ordinal);
        var all = await pages.GetAsync("/?q=" + Uri.EscapeDataString("höftprotes") + "&alla=ja");
        Assert.Contains("<a href=\"/atgard/NFB\">", all.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_personal_identity_number_is_not_repeated_by_the_table_either()
    {
        var page = await pages.GetAsync("/atgard/NGB?sokt=19121212-1212");
        Assert.DoesNotContain("1212", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_hits_are_a_page_and_what_nobody_reported_is_no_link()
    {
        var page = await pages.GetAsync("/?q=protes");
        Assert.Contains("<a href=\"/atgard/NGB\">", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a href=\"/atgard/NBB\">", page.Html, StringComparison.Ordinal);
        Assert.Contains("Axelprotes NBB Ingen enhet har rapporterat åtgärden", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Care_that_no_source_covers_is_answered_so()
    {
        var page = await pages.GetAsync("/?q=koloskopi");
        Assert.Contains("Koloskopi finns inte i källorna", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_close_nothing_is_guessed()
    {
        var page = await pages.GetAsync("/?q=" + Uri.EscapeDataString("<b>zzqqx"));
        Assert.Contains("Ingen operation liknar ”<b>zzqqx”", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>zzqqx", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("19121212-1212")]
    [InlineData("knä 121212 1212")]
    public async Task A_personal_identity_number_is_neither_searched_nor_repeated(string query)
    {
        var page = await pages.GetAsync("/?q=" + Uri.EscapeDataString(query), HttpStatusCode.BadRequest);
        Assert.Contains("aldrig efter personer", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("1212", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_query_is_cut_and_that_is_said()
    {
        var page = await pages.GetAsync("/?q=" + new string('x', 300));
        Assert.Contains("De första 100 tecknen gäller", page.Text, StringComparison.Ordinal);
    }
}
