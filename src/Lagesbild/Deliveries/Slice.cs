namespace Lagesbild.Deliveries;

/// <summary>
/// A stretch of a seekable stream, read forwards only. Its last byte is handed out alone: deflated data cannot end without
/// its own last byte, so whoever has inflated all and not asked for this one has something else standing behind it.
/// </summary>
internal sealed class Slice : Stream
{
    private readonly Stream _whole;
    private long _left;

    public Slice(Stream whole, long start, long length)
    {
        _whole = whole;
        _left = length;
        whole.Position = start;
    }

    /// <summary>True when every byte has been handed out.</summary>
    public bool IsAtEnd => _left == 0;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var most = _left > 1 ? _left - 1 : _left;
        var read = _whole.Read(buffer[..(int)Math.Min(buffer.Length, most)]);
        _left -= read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
