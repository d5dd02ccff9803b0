using System.Net;
using System.Net.Security;
using Lagesbild.Commands;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Benchmarks;

/// <param name="Head">What the service put there itself: all but the date and the body's length.</param>
/// <param name="ETag">As it stands in the header.</param>
internal sealed record Answer(int Status, byte[] Body, KeyValuePair<string, StringValues>[] Head, string ETag)
{
    public Answer WithETagAlone() => this with { Head = [new(HeaderNames.ETag, ETag)] };
}

/// <summary>
/// The whole service on a national picture, and a bare Kestrel endpoint that returns the same bytes over the same TLS with the
/// same certificates, in one process: an address of the one and the same answer of the other are loaded in turns.
/// </summary>
internal sealed class SideBySide : IAsyncDisposable
{
    private readonly string _scratch;
    private readonly PrivatePostgres _postgres;
    private readonly DevelopmentPki _pki;
    private readonly WebApplication _service;
    private readonly WebApplication _bare;
    private Answer? _answer;

    private SideBySide(string scratch, PrivatePostgres postgres, DevelopmentPki pki, WebApplication service)
    {
        (_scratch, _postgres, _pki, _service) = (scratch, postgres, pki, service);
        _bare = BuildBare();
    }

    public static async Task<SideBySide> StartAsync()
    {
        var scratch = Machine.Scratch();
        var postgres = await PrivatePostgres.StartAsync(
            Path.Combine(scratch, "data"),
            durable: false,
            CancellationToken.None
        );
        var pki = DevelopmentPki.Open(Path.Combine(scratch, "certs"), TimeProvider.System);
        var pair = new SideBySide(scratch, postgres, pki, await StartServiceAsync(scratch, postgres, pki));
        await pair._bare.StartAsync();
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await _bare.DisposeAsync();
        await _service.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_scratch, recursive: true);
    }

    /// <summary>The service's address with the path, by the name in its certificate.</summary>
    public Uri AddressOf(string path) => new(new UriBuilder(Https(_service)) { Host = "localhost" }.Uri, path);

    public HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = [Loader.Navigator(_pki.Directory)],
                    CertificateChainPolicy = Loader.Trust(_pki.Directory),
                },
            }
        );

    /// <param name="headers">Name: value.</param>
    public async Task<Answer> AskAsync(string path, params string[] headers)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(path));
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        using var response = await client.SendAsync(request);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotModified
            ? new Answer(
                (int)response.StatusCode,
                await response.Content.ReadAsByteArrayAsync(),
                [
                    .. response
                        .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                        .Where(field => field.Key != HeaderNames.Date && field.Key != HeaderNames.ContentLength)
                        .Select(field => new KeyValuePair<string, StringValues>(field.Key, field.Value.ToString())),
                ],
                response.Headers.ETag!.ToString()
            )
            : throw new InvalidOperationException($"{path} was answered {(int)response.StatusCode}.");
    }

    /// <summary>Loads both with the same request; the bare one answers what the service does, with the same head.</summary>
    public async Task<List<Round>> CompareAsync(string path, params string[] headers) =>
        await CompareAsync(await AskAsync(path, headers), path, headers);

    /// <param name="bare">What the bare one answers.</param>
    public async Task<List<Round>> CompareAsync(Answer bare, string path, params string[] headers)
    {
        _answer = bare;
        return await Turns.CompareAsync(
            "kept",
            _pki.Directory,
            new Uri(Https(_service), path),
            new Uri(Https(_bare), path),
            headers
        );
    }

    private static async Task<WebApplication> StartServiceAsync(
        string scratch,
        PrivatePostgres postgres,
        DevelopmentPki pki
    )
    {
        var inboxFolder = Path.Combine(scratch, "inbox");
        foreach (var source in (string[])["SPOR", "NCR"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(inboxFolder, source)).FullName;
            string[] sample = ["--source", source, "--date", "2026-11-21", "--national", "--out", folder];
            if (await SampleCommand.Create().Parse(sample).InvokeAsync() != 0)
            {
                throw new InvalidOperationException("There is no sample.");
            }
        }

        var builder = Hosting.CreateBuilder(
            "Benchmark",
            [
                .. pki.Configuration,
                new("ConnectionStrings:Lagesbild", postgres.ConnectionString()),
                new("Security:Audit:Folder", Path.Combine(scratch, "audit")),
                // One identity makes all the load: it is counted, and never has too much.
                new("Limits:RequestsPerSecond", "1000000"),
                new("Limits:Burst", "1000000"),
                new($"{DeliveriesOptions.Section}:{nameof(DeliveriesOptions.AllowSynthetic)}", "true"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Path)}", inboxFolder),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Every)}", "00:00:01"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.QuietTime)}", "00:00:00"),
            ]
        );
        // As in `serve`, beside what is measured.
        builder
            .Logging.ClearProviders()
            .AddJsonConsole()
            .Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var app = Hosting.Build(builder, new Listeners(null, any, any));
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = 2;
        app.Services.GetRequiredService<Inbox>().Settled += (file, receipt) =>
        {
            if (receipt.State != "published")
            {
                settled.TrySetException(new InvalidOperationException($"{file} was {receipt.State}."));
            }
            else if (Interlocked.Decrement(ref left) == 0)
            {
                settled.TrySetResult();
            }
        };
        await app.StartAsync();
        await settled.Task;
        return app;
    }

    private WebApplication BuildBare()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(_pki.Configuration);
        // For the same listener, with the same certificates; nobody asks it whether a caller may.
        builder.AddSecurity(demoDoor: false);
        CertificateBenchmark.AskNobody(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0))
        );
        var app = builder.Build();
        app.Run(context =>
        {
            var (status, body, head, _) = _answer!;
            context.Response.StatusCode = status;
            var headers = context.Response.Headers;
            foreach (var (name, value) in head)
            {
                headers[name] = value;
            }

            if (status == StatusCodes.Status304NotModified)
            {
                return Task.CompletedTask;
            }

            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, 0, body.Length);
        });
        return app;
    }

    private static Uri Https(WebApplication app) =>
        app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(a => new Uri(a))
            .First(a => a.Scheme == "https");
}
