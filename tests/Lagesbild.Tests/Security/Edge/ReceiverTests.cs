using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>Whoever asks and takes nothing is sent away, by TCP's window or HTTP/2's; whoever takes a little at a time is served.</summary>
public sealed class ReceiverTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    // Frames of HTTP/2.
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte WindowUpdate = 8;

    private const int LittleUnread = 8 << 10;

    // Only for a server that would let him stay.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Answers =>
        new()
        {
            { "/lagesbild/v1/endless", false },
            { SecureHost.Kept + "?large", false },
            // Whoever has asked before.
            { SecureHost.Kept + "?large", true },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whoever_stops_reading_is_sent_away(string path, bool isKnown)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Limits:TakenWithin", "00:00:01"));
        using var tls = await host.ConnectAsync(pki["navigator"], receiveBuffer: LittleUnread);
        if (isKnown)
        {
            await tls.WriteAsync(Request(SecureHost.Kept), Cancelled);
            await tls.ReadExactlyAsync(new byte[12], Cancelled);
        }

        await tls.WriteAsync(Request(path), Cancelled);
        await host.Endless.End.WaitAsync(Hang, Cancelled);
        await SecureHost.ReadToEndAsync(tls);

        var line = JsonNode.Parse((await host.AuditAsync())[^1])!;
        Assert.Equal((200, "aborted", 7), ((int)line["status"]!, (string?)line["reason"], (int)line["rows"]!));
        Assert.DoesNotContain(host.Log, entry => entry.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_takes_a_little_now_and_then_is_served_to_the_end()
    {
        var clock = new SteppedClock();
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            clock,
            settings: ("Limits:TakenWithin", "00:01:00")
        );
        using var tls = await host.ConnectAsync(pki["navigator"], receiveBuffer: LittleUnread);
        await tls.WriteAsync(Request("/lagesbild/v1/endless"), Cancelled);
        var read = new byte[4 << 10];
        var most = 0;
        for (var i = 0; i < 100; i++)
        {
            clock.Pass(TimeSpan.FromSeconds(40));
            var taken = 0;
            // What is waited for now has begun when the time passed, so that it must end before more does.
            for (var written = host.Endless.Written; host.Endless.Written == written; )
            {
                taken += await tls.ReadAsync(read, Cancelled);
            }
            most = Math.Max(most, taken);
        }

        Assert.False(host.Endless.End.IsCompleted);
        // What a system holds back does not make him look as if he took nothing.
        Assert.InRange(most, 1, 400_000);
    }

    [Theory]
    [InlineData("/lagesbild/v1/pictures/current/waiting-times?format=json")]
    [InlineData("/lagesbild/v1/waiting-times?procedure=NGB")]
    [InlineData("/hamta/vantetider/NGB.xlsx")]
    [InlineData("/atgard/NGB")]
    [InlineData("/js/lagesbild.js")]
    public async Task Whoever_gives_no_window_is_sent_away(string path)
    {
        using var folder = new TestFolder();
        await using (var app = await FiguresHost.StartAsync(pki, folder.FullName, ("Limits:TakenWithin", "00:00:01")))
        {
            // The second time some of them are kept.
            for (var times = 0; times < 2; times++)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.Single()).Port, Cancelled);
                var options = FiguresHost.ClientTls(pki, "navigator");
                options.ApplicationProtocols = [SslApplicationProtocol.Http2];
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsClientAsync(options, Cancelled);
                await BeginAsync(tls, window: 0);
                // A connection's reader is known from his second request on; there is nothing to take of the first.
                await AskAsync(tls, "HEAD", path, stream: 1);
                await ReadUntilAsync(tls, Headers, stream: 1);
                await AskAsync(tls, "GET", path, stream: 3);
                await ReadUntilAsync(tls, Reset, stream: 3);
            }

            await app.StopAsync(Cancelled);
        }

        Assert.Equal(
            [("HEAD", null), ("GET", "aborted"), ("HEAD", null), ("GET", "aborted")],
            from line in Directory.EnumerateFiles(folder.FullName).SelectMany(File.ReadAllLines)
            let entry = JsonNode.Parse(line)!
            select ((string?)entry["method"], (string?)entry["reason"])
        );
    }

    [Fact]
    public async Task Whoever_stops_reading_gets_nowhere_with_all_the_window_there_is()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Limits:TakenWithin", "00:00:01"));
        using var tls = await host.ConnectAsync(
            pki["navigator"],
            receiveBuffer: LittleUnread,
            protocol: SslApplicationProtocol.Http2
        );
        await BeginAsync(tls, window: int.MaxValue);
        await AskAsync(tls, "GET", "/lagesbild/v1/endless", stream: 1);
        await host.Endless.End.WaitAsync(Hang, Cancelled);
        await host.Endless.Closed.WaitAsync(Hang, Cancelled);

        var line = JsonNode.Parse(Assert.Single(await host.AuditAsync()))!;
        Assert.Equal("aborted", (string?)line["reason"]);
    }

    private static byte[] Request(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private static async Task BeginAsync(SslStream tls, int window)
    {
        var settings = new byte[] { 0, 4, 0, 0, 0, 0 }; // SETTINGS_INITIAL_WINDOW_SIZE
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(2), window);
        var ofConnection = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(ofConnection, int.MaxValue - ushort.MaxValue);
        byte[] preface =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(Settings, flags: 0, stream: 0, settings),
            .. Frame(WindowUpdate, flags: 0, stream: 0, ofConnection),
        ];
        await tls.WriteAsync(preface, Cancelled);
    }

    private static async Task AskAsync(SslStream tls, string method, string path, int stream)
    {
        // HPACK: :scheme https of the static table, and the others as they are, by its names.
        byte[] fields = [.. Field(2, method), 0x87, .. Field(4, path), .. Field(1, "localhost")];
        const byte EndOfHeadersAndStream = 5;
        await tls.WriteAsync(Frame(Headers, EndOfHeadersAndStream, stream, fields), Cancelled);
    }

    private static byte[] Field(byte name, string value) =>
        [name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private static async Task ReadUntilAsync(SslStream tls, byte type, int stream)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Hang);
        var head = new byte[9];
        do
        {
            await tls.ReadExactlyAsync(head, limit.Token);
            await tls.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8], limit.Token);
        } while (head[3] != type || BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) != stream);
    }
}
