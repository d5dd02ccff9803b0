using System.IO.Compression;
using System.Net;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

public sealed class DownloadsTests(PagesHost pages) : IClassFixture<PagesHost>
{
    [Theory]
    [InlineData("/atgard/NGB")]
    [InlineData("/atgard/NGB?sortera=-namn")]
    [InlineData("/atgard/NGB?sortera=driftsform&kolumner=alla")]
    [InlineData("/atgard/NGB?region=20&region=01&kommun=2080&sortera=avstand")]
    [InlineData("/atgard/NGB?visa=region&dagar=365")]
    public async Task The_file_has_the_pages_rows_in_the_pages_order(string address)
    {
        var page = await pages.GetAsync(address);
        var link = Link(page, "/hamta/vantetider/NGB.csv");
        var lines = await LinesAsync(link);
        var name = Array.IndexOf(lines[0].Split(';'), "Namn");
        var shown = page
            .Rows.Skip(1)
            .Select(row => row.Split(" | ")[0])
            .Where(first =>
                !first.StartsWith("Färre än", StringComparison.Ordinal)
                && !first.StartsWith("Utan siffra", StringComparison.Ordinal)
            );
        Assert.Equal(lines.Length - 1, shown.Count());
        Assert.All(
            shown.Zip(lines.Skip(1)),
            both =>
                Assert.StartsWith(
                    both.Second.Split(';')[name].Trim('"').Replace("Riket", "Hela landet", StringComparison.Ordinal),
                    both.First,
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Home_is_in_the_file_too()
    {
        var lines = await LinesAsync("/hamta/vantetider/NGB.csv?hemma=" + HandMadePicture.Are);
        var column = Array.IndexOf(lines[0].Split(';'), "Jämfört med hemma");
        Assert.Equal(
            "kortare",
            lines.Single(line => line.Contains("Falun;", StringComparison.Ordinal)).Split(';')[column]
        );
    }

    // Or a sum of the column counts it twice.
    [Fact]
    public async Task Home_stands_once_in_a_file_and_the_country_is_compared_with_it()
    {
        foreach (
            var (query, homes) in new[]
            {
                ("hemma=" + HandMadePicture.Are, "Åre kirurgi"),
                ("hemma=20&visa=region", "Region Dalarna"),
                ("hemma=20&driftsform=privat", "Region Dalarna"),
            }
        )
        {
            var lines = await LinesAsync("/hamta/vantetider/NGB.csv?" + query);
            var (name, compared) = (At(lines, "Namn"), At(lines, "Jämfört med hemma"));
            Assert.Single(lines, line => line.Split(';')[name] == homes);
            Assert.NotEqual("", lines.Single(line => line.Split(';')[name] == "Hela landet").Split(';')[compared]);
        }
    }

    [Theory]
    [InlineData("kommun=2080&km=100")]
    [InlineData("driftsform=ideburen&sortera=-namn")]
    [InlineData("region=20&hemma=23")]
    [InlineData("visa=sjukvardsregion")]
    public async Task Eighteen_months_are_of_the_rows_that_the_table_has(string query)
    {
        var table = await LinesAsync("/hamta/vantetider/NGB.csv?" + query);
        var months = await LinesAsync("/hamta/utveckling/NGB.csv?" + query);
        Assert.Equal(Names(table), Names(months).Distinct());
        Assert.Equal(18 * (table.Length - 1), months.Length - 1);

        static IEnumerable<string> Names(string[] lines) =>
            lines.Skip(1).Select(line => line.Split(';')[At(lines, "Namn")]);
    }

    [Fact]
    public async Task Eighteen_months_of_what_is_shown_with_the_country()
    {
        Assert.Equal(1 + 18 * 7, (await LinesAsync("/hamta/utveckling/NGB.csv")).Length);
        var one = await LinesAsync(
            Link(await pages.GetAsync($"/enhet/{HandMadePicture.Falun}/NGB"), "/hamta/utveckling/NGB.csv")
        );
        Assert.Equal(1 + 18 * 2, one.Length);
    }

    [Fact]
    public async Task A_workbook_says_in_its_name_what_is_inside()
    {
        using var response = await pages.SendAsync("/hamta/vantetider/NGB.xlsx");
        Assert.Equal(
            "vantetider_NGB_enhet_2026-11-21.xlsx",
            response.Content.Headers.ContentDisposition?.FileName?.Trim('"')
        );
        await using var content = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var book = new ZipArchive(content);
        Assert.Contains(book.Entries, entry => entry.FullName == "xl/workbook.xml");
    }

    [Theory]
    [InlineData("/hamta/vantetider/NGB.pdf")]
    [InlineData("/hamta/vantetider/XYZ.csv")]
    public async Task There_is_no_other_file(string address)
    {
        using var response = await pages.SendAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static int At(string[] lines, string heading) => Array.IndexOf(lines[0].Split(';'), heading);

    private static string Link(PageText page, string beginning)
    {
        var html = WebUtility.HtmlDecode(page.Html);
        var start = html.IndexOf("href=\"" + beginning, StringComparison.Ordinal) + 6;
        return html[start..html.IndexOf('"', start)];
    }

    private async Task<string[]> LinesAsync(string address)
    {
        using var response = await pages.SendAsync(address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return text.TrimStart('\ufeff').TrimEnd().Split("\r\n");
    }
}
