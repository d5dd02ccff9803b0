using System.Diagnostics;
using System.Globalization;

namespace Lagesbild.Benchmarks;

/// <summary>What both measurements need of the machine, and where their results are written.</summary>
internal static class Machine
{
    /// <summary>Cores and model, nothing that names the machine.</summary>
    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1]
            .Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {model ?? "unknown processor"}, .NET {Environment.Version}"
        );
    }

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Lagesbild.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Run from a checkout.");
        }

        return folder.FullName;
    }

    /// <summary>A new folder among the temporary ones, deleted by its user.</summary>
    public static string Scratch()
    {
        var folder = Path.Combine(Path.GetTempPath(), "lagesbild-benchmarks", Guid.NewGuid().ToString("N")[..8]);
        return Directory.CreateDirectory(folder).FullName;
    }

    public static async Task WriteAsync(string name, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root(), "docs", "benchmarks")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        Console.WriteLine(text);
    }

    /// <summary>This program again, as a child with a redirected output.</summary>
    public static Process Again(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Machine).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>A line of /proc/PID/status, in MB.</summary>
    public static double Megabytes(int process, string key) =>
        double.Parse(
            File.ReadLines($"/proc/{process}/status")
                .First(line => line.StartsWith(key + ":", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture
        ) / 1024;

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
