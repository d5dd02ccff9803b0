using System.Buffers.Binary;
using System.Text;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>Zip and gzip, strictly, and the deflated data in them, bit by bit.</summary>
internal static class UnzipOracle
{
    private const int MostRatio = 200;

    public static List<(string Name, byte[] Content)> Entries(byte[] zip)
    {
        ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Take(zip, at, 2));
        uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Take(zip, at, 4));
        var end = zip.Length - 22;
        while (end >= 0 && !(U32(end) == 0x06054b50 && end + 22 + U16(end + 20) == zip.Length))
        {
            end--;
        }

        Oracle.Require(end >= 0, "no end record");
        Text(zip.AsSpan(end + 22));
        Oracle.Require(U16(end + 4) is 0 or 0xFFFF && U16(end + 6) is 0 or 0xFFFF, "disks");
        Oracle.Require(U16(end + 8) == U16(end + 10), "disks");
        (long count, long size, long start) = (U16(end + 10), U32(end + 12), U32(end + 16));
        long directoryEnd = end;
        if (end >= 20 && U32(end - 20) == 0x07064b50)
        {
            directoryEnd = end - 76;
            Oracle.Require(directoryEnd >= 0 && (long)U64(end - 20 + 8) == directoryEnd, "wide end");
            Oracle.Require(U32(directoryEnd) == 0x06064b50, "wide end");
            Oracle.Require(U64(directoryEnd + 24) == U64(directoryEnd + 32), "wide disks");
            count = Same(count, 0xFFFF, U64(directoryEnd + 32));
            size = Same(size, 0xFFFFFFFF, U64(directoryEnd + 40));
            start = Same(start, 0xFFFFFFFF, U64(directoryEnd + 48));
        }

        ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(Take(zip, at, 8));
        static long Same(long narrow, long everything, ulong wide)
        {
            Oracle.Require(narrow == everything || (ulong)narrow == wide, "two ends");
            return (long)wide;
        }

        Oracle.Require(count <= 64 && size >= 0 && start >= 0 && start + size == directoryEnd, "directory");
        var entries = new List<(string, byte[])>();
        long at = 0;
        for (var i = 0; i < count; i++)
        {
            Oracle.Require(U32(start) == 0x02014b50, "directory entry");
            var (nameLength, extraLength, commentLength) = (U16(start + 28), U16(start + 30), U16(start + 32));
            var name = Text(Take(zip, start + 46, nameLength));
            var extra = Take(zip, start + 46 + nameLength, extraLength);
            Text(extra);
            Text(Take(zip, start + 46 + nameLength + extraLength, commentLength));
            var (flags, method, crc) = (U16(start + 8), U16(start + 10), U32(start + 16));
            var (length, packed, offset) = Wide(extra, U32(start + 24), U32(start + 20), U32(start + 42));
            var unixMode = (U32(start + 38) >> 16) & 0xF000;
            Oracle.Require(zip[start + 5] != 3 || unixMode is 0 or 0x8000, "link or folder");
            Oracle.Require((flags & 0x2041) == 0 && method is 0 or 8, "encrypted or unknown method");
            Oracle.Require(offset == at, "gap before an entry");

            // The local header tells the same.
            Oracle.Require(U32(at) == 0x04034b50 && U16(at + 6) == flags && U16(at + 8) == method, "local header");
            var (localName, localExtra) = (U16(at + 26), U16(at + 28));
            Oracle.Require(Text(Take(zip, at + 30, localName)) == name, "local name");
            var extraHere = Take(zip, at + 30 + localName, localExtra);
            Text(extraHere);
            var here = Wide(extraHere, U32(at + 22), U32(at + 18), 0);
            bool Agrees(long a, long b) => a == b || (a == 0 && (flags & 8) != 0);
            Oracle.Require(
                Agrees(U32(at + 14), crc) && Agrees(here.Length, length) && Agrees(here.Packed, packed),
                "local sizes"
            );
            at += 30 + localName + localExtra;
            Oracle.Require(length <= packed * MostRatio, "ratio");
            var data = Take(zip, at, packed);
            var content = method == 0 ? data : Inflate(data, length);
            Oracle.Require(content.Length == length && Crc(content) == crc, "damaged");
            at += packed;
            if ((flags & 8) != 0)
            {
                at = BehindDescriptor(zip, at, crc, packed, length);
            }

            entries.Add((name, content));
            start += 46 + nameLength + extraLength + commentLength;
        }

        Oracle.Require(start == directoryEnd && at == directoryEnd - size, "bytes of no entry");
        return entries;
    }

    private static long BehindDescriptor(byte[] zip, long at, uint crc, long packed, long length)
    {
        foreach (var wide in (bool[])[false, true])
        {
            foreach (
                var signature in (byte[][])
                    [
                        [0x50, 0x4b, 7, 8],
                        [],
                    ]
            )
            {
                byte[] Size(long n) => wide ? BitConverter.GetBytes(n) : BitConverter.GetBytes((uint)n);
                byte[] wanted = [.. signature, .. BitConverter.GetBytes(crc), .. Size(packed), .. Size(length)];
                if (zip.AsSpan((int)at).StartsWith(wanted))
                {
                    return at + wanted.Length;
                }
            }
        }

        throw new Refused("descriptor");
    }

    private static (long Length, long Packed, long Offset) Wide(byte[] extra, uint length, uint packed, uint offset)
    {
        var values = new long[] { length, packed, offset };
        for (var at = 0; at + 4 <= extra.Length; )
        {
            var (id, size) = (BitConverter.ToUInt16(extra, at), BitConverter.ToUInt16(extra, at + 2));
            at += 4;
            Oracle.Require(at + size <= extra.Length, "extra field");
            var from = at;
            for (var i = 0; i < 3 && id == 1; i++)
            {
                if (
                    (
                        i == 0 ? length
                        : i == 1 ? packed
                        : offset
                    ) == uint.MaxValue
                )
                {
                    Oracle.Require(from + 8 <= at + size, "wide sizes");
                    values[i] = BitConverter.ToInt64(extra, from);
                    from += 8;
                }
            }

            at += size;
        }

        return (values[0], values[1], values[2]);
    }

    public static byte[] Gunzip(byte[] file)
    {
        Oracle.Require(file.Length >= 18 && file[0] == 0x1F && file[1] == 0x8B && file[2] == 8, "gzip");
        var flags = file[3];
        Oracle.Require((flags & 0xE0) == 0, "gzip flags");
        var at = 10;
        if ((flags & 4) != 0)
        {
            var length = BitConverter.ToUInt16(Take(file, at, 2));
            Text(Take(file, at + 2, length));
            at += 2 + length;
        }

        foreach (var text in (int[])[8, 16])
        {
            if ((flags & text) != 0)
            {
                var end = Array.IndexOf(file, (byte)0, Math.Min(at, file.Length));
                Oracle.Require(end >= 0 && end - at <= 4_096, "gzip text");
                Text(file.AsSpan(at, end - at));
                at = end + 1;
            }
        }

        if ((flags & 2) != 0)
        {
            Oracle.Require(
                BitConverter.ToUInt16(Take(file, at, 2)) == (ushort)Crc(file.AsSpan(0, at)),
                "gzip header sum"
            );
            at += 2;
        }

        var packed = Take(file, at, file.Length - 8 - at);
        long promised = BitConverter.ToUInt32(file, file.Length - 4);
        Oracle.Require(packed.Length > 0 && promised <= packed.Length * (long)MostRatio, "ratio");
        var content = Inflate(packed, promised);
        Oracle.Require(
            content.Length == promised && Crc(content) == BitConverter.ToUInt32(file, file.Length - 8),
            "damaged"
        );
        return content;
    }

    /// <summary>Text of whatever encoding, without a personal number.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        Oracle.NoPerson(Encoding.Latin1.GetString(bytes));
        Oracle.NoPerson(Encoding.UTF8.GetString(bytes));
        Oracle.NoPerson(Encoding.Latin1.GetString(bytes).Replace("\0", "", StringComparison.Ordinal));
        return Encoding.UTF8.GetString(bytes);
    }

    private static byte[] Take(byte[] bytes, long at, long length)
    {
        Oracle.Require(at >= 0 && length >= 0 && at + length <= bytes.Length && at + length >= at, "cut off");
        return bytes[(int)at..(int)(at + length)];
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    /// <summary>RFC 1951. All of the data must be used, and no more come out than promised.</summary>
    private static byte[] Inflate(byte[] data, long most)
    {
        var bits = new Bits(data);
        var output = new List<byte>();
        for (var isLast = false; !isLast; )
        {
            isLast = bits.Take(1) == 1;
            switch (bits.Take(2))
            {
                case 0:
                    var length = bits.Bytes(4);
                    var n = BitConverter.ToUInt16(length);
                    Oracle.Require(n == (ushort)~BitConverter.ToUInt16(length, 2), "stored block");
                    output.AddRange(bits.Bytes(n));
                    break;
                case 1:
                    int[] literals =
                    [
                        .. Enumerable
                            .Range(0, 288)
                            .Select(i =>
                                i < 144 ? 8
                                : i < 256 ? 9
                                : i < 280 ? 7
                                : 8
                            ),
                    ];
                    Block(bits, new Code(literals), new Code([.. Enumerable.Repeat(5, 32)]), output, most);
                    break;
                case 2:
                    var (lengths, distances) = Dynamic(bits);
                    Block(bits, lengths, distances, output, most);
                    break;
                default:
                    throw new Refused("block type");
            }

            Oracle.Require(output.Count <= most, "more than promised");
        }

        Oracle.Require(bits.IsAtEnd, "bytes after the data");
        return [.. output];
    }

    private static void Block(Bits bits, Code lengths, Code distances, List<byte> output, long most)
    {
        while (output.Count <= most)
        {
            var symbol = lengths.Take(bits);
            if (symbol < 256)
            {
                output.Add((byte)symbol);
                continue;
            }

            if (symbol == 256)
            {
                return;
            }

            Oracle.Require(symbol <= 285, "length symbol");
            var i = symbol - 257;
            var length =
                i < 8 ? 3 + i
                : i == 28 ? 258
                : 3 + ((4 + i % 4) << (i / 4 - 1)) + bits.Take(i / 4 - 1);
            var d = distances.Take(bits);
            Oracle.Require(d < 30, "distance symbol");
            var distance = d < 4 ? 1 + d : 1 + ((2 + d % 2) << (d / 2 - 1)) + bits.Take(d / 2 - 1);
            Oracle.Require(distance <= output.Count, "distance");
            for (var k = 0; k < length; k++)
            {
                output.Add(output[^distance]);
            }
        }
    }

    private static (Code Lengths, Code Distances) Dynamic(Bits bits)
    {
        var (literals, distances, lengths) = (bits.Take(5) + 257, bits.Take(5) + 1, bits.Take(4) + 4);
        Oracle.Require(literals <= 286 && distances <= 30, "too many codes");
        int[] order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        var first = new int[19];
        for (var i = 0; i < lengths; i++)
        {
            first[order[i]] = bits.Take(3);
        }

        var code = new Code(first, mustBeFull: true);
        var all = new List<int>();
        while (all.Count < literals + distances)
        {
            var symbol = code.Take(bits);
            Oracle.Require(symbol != 16 || all.Count > 0, "nothing to repeat");
            var (value, times) = symbol switch
            {
                < 16 => (symbol, 1),
                16 => (all[^1], 3 + bits.Take(2)),
                17 => (0, 3 + bits.Take(3)),
                _ => (0, 11 + bits.Take(7)),
            };
            all.AddRange(Enumerable.Repeat(value, times));
        }

        Oracle.Require(all.Count == literals + distances && all[256] > 0, "code lengths");
        return (new Code([.. all[..literals]]), new Code([.. all[literals..]]));
    }

    private sealed class Bits(byte[] data)
    {
        private int _at;
        private int _bit;

        public bool IsAtEnd => _at + (_bit > 0 ? 1 : 0) == data.Length;

        public int Take(int count)
        {
            var value = 0;
            for (var i = 0; i < count; i++)
            {
                Oracle.Require(_at < data.Length, "data ends early");
                value |= ((data[_at] >> _bit) & 1) << i;
                _bit = (_bit + 1) & 7;
                _at += _bit == 0 ? 1 : 0;
            }

            return value;
        }

        public byte[] Bytes(int count)
        {
            _at += _bit > 0 ? 1 : 0;
            _bit = 0;
            var bytes = UnzipOracle.Take(data, _at, count);
            _at += count;
            return bytes;
        }
    }

    /// <summary>A Huffman code by the lengths of its words.</summary>
    private sealed class Code
    {
        private readonly Dictionary<(int Length, int Word), int> _symbols = [];

        public Code(int[] lengths, bool mustBeFull = false)
        {
            var word = 0;
            for (var length = 1; length <= 15; length++)
            {
                word <<= 1;
                for (var symbol = 0; symbol < lengths.Length; symbol++)
                {
                    if (lengths[symbol] == length)
                    {
                        Oracle.Require(word < 1 << length, "too many words");
                        _symbols.Add((length, word++), symbol);
                    }
                }
            }

            // A code with words to spare is damaged, but for one with a single word of one bit.
            var isFull = word == 1 << 15;
            var isSingle = lengths.Count(l => l > 0) <= 1 && lengths.Max() <= 1;
            Oracle.Require(isFull || (!mustBeFull && isSingle), "words to spare");
        }

        public int Take(Bits bits)
        {
            var word = 0;
            for (var length = 1; length <= 15; length++)
            {
                word = (word << 1) | bits.Take(1);
                if (_symbols.TryGetValue((length, word), out var symbol))
                {
                    return symbol;
                }
            }

            throw new Refused("no such word");
        }
    }
}
