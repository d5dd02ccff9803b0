using System.Diagnostics;

namespace Lagesbild.Ledger;

/// <summary>What a child process answered.</summary>
internal sealed record ProcessAnswer(int ExitCode, string Output, string Error)
{
    /// <summary>Its last words, on one line: where programs say what went wrong.</summary>
    public string LastLine =>
        (Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            is { Length: > 0 } lines
            ? lines[^1]
            : $"exit code {ExitCode}";
}

internal static class ChildProcess
{
    public static Process Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The unprivileged user may not be able to read the folder that the service was started in.
            WorkingDirectory = "/",
        };
        // PGDATA, PGPORT and their like are meant for some other server; LC_ALL for a person.
        foreach (
            var name in start.Environment.Keys.Where(key => key.StartsWith("PG", StringComparison.Ordinal)).ToList()
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
    }

    public static async Task<ProcessAnswer> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ProcessAnswer(process.ExitCode, await output, await error);
    }
}
