using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Lagesbild.Security;

/// <summary>
/// A response's body on its way to somebody who may have stopped reading: when nothing more of it could be handed over for
/// <see cref="LimitOptions.TakenWithin"/>, his request is aborted. The server's own least rate would let him stay, because each
/// byte that was ever written to him earns him time.
/// </summary>
/// <remarks>What is taken at once, as nearly everything is, costs nothing.</remarks>
internal sealed class Receiver(HttpContext context) : Stream
{
    /// <summary>Bytes that are waited for at a time: whoever goes on taking so much is slow, and served to the end.</summary>
    internal const int Piece = 64 << 10;

    private readonly Stream _body = context.Response.Body;

    /// <summary>Writes a body that is at hand.</summary>
    public static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body) =>
        WriteAsync(context, context.Response.Body, body, context.RequestAborted).AsTask();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        WriteAsync(context, _body, buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        Taken(context, new ValueTask(_body.FlushAsync(cancellationToken))).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => _body.Write(buffer, offset, count);

    public override void Flush() => _body.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static ValueTask WriteAsync(
        HttpContext context,
        Stream body,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellation
    ) =>
        bytes.Length <= Piece
            ? Taken(context, body.WriteAsync(bytes, cancellation))
            : InPiecesAsync(context, body, bytes, cancellation);

    private static async ValueTask InPiecesAsync(
        HttpContext context,
        Stream body,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellation
    )
    {
        for (; bytes.Length > Piece; bytes = bytes[Piece..])
            await Taken(context, body.WriteAsync(bytes[..Piece], cancellation));
        await Taken(context, body.WriteAsync(bytes, cancellation));
    }

    private static ValueTask Taken(HttpContext context, ValueTask write) =>
        write.IsCompletedSuccessfully ? write : WaitAsync(context, write);

    private static async ValueTask WaitAsync(HttpContext context, ValueTask write)
    {
        var wait = new Wait(context);
        try
        {
            var patience = context.Features.Get<Patience>();
            // Disposed asynchronously: it ends before the context is another request's.
            await using (patience?.Clock.CreateTimer(Wait.End, wait, patience.Time, Timeout.InfiniteTimeSpan))
                await write;
        }
        catch (Exception) when (BrokenOff(context) && wait.HasEnded)
        {
            // Ours, and no fault. What is written after this fails quietly, as when he had gone himself.
        }

        if (wait.HasEnded)
            context.BrokenOff();
    }

    private static bool BrokenOff(HttpContext context)
    {
        context.BrokenOff();
        return true;
    }

    private sealed class Wait(HttpContext context)
    {
        public static readonly TimerCallback End = static state =>
        {
            var wait = (Wait)state!;
            wait.HasEnded = true;
            // Of HTTP/2 the request is one of several: the others are let finish, on a connection that takes no more.
            wait.Context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            wait.Context.Abort();
        };

        public volatile bool HasEnded;

        private HttpContext Context => context;
    }
}

/// <summary>A feature of every connection: how long its other end may leave lying what is written to it.</summary>
internal sealed class Patience(LimitOptions limits, TimeProvider clock)
{
    // Linux, tcp(7): bytes that lie unsent before the socket takes no more. Without it there may be megabytes, of which a third
    // must have gone before the next write is taken: an honest reader, slow, would seem to take nothing for minutes.
    private const int Tcp = 6;
    private const int TcpNotSentLowWater = 25;
    private static readonly byte[] Unsent = BitConverter.GetBytes(Receiver.Piece);

    public TimeProvider Clock => clock;

    public TimeSpan Time => limits.TakenWithin;

    /// <summary>As middleware of a listener.</summary>
    public ConnectionDelegate Accompany(ConnectionDelegate next) =>
        connection =>
        {
            connection.Features.Set(this);
            if (
                OperatingSystem.IsLinux()
                && connection.Features.Get<IConnectionSocketFeature>() is { Socket: var socket }
            )
                socket.SetRawSocketOption(Tcp, TcpNotSentLowWater, Unsent);
            return next(connection);
        };
}
