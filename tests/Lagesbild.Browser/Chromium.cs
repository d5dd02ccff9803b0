using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace Lagesbild.Browser;

/// <summary>Debian's Chromium, and the service with its sample picture; one of each for a class of tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private readonly List<WebApplication> _services = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The service on the morning after the reference date.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The same ten days later: everything is stale.</summary>
    public string Stale { get; private set; } = "";

    /// <summary>The service before its first delivery.</summary>
    public string Empty { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Path), $"{Path} is missing. Install it: apt-get install chromium");
        var cancellationToken = TestContext.Current.CancellationToken;
        var picture = PageHost.Read(Samples(), cancellationToken);
        Address = await StartAsync(picture, PageHost.Now, cancellationToken);
        Stale = await StartAsync(picture, PageHost.Now.AddDays(10), cancellationToken);
        Empty = await StartAsync(null, PageHost.Now, cancellationToken);
        _playwright = await Playwright.CreateAsync();
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
    }

    /// <summary>A fresh window that remembers what it must not see.</summary>
    public async Task<Window> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
                Locale = "sv-SE",
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
        var service = await PageHost.StartAsync(picture, now, port: 0, cancellationToken);
        _services.Add(service);
        return service.Urls.Single();
    }

    private static string Samples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Lagesbild.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Lagesbild.sln is not above the tests.");
        }

        return System.IO.Path.Combine(folder.FullName, "ingest-samples", "accepted");
    }
}

/// <summary>A window and what went wrong in it: console errors (a breach of the content security policy is one), foreign hosts.</summary>
public sealed class Window : IAsyncDisposable
{
    // Milliseconds; for what hangs, not for what is slow.
    public const int LongestWait = 120_000;

    private readonly IBrowserContext _context;
    private readonly List<string> _wrong = [];

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
        await Assertions
            .Expect(Page)
            .ToHaveURLAsync(
                new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)),
                new PageAssertionsToHaveURLOptions { Timeout = LongestWait }
            );
        await Page.WaitForFunctionAsync(
            "() => document.readyState === 'complete'",
            null,
            new PageWaitForFunctionOptions { Timeout = LongestWait }
        );
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
