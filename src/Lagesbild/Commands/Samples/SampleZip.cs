using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Lagesbild.Commands.Samples;

/// <summary>An entry of the archive, compressed as it is written and kept until the whole archive is.</summary>
internal sealed class SampleEntry : IDisposable
{
    private readonly MemoryStream _compressed = new();
    private readonly DeflateStream _deflate;

    public SampleEntry(string name)
    {
        Name = name;
        _deflate = new DeflateStream(_compressed, CompressionLevel.Optimal, leaveOpen: true);
        Text = new SampleText(_deflate);
    }

    public string Name { get; }

    public SampleText Text { get; }

    public ReadOnlySpan<byte> Compressed => _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);

    public void Finish()
    {
        Text.Flush();
        _deflate.Dispose();
    }

    public void Dispose()
    {
        Text.Dispose();
        _deflate.Dispose();
        _compressed.Dispose();
    }
}

/// <summary>
/// A zip whose manifest stands first though it tells the others' checksums: hence entries that are compressed before
/// the archive is begun, which the framework's own writer cannot take. Same bytes every time: no clock, no flags.
/// </summary>
internal static class SampleZip
{
    private const int LocalHeaderLength = 30;
    private const int DirectoryHeaderLength = 46;
    private const ushort Version = 20;
    private const ushort Deflated = 8;

    public static void Write(Stream to, DateOnly date, IReadOnlyList<SampleEntry> entries)
    {
        var directory = new MemoryStream();
        uint offset = 0;
        foreach (var entry in entries)
        {
            var name = Encoding.ASCII.GetBytes(entry.Name);
            var local = new byte[LocalHeaderLength];
            BinaryPrimitives.WriteUInt32LittleEndian(local, 0x0403_4B50);
            Common(local.AsSpan(4), entry, date, name.Length);
            to.Write(local);
            to.Write(name);
            to.Write(entry.Compressed);

            var central = new byte[DirectoryHeaderLength];
            BinaryPrimitives.WriteUInt32LittleEndian(central, 0x0201_4B50);
            BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(4), Version);
            Common(central.AsSpan(6), entry, date, name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(central.AsSpan(42), offset);
            directory.Write(central);
            directory.Write(name);
            offset += (uint)(LocalHeaderLength + name.Length + entry.Compressed.Length);
        }

        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x0605_4B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), offset);
        directory.WriteTo(to);
        to.Write(end);
    }

    // From "version needed" to "extra field length", the same in both headers.
    private static void Common(Span<byte> header, SampleEntry entry, DateOnly date, int nameLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Deflated);
        var dosDate = (ushort)(((date.Year - 1980) << 9) | (date.Month << 5) | date.Day);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], dosDate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], entry.Text.Crc32);
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], (uint)entry.Compressed.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], (uint)entry.Text.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)nameLength);
    }
}
