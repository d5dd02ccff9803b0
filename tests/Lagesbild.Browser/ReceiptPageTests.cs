using System.Globalization;
using System.Net;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Commands.Samples;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>The operators' pages on a real ledger: two days published, a third held for lacking half its units.</summary>
public sealed class ReceiptPageTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lagesbild-browser-");
    private PrivatePostgres? _postgres;
    private WebApplication? _app;
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _postgres = await PrivatePostgres.StartAsync(_data.FullName, durable: false, cancellationToken);
        var inbox = Path.Combine(_data.FullName, "inbox");
        var builder = Hosting.CreateBuilder(
            "Test",
            [
                new("ConnectionStrings:Lagesbild", _postgres.ConnectionString()),
                new("Deliveries:AllowSynthetic", "true"),
                new("Inbox:Path", inbox),
                new("Inbox:Every", "01:00:00"),
                new("Inbox:QuietTime", "00:00:00"),
            ]
        );
        builder.Logging.ClearProviders();
        var loopback = new IPEndPoint(IPAddress.Loopback, 0);
        _app = Hosting.Build(builder, new Listeners(loopback, null, loopback));
        await Hosting.StartAsync(_app, cancellationToken);
        _address = _app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        var today = TimeProvider.System.TodayInStockholm();
        var folder = Directory.CreateDirectory(Path.Combine(inbox, "SPOR")).FullName;
        foreach (var (daysAgo, units) in new[] { (3, 20), (2, 20), (1, 10) })
        {
            var request = new SampleRequest(
                "SPOR",
                today.AddDays(-daysAgo),
                units,
                Procedures: 12,
                Seed: 1,
                National: false
            );
            await using var file = File.Create(Path.Combine(folder, request.FileName));
            SampleFile.Write(
                new SampleCountry(ProcedureCatalogue.Load(), request),
                request,
                file,
                null,
                cancellationToken
            );
        }

        await _app.Services.GetRequiredService<Inbox>().PassAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Deliveries_are_accessible_and_one_is_released_by_keyboard()
    {
        var held = await HeldAsync();
        var pictures = await PicturesAsync();
        foreach (var address in new[] { "/leveranser", held, pictures[0], pictures[1] })
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
                await window.GoAsync(_address + address);
                await window.Page.EvaluateAsync(
                    "() => document.querySelectorAll('details').forEach(d => d.open = true)"
                );
                await window.AssertSoundAsync();
                await window.AssertFitsAsync();
            }
        }

        await using var narrow = await chromium.OpenAsync(320);
        await narrow.GoAsync(_address + "/leveranser");
        var labels = await narrow.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('table.receipts tbody td:not(.name)')].map(cell => {
                const heading = cell.closest('table').tHead.rows[0].cells[cell.cellIndex].firstChild.textContent;
                const label = getComputedStyle(cell, '::before').content.replaceAll('"', '');
                return heading === label ? '' : `${label} stands for ${heading}`;
            })
            """
        );
        Assert.NotEmpty(labels);
        Assert.All(labels, Assert.Empty);

        await using var operators = await chromium.OpenAsync();
        var page = operators.Page;
        await operators.GoAsync(_address + held);
        await page.Locator("#skal").FocusAsync();
        await page.Keyboard.TypeAsync("Registret har bytt system, enligt samtal.");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await operators.ArriveAsync("#beslut$");
        Assert.Contains("Släppt fram", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await operators.AssertSoundAsync();
        Assert.Equal(3, (await PicturesAsync()).Count);
    }

    private async Task<string> HeldAsync()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync(_address + "/leveranser");
        return (await window.Page.Locator(".held a").First.GetAttributeAsync("href"))!;
    }

    private async Task<IReadOnlyList<string>> PicturesAsync()
    {
        var entries = _app!.Services.GetRequiredService<LedgerEntries>();
        var (rows, _) = await entries.ListPicturesAsync(0, 10, TestContext.Current.CancellationToken);
        return
        [
            .. rows.Select(row =>
                string.Create(CultureInfo.InvariantCulture, $"/leveranser/lagesbild/{row.Publication.PictureId}")
            ),
        ];
    }
}
