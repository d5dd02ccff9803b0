using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Lagesbild.Tests.Deliveries;

/// <summary>Archives that lie, repeat themselves, hold too much, or are damaged; and some that are only unusual.</summary>
internal static class ArchiveChanges
{
    private const int Bomb = 3_000_000;

    public static IEnumerable<(string Name, byte[] Content)> Entries(
        List<(string Name, byte[] Content)> entries,
        Random random,
        List<string> how
    )
    {
        var what = random.Next(11);
        var at = random.Next(entries.Count);
        how.Add($"entries {what} {at}");
        switch (what)
        {
            case 0:
                entries.RemoveAt(at);
                break;
            case 1:
                entries.Add(entries[at]);
                break;
            case 2:
                entries.Insert(0, entries[at]);
                entries.RemoveAt(at + 1);
                break;
            case 3:
                entries[at] = (entries[at].Name.ToUpperInvariant(), entries[at].Content);
                break;
            case 4:
                entries[at] = (
                    new[] { "../", "/", "./", "mapp/", "C:\\" }[random.Next(5)] + entries[at].Name,
                    entries[at].Content
                );
                break;
            case 5:
                // The whole within itself, deeper than anyone should look.
                var nested = SporFile.Zip(entries);
                for (var depth = random.Next(1, 5); depth > 0; depth--)
                {
                    nested = SporFile.Zip([("leverans.zip", nested)]);
                }

                entries.Add(("leverans.zip", nested));
                break;
            case 6:
                entries[at] = (entries[at].Name, [.. entries[at].Content, .. new byte[Bomb]]);
                break;
            case 7:
                entries[at] = (entries[at].Name, entries[at].Content[..random.Next(entries[at].Content.Length + 1)]);
                break;
            case 8:
                entries.Add(
                    (new[] { "811228-9874.csv", "mapp/", ".", new string('a', 5_000), "l\u00e4nk" }[random.Next(5)], [])
                );
                break;
            case 9:
                entries.AddRange(
                    Enumerable.Range(0, random.Next(1, 80)).Select(i => ($"{i}.csv", Array.Empty<byte>()))
                );
                break;
            default:
                entries[at] = (entries[at].Name, Bytes(entries[at].Content, random));
                break;
        }

        return entries;
    }

    public static byte[] Zip(byte[] zip, Random random, List<string> how)
    {
        var what = random.Next(12);
        how.Add($"zip {what}");
        var end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        switch (what)
        {
            case 0:
                return [.. zip, .. new byte[random.Next(1, 30)]];
            case 1:
                return [.. new byte[random.Next(1, 30)], .. zip];
            case 2:
                return zip[..random.Next(zip.Length)];
            case 3 or 4:
                // A comment, with or without a person in it; its length may lie.
                var comment = Text(random);
                var length = (ushort)(comment.Length + (random.Next(5) == 0 ? 1 : 0));
                return [.. zip[..^2], .. BitConverter.GetBytes(length), .. comment];
            case 5:
                return Extra(zip, random);
            case 6:
                // Sizes, sums, flags, methods: in the directory or in a local header.
                var headers = Headers(zip);
                var (at, isLocal) = headers[random.Next(headers.Count)];
                var fields = isLocal
                    ? new[] { 4, 6, 8, 10, 14, 18, 22, 26, 28 }
                    : [4, 5, 6, 8, 10, 12, 16, 20, 24, 28, 30, 32, 34, 36, 38, 40, 42];
                var field = at + fields[random.Next(fields.Length)];
                zip[field] = random.Next(3) switch
                {
                    0 => (byte)(zip[field] + 1),
                    1 => 0xFF,
                    _ => (byte)(zip[field] ^ (1 << random.Next(8))),
                };
                return zip;
            case 7:
                zip[end + random.Next(4, 22)] ^= (byte)(1 << random.Next(8));
                return zip;
            case 8:
                return Lie(zip, random);
            case 9:
                return Streamed(zip);
            default:
                return Bytes(zip, random);
        }
    }

    // The same size in both headers, and not the real one: small, huge, or more than there is.
    private static byte[] Lie(byte[] zip, Random random)
    {
        var headers = Headers(zip);
        var which = random.Next(headers.Count / 2);
        var size = new uint[] { 0, 1, 100, 1_000_000, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF }[random.Next(7)];
        var packed = random.Next(2);
        foreach (
            var (at, isLocal) in headers
                .Where(h => h.IsLocal)
                .Skip(which)
                .Take(1)
                .Concat(headers.Where(h => !h.IsLocal).Skip(which).Take(1))
        )
        {
            BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at + (isLocal ? 18 : 20) + 4 * packed), size);
        }

        return zip;
    }

    // Extra fields of the last directory entry, which needs no more than the sizes behind it put right.
    private static byte[] Extra(byte[] zip, Random random)
    {
        var end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var at = Headers(zip).Last(h => !h.IsLocal).At;
        var text = Text(random);
        byte[] extra =
        [
            0x75,
            0x70,
            .. BitConverter.GetBytes((ushort)(text.Length + (random.Next(6) == 0 ? 1 : 0))),
            .. text,
        ];
        var length = BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 12)) + (uint)extra.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at + 30), (ushort)extra.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(end + 12), length);
        return [.. zip[..end], .. extra, .. zip[end..]];
    }

    // By a writer that cannot go back: sizes behind the data.
    private static byte[] Streamed(byte[] zip)
    {
        var bytes = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(zip)))
        using (var to = new ZipArchive(new ForwardStream(bytes), ZipArchiveMode.Create))
        {
            foreach (var entry in from.Entries)
            {
                using var source = entry.Open();
                using var target = to.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
                source.CopyTo(target);
            }
        }

        return bytes.ToArray();
    }

    private static List<(int At, bool IsLocal)> Headers(byte[] zip)
    {
        var headers = new List<(int, bool)>();
        for (var i = 0; i + 46 < zip.Length; i++)
        {
            if (zip.AsSpan(i).StartsWith("PK\u0003\u0004"u8) || zip.AsSpan(i).StartsWith("PK\u0001\u0002"u8))
            {
                headers.Add((i, zip[i + 2] == 3));
            }
        }

        return headers;
    }

    public static byte[] Gzip(byte[] gzip, byte[] content, Random random, List<string> how)
    {
        var what = random.Next(12);
        how.Add($"gzip {what}");
        switch (what)
        {
            case 0:
                return [.. gzip, .. new byte[random.Next(1, 20)]];
            case 1:
                return [.. gzip, .. gzip];
            case 2:
                return gzip[..random.Next(gzip.Length)];
            case 3:
                gzip[^random.Next(1, 9)] ^= (byte)(1 << random.Next(8));
                return gzip;
            case 4 or 5 or 6:
                return WithHead(gzip, random);
            case 7:
                gzip[random.Next(10)] ^= (byte)(1 << random.Next(8));
                return gzip;
            case 8:
                return NcrFile.Stored(content);
            case 9:
                return NcrFile.Gzip([.. content, .. new byte[Bomb]]);
            case 10:
                return NcrFile.Gzip(gzip);
            default:
                return Bytes(gzip, random);
        }
    }

    // Name, comment, extra field and sum of the head, right or wrong.
    private static byte[] WithHead(byte[] gzip, Random random)
    {
        var flags = (byte)(random.Next(16) << 1);
        var head = new List<byte>(gzip[..3]) { flags };
        head.AddRange(gzip[4..10]);
        if ((flags & 4) != 0)
        {
            var extra = Text(random);
            head.AddRange(BitConverter.GetBytes((ushort)extra.Length));
            head.AddRange(extra);
        }

        foreach (var text in (int[])[8, 16])
        {
            if ((flags & text) != 0)
            {
                head.AddRange([.. Text(random).Where(b => b != 0), 0]);
            }
        }

        if ((flags & 2) != 0)
        {
            var sum = (ushort)Oracle.UnzipOracle.Crc([.. head]);
            head.AddRange(BitConverter.GetBytes((ushort)(sum + (random.Next(4) == 0 ? 1 : 0))));
        }

        return [.. head, .. gzip[10..]];
    }

    private static byte[] Text(Random random) =>
        random.Next(5) switch
        {
            0 => Encoding.UTF8.GetBytes("skickad av 19811228-9874"),
            1 => Encoding.Unicode.GetBytes("811228-9874"),
            2 => Encoding.UTF8.GetBytes("\u0668\u0661\u0661\u0662\u0662\u0668\u20119874"),
            3 => Encoding.UTF8.GetBytes("version 2.1, 070-123 45 67"),
            _ => [],
        };

    /// <summary>Bytes lost, doubled or changed.</summary>
    public static byte[] Bytes(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 1; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = random.Next(3) switch
                    {
                        0 => 0xFF,
                        1 => 0,
                        _ => (byte)random.Next(256),
                    };
                    break;
            }
        }

        return [.. bytes];
    }
}
