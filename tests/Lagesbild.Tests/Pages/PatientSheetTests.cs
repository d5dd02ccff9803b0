using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pages;

public sealed class PatientSheetTests(PagesHost pages) : IClassFixture<PagesHost>
{
    [Fact]
    public async Task Waits_are_told_in_plain_words()
    {
        var page = await pages.GetAsync(
            $"/patientblad/NGB?enhet={HandMadePicture.Falun}&enhet={HandMadePicture.Ostersund}&enhet={HandMadePicture.Angen}&enhet={HandMadePicture.Tysta}"
        );
        Assert.Contains(
            "Exempelsjukhuset Falun, Falun 41 patienter opererades under de senaste 90 dagarna. Hälften av dem hade väntat 10 dagar eller kortare, hälften längre.",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Hälften av dem hade väntat mer än 728 dagar. De är så få att det kan vara en tillfällighet.",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("Så få har opererats här", page.Text, StringComparison.Ordinal);
        Assert.Contains("Enheten har inte lämnat några uppgifter", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_answers_what_patients_ask_and_is_dated_and_no_promise()
    {
        var page = await pages.GetAsync("/patientblad/NGB");
        foreach (
            var said in new[]
            {
                "inom 90 dagar",
                "nationell vårdförmedling",
                "Ingenting extra",
                "sjukresor",
                "om någon kan följa med",
                "Hem samma dag?",
                "Om du tackar nej",
                "Bra att fråga",
                "Framtaget 22 november 2026",
                "Inget löfte om tid",
            }
        )
        {
            Assert.Contains(said, page.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Så länge har andra väntat", page.Text, StringComparison.Ordinal);
        // Nothing about a patient can be entered: a list to choose from is all there is besides the search.
        Assert.DoesNotContain("<textarea", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whom_to_call_is_the_regions_own_text()
    {
        await using var told = new PagesHost { ContactRows = ["20;023-49 00 01;;Vardagar 8–12"] };
        await told.InitializeAsync();
        var page = await told.GetAsync("/patientblad/NGB?region=20");
        Assert.Contains(
            "Vårdlotsarna i Region Dalarna: 023-49 00 01 Vardagar 8–12",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Vårdlotsarna i Region Skåne. Telefon:",
            (await told.GetAsync("/patientblad/NGB?region=12")).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Regionen finns inte",
            (await told.GetAsync("/patientblad/NGB?region=99")).Text,
            StringComparison.Ordinal
        );
    }
}
