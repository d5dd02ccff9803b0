using System.Collections.Concurrent;
using System.Net;
using Lagesbild.Commands;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Tests.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Lagesbild.Tests.Jobs;

/// <summary>The whole service in this process, on a database and an inbox of its own (or another node's).</summary>
public sealed class Node : IAsyncDisposable
{
    private readonly bool _ownsDatabase;
    private readonly TestFolder? _folder;

    private Node(WebApplication app, string database, bool ownsDatabase, TestFolder? folder, string inbox)
    {
        App = app;
        Database = database;
        _ownsDatabase = ownsDatabase;
        _folder = folder;
        InboxFolder = inbox;
    }

    public WebApplication App { get; }

    public string Database { get; }

    /// <summary>What it has said.</summary>
    public required IReadOnlyCollection<string> Log { get; init; }

    public string InboxFolder { get; }

    public TestClock Clock => (TestClock)App.Services.GetRequiredService<TimeProvider>();

    public Inbox Inbox => App.Services.GetRequiredService<Inbox>();

    public PictureKeeper Keeper => App.Services.GetRequiredService<PictureKeeper>();

    public DeliveryLedger Ledger => App.Services.GetRequiredService<DeliveryLedger>();

    public Publisher Publisher => App.Services.GetRequiredService<Publisher>();

    public LedgerEntries Entries => App.Services.GetRequiredService<LedgerEntries>();

    public Picture.Picture? Picture => App.Services.GetRequiredService<CurrentPicture>().Value;

    /// <summary>Built and not started: the test itself says when the inbox is looked into.</summary>
    public static Task<Node> CreateAsync() => CreateAsync(null, null, "01:00:00");

    /// <summary>Another process's node, as far as the database is concerned.</summary>
    public static Task<Node> BesideAsync(Node other) => CreateAsync(other.Database, other.InboxFolder, "01:00:00");

    /// <summary>On what is there already.</summary>
    public static async Task<Node> CreateAsync(
        string? database,
        string? inbox,
        string every,
        params KeyValuePair<string, string?>[] settings
    ) => await CreateAsync(database, inbox, every, https: false, settings);

    /// <summary>One that also asks for certificates; its addresses are the demo door, https, the management port.</summary>
    public static Task<Node> WithCertificatesAsync(DevelopmentPki pki) =>
        CreateAsync(null, null, "01:00:00", https: true, [.. pki.Configuration]);

    private static async Task<Node> CreateAsync(
        string? database,
        string? inbox,
        string every,
        bool https,
        KeyValuePair<string, string?>[] settings
    )
    {
        var ownsDatabase = database is null;
        var folder = inbox is null ? new TestFolder() : null;
        database ??= await TestPostgres.CreateDatabaseAsync();
        inbox ??= folder!.FullName;
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Lagesbild"] = database,
            ["Deliveries:AllowSynthetic"] = "true",
            ["Inbox:Path"] = inbox,
            ["Inbox:Every"] = every,
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var builder = Hosting.CreateBuilder("Test", all);
        var log = new KeptLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(new TestClock());
        var loopback = new IPEndPoint(IPAddress.Loopback, 0);
        return new Node(
            Hosting.Build(builder, new Listeners(loopback, https ? loopback : null, loopback)),
            database,
            ownsDatabase,
            folder,
            inbox
        )
        {
            Log = log.Lines,
        };
    }

    public async Task<Node> StartAsync()
    {
        await Hosting.StartAsync(App, TestContext.Current.CancellationToken);
        return this;
    }

    /// <summary>A started node's addresses: the demo door, the management port.</summary>
    public Uri[] Addresses =>
        [
            .. App
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Select(address => new Uri(address)),
        ];

    public Task PassAsync() => Inbox.PassAsync(TestContext.Current.CancellationToken);

    public SmallDelivery HandIn(SmallDelivery delivery) =>
        delivery.PutInto(Path.Combine(InboxFolder, delivery.FileName.Split('_')[0]), Clock.GetUtcNow().AddMinutes(-1));

    /// <summary>A figure that tells which delivery of a source is shown: its patients in 365 days.</summary>
    public long? Shown(string procedure) => Picture?.FindProcedure(procedure)?.CountLast365Days;

    public async Task<string> StatesAsync() =>
        await TestPostgres.ScalarAsync<string>(
            Database,
            "SELECT coalesce(string_agg(file_name || ' ' || state, ', ' ORDER BY received_at, file_name), '') FROM deliveries"
        );

    /// <summary>The newest first; of one date and time, the one handed in last.</summary>
    public async Task<IReadOnlyList<Delivery>> DeliveriesAsync() =>
        (await Entries.ListAsync(null, null, 0, 1_000, TestContext.Current.CancellationToken)).Rows;

    /// <summary>Takes its database away, as a server that dies does, until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> WithoutDatabaseAsync()
    {
        var away = new AwayDatabase(Database);
        await away.TakeAsync();
        return away;
    }

    private sealed class AwayDatabase(string connectionString) : IAsyncDisposable
    {
        private readonly string _name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        private readonly string _server = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = "postgres",
        }.ConnectionString;

        public async Task TakeAsync()
        {
            await TestPostgres.ExecuteAsync(_server, $"ALTER DATABASE {_name} ALLOW_CONNECTIONS false");
            await TestPostgres.ExecuteAsync(
                _server,
                $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}'"
            );
        }

        public async ValueTask DisposeAsync() =>
            await TestPostgres.ExecuteAsync(_server, $"ALTER DATABASE {_name} ALLOW_CONNECTIONS true");
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        if (_ownsDatabase)
        {
            await TestPostgres.DropDatabaseAsync(Database);
        }

        _folder?.Dispose();
    }
}

/// <summary>Stands still until told. Timers run by the machine's clock.</summary>
public sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 15, 6, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}

/// <summary>Keeps what is logged, as it is read.</summary>
public sealed class KeptLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose() { }
}
