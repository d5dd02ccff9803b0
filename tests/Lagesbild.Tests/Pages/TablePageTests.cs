using System.Net;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

public sealed class TablePageTests(PagesHost pages) : IClassFixture<PagesHost>
{
    [Fact]
    public async Task The_country_stands_on_top_with_how_many_units_it_is_made_of()
    {
        var page = await pages.GetAsync("/atgard/NGB");
        // 58 patients; the 29th is the last of [7, 13], so the median is 13.0 and its bounds are 7 and 13.
        Assert.Equal(
            // ASA: 41 + 5 + 0, and 1 to 4 at Åre; 48.5 of 397.
            "Hela landet 3 enheter, 1 till för få för att visas | 13 dagar ca 7–13 dagar | 58 | – | 47–50 av 397 ca 12,2 %",
            page.Rows[1]
        );
    }

    // Folded away on a phone and left out of print, the form cannot say it.
    [Fact]
    public async Task What_the_table_is_restricted_to_stands_in_its_heading()
    {
        var page = await pages.GetAsync("/atgard/NGB?driftsform=privat&region=01&region=20");
        Assert.Contains(", privat drift, Region Stockholm, Region Dalarna", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_shows_its_wait_with_what_binning_hides_its_count_and_its_severely_ill()
    {
        var page = await pages.GetAsync("/atgard/NGB");
        // 10 + (20.5 − 10)/21 · 7 = 10.5 days. 41 of the country's 58 is too much of it to be compared with it.
        Assert.Equal(
            "Exempelsjukhuset Falun Falun, Dalarna | 10 dagar ca 7–13 dagar | 41 | för stor del av landet | 41 av 310 13,2 %",
            page.RowOf("Exempelsjukhuset Falun")
        );
        // 91.0 days against 13.0; the 99.8 % interval begins at 84.
        Assert.Equal(
            "Åre kirurgi Åre, Jämtland Härjedalen | 91 dagar ca 84–97 dagar | 10 | längre ca 78 dagar | 1–4 av 50 högst 8,0 %",
            page.RowOf("Åre kirurgi")
        );
    }

    [Fact]
    public async Task Fewer_than_ten_stand_apart_and_a_median_beyond_the_last_bin_is_no_number()
    {
        var page = await pages.GetAsync("/atgard/NGB");
        var rows = page.Rows.ToList();
        var divider = rows.FindIndex(row => row.StartsWith("Färre än 10 operationer", StringComparison.Ordinal));
        Assert.Equal(
            "Exempelsjukhuset Östersund Östersund, Jämtland Härjedalen | mer än 728 dagar | 7 | för få för att jämföra | 5 av 12",
            rows[divider + 1]
        );
    }

    [Fact]
    public async Task Masked_idle_and_silent_units_come_last_and_say_so_in_words()
    {
        var page = await pages.GetAsync("/atgard/NGB?sortera=-vantetid");
        var rows = page.Rows.ToList();
        var divider = rows.FindIndex(row => row.StartsWith("Utan siffra i perioden", StringComparison.Ordinal));
        Assert.Equal(
            [
                "Ängens klinik Borlänge, Dalarna | För få för att visas | –",
                "Björkens operation Stockholm, Stockholm | Inga operationer senaste 90 dagarna | 0 av 25 0,0 %",
                "Tysta kliniken Stockholm, Stockholm | Inget rapporterat – enheten kan ha slutat lämna uppgifter | för få för att visas",
            ],
            rows[(divider + 1)..]
        );
        Assert.DoesNotContain("| 0 |", string.Join('\n', rows), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_the_table_stand_who_is_not_seen_and_what_the_clock_measures()
    {
        var page = await pages.GetAsync("/atgard/NGB");
        Assert.Contains("Enheter som inte rapporterar till registret syns inte", page.Text, StringComparison.Ordinal);
        Assert.Contains("operationsanmälan", page.Text, StringComparison.Ordinal);
        Assert.Contains("24 augusti–21 november 2026", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            "Svenskt perioperativt register referensdatum 21 november 2026",
            page.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_number_and_its_unit_are_never_parted()
    {
        var page = await pages.GetAsync("/atgard/NGB");
        Assert.Contains("10&#xA0;dagar", page.Html, StringComparison.Ordinal);
        Assert.Contains("13,2&#xA0;%", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_columns_add_chance_the_90th_percentile_the_share_within_90_days_operator_and_18_months()
    {
        var page = await pages.GetAsync("/atgard/NGB?kolumner=alla");
        // N = 41: ranks 14 and 28, both in [7, 13]. p90: 36.9 − 31 = 5.9 of 10 into [14, 20] = 18.13.
        Assert.EndsWith(
            "| 7–13 dagar | 18 dagar | 100,0 % | offentlig |",
            page.RowOf("Exempelsjukhuset Falun").TrimEnd(),
            StringComparison.Ordinal
        );
        Assert.Contains("<svg class=\"spark\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Visa färre kolumner", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_patients_municipality_adds_distances_and_keeps_the_far_away_out()
    {
        var near = await pages.GetAsync("/atgard/NGB?kommun=2080&km=100&sortera=avstand");
        Assert.EndsWith("| 0 km", near.RowOf("Exempelsjukhuset Falun"), StringComparison.Ordinal);
        Assert.DoesNotContain(near.Rows, row => row.StartsWith("Åre", StringComparison.Ordinal));
        Assert.Contains("högst 100 km från Falun", near.Text, StringComparison.Ordinal);
        Assert.Contains("<option value=\"2080\" selected>", near.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/atgard/NGB?region=23", "Åre kirurgi", "Exempelsjukhuset Falun")]
    [InlineData("/atgard/NGB?driftsform=offentlig", "Exempelsjukhuset Falun", "Åre kirurgi")]
    [InlineData("/atgard/NGB?driftsform=ideburen", "Åre kirurgi", "Exempelsjukhuset Falun")]
    public async Task A_filter_keeps_rows_out_and_can_be_cleared(string address, string stays, string goes)
    {
        var page = await pages.GetAsync(address);
        Assert.NotEmpty(page.RowOf(stays));
        Assert.DoesNotContain(page.Rows, row => row.StartsWith(goes, StringComparison.Ordinal));
        Assert.Contains("Rensa urval", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patient_group_is_carried_on_to_the_unit()
    {
        var page = await pages.GetAsync("/atgard/NGB?urval=0-14");
        Assert.StartsWith(
            "Exempelsjukhuset Falun Falun, Dalarna | 3 dagar ca 0–6 dagar | 10",
            page.RowOf("Exempelsjukhuset Falun"),
            StringComparison.Ordinal
        );
        Assert.Contains($"/enhet/{HandMadePicture.Falun}/NGB?urval=0-14", page.Html, StringComparison.Ordinal);
        Assert.Contains("medicinsk bortre tidsgräns: 0–14 dagar", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("over-180-dagar-eller-ingen")]
    [InlineData("over180-or-none")]
    public async Task A_patient_group_is_named_in_Swedish_and_older_links_are_understood(string value)
    {
        var page = await pages.GetAsync("/atgard/NGB?urval=" + value);
        Assert.Contains("bortre tidsgräns: över 180 dagar eller ingen", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("over180-or-none", page.Html, StringComparison.Ordinal);
        Assert.Contains("urval=over-180-dagar-eller-ingen", page.Html, StringComparison.Ordinal);
    }

    // Nobody has a visible cell of it, and what is known of ASA has its place all the same.
    [Fact]
    public async Task A_masked_country_begins_with_a_capital_and_has_all_its_cells()
    {
        var page = await pages.GetAsync("/atgard/CJE?urval=narkos");
        Assert.StartsWith("Hela landet", page.Rows[1], StringComparison.Ordinal);
        Assert.EndsWith("| För få för att visas", page.Rows[1], StringComparison.Ordinal);
        Assert.Contains(", narkos (generell anestesi)", page.Text, StringComparison.Ordinal);
        var spor = await pages.GetAsync("/atgard/NGB?urval=15-30");
        Assert.Equal(3, spor.Rows[1].Split(" | ").Length);
    }

    [Fact]
    public async Task The_patients_home_stands_under_the_country_and_every_row_is_compared_with_it()
    {
        var page = await pages.GetAsync("/atgard/NGB?hemma=" + HandMadePicture.Are);
        Assert.StartsWith(
            "Åre kirurgi hemma, Åre, Jämtland Härjedalen | 91 dagar",
            page.Rows[2],
            StringComparison.Ordinal
        );
        // 13.0 against 91.0. Home's own intervals, [84, 97], begin after the country's end.
        Assert.Contains("| 58 | ca 78 dagar kortare |", page.Rows[1], StringComparison.Ordinal);
        // 10.5 against 91.0; the 99.8 % intervals are [0, 20] and [84, 97].
        Assert.StartsWith(
            "Exempelsjukhuset Falun Falun, Dalarna | 10 dagar ca 7–13 dagar | 41 | ca 80 dagar kortare |",
            page.RowOf("Exempelsjukhuset Falun"),
            StringComparison.Ordinal
        );
        Assert.Contains("| 7 | median saknas |", page.RowOf("Exempelsjukhuset Östersund"), StringComparison.Ordinal);
        Assert.Contains("skillnaden mot hemma är större", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            $"?hemma={HandMadePicture.Are}&amp;sortera=-jamfort",
            (await pages.GetAsync($"/atgard/NGB?hemma={HandMadePicture.Are}&sortera=jamfort")).Html,
            StringComparison.Ordinal
        );
        var region = await pages.GetAsync("/atgard/NGB?visa=region&hemma=20");
        Assert.StartsWith(
            "Region Dalarna hemma, 1 enhet, 1 till för få för att visas | 10 dagar",
            region.Rows[2],
            StringComparison.Ordinal
        );
        Assert.Contains("| hemma |", region.Rows[^1] + region.Rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticked_unit_stays_ticked_or_is_said_to_be_gone()
    {
        var both = $"enhet={HandMadePicture.Are}&enhet={HandMadePicture.Falun}";
        var all = await pages.GetAsync($"/atgard/NGB?{both}");
        Assert.Equal(2, all.Html.Split("checked=\"checked\" form=\"valda\"").Length - 1);
        Assert.DoesNotContain("förkryssad", all.Text, StringComparison.Ordinal);
        var fewer = await pages.GetAsync($"/atgard/NGB?region=23&{both}");
        Assert.Equal(1, fewer.Html.Split("checked=\"checked\" form=\"valda\"").Length - 1);
        Assert.Contains("En förkryssad enhet ingår inte i tabellen", fewer.Text, StringComparison.Ordinal);
    }

    // On paper the form that they were chosen in is not to be seen.
    [Fact]
    public async Task The_heading_says_from_where_the_distance_is_and_with_what_the_rows_are_compared()
    {
        var page = await pages.GetAsync("/atgard/NGB?kommun=2380&hemma=23");
        Assert.Contains(
            "21 november 2026, avstånd från Östersund, jämfört med Region Jämtland Härjedalen",
            page.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_a_table_does_not_have_is_not_explained_or_offered()
    {
        Assert.Contains(
            "ASA 3–4 har svår sjukdom",
            (await pages.GetAsync("/atgard/NGB")).Text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("ASA", (await pages.GetAsync("/atgard/CJE")).Text, StringComparison.Ordinal);
        var empty = await pages.GetAsync("/atgard/NGB?region=25");
        Assert.Contains("Ingen rad passar urvalet", empty.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Jämför valda", empty.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_homes_18_months_are_drawn_too()
    {
        var page = await pages.GetAsync("/atgard/NGB?kolumner=alla&region=20&hemma=23");
        var home = page.Html[page.Html.IndexOf("hemma, 2", StringComparison.Ordinal)..];
        Assert.Contains(
            "class=\"spark\"",
            home[..home.IndexOf("</tr>", StringComparison.Ordinal)],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_contact_has_its_column_where_there_is_one()
    {
        Assert.DoesNotContain("Kontakt", (await pages.GetAsync("/atgard/NGB")).Rows[0], StringComparison.Ordinal);
        await using var told = new PagesHost
        {
            ContactRows =
            [
                $"{HandMadePicture.Falun};023-49 00 00;https://example.org/falun;Fråga efter \"operation\" <b>",
            ],
        };
        await told.InitializeAsync();
        var page = await told.GetAsync("/atgard/NGB");
        Assert.EndsWith(
            "| 023-49 00 00 Webbsida Fråga efter operation <b>",
            page.RowOf("Exempelsjukhuset Falun"),
            StringComparison.Ordinal
        );
        Assert.Contains("href=\"tel:023490000\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org/falun\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>\"", page.Html, StringComparison.Ordinal);
        Assert.Contains(
            "Kontakt 023-49 00 00",
            (await told.GetAsync("/enhet/" + HandMadePicture.Falun)).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_region_leads_to_its_units()
    {
        var page = await pages.GetAsync("/atgard/NGB?visa=region");
        Assert.StartsWith(
            "Region Dalarna 1 enhet, 1 till för få för att visas | 10 dagar",
            page.RowOf("Region Dalarna"),
            StringComparison.Ordinal
        );
        Assert.Contains("href=\"/atgard/NGB?region=20\"", page.Html, StringComparison.Ordinal);
        Assert.NotEmpty((await pages.GetAsync("/atgard/NGB?visa=sjukvardsregion")).RowOf("Norra"));
    }

    [Fact]
    public async Task A_header_sorts_by_its_column_and_then_the_other_way()
    {
        var page = await pages.GetAsync("/atgard/NGB?dagar=365");
        Assert.Contains(
            "aria-sort=\"ascending\"><a href=\"/atgard/NGB?dagar=365&amp;sortera=-vantetid\">Väntetid",
            page.Html,
            StringComparison.Ordinal
        );
        Assert.Contains("href=\"/atgard/NGB?dagar=365&amp;sortera=-antal\"", page.Html, StringComparison.Ordinal);
        var byName = await pages.GetAsync("/atgard/NGB?dagar=365&sortera=-namn");
        Assert.StartsWith("Åre", byName.Rows[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dagar=45", "dagar kan vara 30, 90 eller 365")]
    [InlineData("visa=stad", "enhet, region, sjukvardsregion")]
    [InlineData("urval=narkos", "Urval som finns: alla, 0-14, 15-30, 31-90, 91-180, over-180-dagar-eller-ingen")]
    [InlineData("region=99", "Regionen finns inte")]
    [InlineData("region=20&region=99", "En av regionerna finns inte")]
    [InlineData("driftsform=stor", "offentlig, privat, ideburen")]
    [InlineData("kommun=9999", "Kommunen finns inte")]
    [InlineData("hemma=99", "Hemma finns inte")]
    [InlineData("kommun=2080&km=många", "helt tal från 1 till 2 000")]
    [InlineData("km=50", "Välj patientens kommun också")]
    [InlineData("sortera=tur", "Värdet för sortera finns inte")]
    [InlineData("sortera=avstand", "sorterad efter väntetid")]
    [InlineData("visa=region&kommun=2080", "Avstånd och driftsform gäller enheter")]
    [InlineData("dagar=30&dagar=90", "dagar står flera gånger")]
    [InlineData("okand=1", "okand finns inte på den här sidan")]
    [InlineData("19121212-1212=1", "En okänd uppgift i adressen")]
    public async Task What_an_address_gets_wrong_is_said_above_the_table(string query, string said)
    {
        var page = await pages.GetAsync("/atgard/NGB?" + query);
        Assert.Contains("Något i urvalet togs inte med", page.Text, StringComparison.Ordinal);
        Assert.Contains(said, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("19121212", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_untouched_form_asks_for_nothing_and_is_told_nothing()
    {
        var page = await pages.GetAsync("/atgard/NGB?dagar=90&visa=enhet&kommun=&km=&urval=&driftsform=");
        Assert.DoesNotContain("togs inte med", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/atgard/ngb?dagar=30", "/atgard/NGB?dagar=30")]
    [InlineData("/atgard/NGB20", "/atgard/NGB")]
    public async Task A_code_in_another_dress_leads_to_the_table(string address, string leads)
    {
        using var response = await pages.SendAsync(address);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(leads, response.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/atgard/XYZ", "Åtgärden finns inte")]
    [InlineData("/atgard/JAB", "Ingen enhet har rapporterat")]
    public async Task What_is_not_there_is_said_with_the_search_beside_it(string address, string said)
    {
        var page = await pages.GetAsync(address, HttpStatusCode.NotFound);
        Assert.Contains(said, page.Text, StringComparison.Ordinal);
        Assert.Contains("name=\"q\"", page.Html, StringComparison.Ordinal);
    }
}
