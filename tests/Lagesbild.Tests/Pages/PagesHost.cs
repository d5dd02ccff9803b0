using System.Net;
using System.Text.RegularExpressions;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Tests.Api;
using Lagesbild.Tests.Ledger;
using Lagesbild.Tests.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Pages;

/// <summary>The pages alone behind a real socket, with the hand-made picture and a clock that is set by hand.</summary>
public sealed class PagesHost : IAsyncLifetime
{
    private readonly Clock _clock = new();
    private readonly TestFolder _folder = new();
    private WebApplication? _app;

    public HttpClient Client { get; } =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All });

    public CurrentPicture Current => _app!.Services.GetRequiredService<CurrentPicture>();

    /// <summary>The morning after SPOR's reference date, four days after NCR's.</summary>
    public static DateTimeOffset Morning { get; } = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    /// <summary>Rows of the administrator's contacts; none unless a test gives some.</summary>
    public IReadOnlyList<string> ContactRows { get; init; } = [];

    public DateTimeOffset Now
    {
        set => _clock.Now = value;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.Services.LetEverybodyIn();
        if (ContactRows.Count > 0)
        {
            var path = _folder.Inside("kontakter.csv");
            await File.WriteAllLinesAsync(path, [ContactList.Heading, .. ContactRows]);
            builder.Configuration.AddInMemoryCollection([new(Contacts.PathKey, path)]);
        }

        builder.AddPages();
        _app = builder.Build();
        _app.MapPages();
        _app.MapGet("/trasig", string () => throw new InvalidOperationException("hemligt"));
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Client.BaseAddress = new Uri(_app.Urls.Single());
        Current.Swap(HandMadePicture.Build(_app.Services.GetRequiredService<ProcedureCatalogue>()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }

    public Task<HttpResponseMessage> SendAsync(string address) =>
        Client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>The page at an address, which must answer with this status.</summary>
    public async Task<PageText> GetAsync(string address, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await SendAsync(address);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{address}: {(int)response.StatusCode}\n{html}");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return new PageText(html);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Morning;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>A page as it is read: without tags, with plain spaces, and its tables' rows as cells joined by bars.</summary>
public sealed partial class PageText(string html)
{
    public string Html => html;

    public string Text { get; } = Read(html);

    /// <summary>Every row of every table: <c>"Exempelsjukhuset Falun Falun, Dalarna | 10 dagar ca 7–13 dagar | 41"</c>.</summary>
    public IReadOnlyList<string> Rows { get; } =
    [
        .. Row()
            .Matches(html)
            .Select(row => string.Join(" | ", Cell().Matches(row.Value).Select(cell => Read(cell.Value)))),
    ];

    /// <summary>The one row whose first cell begins so.</summary>
    public string RowOf(string beginning) =>
        Assert.Single(Rows, row => row.StartsWith(beginning, StringComparison.Ordinal));

    private static string Read(string markup) =>
        Space()
            .Replace(WebUtility.HtmlDecode(Tag().Replace(Unseen().Replace(markup, ""), " ")), " ")
            .Replace(" ,", ",", StringComparison.Ordinal)
            .Trim();

    [GeneratedRegex("<tr.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<t[hd][ >].*?</t[hd]>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<(head|svg)[ >].*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Unseen();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
