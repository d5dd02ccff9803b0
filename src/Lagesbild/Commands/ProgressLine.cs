using System.Diagnostics;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Commands;

/// <summary>One line on a terminal that tells how far the reading of a delivery has come; silent in a pipe.</summary>
internal sealed class ProgressLine : IProgress<ReadingProgress>
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private string _what = "";
    private long _began;
    private long _shown;

    /// <summary>Names what is read from now on.</summary>
    public void Begin(string what)
    {
        _what = what;
        _began = _shown = Stopwatch.GetTimestamp();
        Write($"{what} …");
    }

    public void Report(ReadingProgress value)
    {
        if (Stopwatch.GetElapsedTime(_shown) < Every)
        {
            return;
        }

        _shown = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        Write(
            string.Create(
                ProcedureCatalogue.Swedish,
                $"{_what}: {value.Rows:N0} rader, {value.Bytes / 1e6 / seconds:N0} MB/s"
            )
        );
    }

    /// <summary>Leaves the line empty for what comes next.</summary>
    public void Clear() => Write("");

    private void Write(string line)
    {
        if (_isTerminal)
        {
            Console.Error.Write($"\r\e[K{line}");
        }
    }
}
