using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>Debian's Chromium, and the service with its sample picture; one of each for a class of tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private readonly List<WebApplication> _services = [];
    private readonly string _contacts = System.IO.Path.GetTempFileName();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The service on the morning after the reference date.</summary>
    public string Address { get; private set; } = "";

    /// <summary>HSA-ids of the units in the table of NGB, shortest wait first.</summary>
    public IReadOnlyList<string> Units { get; private set; } = [];

    /// <summary>The same ten days later: everything is stale.</summary>
    public string Stale { get; private set; } = "";

    /// <summary>The service before its first delivery.</summary>
    public string Empty { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Path), $"{Path} is missing. Install it: apt-get install chromium");
        var cancellationToken = TestContext.Current.CancellationToken;
        var picture = PageHost.Read(Samples(), cancellationToken);
        await File.WriteAllLinesAsync(_contacts, PageHost.ContactRows(picture, "NGB"), cancellationToken);
        Units =
        [
            .. picture.FindProcedure("NGB")!.Table(new TableQuery(Period.Days90)).Select(row => row.Place.Unit!.HsaId),
        ];
        Address = await StartAsync(picture, PageHost.Now, cancellationToken);
        Stale = await StartAsync(picture, PageHost.Now.AddDays(10), cancellationToken);
        Empty = await StartAsync(null, PageHost.Now, cancellationToken);
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Window.LongestWait);
        string[] quiet =
        [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--disable-quic",
        ];
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Path,
                Args = Environment.IsPrivilegedProcess ? [.. quiet, "--no-sandbox"] : quiet,
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        File.Delete(_contacts);
    }

    /// <summary>A fresh window that remembers what it must not see.</summary>
    public async Task<Window> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light, bool hasScript = true)
    {
        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
                Locale = "sv-SE",
                JavaScriptEnabled = hasScript,
                AcceptDownloads = true,
            }
        );
        context.SetDefaultTimeout(Window.LongestWait);
        return new Window(context, await context.NewPageAsync());
    }

    private async Task<string> StartAsync(
        Picture.Picture? picture,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var service = await PageHost.StartAsync(picture, now, port: 0, _contacts, cancellationToken);
        _services.Add(service);
        return service.Urls.Single();
    }

    /// <summary>An address with numbers in braces, which stand for units: /enhet/{0}/NGB.</summary>
    public string Resolve(string address) =>
        Address + string.Format(System.Globalization.CultureInfo.InvariantCulture, address, [.. Units]);

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Lagesbild.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Lagesbild.sln is not above the tests.");
        }

        return folder.FullName;
    }

    private static string Samples() => System.IO.Path.Combine(Root(), "ingest-samples", "accepted");
}

/// <summary>A window and what went wrong in it: console errors (a breach of the content security policy is one), foreign hosts.</summary>
public sealed class Window : IAsyncDisposable
{
    // Milliseconds; for what hangs, not for what is slow.
    public const int LongestWait = 120_000;

    private readonly IBrowserContext _context;
    private readonly List<string> _wrong = [];
    private readonly List<IRequest> _finished = [];

    public Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // Chromium reports the status of a page that is meant to be missing; everything else counts.
            if (
                message.Type is "error" or "warning"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
            )
            {
                _wrong.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _wrong.Add(error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Host != "127.0.0.1")
            {
                _wrong.Add("asked another host: " + request.Url);
            }
        };
        page.RequestFinished += (_, request) =>
        {
            lock (_finished)
            {
                _finished.Add(request);
            }
        };
        page.Response += (_, response) =>
        {
            if (response.Request.ResourceType != "document" && response.Status >= 400)
            {
                _wrong.Add($"{response.Status} {response.Url}");
            }
        };
    }

    public IPage Page { get; }

    public async Task GoAsync(string address) => await Page.GotoAsync(address);

    /// <summary>
    /// After a press or a click: the address becomes one like this, and the page behind it is whole. It asks again and again
    /// instead of listening: an event that comes while the click is still being answered would be missed.
    /// </summary>
    public async Task ArriveAsync(string pattern)
    {
        await ReachAsync(pattern);
        await Page.WaitForFunctionAsync(
            "() => document.readyState === 'complete'",
            null,
            new PageWaitForFunctionOptions { Timeout = LongestWait }
        );
    }

    /// <summary>The address alone: where no script runs, a page cannot be asked whether it is whole.</summary>
    public async Task ReachAsync(string pattern) =>
        await Assertions
            .Expect(Page)
            .ToHaveURLAsync(
                new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)),
                new PageAssertionsToHaveURLOptions { Timeout = LongestWait }
            );

    /// <summary>A page with all that it fetches: at most 60 kB over the wire, in four requests.</summary>
    public async Task AssertLightAsync()
    {
        await Page.WaitForLoadStateAsync(LoadState.Load);
        IRequest[] requests;
        lock (_finished)
        {
            requests = [.. _finished];
        }

        Assert.InRange(requests.Length, 1, 4);
        var bytes = 0;
        foreach (var request in requests)
        {
            var sizes = await request.SizesAsync();
            bytes += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        Assert.InRange(bytes, 1_000, 60_000);
    }

    /// <summary>Into docs/bilder, where <c>LAGESBILD_PICTURES=1</c> asks for it.</summary>
    public async Task PictureAsync(string name, bool isWhole = false)
    {
        if (Environment.GetEnvironmentVariable("LAGESBILD_PICTURES") == "1")
        {
            await Page.EvaluateAsync("() => scrollTo(0, 0)");
            await Page.ScreenshotAsync(
                new PageScreenshotOptions
                {
                    Path = Path.Combine(Chromium.Root(), "docs", "bilder", name + ".png"),
                    FullPage = isWhole,
                }
            );
        }
    }

    /// <summary>No violation of WCAG 2.2 AA that axe can find, nothing on the console, nobody else asked.</summary>
    public async Task AssertSoundAsync()
    {
        var result = await Page.RunAxe(
            new AxeRunOptions
            {
                RunOnly = new RunOnlyOptions
                {
                    Type = "tag",
                    Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
                },
            }
        );
        Assert.Empty(
            result.Violations.SelectMany(violation =>
                violation.Nodes.Select(node => $"{Page.Url} {violation.Id}: {node.Html} {violation.Help}")
            )
        );
        Assert.NotEmpty(result.Passes);
        Assert.Empty(_wrong);
    }

    /// <summary>Nothing sticks out to the right.</summary>
    public async Task AssertFitsAsync()
    {
        var tooWide = await Page.EvaluateAsync<string[]>(
            "() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
        );
        Assert.Empty(tooWide);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
