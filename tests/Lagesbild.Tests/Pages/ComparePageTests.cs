using System.Net;
using System.Text.RegularExpressions;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

public sealed class ComparePageTests(PagesHost pages) : IClassFixture<PagesHost>
{
    private const string Two = $"enhet={HandMadePicture.Are}&enhet={HandMadePicture.Falun}";

    [Fact]
    public async Task Units_stand_side_by_side_in_the_order_that_they_were_chosen()
    {
        var page = await pages.GetAsync("/jamfor/NGB?" + Two);
        Assert.Equal(
            "Uppgift | Åre kirurgi Åre, Jämtland Härjedalen | Exempelsjukhuset Falun Falun, Dalarna",
            page.Rows[0]
        );
        Assert.Equal("Väntetid median | 91 dagar ca 84–97 dagar | 10 dagar ca 7–13 dagar", page.RowOf("Väntetid"));
        Assert.Equal("Antal opererade | 10 | 41", page.RowOf("Antal"));
        Assert.Equal(
            "Mot landet median 13 dagar | längre ca 78 dagar | för stor del av landet",
            page.RowOf("Mot landet")
        );
        Assert.Equal("ASA 3–4 senaste året | 1–4 av 50 högst 8,0 % | 41 av 310 13,2 %", page.RowOf("ASA"));
        Assert.Contains(
            "Åre kirurgi: 87\u00a0dagar i oktober 2026",
            WebUtility.HtmlDecode(page.Html),
            StringComparison.Ordinal
        );
        Assert.Contains("Oktober 2026 preliminär | 87 dagar 5 opererade | 7 dagar 8 opererade | 11 dagar", page.Rows);
    }

    [Fact]
    public async Task Home_takes_the_countrys_place()
    {
        var page = await pages.GetAsync($"/jamfor/NGB?{Two}&hemma=20");
        Assert.Equal(
            "Mot Region Dalarna median 10 dagar | ca 80 dagar längre | liknande samma median",
            page.RowOf("Mot Region")
        );
    }

    [Fact]
    public async Task A_unit_can_be_taken_away_and_the_rest_goes_on_to_the_sheet()
    {
        var page = await pages.GetAsync($"/jamfor/NGB?{Two}&dagar=365&region=20");
        Assert.Contains(
            $"href=\"/jamfor/NGB?enhet={HandMadePicture.Falun}&amp;dagar=365&amp;region=20\" aria-label=\"Ta bort Åre kirurgi",
            WebUtility
                .HtmlDecode(page.Html)
                .Replace("&dagar", "&amp;dagar", StringComparison.Ordinal)
                .Replace("&region", "&amp;region", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("href=\"/patientblad/NGB?enhet=", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_way_back_leads_to_the_table_that_the_units_were_chosen_from_with_them_chosen()
    {
        const string Table = "dagar=365&region=20&region=23&kommun=2080&km=900&hemma=20&sortera=-antal";
        var page = await pages.GetAsync($"/atgard/NGB?{Table}");
        var form = Regex.Matches(page.Html, "type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");
        var sent = string.Join('&', form.Select(field => $"{field.Groups[1]}={field.Groups[2]}").Distinct());
        var compared = await pages.GetAsync($"/jamfor/NGB?enhet={HandMadePicture.Are}&{sent}");
        Assert.Contains(
            $"href=\"/atgard/NGB?{Table}&enhet={HandMadePicture.Are}\"",
            WebUtility.HtmlDecode(compared.Html),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("togs inte med", compared.Text, StringComparison.Ordinal);
        Assert.Matches(@"Avstånd fågelvägen från Falun \| \d+ km", compared.RowOf("Avstånd"));
        var sheet = await pages.GetAsync($"/patientblad/NGB?enhet={HandMadePicture.Are}&{sent}");
        Assert.DoesNotContain("togs inte med", sheet.Text, StringComparison.Ordinal);

        var back = await pages.GetAsync($"/atgard/NGB?{Table}&enhet={HandMadePicture.Are}");
        Assert.Contains($"value=\"{HandMadePicture.Are}\" checked", back.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_masked_or_idle_unit_says_so()
    {
        var page = await pages.GetAsync($"/jamfor/NGB?enhet={HandMadePicture.Angen}&enhet={HandMadePicture.Ogon}");
        Assert.Equal(
            "Väntetid median | För få för att visas | Inga operationer senaste 90 dagarna",
            page.RowOf("Väntetid")
        );
    }

    [Theory]
    [InlineData("", "Inga enheter är valda")]
    [InlineData("enhet=SE0000000000-X", "En av enheterna finns inte")]
    [InlineData(Two + "&dagar=7", "dagar kan vara 30, 90 eller 365")]
    [InlineData(Two + "&urval=narkos", "Urvalet finns inte i SPOR")]
    [InlineData(Two + "&hemma=99", "Hemma finns inte")]
    [InlineData(Two + "&x=1", "x finns inte på den här sidan")]
    [InlineData(
        Two
            + "&enhet="
            + HandMadePicture.Angen
            + "&enhet="
            + HandMadePicture.Ostersund
            + "&enhet="
            + HandMadePicture.Tysta
            + "&enhet="
            + HandMadePicture.Bjorken
            + "&enhet="
            + HandMadePicture.Ogon,
        "Högst 6 enheter kan jämföras"
    )]
    public async Task What_an_address_gets_wrong_is_said(string query, string said) =>
        Assert.Contains(said, (await pages.GetAsync("/jamfor/NGB?" + query)).Text, StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_procedure_is_no_page()
    {
        await pages.GetAsync("/jamfor/XYZ", HttpStatusCode.NotFound);
        await pages.GetAsync("/patientblad/XYZ", HttpStatusCode.NotFound);
    }
}
