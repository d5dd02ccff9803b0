using System.Buffers.Binary;
using System.Text;

namespace Lagesbild.Deliveries;

/// <summary>An entry of a zip, where its data lies and what the directory promises about it.</summary>
internal sealed record ZipEntry(
    string Name,
    bool IsDeflated,
    long DataStart,
    long CompressedLength,
    long Length,
    uint Crc32
);

/// <summary>
/// Reads a zip's directory strictly: local headers and directory must agree, entries lie back to back from the first
/// byte to the directory, nothing stands behind the end record; no encryption, links, folders or other methods than
/// stored and deflated. A lenient reader and a strict one could otherwise see two different deliveries in one file.
/// </summary>
internal static class ZipDirectory
{
    private const uint LocalSignature = 0x0403_4b50;
    private const uint DirectorySignature = 0x0201_4b50;
    private const uint EndSignature = 0x0605_4b50;
    private const uint End64Signature = 0x0606_4b50;
    private const uint Locator64Signature = 0x0706_4b50;
    private const uint DescriptorSignature = 0x0807_4b50;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int MostEntries = 64;
    private const int MostDirectoryBytes = 256 * 1024;

    /// <summary>The entries in the directory's order; and whether a name, comment or extra field holds a personal number.</summary>
    /// <exception cref="UnreadableException">What is wrong, without any content.</exception>
    public static (IReadOnlyList<ZipEntry> Entries, bool HasPersonalNumber) Read(Stream zip)
    {
        var end = FindEnd(zip, out var comment);
        var hasPersonalNumber = PersonalIdentityNumber.IsInBytes(comment);
        var (count, size, start, directoryEnd) = ReadEnd(zip, end);
        if (count > MostEntries || size > MostDirectoryBytes)
        {
            throw Damaged("Arkivet har för många poster.");
        }

        if (start < 0 || start + size != directoryEnd)
        {
            throw Damaged(
                "Arkivets katalog slutar inte där slutposten börjar: något står före eller inuti arkivet. Packa om filen."
            );
        }

        var directory = At(zip, start, (int)size);
        var entries = new List<ZipEntry>();
        var offset = 0;
        long expected = 0;
        for (var i = 0; i < count; i++)
        {
            if (offset + 46 > directory.Length || U32(directory, offset) != DirectorySignature)
            {
                throw Damaged("Arkivets katalog är skadad.");
            }

            var header = directory.AsSpan(offset);
            var nameLength = U16(directory, offset + 28);
            var extraLength = U16(directory, offset + 30);
            var commentLength = U16(directory, offset + 32);
            var length = 46 + nameLength + extraLength + commentLength;
            if (length > header.Length)
            {
                throw Damaged("Arkivets katalog är skadad.");
            }

            var name = Text(header.Slice(46, nameLength));
            // Text by text: a name's digits are not bounded by the extra field behind it.
            hasPersonalNumber |=
                PersonalIdentityNumber.IsInBytes(header.Slice(46, nameLength))
                || PersonalIdentityNumber.IsInBytes(header.Slice(46 + nameLength, extraLength))
                || PersonalIdentityNumber.IsInBytes(header.Slice(46 + nameLength + extraLength, commentLength));
            var sizes = Sizes64(
                header.Slice(46 + nameLength, extraLength),
                U32(directory, offset + 24),
                U32(directory, offset + 20),
                U32(directory, offset + 42)
            );
            if (sizes.Offset != expected)
            {
                throw Damaged("Arkivets poster ligger inte kant i kant från filens första byte.");
            }

            var entry = ReadLocal(zip, header, name, sizes, out expected, ref hasPersonalNumber);
            entries.Add(entry);
            offset += length;
        }

        if (offset != directory.Length || expected != start)
        {
            throw Damaged("Arkivet innehåller bytes som inte hör till någon post.");
        }

        return (entries, hasPersonalNumber);
    }

    private static ZipEntry ReadLocal(
        Stream zip,
        ReadOnlySpan<byte> header,
        string name,
        (long Length, long Compressed, long Offset) sizes,
        out long next,
        ref bool hasPersonalNumber
    )
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        const int encrypted = 0x0001 | 0x0040 | 0x2000;
        if ((flags & encrypted) != 0)
        {
            throw Damaged("Arkivet är krypterat.");
        }

        if (method is not (0 or 8))
        {
            throw Damaged("Arkivet är packat med en annan metod än deflate.");
        }

        const int unixTypeMask = 0xF000;
        const int unixRegularFile = 0x8000;
        var unixType = (BinaryPrimitives.ReadUInt32LittleEndian(header[38..]) >> 16) & unixTypeMask;
        var madeOnUnix = header[5] == 3;
        if (name.EndsWith('/') || (madeOnUnix && unixType != 0 && unixType != unixRegularFile))
        {
            throw Damaged("Arkivet innehåller en mapp eller länk.");
        }

        var local = At(zip, sizes.Offset, 30);
        var nameLength = U16(local, 26);
        var extraLength = U16(local, 28);
        var rest = At(zip, sizes.Offset + 30, nameLength + extraLength);
        hasPersonalNumber |= PersonalIdentityNumber.IsInBytes(rest.AsSpan(nameLength));
        var hasDescriptor = (flags & 0x0008) != 0;
        // A writer that cannot go back leaves nothing here and says it behind the data.
        bool Agrees(long here, long there) => here == there || (hasDescriptor && here == 0);
        var localSizes = Sizes64(rest.AsSpan(nameLength), U32(local, 22), U32(local, 18), 0);
        if (
            U32(local, 0) != LocalSignature
            || U16(local, 6) != flags
            || U16(local, 8) != method
            || Text(rest.AsSpan(0, nameLength)) != name
            || !Agrees(U32(local, 14), crc)
            || !Agrees(localSizes.Length, sizes.Length)
            || !Agrees(localSizes.Compressed, sizes.Compressed)
            || (method == 0 && sizes.Length != sizes.Compressed)
        )
        {
            throw Damaged("En posts huvud och arkivets katalog säger olika.");
        }

        var dataStart = sizes.Offset + 30 + nameLength + extraLength;
        next = dataStart + sizes.Compressed;
        if (next > zip.Length || sizes.Compressed < 0 || sizes.Length < 0)
        {
            throw Damaged("Arkivet är avkortat.");
        }

        if (hasDescriptor)
        {
            next += DescriptorLength(zip, next, crc, sizes);
        }

        return new ZipEntry(name, method == 8, dataStart, sizes.Compressed, sizes.Length, crc);
    }

    // The descriptor comes with or without a signature, with sizes of four or eight bytes: the one that agrees.
    private static int DescriptorLength(
        Stream zip,
        long at,
        uint crc,
        (long Length, long Compressed, long Offset) sizes
    )
    {
        Span<byte> wanted = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, DescriptorSignature);
        BinaryPrimitives.WriteUInt32LittleEndian(wanted[4..], crc);
        foreach (var wide in (ReadOnlySpan<bool>)[false, true])
        {
            var length = wide ? 24 : 16;
            if (wide)
            {
                BinaryPrimitives.WriteInt64LittleEndian(wanted[8..], sizes.Compressed);
                BinaryPrimitives.WriteInt64LittleEndian(wanted[16..], sizes.Length);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(wanted[8..], (uint)sizes.Compressed);
                BinaryPrimitives.WriteUInt32LittleEndian(wanted[12..], (uint)sizes.Length);
            }

            foreach (var skip in (ReadOnlySpan<int>)[0, 4])
            {
                var size = length - skip;
                if (at + size <= zip.Length && At(zip, at, size).AsSpan().SequenceEqual(wanted[skip..length]))
                {
                    return size;
                }
            }
        }

        throw Damaged("En posts huvud och arkivets katalog säger olika.");
    }

    private static long FindEnd(Stream zip, out byte[] comment)
    {
        var tailLength = (int)Math.Min(zip.Length, EndLength + ushort.MaxValue);
        var tail = At(zip, zip.Length - tailLength, tailLength);
        for (var i = tailLength - EndLength; i >= 0; i--)
        {
            if (U32(tail, i) == EndSignature && i + EndLength + U16(tail, i + 20) == tailLength)
            {
                comment = tail[(i + EndLength)..];
                return zip.Length - tailLength + i;
            }
        }

        throw Damaged("Filen är inte ett zip-arkiv, är avkortad, eller har bytes efter arkivets slut.");
    }

    private static (long Count, long Size, long Start, long End) ReadEnd(Stream zip, long end)
    {
        var record = At(zip, end, EndLength);
        if (
            U16(record, 4) is not (0 or ushort.MaxValue)
            || U16(record, 6) is not (0 or ushort.MaxValue)
            || U16(record, 8) != U16(record, 10)
        )
        {
            throw Damaged("Arkivet är delat i flera filer.");
        }

        long count = U16(record, 10);
        long size = U32(record, 12);
        long start = U32(record, 16);
        var isNarrow = count != ushort.MaxValue && size != uint.MaxValue && start != uint.MaxValue;
        var locator = end >= LocatorLength ? At(zip, end - LocatorLength, LocatorLength) : new byte[LocatorLength];
        if (U32(locator, 0) != Locator64Signature)
        {
            return isNarrow ? (count, size, start, end) : throw Damaged("Arkivets katalog är skadad.");
        }

        var end64 = U63(locator, 8);
        if (end64 != end - LocatorLength - End64Length)
        {
            throw Damaged("Arkivets katalog är skadad.");
        }

        // A writer may add the wide record where nothing needs it; then both say the same.
        var record64 = At(zip, end64, End64Length);
        var wide = (Count: U63(record64, 32), Size: U63(record64, 40), Start: U63(record64, 48));
        if (
            U32(record64, 0) != End64Signature
            || U63(record64, 24) != wide.Count
            || (count != ushort.MaxValue && count != wide.Count)
            || (size != uint.MaxValue && size != wide.Size)
            || (start != uint.MaxValue && start != wide.Start)
        )
        {
            throw Damaged("Arkivets katalog är skadad.");
        }

        return (wide.Count, wide.Size, wide.Start, end64);
    }

    // Sizes that do not fit 32 bits stand in an extra field, in this order, only those that are needed.
    private static (long Length, long Compressed, long Offset) Sizes64(
        ReadOnlySpan<byte> extra,
        uint length,
        uint compressed,
        uint offset
    )
    {
        (long Length, long Compressed, long Offset) sizes = (length, compressed, offset);
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                throw Damaged("Ett extrafält i arkivet är skadat.");
            }

            if (id == 1)
            {
                var values = extra.Slice(4, size);
                sizes.Length = Wide(length, ref values);
                sizes.Compressed = Wide(compressed, ref values);
                sizes.Offset = Wide(offset, ref values);
            }

            extra = extra[(4 + size)..];
        }

        return sizes;
    }

    private static long Wide(uint narrow, ref ReadOnlySpan<byte> values)
    {
        if (narrow != uint.MaxValue)
        {
            return narrow;
        }

        if (values.Length < 8)
        {
            throw Damaged("Ett extrafält i arkivet är skadat.");
        }

        var value = BinaryPrimitives.ReadInt64LittleEndian(values);
        values = values[8..];
        return value;
    }

    private static UnreadableException Damaged(string message) => new("archive", message);

    private static byte[] At(Stream zip, long start, int length)
    {
        if (start < 0 || start + length > zip.Length)
        {
            throw Damaged("Arkivet är avkortat.");
        }

        var buffer = new byte[length];
        zip.Position = start;
        zip.ReadExactly(buffer);
        return buffer;
    }

    private static ushort U16(byte[] data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at));

    private static uint U32(byte[] data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(at));

    private static long U63(byte[] data, int at) =>
        (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(at)));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
