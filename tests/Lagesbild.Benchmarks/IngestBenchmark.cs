using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Npgsql;

namespace Lagesbild.Benchmarks;

/// <summary>
/// A national delivery of SPOR, from the file standing in the inbox to the new picture being current, against
/// <c>psql \copy</c> of the same vantetid.csv into an unlogged table without indexes. The two take turns.
/// </summary>
internal static class IngestBenchmark
{
    private const int Rounds = 5;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(5);

    /// <param name="Steps">Seconds of each step that the service itself traces.</param>
    private sealed record TakenIn(double Seconds, string State, Dictionary<string, double> Steps);

    private sealed record Phase(double Read, double Build);

    private sealed record Round(double Copy, TakenIn Taken, double Peak, double AtRest)
    {
        public double Service => Taken.Seconds;
    }

    public static async Task<int> RunAsync()
    {
        var scratch = Machine.Scratch();
        try
        {
            return await RunAsync(scratch);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string scratch)
    {
        string[] sample = ["--source", "SPOR", "--date", "2026-11-21", "--national", "--out", scratch];
        if (await SampleCommand.Create().Parse(sample).InvokeAsync() != 0)
        {
            return 1;
        }

        var file = Directory.EnumerateFiles(scratch, "SPOR_*.zip").Single();
        var csv = Path.Combine(scratch, "vantetid.csv");
        using (var zip = ZipFile.OpenRead(file))
        {
            zip.GetEntry("vantetid.csv")!.ExtractToFile(csv);
        }

        var rows = File.ReadLines(csv).LongCount() - 1;
        var bytes = new FileInfo(csv).Length;
        await using var postgres = await PrivatePostgres.StartAsync(
            Path.Combine(scratch, "data"),
            durable: true,
            CancellationToken.None
        );
        var rounds = new List<Round>();
        for (var i = 0; i < Rounds; i++)
        {
            var copy = await CopyAsync(postgres, csv);
            var (taken, peak, atRest) = await TakeInAsync(postgres, file, Path.Combine(scratch, $"inbox{i}"), i);
            rounds.Add(new Round(copy, taken, peak, atRest));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\\copy {copy:0.00} s, service {taken.Seconds:0.00} s, ratio {taken.Seconds / copy:0.00}, peak {peak:0} MB, at rest {atRest:0} MB"
                )
            );
        }

        var phases = new List<Phase>();
        for (var i = 0; i < 3; i++)
        {
            phases.Add(JsonSerializer.Deserialize<Phase>(await OutputAsync(Machine.Again("phases", file)))!);
        }

        await Machine.WriteAsync("ingest.md", Report(rounds, phases, rows, bytes, new FileInfo(file).Length));
        return 0;
    }

    // ---- psql

    private static Process Psql(PrivatePostgres postgres, string command)
    {
        var target = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("postgres"));
        var start = new ProcessStartInfo(FindPsql()) { RedirectStandardOutput = true };
        foreach (
            var argument in (string[])
                ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", target.Host!, "-p", "5432", "-U", target.Username!]
        )
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        start.ArgumentList.Add("postgres");
        return Process.Start(start)!;
    }

    private static async Task<double> CopyAsync(PrivatePostgres postgres, string csv)
    {
        await OutputAsync(Psql(postgres, "drop table if exists vantetid"));
        await OutputAsync(
            Psql(
                postgres,
                "create unlogged table vantetid "
                    + "(hsaid text, kva text, period text, tidsgrans text, fran int, till int, antal text)"
            )
        );
        var clock = Stopwatch.StartNew();
        await OutputAsync(Psql(postgres, $"\\copy vantetid from '{csv}' with (format csv, header, delimiter ';')"));
        return clock.Elapsed.TotalSeconds;
    }

    private static string FindPsql() =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(folder => Path.Combine(folder, "psql"))
            .FirstOrDefault(File.Exists)
        ?? Directory.EnumerateFiles("/usr/lib/postgresql", "psql", SearchOption.AllDirectories).First();

    // ---- the service, a process of its own

    private static async Task<(TakenIn Taken, double Peak, double AtRest)> TakeInAsync(
        PrivatePostgres postgres,
        string file,
        string inbox,
        int round
    )
    {
        Directory.CreateDirectory(inbox);
        var database = string.Create(CultureInfo.InvariantCulture, $"round{round}");
        await OutputAsync(Psql(postgres, "create database " + database));
        using var child = Machine.Again("take-in", postgres.ConnectionString(database), inbox, file);
        var line = await child.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2));
        var taken = JsonSerializer.Deserialize<TakenIn>(line!)!;
        if (taken.State != "published")
        {
            throw new InvalidOperationException($"The delivery was {taken.State}.");
        }

        var peak = Machine.Megabytes(child.Id, "VmHWM");
        await Task.Delay(Rest);
        var atRest = Machine.Megabytes(child.Id, "VmRSS");
        child.StandardInput.Close();
        await child.WaitForExitAsync();
        return (taken, peak, atRest);
    }

    /// <summary>
    /// The whole service as it always runs. Once it listens and has nothing to do, the file is put in its inbox; when that
    /// is settled it rests until its input ends.
    /// </summary>
    public static async Task<int> TakeInAsync(string connection, string inboxFolder, string file)
    {
        var pki = DevelopmentPki.Open(Path.Combine(inboxFolder, "..", "certs"), TimeProvider.System);
        var builder = Hosting.CreateBuilder(
            "Benchmark",
            [
                .. pki.Configuration,
                new("ConnectionStrings:Lagesbild", connection),
                new("Logging:LogLevel:Default", "Warning"),
                new("Logging:LogLevel:Microsoft.Hosting", "Warning"),
                new($"{DeliveriesOptions.Section}:{nameof(DeliveriesOptions.AllowSynthetic)}", "true"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Path)}", inboxFolder),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Every)}", "00:00:01"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.QuietTime)}", "00:00:00"),
            ]
        );
        // Warnings go to standard error, where somebody may see why it does not go on.
        builder.Logging.ClearProviders().AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        await using var app = Hosting.Build(builder, new Listeners(null, any, any));
        var inbox = app.Services.GetRequiredService<Inbox>();
        var current = app.Services.GetRequiredService<CurrentPicture>();
        var clock = new Stopwatch();
        var steps = new Dictionary<string, double>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DeliveryTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = step =>
            {
                steps[step.DisplayName] = step.Duration.TotalSeconds;
                if (step.DisplayName == "delivery settle")
                {
                    clock.Stop(); // its last deed is to put the new picture in the old one's place
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var done = new TaskCompletionSource<TakenIn>(TaskCreationOptions.RunContinuationsAsynchronously);
        inbox.Taken += _ => clock.Start();
        inbox.Settled += (_, receipt) =>
            done.TrySetResult(
                new TakenIn(clock.Elapsed.TotalSeconds, current.Value is null ? "no picture" : receipt.State, steps)
            );
        await Hosting.StartAsync(app, CancellationToken.None);
        await Task.Delay(Waiting);
        var name = Path.GetFileName(file);
        var folder = Directory.CreateDirectory(Path.Combine(inboxFolder, "SPOR")).FullName;
        File.Copy(file, Path.Combine(inboxFolder, name));
        File.Move(Path.Combine(inboxFolder, name), Path.Combine(folder, name));
        Console.WriteLine(JsonSerializer.Serialize(await done.Task));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    /// <summary>The two large parts of it, in a process that has done nothing else before.</summary>
    public static int Phases(string file)
    {
        var catalogue = ProcedureCatalogue.Load();
        using var content = File.OpenRead(file);
        var clock = Stopwatch.StartNew();
        var result = SourceReaders.Standard.Read(
            Path.GetFileName(file),
            content,
            new ReadContext(catalogue, new DateOnly(2026, 11, 22), AllowSynthetic: true),
            "SPOR",
            CancellationToken.None
        );
        var read = clock.Elapsed.TotalSeconds;
        var contents = result.Contents!;
        var origin = new PictureSource(
            contents.Source,
            contents.Version.ReferenceDate,
            contents.Version.Correction,
            contents.IsSynthetic,
            result.FileName,
            result.Sha256,
            contents.CreatedAt,
            contents.CreatedAt,
            contents.Counts.Units,
            contents.Counts.Operations
        );
        clock.Restart();
        var picture = SourcePicture.Build(contents, origin, catalogue);
        var built = clock.Elapsed.TotalSeconds;
        GC.KeepAlive(picture);
        Console.WriteLine(JsonSerializer.Serialize(new Phase(read, built)));
        return 0;
    }

    private static async Task<string> OutputAsync(Process process)
    {
        using (process)
        {
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
        }
    }

    private static string Report(List<Round> rounds, List<Phase> phases, long rows, long bytes, long zipBytes)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        var copy = Machine.Median(rounds.Select(r => r.Copy));
        var service = Machine.Median(rounds.Select(r => r.Service));
        Line($"# A national delivery, taken in");
        Line($"");
        Line($"`dotnet run -c Release --project tests/Lagesbild.Benchmarks -- ingest`");
        Line($"");
        Line($"{DateTimeOffset.UtcNow:yyyy-MM-dd}, {Machine.Describe()}. Loopback and local disk only.");
        Line($"");
        Line(
            $"The delivery is `lagesbild sample --source SPOR --date 2026-11-21 --national`: {rows:N0} bin rows, `vantetid.csv` of {bytes / 1e6:0} MB in a zip of {zipBytes / 1e6:0.0} MB. *Service*: a process of the whole service that started {Waiting.TotalSeconds:0} seconds ago and has taken in nothing but the small delivery that every start rehearses with, its own inbox job; from the file being taken from the inbox, through reading, checking, recording in PostgreSQL with its content, and computing, to the new picture being current. *\\copy*: `psql \\copy` of the same `vantetid.csv`, already unpacked, into an unlogged table without indexes, in the same private PostgreSQL. The two take turns, {rounds.Count} times; memory is `VmHWM` and, after {Rest.TotalSeconds:0} seconds at rest, `VmRSS`."
        );
        Line($"");
        Line($"| round | \\copy, s | service, s | ratio | peak, MB | at rest, MB |");
        Line($"|---|---|---|---|---|---|");
        for (var i = 0; i < rounds.Count; i++)
        {
            var r = rounds[i];
            Line(
                $"| {i + 1} | {r.Copy:0.00} | {r.Service:0.00} | {r.Service / r.Copy:0.00} | {r.Peak:0} | {r.AtRest:0} |"
            );
        }

        Line(
            $"| median | {copy:0.00} | {service:0.00} | {Machine.Median(rounds.Select(r => r.Service / r.Copy)):0.00} | {Machine.Median(rounds.Select(r => r.Peak)):0} | {Machine.Median(rounds.Select(r => r.AtRest)):0} |"
        );
        Line($"");
        Line($"Wanted: a ratio of at most 0.50, a peak of at most 400 MB, at most 300 MB at rest.");
        Line($"");
        Line(
            $"That is {bytes / 1e6 / service:0} MB of unpacked `vantetid.csv` a second by the service, {bytes / 1e6 / copy:0} by `\\copy`."
        );
        Line($"");
        Line($"The service's own spans (medians; *settle* is the whole):");
        Line($"");
        Line($"| span | s |");
        Line($"|---|---|");
        foreach (var step in rounds[0].Taken.Steps.Keys)
        {
            Line($"| {step} | {Machine.Median(rounds.Select(r => r.Taken.Steps[step])):0.00} |");
        }

        Line($"");
        Line($"The two large parts, each time in a process that has done nothing before (median of {phases.Count}):");
        Line($"");
        Line($"| part | s |");
        Line($"|---|---|");
        Line($"| hash, inflate, parse and judge the file | {Machine.Median(phases.Select(p => p.Read)):0.00} |");
        Line($"| compute every figure of the picture | {Machine.Median(phases.Select(p => p.Build)):0.00} |");
        return text.ToString();
    }
}
