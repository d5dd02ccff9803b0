using System.CommandLine;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Options;

namespace Lagesbild.Commands;

/// <summary>A command cannot do what it was asked to, for a reason that its user can mend.</summary>
/// <param name="message">One line: what is wrong, and what to do.</param>
/// <param name="exitCode">2 for wrong usage or configuration, 1 for everything else.</param>
public sealed class CommandFailedException(string message, int exitCode = 2) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>What all commands share: one clear line on standard error for whatever the user can mend.</summary>
public static class CommandLine
{
    public const int WrongUsage = 2;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        // No response files: "@…" is a file name like any other.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            // An unknown command is also a missing one, and of the two the name that was meant is what helps.
            return await FailAsync(
                parsed.UnmatchedTokens is [var unknown, ..]
                    ? $"Unrecognized command or argument '{unknown}'."
                    : parsed.Errors[0].Message,
                WrongUsage
            );
        }

        try
        {
            // The host hears Ctrl-C and SIGTERM itself and stops what it started, in its own time.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (CommandFailedException failure)
        {
            return await FailAsync(failure.Message, failure.ExitCode);
        }
        catch (OptionsValidationException unusable)
        {
            // Each failure names its key.
            return await FailAsync(string.Join(" ", unusable.Failures), WrongUsage);
        }
        catch (InvalidDataException unreadable)
        {
            // appsettings.json is no JSON.
            return await FailAsync($"{unreadable.Message} {unreadable.InnerException?.Message}", WrongUsage);
        }
    }

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync("lagesbild: " + message.ReplaceLineEndings(" "));
        return exitCode;
    }
}
