using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lagesbild.Formats;

/// <summary>Text on its way out: gathered in a small buffer, handed on whenever that is full.</summary>
internal sealed class Utf8Output(Stream stream)
{
    private const int Full = 16 * 1024;
    private const int LongestNumber = 32;

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * Full);

    /// <summary>For who writes otherwise than as text.</summary>
    public IBufferWriter<byte> Buffer => _buffer;

    public void Write(ReadOnlySpan<byte> utf8) => _buffer.Write(utf8);

    public void Write(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, _buffer);

    /// <summary>The shortest digits that read back the same, decimal point.</summary>
    public void Write(double number, char decimalSeparator = '.')
    {
        var span = _buffer.GetSpan(LongestNumber);
        number.TryFormat(span, out var written, provider: CultureInfo.InvariantCulture);
        span[..written].Replace((byte)'.', (byte)decimalSeparator);
        _buffer.Advance(written);
    }

    /// <param name="format"><c>yyyy-MM-dd</c> or a part of it.</param>
    public void Write(DateOnly date, string format)
    {
        date.TryFormat(_buffer.GetSpan(LongestNumber), out var written, format, CultureInfo.InvariantCulture);
        _buffer.Advance(written);
    }

    /// <summary>To be asked now and then, so that nothing but the buffer is ever held.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken cancellation) =>
        _buffer.WrittenCount < Full ? ValueTask.CompletedTask : FlushAsync(cancellation);

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await stream.WriteAsync(_buffer.WrittenMemory, cancellation);
        _buffer.ResetWrittenCount();
    }
}
