using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Lagesbild.Benchmarks;

/// <summary>
/// The table of one procedure at unit level over the API, against a bare endpoint that returns the same bytes; the same of
/// 304; then how much memory the largest downloads take.
/// </summary>
internal static class WaitingTimesBenchmark
{
    private const string Path = "/lagesbild/v1/waiting-times?procedure=NGB";

    private static readonly string Twenty = string.Join(
        '&',
        "ABC ACC BAA BBA CBB CGG DCA DJD EMB HAC JAB JAE JDF JFB JHC JKA KED LCD NFB NGB"
            .Split(' ')
            .Select(code => "procedure=" + code)
    );

    private static readonly string[] Downloads =
    [
        $"/lagesbild/v1/trends?{Twenty}&format=csv",
        $"/lagesbild/v1/trends?{Twenty}&format=csv-excel-sv",
        $"/lagesbild/v1/trends?{Twenty}&format=xlsx",
        "/lagesbild/v1/pictures/current/waiting-times?format=csv",
        "/lagesbild/v1/pictures/current/waiting-times?format=json",
    ];

    private sealed record Taken(string Path, long Bytes, double Seconds, long AddedBytes);

    public static async Task<int> RunAsync()
    {
        await using var pair = await SideBySide.StartAsync();
        const string Accept = "Accept: application/json";
        var answer = await pair.AskAsync(Path, Accept);
        var full = await pair.CompareAsync(Path, Accept);
        string[] asked = [Accept, "If-None-Match: " + answer.ETag];
        var known = await pair.CompareAsync(Path, asked);
        var least = await pair.CompareAsync((await pair.AskAsync(Path, asked)).WithETagAlone(), Path, asked);
        var downloads = new List<Taken>();
        foreach (var path in Downloads)
        {
            downloads.Add(await DownloadAsync(pair, path));
        }

        await Machine.WriteAsync("waiting-times.md", Report(full, known, least, downloads, answer.Body.Length));
        return 0;
    }

    // What the process holds, looked at every few milliseconds; whoever reads the answer is in it too.
    private static async Task<Taken> DownloadAsync(SideBySide pair, string path)
    {
        using var client = pair.Client();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = Environment.WorkingSet;
        var most = before;
        using var done = new CancellationTokenSource();
        var watch = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!done.IsCancellationRequested)
            {
                most = Math.Max(most, Environment.WorkingSet);
                await timer.WaitForNextTickAsync();
            }
        });
        var clock = Stopwatch.StartNew();
        using var response = await client.GetAsync(pair.AddressOf(path), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        long length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            length += read;
        }

        clock.Stop();
        await done.CancelAsync();
        await watch;
        return new Taken(path, length, clock.Elapsed.TotalSeconds, most - before);
    }

    private static string Report(
        List<Round> full,
        List<Round> known,
        List<Round> least,
        List<Taken> downloads,
        int length
    )
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"# One procedure's table over the API");
        Line($"");
        Line($"`dotnet run -c Release --project tests/Lagesbild.Benchmarks -- waiting-times`");
        Line($"");
        Line($"{DateTimeOffset.UtcNow:yyyy-MM-dd}, {Machine.Describe()}. Loopback only.");
        Line($"");
        Line(
            $"*Service*: `GET {Path}` of the whole service on a national picture, with everything on (certificates, rate limit, audit log, traces, the log as in `serve`), {length:N0} bytes, uncompressed. *Bare*: a Kestrel endpoint in the same process that does nothing but return the same answer, its head field for field and its body, each made once and for all, over the same TLS with the same certificates. {Turns.Description}"
        );
        Line($"");
        text.AppendLine(Turns.Table(full));
        Line($"");
        Line($"Wanted: a ratio of at least 0.85, and a p99 within twice the bare one's.");
        Line($"");
        Line($"## The same with If-None-Match");
        Line($"");
        Line($"304 without a body, from both, with the same head.");
        Line($"");
        text.AppendLine(Turns.Table(known));
        Line($"");
        Line($"Wanted: a ratio of at least 0.90.");
        Line($"");
        Line($"Against a bare endpoint that says still less than that, the ETag alone:");
        Line($"");
        text.AppendLine(Turns.Table(least));
        Line($"");
        Line($"## Downloads");
        Line($"");
        Line(
            $"Unit level, the whole country. *Added*: the most that the process held while it wrote, and read, the answer, over what it held before; looked at every five milliseconds."
        );
        Line($"");
        Line($"| | MB | seconds | added, MB |");
        Line($"|---|---|---|---|");
        foreach (var taken in downloads)
        {
            Line(
                $"| `{taken.Path.Replace(Twenty, "procedure=… (20)", StringComparison.Ordinal)}` | {taken.Bytes / 1e6:0.0} | {taken.Seconds:0.00} | {taken.AddedBytes / 1e6:0} |"
            );
        }

        Line($"");
        Line($"Wanted: less than 100 MB.");
        return text.ToString();
    }
}
