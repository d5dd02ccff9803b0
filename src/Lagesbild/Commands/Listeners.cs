using System.Net;
using Lagesbild.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lagesbild.Commands;

/// <summary>Where the host listens.</summary>
/// <param name="DemoDoor">Plain http without certificates, loopback only, only in <c>demo</c>; else null.</param>
/// <param name="Https">Asks every caller for a certificate.</param>
/// <param name="Management">Health, and nothing else.</param>
public sealed record Listeners(IPEndPoint? DemoDoor, IPEndPoint? Https, IPEndPoint Management)
{
    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        if (DemoDoor is not null)
        {
            kestrel.ListenAsDemoDoor(DemoDoor);
        }

        if (Https is not null)
        {
            kestrel.ListenWithCertificates(Https);
        }

        kestrel.Listen(
            Management,
            listen =>
                listen.Use(
                    // Marks the connection rather than comparing port numbers: a port may be "any free one".
                    next =>
                        connection =>
                        {
                            connection.Features.Set(new ManagementConnection());
                            return next(connection);
                        }
                )
        );
    }
}

/// <summary>A feature of every connection that came to the management port.</summary>
public sealed class ManagementConnection;
