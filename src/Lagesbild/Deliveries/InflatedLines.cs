using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Lagesbild.Deliveries;

/// <summary>
/// The lines of one compressed entry. A thread of its own inflates and hashes into a few blocks while the reader parses
/// the one before; a line that crosses two blocks is put together in the room left at the front of the second, or, where
/// it is too long for that, in a buffer of its own. Memory is a handful of blocks whatever the size of the entry.
/// </summary>
internal sealed class InflatedLines : IDisposable
{
    private const int BlockLength = 256 * 1024;
    private const int Blocks = 4;

    /// <summary>Room in front of each block.</summary>
    private const int Headroom = 32 * 1024;

    /// <summary>Wherever it stands. The longest legal one has a bin for each of 36 500 days, some 800 kB.</summary>
    private const int LongestLine = 1024 * 1024;

    private readonly BlockingCollection<(byte[] Buffer, int Length)> _filled = new(Blocks);
    private readonly BlockingCollection<byte[]> _free = new(Blocks);
    private readonly CancellationTokenSource _stop;
    private readonly Task<InflatedEntry> _inflating;

    private byte[]? _block;
    private byte[] _longLine = [];
    private int _at;
    private int _end;
    private bool _isLast;

    /// <param name="compressed">Read to its end on another thread; the caller leaves it alone until disposal.</param>
    /// <param name="isDeflated">False for a stored entry.</param>
    /// <param name="length">What it says that it inflates to.</param>
    /// <param name="mostBytes">More than this is refused by <see cref="Next"/>, with the words of <paramref name="tooMuch"/>.</param>
    public InflatedLines(
        Slice compressed,
        bool isDeflated,
        long length,
        long mostBytes,
        string tooMuch,
        CancellationToken cancellationToken
    )
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < Blocks; i++)
        {
            _free.Add(GC.AllocateUninitializedArray<byte>(Headroom + BlockLength), CancellationToken.None);
        }

        _inflating = Task.Factory.StartNew(
            () => Inflate(compressed, isDeflated, length, mostBytes, tooMuch, _stop.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    /// <summary>1-based number of the line that <see cref="Next"/> gave last.</summary>
    public int LineNumber { get; private set; }

    /// <summary>The next line without its line end; false at the end.</summary>
    /// <exception cref="UnreadableException">
    /// The data is damaged, expands past the limit, or a line is longer than any legal one.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            if (_block is not null)
            {
                var rest = _block.AsSpan(_at, _end - _at);
                var length = rest.IndexOf((byte)'\n');
                if (length >= 0)
                {
                    line = WithoutReturn(rest[..length]);
                    _at += length + 1;
                    LineNumber++;
                    return true;
                }

                if (_isLast)
                {
                    line = rest; // a return that no new line follows is a control character
                    _at = _end;
                    LineNumber += rest.IsEmpty ? 0 : 1;
                    return !rest.IsEmpty;
                }

                if (rest.Length > Headroom)
                {
                    line = TakeLongLine();
                    return true;
                }
            }

            TakeNextBlock();
        }
    }

    /// <summary>What follows that line and is inflated already; its last line may be cut.</summary>
    public ReadOnlySpan<byte> Unread => _block.AsSpan(_at, _end - _at);

    /// <summary>Goes on after so many bytes of <see cref="Unread"/>, all of them whole lines.</summary>
    public void Skip(int bytes, int lines)
    {
        _at += bytes;
        LineNumber += lines;
    }

    /// <summary>What was inflated, once <see cref="Next"/> has said false.</summary>
    public InflatedEntry Finish() => _inflating.GetAwaiter().GetResult();

    public void Dispose()
    {
        _stop.Cancel();
        // Its own outcome was seen by Next or Finish, or nobody wants it any more; only the thread has to be gone,
        // because the stream below it is the caller's.
        ((IAsyncResult)_inflating).AsyncWaitHandle.WaitOne();
        _ = _inflating.Exception;
        _stop.Dispose();
        _filled.Dispose();
        _free.Dispose();
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) =>
        !line.IsEmpty && line[^1] == '\r' ? line[..^1] : line;

    // Goes on over as many blocks as it takes; each is all read when the next is taken.
    private ReadOnlySpan<byte> TakeLongLine()
    {
        var length = 0;
        while (true)
        {
            var rest = _block.AsSpan(_at, _end - _at);
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (length + part.Length > LongestLine)
            {
                throw new UnreadableException(
                    "too-large",
                    "Raden är längre än någon giltig rad. Rader ska sluta med LF eller CRLF, inte enbart CR.",
                    LineNumber + 1
                );
            }

            if (length + part.Length > _longLine.Length)
            {
                Array.Resize(ref _longLine, Math.Max(length + part.Length, 2 * _longLine.Length));
            }

            part.CopyTo(_longLine.AsSpan(length));
            length += part.Length;
            _at += part.Length;
            if (end >= 0 || _isLast)
            {
                _at += end >= 0 ? 1 : 0;
                LineNumber++;
                var line = _longLine.AsSpan(0, length);
                return end >= 0 ? WithoutReturn(line) : line;
            }

            TakeNextBlock();
        }
    }

    private void TakeNextBlock()
    {
        if (!_filled.TryTake(out var next, Timeout.Infinite, _stop.Token))
        {
            // The producer is done or has failed; a failure is thrown here, on the reader's thread.
            _inflating.GetAwaiter().GetResult();
            _isLast = true;
            _block ??= [];
            return;
        }

        var unread = _end - _at;
        var start = Headroom - unread;
        if (_block is not null)
        {
            _block.AsSpan(_at, unread).CopyTo(next.Buffer.AsSpan(start));
            _free.Add(_block, CancellationToken.None);
        }

        _block = next.Buffer;
        _at = start;
        _end = Headroom + next.Length;
    }

    private InflatedEntry Inflate(
        Slice compressed,
        bool isDeflated,
        long promised,
        long mostBytes,
        string tooMuch,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using Stream inflated = isDeflated
                ? new DeflateStream(compressed, CompressionMode.Decompress, leaveOpen: true)
                : compressed;
            var checksum = new Crc32();
            long total = 0;
            while (true)
            {
                var buffer = _free.Take(cancellationToken);
                var room = buffer.AsSpan(Headroom, BlockLength);
                var length = 0;
                while (length < room.Length)
                {
                    var read = inflated.Read(room[length..]);
                    if (read == 0)
                    {
                        break;
                    }

                    length += read;
                }

                var data = room[..length];
                total += length;
                if (total > mostBytes)
                {
                    throw new UnreadableException("archive", tooMuch);
                }

                // Before the reader takes the stump of a line for a wrong one.
                if (length < room.Length && total != promised)
                {
                    throw new UnreadableException(
                        "archive",
                        "Innehållet har inte den längd som arkivet uppger: filen är avkortad eller skadad, troligen i överföringen. "
                            + "Skicka den igen."
                    );
                }

                hash.AppendData(data);
                checksum.Append(data);
                if (length > 0)
                {
                    _filled.Add((buffer, length), cancellationToken);
                }

                if (length < room.Length)
                {
                    if (!compressed.IsAtEnd)
                    {
                        throw new UnreadableException(
                            "archive",
                            "Det står något efter de packade uppgifterna: filen är skadad, troligen i överföringen. Skicka den igen."
                        );
                    }

                    return new InflatedEntry(
                        total,
                        checksum.GetCurrentHashAsUInt32(),
                        Convert.ToHexStringLower(hash.GetHashAndReset())
                    );
                }
            }
        }
        finally
        {
            _filled.CompleteAdding();
        }
    }
}

/// <summary>What came out of one compressed entry.</summary>
/// <param name="Sha256">Lower-case hex.</param>
internal readonly record struct InflatedEntry(long Length, uint Crc32, string Sha256);
