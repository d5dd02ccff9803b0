using Lagesbild.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Lagesbild.Tests.Ledger;

/// <summary>
/// A real PostgreSQL for the tests: the one that LAGESBILD_TEST_POSTGRES connects to, else a private one. Started by the first
/// test that needs it; where there is none the test fails and says what to install.
/// </summary>
public static class TestPostgres
{
    private const string Template = "lagesbild_template";

    private static readonly Lazy<Task<string>> Server = new(StartAsync);
    private static PrivatePostgres? _started;
    private static string? _folder;

    /// <summary>A new database with the ledger's tables, and nothing in them.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = await Server.Value;
        var name = $"lagesbild_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {Template}");
        return Named(server, name);
    }

    public static async Task DropDatabaseAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync(await Server.Value, $"DROP DATABASE {name} WITH (FORCE)");
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async ValueTask StopAsync()
    {
        if (_started is not null)
        {
            await _started.DisposeAsync();
            Directory.Delete(_folder!, recursive: true);
        }
    }

    private static async Task<string> StartAsync()
    {
        var server = Environment.GetEnvironmentVariable("LAGESBILD_TEST_POSTGRES");
        if (string.IsNullOrEmpty(server))
        {
            _folder = TestFolder.Path($"postgres-{Environment.ProcessId}");
            _started = await PrivatePostgres.StartAsync(_folder, durable: false, CancellationToken.None);
            server = _started.ConnectionString("postgres");
        }

        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Template} WITH (FORCE)");
        await ExecuteAsync(server, $"CREATE DATABASE {Template}");
        await using var source = NpgsqlDataSource.Create(Named(server, Template) + ";Pooling=false");
        var options = new DbContextOptionsBuilder<LedgerContext>().UseNpgsql(source).Options;
        await using var context = new LedgerContext(options);
        await context.Database.MigrateAsync();
        return server;
    }

    private static string Named(string server, string database) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;
}

/// <summary>Stops the private PostgreSQL after the last test.</summary>
public sealed class TestPostgresEnd : IAsyncDisposable
{
    public ValueTask DisposeAsync() => TestPostgres.StopAsync();
}
