using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Lagesbild.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>Nobody takes all the connections that there are, and nobody is counted whose connections have ended.</summary>
public sealed class OpenConnectionsTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Line = "Connections were closed because their address had 3 open already: ";

    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.9");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Task<SecureHost> StartAsync(TimeProvider? clock = null, params (string, string?)[] settings) =>
        SecureHost.StartAsync(pki.Pki, clock, settings: [("Limits:ConnectionsPerAddress", "3"), .. settings]);

    [Fact]
    public async Task One_address_leaves_room_for_the_others()
    {
        await using var host = await StartAsync();
        var held = new ConcurrentBag<Stream>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                held.Add(await host.ConnectAsync());
            }

            await ClosedAtOnceAsync(host);
            held.Add(await host.ConnectAsync(from: Elsewhere));
            // Another listener (the management port, say) counts its own.
            using var other = new HttpClient();
            using var answer = await other.GetAsync(new Uri(host.Http[^1], "/lagesbild/v1/open"), Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            foreach (var stream in held)
            {
                await stream.DisposeAsync();
            }
        }

        // As soon as the server has seen that one is gone there is room for another.
        for (Stream? next = null; next is null; )
        {
            try
            {
                await using (next = await host.ConnectAsync()) { }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Cancelled.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task A_proxys_connections_are_many_visitors()
    {
        await using var host = await StartAsync(
            null,
            ("Proxy:Addresses:0", Elsewhere.ToString()),
            ("Proxy:Header", "Client-Cert"),
            ("Proxy:Form", "Rfc9440")
        );
        var held = new ConcurrentBag<Stream>();
        for (var i = 0; i < 10; i++)
        {
            held.Add(await host.ConnectAsync(from: Elsewhere));
        }

        Assert.Equal(0, host.Get<OpenConnections>().Known);
        foreach (var stream in held)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Operations_are_told_once_a_minute_how_many_were_closed()
    {
        var clock = new SteppedClock();
        await using var host = await StartAsync(clock);
        var held = new ConcurrentBag<Stream>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await host.ConnectAsync());
        }

        async Task RefuseAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await ClosedAtOnceAsync(host);
            }
        }

        string[] Lines() => [.. host.Log.Where(line => line.Contains(Line, StringComparison.Ordinal))];
        await RefuseAsync(5);
        Assert.Contains(
            Line + "1 since the last such line, the latest from 127.0.0.1",
            Assert.Single(Lines()),
            StringComparison.Ordinal
        );
        clock.Pass(TimeSpan.FromSeconds(59));
        await RefuseAsync(2);
        Assert.Single(Lines());
        clock.Pass(TimeSpan.FromSeconds(1));
        await RefuseAsync(3);
        Assert.Contains(Line + "7 since", Lines()[^1], StringComparison.Ordinal);
        Assert.Equal(2, Lines().Length);
        foreach (var stream in held)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task However_connections_end_nobody_is_counted_afterwards()
    {
        await using var host = await StartAsync();
        var counted = host.Get<OpenConnections>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = Cancelled },
            async (i, cancellation) =>
            {
                using var client = new TcpClient(
                    new IPEndPoint(IPAddress.Parse("127.0.0." + (2 + i % 4).ToString(CultureInfo.InvariantCulture)), 0)
                );
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, host.Https.Port, cancellation);
                    await EndAsync(host, client, i / 4 % 5);
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    // One too many.
                }
            }
        );
        await host.StopAsync();
        Assert.Equal(0, counted.Known);
    }

    [Fact]
    public async Task However_many_come_at_once_no_network_has_more_than_it_may()
    {
        const int Most = 3;
        var connections = new OpenConnections(
            new LimitOptions { ConnectionsPerAddress = Most },
            Proxies.Read(null),
            TimeProvider.System,
            NullLogger<OpenConnections>.Instance
        );
        // Each written in two ways.
        string[][] networks =
        [
            ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"],
            ["192.0.2.7", "::ffff:192.0.2.7"],
            ["192.0.2.8", "::ffff:c000:208"],
        ];
        var open = new int[networks.Length];
        var most = 0;
        var limited = connections.Limit(async connection =>
        {
            var network = (int)connection.Items["network"]!;
            var now = Interlocked.Increment(ref open[network]);
            Assert.False(((Connection)connection).IsClosed);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref open[network]);
            if (connection.Items.ContainsKey("fails"))
            {
                throw new IOException();
            }
        });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 30_000),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancelled },
            async (i, _) =>
            {
                var network = i % networks.Length;
                var connection = new Connection(i.ToString(CultureInfo.InvariantCulture))
                {
                    RemoteEndPoint = new IPEndPoint(IPAddress.Parse(networks[network][i / 3 % 2]), 1),
                    LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 443),
                    Items = { ["network"] = network },
                };
                if (i % 7 == 0)
                {
                    connection.Items["fails"] = true;
                }

                try
                {
                    await limited(connection);
                }
                catch (IOException)
                {
                    // As connections do.
                }
            }
        );
        Assert.InRange(most, 1, Most);
        Assert.Equal(0, connections.Known);
    }

    /// <summary>The framework's own ends in the background, after its test.</summary>
    private sealed class Connection(string id) : DefaultConnectionContext(id)
    {
        public bool IsClosed { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsClosed = true;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var known = most; known < value; known = most)
        {
            Interlocked.CompareExchange(ref most, value, known);
        }
    }

    /// <summary>Refused before TLS, as early as the client can see it.</summary>
    private static async Task ClosedAtOnceAsync(SecureHost host)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => host.ConnectAsync());
        Assert.True(refusal is IOException or SocketException, refusal.ToString());
    }

    private static async Task EndAsync(SecureHost host, TcpClient client, int how)
    {
        var stream = client.GetStream();
        switch (how)
        {
            case 0: // Without a word.
                break;
            case 1: // With a reset.
                client.LingerState = new LingerOption(enable: true, seconds: 0);
                break;
            case 2: // With what is no TLS.
                await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancelled);
                await SecureHost.ReadToEndAsync(stream);
                break;
            default:
                await using (var tls = new SslStream(stream))
                {
                    await tls.AuthenticateAsClientAsync(host.ClientTls(), Cancelled);
                    await tls.WriteAsync(
                        Encoding.ASCII.GetBytes("GET /lagesbild/v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                        Cancelled
                    );
                    // Answered, or in the midst of it.
                    if (how == 3)
                    {
                        await tls.ReadExactlyAsync(new byte[12], Cancelled);
                    }
                }

                break;
        }
    }
}
