using System.Diagnostics;
using System.Globalization;
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
    private const string SocketName = ".s.PGSQL.5432";
    private const string User = "lagesbild";

    // `.` for the socket: relative to the cluster, so no path is too long for the server.
    private const string ServerOptions =
        "-k . -p 5432 -c listen_addresses= -c shared_buffers=32MB -c max_connections=100 -c log_checkpoints=off";

    private readonly FileStream _lock;
    private readonly PostgresBinaries _binaries;
    private readonly string _cluster;
    private readonly IReadOnlyList<string> _asUser;
    private readonly string _pgData;
    private readonly bool _durable;
    private string? _shortcut;
    private Process? _minder;

    private PrivatePostgres(FileStream held, PostgresBinaries binaries, string cluster, string? owner, bool durable)
    {
        _lock = held;
        _durable = durable;
        _binaries = binaries;
        _cluster = cluster;
        _asUser = AsUser(owner, cluster);
        _pgData = Named(owner, cluster);
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
            var cluster = Path.Combine(folder, "postgres");
            var versionFile = Path.Combine(cluster, "PG_VERSION");
            int? version = File.Exists(versionFile)
                ? int.Parse(await File.ReadAllTextAsync(versionFile, cancellationToken), CultureInfo.InvariantCulture)
                : null;
            var binaries = await PostgresBinaries.FindAsync(version, cancellationToken);
            var owner = Environment.IsPrivilegedProcess ? await FindOwnerAsync(cluster, cancellationToken) : null;
            if (version is null)
            {
                await MakeClusterAsync(binaries, cluster, owner, durable, cancellationToken);
            }

            var postgres = new PrivatePostgres(held, binaries, cluster, owner, durable);
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
            Host = _shortcut ?? _cluster,
            Port = 5432,
            Username = User,
            Database = database,
        }.ConnectionString;

    /// <summary>False when the server has died.</summary>
    public bool IsRunning => ReadMark() is { } pid && IsOurServer(pid) != false;

    /// <summary>Starts the server again after it has died.</summary>
    /// <exception cref="PrivatePostgresException">It does not start.</exception>
    public Task StartAgainAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    /// <summary>Stops the server cleanly.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopServerAsync(CancellationToken.None);
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
        catch (IOException failure) when (File.Exists(Path.Combine(folder, "in-use.lock")))
        {
            throw new PrivatePostgresException(
                $"The data folder {folder} is in use by another lagesbild ({failure.Message.TrimEnd('.')})."
            );
        }
        catch (IOException failure)
        {
            throw new PrivatePostgresException($"The data folder {folder} cannot be used: {failure.Message}");
        }
    }

    /// <summary>
    /// The user that root lets the server run as, "uid:gid": whoever owns the cluster already, else postgres, else nobody.
    /// </summary>
    private static async Task<string> FindOwnerAsync(string cluster, CancellationToken cancellationToken)
    {
        if (Directory.Exists(cluster))
        {
            return (await RunOrThrowAsync(["stat", "-c", "%u:%g", cluster], cancellationToken)).Output.Trim();
        }

        var users = await File.ReadAllLinesAsync("/etc/passwd", cancellationToken);
        var user =
            Array.Find(users, line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ?? Array.Find(users, line => line.StartsWith("nobody:", StringComparison.Ordinal))
            ?? throw new PrivatePostgresException(
                "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody; start as an ordinary user."
            );
        var fields = user.Split(':');
        return $"{fields[2]}:{fields[3]}";
    }

    /// <summary>
    /// What goes before a server program's command line. As root: the open folder is handed on as descriptor 9, which lets
    /// the unprivileged user into it even where the way there (a home of mode 0700) is closed to it.
    /// </summary>
    private static string[] AsUser(string? owner, string folder) =>
        owner is null
            ? []
            :
            [
                "/bin/sh",
                "-c",
                """owner=$1; shift; exec 9<"$0"; exec setpriv --reuid="${owner%:*}" --regid="${owner#*:}" --clear-groups -- "$@" """,
                folder,
                owner,
            ];

    // As root the cluster is only ever named through the descriptor that AsUser opens.
    private static string Named(string? owner, string folder) => owner is null ? folder : "/proc/self/fd/9";

    private static async Task MakeClusterAsync(
        PostgresBinaries binaries,
        string cluster,
        string? owner,
        bool durable,
        CancellationToken cancellationToken
    )
    {
        // Made beside and renamed: a start killed half-way leaves nothing that looks like a cluster.
        var unfinished = cluster + ".new";
        if (Directory.Exists(cluster))
        {
            throw new PrivatePostgresException($"{cluster} is there already and is no PostgreSQL cluster.");
        }

        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        if (owner is null)
        {
            Directory.CreateDirectory(unfinished);
        }
        else
        {
            var ids = owner.Split(':');
            await RunOrThrowAsync(
                ["install", "-d", "-m", "0700", "-o", ids[0], "-g", ids[1], unfinished],
                cancellationToken
            );
        }

        List<string> command =
        [
            .. AsUser(owner, unfinished),
            binaries.InitDb,
            "--pgdata=" + Named(owner, unfinished),
            "--username=" + User,
            // Whoever may enter the folder may use the database: the socket lies inside it, and nothing listens elsewhere.
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ];
        if (!durable)
        {
            command.Add("--no-sync");
        }

        await RunOrThrowAsync(command, cancellationToken);
        Directory.Move(unfinished, cluster);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        await SettleLeftoverAsync(cancellationToken);
        var log = Path.Combine(_cluster, "server.log");
        var started = await ChildProcess.RunAsync(
            PgCtl(
                "start",
                "--wait",
                "--timeout=300",
                "--log=" + Path.Combine(_pgData, "server.log"),
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
            .. PgCtl("stop", "--mode=fast"),
        ]);
        ClearShortcut();
        if (Path.Combine(_cluster, SocketName).Length > LongestSocketPath || _cluster.AsSpan().ContainsAny(",:@"))
        {
            // The path does not fit a socket's address, or Npgsql would read it as something else than a folder.
            var temporary = Directory.CreateTempSubdirectory(ShortcutPrefix).FullName;
            // Noted in the folder: killed, it is the next start that clears it away.
            _lock.Write(Encoding.UTF8.GetBytes(temporary));
            _lock.Flush();
            _shortcut = Path.Combine(temporary, "s");
            Directory.CreateSymbolicLink(_shortcut, _cluster);
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

    /// <summary>After a crash: stops a server that outlived its owner, and clears away a mark that stands in the way.</summary>
    private async Task SettleLeftoverAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Mark))
        {
            return;
        }

        if (ReadMark() is { } pid)
        {
            switch (IsOurServer(pid))
            {
                case true:
                    await StopServerAsync(cancellationToken);
                    return;
                case null:
                    throw new PrivatePostgresException(
                        $"{Mark} names the running process {pid}, a PostgreSQL server that may be this folder's: "
                            + "stop it; or, if it is certainly another's, remove that file."
                    );
                case false when !IsTaken(pid):
                    // PostgreSQL sees that for itself, and looks for what may be left of the dead server as well.
                    return;
            }
        }

        // PostgreSQL itself would take any process that has got the old number since for a running server. We hold the
        // folder's lock and have seen that it is none.
        File.Delete(Mark);
        // The socket has a mark with the same number.
        File.Delete(Path.Combine(_cluster, SocketName + ".lock"));
    }

    private string Mark => Path.Combine(_cluster, "postmaster.pid");

    private int? ReadMark()
    {
        try
        {
            return int.TryParse(
                File.ReadLines(Mark).FirstOrDefault(),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var pid
            )
                ? pid
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsTaken(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether this process is the folder's live server; null for a PostgreSQL server that may be.</summary>
    private bool? IsOurServer(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName is not ("postgres" or "postmaster"))
            {
                return false;
            }

            if (!OperatingSystem.IsLinux())
            {
                return true;
            }

            // A server stands in its cluster. The kernel names that without links, and so it does our open file.
            var stands = Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName;
            using var mark = File.OpenHandle(Mark);
            var opened = File.ResolveLinkTarget($"/proc/self/fd/{mark.DangerousGetHandle()}", returnFinalTarget: false);
            return stands is not null && stands == Path.GetDirectoryName(opened?.FullName) ? true : null;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or IOException)
        {
            // Dead; perhaps with its number still taken, while nobody has asked for its exit code.
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task StopServerAsync(CancellationToken cancellationToken) =>
        await ChildProcess.RunAsync(PgCtl("stop", "--wait", "--mode=fast", "--timeout=60"), cancellationToken);

    private string[] PgCtl(string what, params string[] options) =>
        [.. _asUser, _binaries.PgCtl, what, "--pgdata=" + _pgData, "--silent", .. options];

    private static async Task<ProcessAnswer> RunOrThrowAsync(
        IReadOnlyList<string> command,
        CancellationToken cancellationToken
    )
    {
        var answer = await ChildProcess.RunAsync(command, cancellationToken);
        return answer.ExitCode == 0
            ? answer
            : throw new PrivatePostgresException($"The private PostgreSQL cannot be set up: {answer.LastLine}");
    }
}
