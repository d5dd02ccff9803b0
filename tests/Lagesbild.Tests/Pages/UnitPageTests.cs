using System.Net;
using Lagesbild.Pages.Charts;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

public sealed class UnitPageTests(PagesHost pages) : IClassFixture<PagesHost>
{
    [Fact]
    public async Task A_unit_shows_every_procedure_it_performs_beside_the_country()
    {
        var page = await pages.GetAsync("/enhet/" + HandMadePicture.Bjorken);
        Assert.Contains("Region Stockholm Driftsform privat", page.Text, StringComparison.Ordinal);
        // NFB: all 30 in [28, 34], 28 + 15/30 · 7 = 31.5; it is the whole country.
        Assert.Equal(
            "Höftprotes NFB · SPOR | 31 dagar ca 28–34 dagar | 30 | för stor del av landet | 31 dagar | 6 av 30 20,0 %",
            page.RowOf("Höftprotes")
        );
        Assert.StartsWith(
            "Knäprotes NGB · SPOR | 10 dagar ca 7–13 dagar | 25 |",
            page.RowOf("Knäprotes"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_a_unit_did_in_old_months_only_stands_apart_without_figures()
    {
        // Falun's hips: August 2026 and nothing in the last 365 days' cell.
        var page = await pages.GetAsync("/enhet/" + HandMadePicture.Falun);
        Assert.DoesNotContain(page.Rows, row => row.StartsWith("Höftprotes", StringComparison.Ordinal));
        Assert.Contains("Höftprotes, senast i augusti 2026", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_period_and_order_are_links()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Bjorken}?dagar=90&sortera=namn");
        Assert.StartsWith("Höftprotes", page.Rows[1], StringComparison.Ordinal);
        Assert.Contains("Inga operationer senaste 90 dagarna", page.RowOf("Knäprotes"), StringComparison.Ordinal);
        Assert.Contains($"href=\"/enhet/{HandMadePicture.Bjorken}?sortera=namn\"", page.Html, StringComparison.Ordinal);
        var wrong = await pages.GetAsync($"/enhet/{HandMadePicture.Bjorken}?dagar=7&sortera=x&y=1");
        Assert.Contains("dagar kan vara", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("sortera kan vara", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("y finns inte på den här sidan", wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_and_procedure_shows_three_windows_and_18_months()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB");
        Assert.StartsWith(
            "Senaste 90 dagarna | 10 dagar ca 7–13 dagar | 7–13 dagar | 41 | 18 dagar | 100,0 %",
            page.RowOf("Senaste 90"),
            StringComparison.Ordinal
        );
        // October: [0, 6] 4, [7, 13] 4: k = 4 is reached at the end of the first bin; 95 % ranks of 8 are 1 and 8.
        // The country has Åre's five besides: 7 + (6.5 − 4)/4 · 7 = 11.4.
        Assert.Equal(
            "Oktober 2026 preliminär | 7 dagar ca 0–13 dagar | 0–13 dagar | 8 | 100,0 % | 7 dagar | 11 dagar",
            page.RowOf("Oktober 2026")
        );
        Assert.Equal("September 2026 | För få för att visas | – | – | – | – | –", page.RowOf("September 2026"));
        // It did hips in August: it reports, and did no knees.
        Assert.StartsWith("Augusti 2026 | Inga operationer |", page.RowOf("Augusti 2026"), StringComparison.Ordinal);
        Assert.StartsWith("Maj 2025 | Inget rapporterat", page.RowOf("Maj 2025"), StringComparison.Ordinal);
        Assert.Equal(
            18,
            page.Rows.Count(row =>
                row.Contains(" 2025", StringComparison.Ordinal) || row.Contains(" 2026", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public async Task The_chart_says_what_it_shows()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB");
        Assert.Contains(
            "<title id=\"chart-title\">Median v&#228;ntetid per m&#229;nad: Kn&#228;protes, Exempelsjukhuset Falun</title>",
            page.Html,
            StringComparison.Ordinal
        );
        Assert.Contains("17 m", page.Html, StringComparison.Ordinal);
        Assert.Contains("class=\"gap\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.Ordinal);
    }

    // Falun's October: eight patients, the interval [0, 13]; Åre's five have none.
    [Fact]
    public async Task What_the_chart_has_no_room_for_is_marked_and_told()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB");
        Assert.DoesNotContain("class=\"more\"", page.Html, StringComparison.Ordinal);
        var wide = new TrendChart(
            "prov",
            HandMadePicture.SporDate,
            [.. Months(Figure.Of([new Bin(0, 6, 6), new Bin(7, 13, 6), new Bin(504, 510, 5)], country: null))],
            [.. Months(Figure.Of([new Bin(7, 13, 9)], country: null))],
            [.. Months(Figure.Of([new Bin(7, 13, 9)], country: null))]
        );
        Assert.True(wide.HasMore);
        Assert.Contains("class=\"more\"", wide.Draw().Value, StringComparison.Ordinal);
        Assert.Contains("Osäkerheten går längre än bilden rymmer: 0–510", wide.Description(), StringComparison.Ordinal);

        static IEnumerable<Figure> Months(Figure last) =>
            Enumerable.Repeat(Figure.Missing(Absence.None), Month.TrendLength - 1).Append(last);
    }

    [Fact]
    public async Task A_region_whose_only_unit_this_is_has_no_line_of_its_own()
    {
        // Dalarna's other unit is masked; in Jämtland Östersund has no visible month.
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB");
        Assert.DoesNotContain("<path class=\"region\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Dalarna: samma siffror, ingen annan enhet syns där", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Severely_ill_patients_are_told_in_a_sentence()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB");
        // Wilson: 41 of 310.
        Assert.Contains(
            "41 av 310 opererade med känd ASA-klass det senaste året hade ASA 3–4: 13,2 % (slumpen kan dölja 9,9 % till 17,5 %).",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "för få för att visas",
            (await pages.GetAsync($"/enhet/{HandMadePicture.Tysta}/NGB")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_patient_group_is_chosen_by_a_link()
    {
        var page = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB?urval=0-14");
        Assert.StartsWith(
            "Senaste 90 dagarna | 3 dagar ca 0–6 dagar",
            page.RowOf("Senaste 90"),
            StringComparison.Ordinal
        );
        var wrong = await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB?urval=general");
        Assert.Contains("Urvalet finns inte i SPOR", wrong.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/enhet/SE0000000000-X", "Vårdenheten finns inte")]
    [InlineData("/enhet/SE0000000000-X/NGB", "Vårdenheten finns inte")]
    [InlineData(
        "/enhet/se2321000180-ex11",
        "skrivs som SE2321000180-EX01, och stora bokstäver är inte detsamma som små"
    )]
    [InlineData($"/enhet/{HandMadePicture.Falun}/XYZ", "Åtgärden finns inte")]
    [InlineData($"/enhet/{HandMadePicture.Falun}/CJE", "har inga uppgifter om")]
    public async Task What_is_not_there_is_said(string address, string said) =>
        Assert.Contains(said, (await pages.GetAsync(address, HttpStatusCode.NotFound)).Text, StringComparison.Ordinal);
}
