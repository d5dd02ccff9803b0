using System.CommandLine;
using System.Net;
using Lagesbild.Jobs;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild serve</c>: the service, from configuration.</summary>
public static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command(
            "serve",
            "Run the service, from configuration (appsettings.json and the environment)"
        );
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Settings.RequireKnown();
        var builder = Hosting.CreateBuilder();
        // Required here and not where they are used: a misspelt key must never start an empty database, nor a service
        // that waits for files in no folder.
        if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("Lagesbild")))
        {
            throw new CommandFailedException(
                "ConnectionStrings__Lagesbild is not set: the service needs the PostgreSQL database that holds its ledger."
            );
        }

        var inbox = builder.Configuration[$"{InboxOptions.Section}:Path"];
        if (string.IsNullOrWhiteSpace(inbox))
        {
            throw new CommandFailedException(
                "Lagesbild__Inbox__Path is not set: the service needs the folder where the registers' files arrive."
            );
        }

        Hosting.RequireWritable(inbox, "Lagesbild__Inbox__Path", CommandLine.WrongUsage);
        builder
            .Logging.ClearProviders()
            .AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        var listeners = new Listeners(null, Endpoint(builder, "Listen:Https"), Endpoint(builder, "Listen:Management"));
        await using var app = Hosting.Build(builder, listeners);
        listeners.RequireFree();
        await Hosting.StartAsync(app, cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static IPEndPoint Endpoint(WebApplicationBuilder builder, string key) =>
        IPEndPoint.TryParse(builder.Configuration[key] ?? "", out var endpoint)
            ? endpoint
            : throw new CommandFailedException(
                $"Lagesbild__{key.Replace(":", "__", StringComparison.Ordinal)} must be an address and a port, such as 127.0.0.1:5081."
            );
}
