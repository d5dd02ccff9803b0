using System.Diagnostics;

namespace Lagesbild.Tests;

/// <summary>Programs that are not ours and read what is ours: node with the packages of tests/npm, and python3.</summary>
internal static class OtherPrograms
{
    // A hang, not a slow machine.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static string Packages { get; } = Path.Combine(Checkout.Root, "tests", "npm", "node_modules");

    /// <summary>A program of an npm package.</summary>
    public static Task<(int Exit, string Output)> PackageAsync(string path, params string[] arguments)
    {
        var program = Path.Combine(Packages, path);
        Assert.True(
            File.Exists(program),
            "The npm packages are missing: run ./test.sh, or npm ci in tests/npm (it needs nodejs and npm)."
        );
        return RunAsync("node", [program, .. arguments]);
    }

    /// <summary>What it wrote, both ways together; a missing program says what to install.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Checkout.Root,
        };
        start.Environment["NODE_PATH"] = Packages;
        start.Environment["PYTHONUTF8"] = "1";
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
