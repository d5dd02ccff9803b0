using System.CommandLine;
using System.Net;
using Lagesbild.Security;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild demo</c>: everything on one machine, from nothing.</summary>
public static class DemoCommand
{
    public static Command Create()
    {
        var http = new Option<int>("--http")
        {
            Description = "Port of the demo door: plain http, loopback only.",
            DefaultValueFactory = _ => 5080,
        };
        var https = new Option<int>("--https")
        {
            Description = "Port that asks for a certificate.",
            DefaultValueFactory = _ => 5443,
        };
        var management = new Option<int>("--management")
        {
            Description = "Port of /health/live and /health/ready.",
            DefaultValueFactory = _ => 5081,
        };
        var command = new Command("demo", "Run everything on this machine, from nothing.") { http, https, management };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new Listeners(
                        new IPEndPoint(IPAddress.Loopback, parsed.GetValue(http)),
                        new IPEndPoint(IPAddress.Loopback, parsed.GetValue(https)),
                        new IPEndPoint(IPAddress.Loopback, parsed.GetValue(management))
                    ),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(Listeners listeners, CancellationToken cancellationToken)
    {
        var pki = DevelopmentPki.Open(".lagesbild/pki", TimeProvider.System);
        var builder = Hosting.CreateBuilder("Demo", pki.Configuration);
        await using var app = Hosting.Build(builder, listeners);
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
