using System.Globalization;

namespace Lagesbild.Ledger;

/// <summary>PostgreSQL's server programs as installed on this machine.</summary>
/// <param name="Folder">Holds <c>initdb</c> and <c>pg_ctl</c>.</param>
/// <param name="Version">Major version.</param>
public sealed record PostgresBinaries(string Folder, int Version)
{
    public const int OldestVersion = 15;

    private const string HowToInstall =
        "Debian and Ubuntu: apt-get install postgresql. macOS: brew install postgresql@17. "
        + "Or name the folder of initdb and pg_ctl in LAGESBILD_POSTGRES_BIN.";

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>Finds them where distributions put them.</summary>
    /// <param name="clusterVersion">The version that a data folder was made by; null for a new one.</param>
    /// <exception cref="PrivatePostgresException">None is installed.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? clusterVersion, CancellationToken cancellationToken)
    {
        foreach (var folder in Candidates())
        {
            var found = new PostgresBinaries(folder, 0);
            if (!File.Exists(found.InitDb) || !File.Exists(found.PgCtl))
            {
                continue;
            }

            // "pg_ctl (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
            var answer = await ChildProcess.RunAsync([found.PgCtl, "--version"], cancellationToken);
            var words = answer.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var digits = string.Concat((words.ElementAtOrDefault(2) ?? "").TakeWhile(char.IsAsciiDigit));
            if (
                int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                && (clusterVersion is null ? version >= OldestVersion : version == clusterVersion)
            )
            {
                return found with { Version = version };
            }
        }

        throw new PrivatePostgresException(
            clusterVersion is null
                ? $"PostgreSQL {OldestVersion} or later is not installed. {HowToInstall}"
                : $"The data folder was made by PostgreSQL {clusterVersion}, which is not installed. {HowToInstall}"
        );
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("LAGESBILD_POSTGRES_BIN") is { Length: > 0 } chosen)
        {
            return [chosen];
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return
        [
            .. path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            .. Versions("/usr/lib/postgresql", "*"),
            .. Versions("/usr", "pgsql-*"),
            .. Versions("/opt/homebrew/opt", "postgresql@*"),
            .. Versions("/usr/local/opt", "postgresql@*"),
        ];
    }

    private static IEnumerable<string> Versions(string parent, string pattern) =>
        Directory.Exists(parent)
            ? Directory
                .EnumerateDirectories(parent, pattern)
                .OrderByDescending(NumberAtEnd)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];

    private static int NumberAtEnd(string folder)
    {
        var digits = string.Concat(Path.GetFileName(folder).Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
