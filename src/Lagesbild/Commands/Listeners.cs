using System.Net;
using System.Net.Sockets;
using Lagesbild.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lagesbild.Commands;

/// <summary>Where the host listens.</summary>
/// <param name="DemoDoor">Plain http without certificates, loopback only, only in <c>demo</c>; else null.</param>
/// <param name="Https">Asks every caller for a certificate.</param>
/// <param name="Management">Health, and nothing else.</param>
public sealed record Listeners(IPEndPoint? DemoDoor, IPEndPoint? Https, IPEndPoint Management)
{
    /// <summary>Before anything is started: a taken port is told without anything to stop again.</summary>
    /// <exception cref="CommandFailedException">A port is taken, or not ours to take.</exception>
    public void RequireFree()
    {
        (IPEndPoint? Listener, string Option, string Key)[] all =
        [
            (DemoDoor, "--http", ""),
            (Https, "--https", "Lagesbild__Listen__Https"),
            (Management, "--management", "Lagesbild__Listen__Management"),
        ];
        var tried = new List<Socket>();
        try
        {
            foreach (var (listener, option, key) in all)
            {
                if (listener is not { } endpoint)
                {
                    continue;
                }

                foreach (var before in all.TakeWhile(l => l.Option != option).Where(l => AreSame(l.Listener, endpoint)))
                {
                    throw new CommandFailedException(
                        DemoDoor is null
                            ? $"{before.Key} and {key} are the same port, {endpoint.Port}: each takes one of its own."
                            : $"{before.Option} and {option} are the same port, {endpoint.Port}: each takes one of its own.",
                        CommandLine.WrongUsage
                    );
                }

                var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                tried.Add(socket);
                try
                {
                    socket.Bind(endpoint);
                    socket.Listen();
                }
                catch (SocketException failure)
                {
                    var other = $"choose another with {(DemoDoor is null ? key : option)}";
                    throw new CommandFailedException(
                        failure.SocketErrorCode switch
                        {
                            SocketError.AddressAlreadyInUse =>
                                $"The port of {endpoint} is taken by another program, perhaps a lagesbild that runs already: stop that, or {other}.",
                            SocketError.AccessDenied =>
                                $"{endpoint} cannot be listened on: this user may not take ports that low; {other}.",
                            SocketError.AddressNotAvailable =>
                                $"{endpoint} cannot be listened on: this machine does not have that address; {other}.",
                            var code => $"{endpoint} cannot be listened on ({code}): {other}.",
                        },
                        exitCode: 1
                    );
                }
            }
        }
        finally
        {
            tried.ForEach(socket => socket.Dispose());
        }
    }

    // Port 0 is any that is free; and one on every address takes it on each.
    private static bool AreSame(IPEndPoint? one, IPEndPoint other) =>
        one is not null
        && one.Port == other.Port
        && one.Port != 0
        && (one.Address.Equals(other.Address) || IsEvery(one.Address) || IsEvery(other.Address));

    private static bool IsEvery(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ApplyLimits();
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
