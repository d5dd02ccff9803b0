using System.Diagnostics;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;

namespace Lagesbild.Tests.Commands;

/// <summary>The real program as a process of its own, on a node's database and inbox.</summary>
internal static class Serving
{
    public static IReadOnlyList<KeyValuePair<string, string?>> Environment(Node node, DevelopmentPki pki) =>
        [
            .. pki.Configuration.Select(s =>
                KeyValuePair.Create("Lagesbild__" + s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value)
            ),
            new("ASPNETCORE_ENVIRONMENT", "Test"),
            new("ConnectionStrings__Lagesbild", node.Database),
            new("Lagesbild__Deliveries__AllowSynthetic", "true"),
            new("Lagesbild__Inbox__Path", node.InboxFolder),
            new("Lagesbild__Inbox__Every", "00:00:00.2"),
            new("Lagesbild__Listen__Https", "127.0.0.1:0"),
            new("Lagesbild__Listen__Management", "127.0.0.1:0"),
        ];

    /// <summary>Through a shell that prepares what the program then runs under.</summary>
    public static Process Under(string preparation, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"{preparation} dotnet \"$0\" serve", Path.Combine(AppContext.BaseDirectory, "lagesbild.dll")]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Reads what it says until a line that holds this.</summary>
    public static async Task ReadUntilAsync(this Process process, string words)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail(
            $"It ended without saying \"{words}\": {await process.StandardError.ReadToEndAsync(deadline.Token)}"
        );
    }

    public static async Task KillAsync(this Process process)
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
