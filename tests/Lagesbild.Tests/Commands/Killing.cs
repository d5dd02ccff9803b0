using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;

namespace Lagesbild.Tests.Commands;

/// <summary>The real program in a process of its own, listened to until it is killed (SIGKILL) at a step of its work.</summary>
internal sealed partial class Killing : IDisposable
{
    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(3);

    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private volatile string? _awaited;

    public Killing(Node node, DevelopmentPki pki, string? step = null)
    {
        _awaited = step;
        _process = Program.Start([.. Serving.Environment(node, pki), .. TellAll], "serve");
        _reading = Task.Run(ReadAsync);
        // Errors too, or a full pipe would stop it.
        _errors = _process.StandardError.ReadToEndAsync();
    }

    // Makes it say every statement to the database.
    private static KeyValuePair<string, string?>[] TellAll { get; } =
    [
        new("Lagesbild__Logging__LogLevel__Microsoft.EntityFrameworkCore", "Debug"),
        new("Lagesbild__Logging__LogLevel__Npgsql", "Debug"),
    ];

    public static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>Mostly a few milliseconds, and often none at all.</summary>
    public static TimeSpan Delay(Random chance) =>
        TimeSpan.FromMicroseconds(chance.Next(4) == 0 ? 0 : chance.Next(5_000));

    /// <summary>From now on, the step that its next line with these words tells of.</summary>
    public void Await(string step) => _awaited = step;

    /// <summary>The step has been seen, elsewhere than in what it says.</summary>
    public void See() => _seen.TrySetResult();

    public async Task<Uri> AddressAsync()
    {
        await Task.WhenAny(_address.Task, _reading).WaitAsync(Hanging, TestContext.Current.CancellationToken);
        return _address.Task.IsCompletedSuccessfully
            ? await _address.Task
            : throw new InvalidOperationException(await _errors);
    }

    /// <summary>Kills it so long after the step, or after <paramref name="otherwise"/>; true where the step was seen.</summary>
    public async Task<bool> KillAtStepAsync(TimeSpan after, Task? otherwise = null)
    {
        await Task.WhenAny(_seen.Task, _reading, otherwise ?? _reading)
            .WaitAsync(Hanging, TestContext.Current.CancellationToken);
        Wait(after);
        await KillAsync();
        return _seen.Task.IsCompletedSuccessfully;
    }

    public async Task KillAsync()
    {
        await _process.KillAsync();
        await _reading;
        Assert.Equal("", await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (_awaited is { } step && line.Contains(step, StringComparison.Ordinal))
            {
                See();
            }

            if (Listening().Match(line) is { Success: true } said)
            {
                _address.TrySetResult(new Uri(said.Groups["address"].Value));
            }
        }
    }

    // Far finer than a timer.
    private static void Wait(TimeSpan time)
    {
        var at = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(at) < time)
        {
            Thread.SpinWait(20);
        }
    }

    [GeneratedRegex(@"Now listening on: (?<address>https://127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
