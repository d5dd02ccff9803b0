using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Lagesbild.Benchmarks;

/// <param name="Microseconds">Of processor time in the server for each request: what else the machine does disturbs it least.</param>
internal sealed record Turn(Load Load, double Microseconds);

internal sealed record Round(Turn Service, Turn Bare)
{
    public double Ratio => Service.Load.PerSecond / Bare.Load.PerSecond;
}

/// <summary>
/// Two servers of this process, loaded in turns by one child that keeps its connections: many short turns, close together and
/// each first as often as the other, because these machines are shared and their speed goes up and down within seconds.
/// </summary>
internal static class Turns
{
    private const int Rounds = 100;
    private const int Warming = 10;

    public static string Description { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"One load program, a process of its own on the same machine, keeps {Loader.Connections} connections busy for {Loader.Turn.TotalSeconds:0.0} seconds with each in turn, {Rounds} times; {Warming} turns of each warm up and are not counted. *Processor*: the server's time for each request, of both cores."
        );

    /// <param name="how">See <see cref="Loader.RunAsync"/>.</param>
    public static async Task<List<Round>> CompareAsync(
        string how,
        string pki,
        Uri service,
        Uri bare,
        params string[] headers
    )
    {
        using var server = Process.GetCurrentProcess();
        using var child = Machine.Again(["load", how, pki, service.ToString(), bare.ToString(), .. headers]);
        var rounds = new List<Round>();
        for (var i = 0; i < Warming + Rounds; i++)
        {
            var isFirst = i % 2 == 0;
            var first = await TakeAsync(isFirst ? "0" : "1");
            var second = await TakeAsync(isFirst ? "1" : "0");
            if (i >= Warming)
            {
                rounds.Add(isFirst ? new Round(first, second) : new Round(second, first));
            }
        }

        child.StandardInput.Close();
        await child.WaitForExitAsync();
        return rounds;

        async Task<Turn> TakeAsync(string which)
        {
            server.Refresh();
            var before = server.TotalProcessorTime;
            await child.StandardInput.WriteLineAsync(which);
            var line =
                await child.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("The load program ended: it says above why.");
            server.Refresh();
            var load = JsonSerializer.Deserialize<Load>(line)!;
            return new Turn(load, (server.TotalProcessorTime - before).TotalMicroseconds / load.Requests);
        }
    }

    /// <summary>Medians as a table of Markdown, and how the two compare.</summary>
    /// <param name="service">What the first is called.</param>
    public static string Table(IReadOnlyList<Round> rounds, string service = "service")
    {
        var ratios = rounds.Select(r => r.Ratio).Order().ToArray();
        // Between these two of the sorted ones the median of all such ratios lies, 95 times in 100 (binomially).
        var reach = (int)Math.Ceiling(0.98 * Math.Sqrt(ratios.Length));
        var (low, high) = (ratios[ratios.Length / 2 - reach], ratios[(ratios.Length - 1) / 2 + reach]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | | requests/s | p50, ms | p99, ms | processor, µs |
            |---|---|---|---|---|
            | {service} | {Cells(r => r.Service)} |
            | bare | {Cells(r => r.Bare)} |

            Medians. Requests per second of the one to the other's, pair by pair: **{Machine.Median(
                ratios
            ):0.00}** (95 % interval of the median: {low:0.00} to {high:0.00}).
            """
        );

        string Cells(Func<Round, Turn> which)
        {
            double Of(Func<Turn, double> value) => Machine.Median(rounds.Select(r => value(which(r))));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Of(t => t.Load.PerSecond):0} | {Of(t => t.Load.P50):0.00} | {Of(t => t.Load.P99):0.00} | {Of(t => t.Microseconds):0.0}"
            );
        }
    }
}
