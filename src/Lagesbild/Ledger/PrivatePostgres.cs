using System.Diagnostics;
using System.Text;
using Npgsql;

namespace Lagesbild.Ledger;

/// <summary>The private PostgreSQL cannot run; the message says what to do.</summary>
public sealed class PrivatePostgresException(string message) : Exception(message);

/// <summary>
/// A PostgreSQL server of our own in a data folder, from the installed programs: on a Unix socket only, unprivileged even
/// when started as root, stopped with its owner. <c>demo</c> and the tests run on it, so that there is one SQL dialect.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    // sockaddr_un holds 108 bytes on Linux and 104 on macOS, the ending zero included.
    private const int LongestSocketPath = 103;
    private const string ShortcutPrefix = "lagesbild-";

    // `.` for the socket: relative to the cluster, so no path is too long for the server.
    private const string ServerOptions =
        "-k . -p 5432 -c listen_addresses= -c shared_buffers=32MB -c max_connections=100 -c log_checkpoints=off";

    private readonly FileStream _lock;
    private readonly PostgresCluster _cluster;
    private readonly bool _durable;
    private string? _shortcut;
    private Process? _minder;

    private PrivatePostgres(FileStream held, PostgresCluster cluster, bool durable)
    {
        _lock = held;
        _cluster = cluster;
        _durable = durable;
    }

    /// <summary>Starts it, making the cluster the first time, and recovering it after a crash.</summary>
    /// <param name="folder">Made if missing; belongs to one service at a time.</param>
    /// <param name="durable">False for tests: nothing needs to survive a power failure.</param>
    /// <exception cref="PrivatePostgresException">With what to do about it.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        string folder,
        bool durable,
        CancellationToken cancellationToken
    )
    {
        folder = Path.GetFullPath(folder);
        var held = TakeFolder(folder);
        PrivatePostgres? started = null;
        try
        {
            var cluster = await PostgresCluster.OpenAsync(Path.Combine(folder, "postgres"), durable, cancellationToken);
            var postgres = new PrivatePostgres(held, cluster, durable);
            await postgres.StartServerAsync(cancellationToken);
            await postgres.AttachAsync(cancellationToken);
            started = postgres;
            return started;
        }
        finally
        {
            if (started is null)
            {
                await held.DisposeAsync();
            }
        }
    }

    /// <summary>To a database of it, which need not exist yet.</summary>
    public string ConnectionString(string database = "lagesbild") =>
        new NpgsqlConnectionStringBuilder
        {
            Host = _shortcut ?? _cluster.Folder,
            Port = 5432,
            Username = PostgresCluster.User,
            Database = database,
        }.ConnectionString;

    /// <summary>False when the server has died.</summary>
    public bool IsRunning => _cluster.IsRunning;

    /// <summary>Starts the server again after it has died.</summary>
    /// <exception cref="PrivatePostgresException">It does not start.</exception>
    public Task StartAgainAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    /// <summary>Stops the server cleanly.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _cluster.StopAsync(CancellationToken.None);
        if (_minder is not null)
        {
            await _minder.StandardInput.WriteLineAsync();
            _minder.StandardInput.Close();
            await _minder.WaitForExitAsync();
            _minder.Dispose();
        }

        if (_shortcut is not null)
        {
            File.Delete(_shortcut);
            Directory.Delete(Path.GetDirectoryName(_shortcut)!);
            _lock.SetLength(0);
        }

        await _lock.DisposeAsync();
    }

    private static FileStream TakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Held for as long as the server runs, and let go by the kernel if this process dies.
            return new FileStream(
                Path.Combine(folder, "in-use.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (UnauthorizedAccessException)
        {
            throw new PrivatePostgresException(
                $"The data folder {folder} cannot be written by this user; choose another with --data."
            );
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, "in-use.lock")))
        {
            throw new PrivatePostgresException(
                $"The data folder {folder} is in use by another lagesbild that is still running: stop that one (Ctrl-C where it was "
                    + "started), or choose another folder with --data."
            );
        }
        catch (IOException failure)
        {
            throw new PrivatePostgresException($"The data folder {folder} cannot be used: {failure.Message}");
        }
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        await _cluster.SettleLeftoverAsync(cancellationToken);
        var log = Path.Combine(_cluster.Folder, "server.log");
        var started = await ChildProcess.RunAsync(
            _cluster.PgCtl(
                "start",
                "--wait",
                "--timeout=300",
                "--log=" + Path.Combine(_cluster.Data, "server.log"),
                "--options=" + ServerOptions + (_durable ? "" : " -c fsync=off -c full_page_writes=off")
            ),
            cancellationToken
        );
        if (started.ExitCode != 0)
        {
            var why = File.Exists(log)
                ? (await File.ReadAllLinesAsync(log, cancellationToken)).LastOrDefault(line =>
                    line.Contains("FATAL", StringComparison.Ordinal)
                )
                : null;
            throw new PrivatePostgresException(
                $"The private PostgreSQL did not start: {why ?? started.LastLine} (its log: {log})"
            );
        }
    }

    private async Task AttachAsync(CancellationToken cancellationToken)
    {
        // Stops the server when this process is gone, however it went: its standard input ends then. A word on it means
        // that the server was stopped already.
        _minder = ChildProcess.Start([
            "/bin/sh",
            "-c",
            "trap '' INT TERM HUP; read -r word || exec \"$@\"",
            "minder",
            .. _cluster.PgCtl("stop", "--mode=fast"),
        ]);
        ClearShortcut();
        if (
            Path.Combine(_cluster.Folder, PostgresCluster.SocketName).Length > LongestSocketPath
            || _cluster.Folder.AsSpan().ContainsAny(",:@")
        )
        {
            // The path does not fit a socket's address, or Npgsql would read it as something else than a folder.
            var temporary = Directory.CreateTempSubdirectory(ShortcutPrefix).FullName;
            // Noted in the folder: killed, it is the next start that clears it away.
            _lock.Write(Encoding.UTF8.GetBytes(temporary));
            _lock.Flush();
            _shortcut = Path.Combine(temporary, "s");
            Directory.CreateSymbolicLink(_shortcut, _cluster.Folder);
        }

        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = 'lagesbild'", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand("CREATE DATABASE lagesbild", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The shortcut of a start that was killed.</summary>
    private void ClearShortcut()
    {
        using (var noted = new StreamReader(_lock, leaveOpen: true))
        {
            var temporary = noted.ReadToEnd();
            if (Path.GetFileName(temporary).StartsWith(ShortcutPrefix, StringComparison.Ordinal))
            {
                try
                {
                    File.Delete(Path.Combine(temporary, "s"));
                    Directory.Delete(temporary);
                }
                catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
                {
                    // Gone already, or somebody else's by now.
                }
            }
        }

        _lock.SetLength(0);
    }
}
