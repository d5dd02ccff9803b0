using System.Diagnostics;
using System.Globalization;

namespace Lagesbild.Tests.Commands;

/// <summary>What tests need that kill the program at a step of its work.</summary>
internal static class Killing
{
    /// <summary>Makes it say every statement to the database.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> TellAll { get; } =
    [new("Logging__LogLevel__Microsoft.EntityFrameworkCore", "Debug"), new("Logging__LogLevel__Npgsql", "Debug")];

    public static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>Far finer than a timer.</summary>
    public static void Wait(TimeSpan time)
    {
        var at = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(at) < time)
        {
            Thread.SpinWait(20);
        }
    }
}
