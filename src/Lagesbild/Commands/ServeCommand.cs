using System.CommandLine;
using System.Net;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild serve</c>: the service, from configuration.</summary>
public static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command(
            "serve",
            "Run the service, from configuration (appsettings.json and the environment)."
        );
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var builder = Hosting.CreateBuilder();
        if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("Lagesbild")))
        {
            throw new CommandFailedException(
                "ConnectionStrings__Lagesbild is not set: the service needs the PostgreSQL database that holds its ledger."
            );
        }

        builder.Logging.ClearProviders().AddJsonConsole(options => options.UseUtcTimestamp = true);
        await using var app = Hosting.Build(
            builder,
            new Listeners(null, new IPEndPoint(IPAddress.Any, 5443), new IPEndPoint(IPAddress.Loopback, 5081))
        );
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
