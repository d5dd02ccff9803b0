using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Tests.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Api;

/// <summary>The API alone behind a real socket, with the hand-made picture and a clock that stands still.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    private WebApplication? _app;
    private ContractCheck? _contract;

    /// <summary>The morning after SPOR's reference date, four days after NCR's.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    public HttpClient Client { get; } =
        new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });

    public IServiceProvider Services => _app!.Services;

    public CurrentPicture Current => Services.GetRequiredService<CurrentPicture>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Freshness:NCR:LateDays", "3")]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(new StandingClock(Now));
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.Services.LetEverybodyIn();
        builder.AddApi();
        _app = builder.Build();
        _app.UseTraces();
        _app.UseApi();
        _app.MapApi();
        _app.MapGet("/lagesbild/v1/fault", IResult () => throw new InvalidOperationException("secret"));
        // As the web view does, with what nobody else wants.
        _app.MapFallback(() => "a page");
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Client.BaseAddress = new Uri(_app.Urls.Single());
        Show("picture-1");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    /// <summary>Publishes the hand-made picture under an id.</summary>
    public void Show(string id) =>
        Current.Swap(HandMadePicture.Build(Services.GetRequiredService<ProcedureCatalogue>(), id));

    /// <summary>
    /// A request; <paramref name="path"/> is below the API's root. Whatever comes back is held against the contract.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(
        string path,
        HttpMethod? method = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "/lagesbild/v1" + path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        _contract ??= new ContractCheck(
            JsonNode
                .Parse(
                    await Client.GetStringAsync("/lagesbild/v1/openapi.json", TestContext.Current.CancellationToken)
                )!
                .AsObject()
        );
        if (response.Content.Headers.ContentEncoding.Count == 0)
        {
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            _contract.Check(request.Method, request.RequestUri!, response, body);
        }

        return response;
    }

    /// <summary>The body of a request that must succeed.</summary>
    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await SendAsync(path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>The problem of a request that must be refused so.</summary>
    public async Task<JsonObject> GetProblemAsync(
        string path,
        HttpStatusCode status,
        string code,
        HttpMethod? method = null,
        params (string Name, string Value)[] headers
    )
    {
        using var response = await SendAsync(path, method, headers);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal("urn:lagesbild:problem:" + code, (string?)problem["type"]);
        Assert.Equal((int)status, (int?)problem["status"]);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.StartsWith("/lagesbild/v", (string)problem["instance"]!, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", (string)problem["traceId"]!);
        return problem;
    }

    /// <summary>Fails where two pieces of JSON differ, whatever the order of their members.</summary>
    public static void AssertJson(string expected, JsonNode? actual)
    {
        var wanted = JsonNode.Parse(expected);
        if (!JsonNode.DeepEquals(wanted, actual))
        {
            var indented = new JsonSerializerOptions { WriteIndented = true };
            Assert.Equal(wanted?.ToJsonString(indented), actual?.ToJsonString(indented));
        }
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
