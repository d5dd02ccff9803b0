using System.Diagnostics;
using System.Globalization;

namespace Lagesbild.Ledger;

/// <summary>
/// The folder of a private PostgreSQL's cluster: made as the user that the server runs as, and handled through PostgreSQL's own
/// programs; which of the machine's processes is its server.
/// </summary>
internal sealed class PostgresCluster
{
    public const string SocketName = ".s.PGSQL.5432";
    public const string User = "lagesbild";

    private readonly PostgresBinaries _binaries;
    private readonly IReadOnlyList<string> _asUser;

    private PostgresCluster(PostgresBinaries binaries, string folder, string? owner)
    {
        _binaries = binaries;
        Folder = folder;
        _asUser = AsUser(owner, folder);
        Data = Named(owner, folder);
    }

    public string Folder { get; }

    /// <summary>The folder as the server's programs are to name it.</summary>
    public string Data { get; }

    /// <summary>False when the server has died.</summary>
    public bool IsRunning => ReadMark() is { } pid && IsOurServer(pid) != false;

    /// <summary>What is there, made the first time.</summary>
    /// <param name="durable">False for tests: nothing needs to survive a power failure.</param>
    public static async Task<PostgresCluster> OpenAsync(
        string folder,
        bool durable,
        CancellationToken cancellationToken
    )
    {
        var versionFile = Path.Combine(folder, "PG_VERSION");
        int? version = File.Exists(versionFile)
            ? int.Parse(await File.ReadAllTextAsync(versionFile, cancellationToken), CultureInfo.InvariantCulture)
            : null;
        var binaries = await PostgresBinaries.FindAsync(version, cancellationToken);
        var owner = Environment.IsPrivilegedProcess ? await FindOwnerAsync(folder, cancellationToken) : null;
        if (version is null)
        {
            await MakeClusterAsync(binaries, folder, owner, durable, cancellationToken);
        }

        return new PostgresCluster(binaries, folder, owner);
    }

    /// <summary>After a crash: stops a server that outlived its owner, and clears away a mark that stands in the way.</summary>
    public async Task SettleLeftoverAsync(CancellationToken cancellationToken)
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
                    await StopAsync(cancellationToken);
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
        File.Delete(Path.Combine(Folder, SocketName + ".lock"));
    }

    private string Mark => Path.Combine(Folder, "postmaster.pid");

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

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await ChildProcess.RunAsync(PgCtl("stop", "--wait", "--mode=fast", "--timeout=60"), cancellationToken);

    public string[] PgCtl(string what, params string[] options) =>
        [.. _asUser, _binaries.PgCtl, what, "--pgdata=" + Data, "--silent", .. options];

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
