using System.Net;
using System.Text.RegularExpressions;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Pages;

/// <summary>The operators' pages, through the whole service and by plain forms, as a browser without JavaScript sends them.</summary>
public sealed partial class ReceiptPagesTests : IAsyncLifetime
{
    private static readonly DateOnly Day1 = new(2026, 1, 12);
    private static readonly DateOnly Day2 = new(2026, 1, 13);
    private static readonly DateOnly Day3 = new(2026, 1, 14);

    private Node _node = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await Node.CreateAsync();
        await _node.StartAsync();
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = _node.Addresses[0],
        };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Before_anything_has_come_the_page_says_so()
    {
        var page = await GetAsync("/leveranser");
        Assert.Contains("Ingen leverans väntar på beslut.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Ingenting har lämnats in än.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Ingen lägesbild är publicerad än.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_come_is_listed_with_its_state_and_findings()
    {
        var held = await HoldAsync();
        _node.HandIn(SmallDelivery.Spor(Day1) with { Content = [1, 2, 3] });
        await _node.PassAsync();
        Assert.Equal(3, (await _node.DeliveriesAsync()).Count);

        var page = await GetAsync("/leveranser");
        Assert.Contains(
            "volume-change",
            page.RowOf("NCR_2026-01-13.jsonl.gz NCR, 13 januari 2026 | väntar på beslut | 15 januari 2026"),
            StringComparison.Ordinal
        );
        Assert.Contains("publicerad", page.RowOf("NCR_2026-01-12.jsonl.gz"), StringComparison.Ordinal);
        Assert.Contains("nekad", page.RowOf("SPOR_2026-01-12.zip"), StringComparison.Ordinal);
        Assert.Contains(
            "365D: 17 000 operationer mot 10 124",
            page.Text.Replace('\u00a0', ' '),
            StringComparison.Ordinal
        );
        Assert.Contains($"href=\"/leveranser/{held}\"", page.Html, StringComparison.Ordinal);

        var spor = await GetAsync("/leveranser?kalla=SPOR");
        Assert.DoesNotContain(spor.Rows, row => row.StartsWith("NCR", StringComparison.Ordinal));
        var unknown = await GetAsync("/leveranser?kalla=ABC&sida=noll&annat=1");
        Assert.Contains("Källan i adressen finns inte", unknown.Text, StringComparison.Ordinal);
        Assert.Contains("annat finns inte på den här sidan", unknown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_delivery_shows_what_differs_and_is_released_by_a_form()
    {
        var held = await HoldAsync();
        var page = await GetAsync($"/leveranser/{held}");
        Assert.Equal(
            "Operationer, 365 dagar | 10 124 | 17 000 | +6 876 (+67,9 %)",
            page.RowOf("Operationer, 365 dagar").Replace('\u00a0', ' ')
        );
        Assert.Contains(
            "| 124 | 7 000 | +6 876",
            page.RowOf("Gråstarroperation").Replace('\u00a0', ' '),
            StringComparison.Ordinal
        );
        Assert.Contains("17,5 dagar", page.RowOf("Gråstarroperation").Replace('\u00a0', ' '), StringComparison.Ordinal);

        using var response = await PostAsync(
            page,
            $"/leveranser/{held}",
            ("beslut", "slapp"),
            ("skal", "Stämmer med registret.")
        );
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var after = await GetAsync(response.Headers.Location!.ToString());
        Assert.Contains("Släppt fram", after.Text, StringComparison.Ordinal);
        Assert.Contains("av SE0000000000-DEMO. Stämmer med registret.", after.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", after.Html, StringComparison.Ordinal);
        Assert.Equal(7_000, _node.Shown("CJE"));
    }

    [Fact]
    public async Task A_form_without_a_reason_or_of_another_page_changes_nothing_and_keeps_what_was_written()
    {
        const string Number = "189001019802";
        var held = await HoldAsync();
        var address = $"/leveranser/{held}";
        var page = await GetAsync(address);
        foreach (
            var (decision, reason, said) in new[]
            {
                ("neka", " ", "Skriv varför."),
                ("neka", $"Gäller {Number}", "ser ut som ett personnummer"),
                ("neka", new string('a', 1_001), "högst 1"),
                ("kanske", "Bra", "Välj om leveransen"),
            }
        )
        {
            using var refused = await PostAsync(page, address, ("beslut", decision), ("skal", reason));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            var again = new PageText(await refused.Content.ReadAsStringAsync(Cancellation));
            Assert.Contains(said, again.Text, StringComparison.Ordinal);
            Assert.Contains("role=\"alert\"", again.Html, StringComparison.Ordinal);
        }

        // As a foreign page would send it: without the token, though with the cookie.
        using var foreign = new FormUrlEncodedContent([new("beslut", "slapp"), new("skal", "Skriven här")]);
        using var forged = await _client.PostAsync(address, foreign, Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, forged.StatusCode);
        var kept = await forged.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("blivit för gammalt", kept, StringComparison.Ordinal);
        Assert.Contains("Skriven här</textarea>", kept, StringComparison.Ordinal);

        Assert.Equal(
            "held",
            await TestPostgres.ScalarAsync<string>(_node.Database, $"SELECT state FROM deliveries WHERE id = '{held}'")
        );
        Assert.Equal(
            0,
            await TestPostgres.ScalarAsync<long>(_node.Database, "SELECT count(*) FROM operator_decisions")
        );
        Assert.DoesNotContain(_node.Log, line => line.Contains(Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_decides_too_late_is_told_so_and_gets_back_what_was_written()
    {
        var held = await HoldAsync();
        var address = $"/leveranser/{held}";
        var old = await GetAsync(address);
        using var colleague = await PostAsync(old, address, ("beslut", "neka"), ("skal", "Fel uttag."));
        Assert.Equal(HttpStatusCode.SeeOther, colleague.StatusCode);

        using var late = await PostAsync(old, address, ("beslut", "slapp"), ("skal", "Stämmer <b>visst</b>."));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, late.StatusCode);
        var page = new PageText(await late.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("role=\"alert\"", page.Html, StringComparison.Ordinal);
        Assert.Contains(
            "Inget beslut har fattats Leveransen väntar inte längre på beslut.",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("<blockquote>Stämmer &lt;b&gt;visst", page.Html, StringComparison.Ordinal);
        Assert.Contains("av SE0000000000-DEMO. Fel uttag.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_restores_what_has_been_erased_meanwhile_is_told_so_and_gets_back_what_was_written()
    {
        _node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        await _node.PassAsync();
        var address = $"/leveranser/lagesbild/{_node.Picture!.Id}";
        _node.HandIn(SmallDelivery.Ncr(Day2, patients: 20));
        await _node.PassAsync();
        var old = await GetAsync(address);
        await TestPostgres.ExecuteAsync(
            _node.Database,
            "UPDATE deliveries SET erased_at = now(), erased_by = 'Dnr 1' WHERE state = 'superseded'"
        );

        using var late = await PostAsync(old, address, ("skal", "Fel i dagens."));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, late.StatusCode);
        var page = new PageText(await late.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("Inget beslut har fattats Något av det", page.Text, StringComparison.Ordinal);
        Assert.Contains("<blockquote>Fel i dagens.", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_been_overtaken_offers_only_refusal()
    {
        var held = await HoldAsync();
        _node.HandIn(SmallDelivery.Ncr(Day3));
        await _node.PassAsync();
        var page = await GetAsync($"/leveranser/{held}");
        Assert.DoesNotContain("value=\"slapp\"", page.Html, StringComparison.Ordinal);

        using var released = await PostAsync(page, $"/leveranser/{held}", ("beslut", "slapp"), ("skal", "Ändå"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, released.StatusCode);
        using var refused = await PostAsync(page, $"/leveranser/{held}", ("beslut", "neka"), ("skal", "För gammal"));
        Assert.Equal(HttpStatusCode.SeeOther, refused.StatusCode);
        Assert.Contains("Läge nekad", (await GetAsync($"/leveranser/{held}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_earlier_picture_is_restored_by_a_form()
    {
        _node.HandIn(SmallDelivery.Ncr(Day1, patients: 10));
        await _node.PassAsync();
        var first = _node.Picture!.Id;
        _node.HandIn(SmallDelivery.Ncr(Day2, patients: 20));
        await _node.PassAsync();
        var address = $"/leveranser/lagesbild/{first}";
        var page = await GetAsync(address);
        Assert.Contains("NCR_2026-01-12.jsonl.gz", page.Text, StringComparison.Ordinal);

        using var response = await PostAsync(page, address, ("skal", "Fel i dagens."));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal(10, _node.Shown("CJE"));
        Assert.Contains(
            "Det som visas nu bygger på samma leveranser",
            (await GetAsync(address)).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Det är den här lägesbilden som visas",
            (await GetAsync($"/leveranser/lagesbild/{_node.Picture!.Id}")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_picture_of_fewer_sources_says_which_go_away()
    {
        _node.HandIn(SmallDelivery.Ncr(Day1));
        await _node.PassAsync();
        var address = $"/leveranser/lagesbild/{_node.Picture!.Id}";
        _node.HandIn(SmallDelivery.Spor(Day1));
        await _node.PassAsync();
        var both = $"/leveranser/lagesbild/{_node.Picture!.Id}";

        var page = await GetAsync(address);
        Assert.Contains("Allt från SPOR försvinner", page.Text, StringComparison.Ordinal);
        Assert.Contains("bygger bara på NCR.", page.Text, StringComparison.Ordinal);
        Assert.Contains("kan återställas utan SPOR", (await GetAsync("/leveranser")).Text, StringComparison.Ordinal);
        using var response = await PostAsync(page, address, ("skal", "SPOR är fel."));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Null(_node.Shown("NGB"));
        Assert.DoesNotContain("försvinner", (await GetAsync(both)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_held_for_a_persons_number_says_so_and_not_that_it_differs()
    {
        _node.HandIn(SmallDelivery.Ncr(Day1, hsaId: "SE8112189876-EX41"));
        await _node.PassAsync();
        var held = (await _node.DeliveriesAsync())[0].Id;

        var page = await GetAsync($"/leveranser/{held}");

        Assert.Contains("HSA-id ser ut att bygga på en persons nummer", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("skiljer sig mycket", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("8112189876", page.Html, StringComparison.Ordinal);
        Assert.Contains(
            "Leveransen hålls därför att den skiljer sig mycket",
            (await GetAsync($"/leveranser/{await HoldAsync()}")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_pages_are_never_kept_and_say_when_the_database_is_away()
    {
        var held = await HoldAsync();
        foreach (
            var address in (string[])
                ["/leveranser", $"/leveranser/{held}", $"/leveranser/lagesbild/{_node.Picture!.Id}"]
        )
        {
            using var response = await _client.GetAsync(address, Cancellation);
            Assert.True(response.Headers.CacheControl?.NoStore);
        }

        Assert.DoesNotContain(_node.Log, line => line.Contains("Cache-Control", StringComparison.Ordinal));
        await using (await _node.WithoutDatabaseAsync())
        {
            var page = await GetAsync("/leveranser", HttpStatusCode.ServiceUnavailable);
            Assert.Contains("Databasen svarar inte", page.Text, StringComparison.Ordinal);
        }

        await GetAsync("/leveranser/" + Guid.NewGuid(), HttpStatusCode.NotFound);
        await GetAsync("/leveranser/lagesbild/" + Guid.NewGuid(), HttpStatusCode.NotFound);
        using var post = await _client.PostAsync("/leveranser", new StringContent(""), Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    private async Task<Guid> HoldAsync()
    {
        _node.HandIn(SmallDelivery.Ncr(Day1));
        _node.HandIn(SmallDelivery.Ncr(Day2, patients: 7_000));
        await _node.PassAsync();
        return (await _node.DeliveriesAsync())[0].Id;
    }

    private async Task<PageText> GetAsync(string address, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await _client.GetAsync(address, Cancellation);
        var html = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == status, $"{address}: {(int)response.StatusCode}\n{html}");
        return new PageText(html);
    }

    private async Task<HttpResponseMessage> PostAsync(
        PageText page,
        string address,
        params (string Name, string Value)[] fields
    )
    {
        var token = Token().Match(page.Html).Groups[1].Value;
        Assert.NotEmpty(token);
        using var form = new FormUrlEncodedContent([
            new("__RequestVerificationToken", token),
            .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)),
        ]);
        return await _client.PostAsync(address, form, Cancellation);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
