using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild demo</c>: everything on one machine, from nothing, as the service itself runs.</summary>
public static class DemoCommand
{
    public static Command Create()
    {
        var deliveries = new Option<string>("--deliveries")
        {
            Description = "Folder whose files are handed in at start",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("ingest-samples", "accepted"),
        };
        var data = new Option<string>("--data")
        {
            Description =
                "Folder for the database, the certificates and the inbox; a second start goes on from what is there",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".lagesbild",
        };
        var http = Port("--http", 5080, "Port of the demo door: plain http, this machine only");
        var https = Port("--https", 5443, "Port that asks for a certificate");
        var management = Port("--management", 5081, "Port of /health/live and /health/ready");
        var command = new Command("demo", "Run everything on this machine, from nothing, until Ctrl-C")
        {
            deliveries,
            data,
            http,
            https,
            management,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                IPEndPoint Loopback(Option<int> port) => new(IPAddress.Loopback, parsed.GetRequiredValue(port));
                try
                {
                    await RunAsync(
                        parsed.GetRequiredValue(deliveries),
                        Path.GetFullPath(parsed.GetRequiredValue(data)),
                        new Listeners(Loopback(http), Loopback(https), Loopback(management)),
                        parsed.InvocationConfiguration.Output,
                        cancellationToken
                    );
                    return 0;
                }
                catch (PrivatePostgresException failure)
                {
                    throw new CommandFailedException(failure.Message, exitCode: 1);
                }
            }
        );
        return command;
    }

    private static Option<int> Port(string name, int port, string description)
    {
        var option = new Option<int>(name)
        {
            Description = description + " (0: any free one)",
            HelpName = "PORT",
            DefaultValueFactory = _ => port,
        };
        option.Validators.Add(result =>
        {
            // What is no number at all is said by the parser.
            if (
                result.Tokens is [var given, ..]
                && int.TryParse(given.Value, CultureInfo.InvariantCulture, out var chosen)
                && chosen is < 0 or > IPEndPoint.MaxPort
            )
            {
                result.AddError($"{name} must be a port, 0 to {IPEndPoint.MaxPort}.");
            }
        });
        return option;
    }

    private static async Task RunAsync(
        string deliveries,
        string data,
        Listeners listeners,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        if (!Directory.Exists(deliveries))
        {
            throw new CommandFailedException($"--deliveries: there is no folder {deliveries}.");
        }

        Settings.RequireKnown();
        Hosting.RequireWritable(data, "--data", exitCode: 1);
        listeners.RequireFree();
        _ = Rehearsal.OnceAsync(); // while PostgreSQL starts; awaited before anything is taken in
        output.WriteLine($"Starting a private PostgreSQL in {data}");
        await using var postgres = await PrivatePostgres.StartAsync(data, durable: true, cancellationToken);
        var pki = DevelopmentPki.Open(Path.Combine(data, "certs"), TimeProvider.System);
        var inbox = Path.Combine(data, "inbox");
        var builder = Hosting.CreateBuilder(
            "Demo",
            [
                .. pki.Configuration,
                new("Security:Audit:Folder", Path.Combine(data, "audit")),
                new("ConnectionStrings:Lagesbild", postgres.ConnectionString()),
                new($"{DeliveriesOptions.Section}:{nameof(DeliveriesOptions.AllowSynthetic)}", "true"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Path)}", inbox),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.Every)}", "00:00:01"),
                new($"{InboxOptions.Section}:{nameof(InboxOptions.QuietTime)}", "00:00:02"),
                // Whoever tries how much it bears does so as one; who tries the limit sets it.
                new(
                    "Limits:RequestsPerSecond",
                    Environment.GetEnvironmentVariable("Lagesbild__Limits__RequestsPerSecond") ?? "0"
                ),
            ]
        );
        var progress = new ProgressLine();
        builder.Services.AddSingleton<IProgress<ReadingProgress>>(progress);
        // People read this; what becomes of each file is told below.
        builder
            .Logging.ClearProviders()
            .AddSimpleConsole(options => options.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Hosting", LogLevel.Warning)
            .AddFilter("Lagesbild", LogLevel.Warning)
            .AddFilter(typeof(Inbox).FullName, LogLevel.Error)
            // Which else the filter above would take for the same.
            .AddFilter(typeof(InboxFolder).FullName, LogLevel.Warning);
        await using var app = Hosting.Build(builder, listeners);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            app.Lifetime.ApplicationStopping
        );
        var readiness = app.Services.GetRequiredService<Readiness>();
        readiness.IsHeldBack = true;
        var handedIn = HandIn(deliveries, inbox, app.Services.GetRequiredService<SourceReaders>());
        var settled = Watch(app.Services.GetRequiredService<Inbox>(), handedIn, progress, output);
        await Hosting.StartAsync(app, cancellationToken);
        var minding = MindAsync(postgres, output, stopping.Token);
        try
        {
            await settled.WaitAsync(stopping.Token);
            readiness.IsHeldBack = false;
            Announce(app, pki, inbox, output);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C before everything was read: what is in the inbox is read at the next start.
        }

        await app.WaitForShutdownAsync(cancellationToken);
        await minding;
        output.WriteLine("Stopping");
    }

    /// <summary>Starts the database again when it has died; meanwhile the service shows what it has.</summary>
    private static async Task MindAsync(PrivatePostgres postgres, TextWriter output, CancellationToken stopping)
    {
        using var look = new PeriodicTimer(TimeSpan.FromSeconds(2));
        try
        {
            while (await look.WaitForNextTickAsync(stopping))
            {
                if (postgres.IsRunning)
                {
                    continue;
                }

                output.WriteLine("The private PostgreSQL has stopped; it is started again");
                try
                {
                    // Not given up half-way: what is started must be there to be stopped.
                    await postgres.StartAgainAsync(CancellationToken.None);
                }
                catch (PrivatePostgresException failure)
                {
                    output.WriteLine(failure.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped with the service.
        }
    }

    /// <summary>Puts every file where its register would, as registers do: under a temporary name, then renamed.</summary>
    /// <returns>Their names.</returns>
    private static List<string> HandIn(string deliveries, string inbox, SourceReaders readers)
    {
        var names = new List<string>();
        foreach (var file in new DirectoryInfo(deliveries).EnumerateFiles())
        {
            if (file.Name.StartsWith('.') || file.Name.EndsWith(".receipt.json", StringComparison.Ordinal))
            {
                continue;
            }

            // What no source knows gets its receipt from the first.
            var reader =
                readers.All.FirstOrDefault(r => file.Name.StartsWith(r.Source.Code + "_", StringComparison.Ordinal))
                ?? readers.All[0];
            var folder = Directory.CreateDirectory(Path.Combine(inbox, reader.Source.Code)).FullName;
            var arriving = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            file.CopyTo(arriving);
            File.SetLastWriteTimeUtc(arriving, file.LastWriteTimeUtc);
            File.Move(arriving, Path.Combine(folder, file.Name), overwrite: true);
            names.Add(file.Name);
        }

        return names;
    }

    /// <summary>Tells what becomes of each file; done when those handed in at start have been settled.</summary>
    private static Task Watch(Inbox inbox, List<string> handedIn, ProgressLine progress, TextWriter output)
    {
        var left = new ConcurrentDictionary<string, bool>(handedIn.Select(name => KeyValuePair.Create(name, true)));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        inbox.Taken += name =>
        {
            began = clock.GetTimestamp();
            progress.Begin(name);
        };
        inbox.Settled += (name, receipt) =>
        {
            progress.Clear();
            output.WriteLine(Describe(receipt, clock.GetElapsedTime(began)));
            foreach (var finding in receipt.Findings.Where(f => f.Severity >= Severity.Hold).Take(5))
            {
                output.WriteLine("    " + CheckCommand.Describe(finding));
            }

            left.TryRemove(name, out _);
            if (left.IsEmpty)
            {
                done.TrySetResult();
            }
        };
        if (left.IsEmpty)
        {
            done.TrySetResult();
        }

        return done.Task;
    }

    private static string Describe(Receipt receipt, TimeSpan took) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{FileNames.Shown(receipt.FileName)}: {receipt.State}, {Size(receipt.SizeBytes)}"
        )
        + (
            receipt.Counts is { } counts
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $", {counts.Units} units, {counts.Rows} rows, {counts.Operations} operations in 365 days"
                )
                : ""
        )
        + string.Create(CultureInfo.InvariantCulture, $" ({took.TotalSeconds:0.0} s)");

    private static string Size(long bytes) =>
        bytes < 1_000_000
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(bytes / 1e3))} kB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static void Announce(WebApplication app, DevelopmentPki pki, string inbox, TextWriter output)
    {
        // In the order of Listeners.Apply; a port may have been "any free one".
        var addresses = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(address => new Uri(address))
            .ToList();
        var shown = app.Services.GetRequiredService<CurrentPicture>().Value is not null;
        output.WriteLine(
            $"""

            Web:    http://127.0.0.1:{addresses[0].Port}   (this machine only, as the operator "Demo")
            API:    {pki.CurlLine(addresses[1].Port)}
            Ready:  http://127.0.0.1:{addresses[2].Port}/health/ready
            Inbox:  {inbox}   (put a register's file in its folder)
            """
        );
        if (!shown)
        {
            output.WriteLine("There is no picture yet: no delivery has been accepted.");
        }

        output.WriteLine("Ctrl-C stops everything.");
    }
}
