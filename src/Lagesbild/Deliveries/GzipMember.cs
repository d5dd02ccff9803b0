using System.Buffers.Binary;

namespace Lagesbild.Deliveries;

/// <summary>Where the deflated data of a gzip file lies, and what its end promises about it: one member, nothing behind it.</summary>
internal readonly record struct GzipMember(long DataStart, long DataEnd, long Length, uint Crc32)
{
    private const int HeaderLength = 10;
    private const int TrailerLength = 8;
    private const int LongestText = 4_096;

    [Flags]
    private enum Has : byte
    {
        Crc = 0x02,
        Extra = 0x04,
        Name = 0x08,
        Comment = 0x10,
        Reserved = 0xE0,
    }

    /// <summary>Reads head and end. Texts of the head are looked through for personal numbers.</summary>
    /// <exception cref="UnreadableException">What is wrong, without any content.</exception>
    public static GzipMember Read(Stream content, Findings findings)
    {
        content.Position = 0;
        var header = new byte[HeaderLength];
        if (
            content.Length < HeaderLength + TrailerLength
            || content.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength
            || header is not [0x1F, 0x8B, 8, ..]
            || ((Has)header[3] & Has.Reserved) != 0
        )
        {
            throw Damaged("Filen är inte gzip, eller är avkortad. Skicka den igen.");
        }

        var has = (Has)header[3];
        var hasPersonalNumber = false;
        if (has.HasFlag(Has.Extra))
        {
            var extra = Take(content, BinaryPrimitives.ReadUInt16LittleEndian(Take(content, 2)));
            hasPersonalNumber |= PersonalIdentityNumber.IsInBytes(extra);
        }

        foreach (var text in (ReadOnlySpan<Has>)[Has.Name, Has.Comment])
        {
            hasPersonalNumber |= has.HasFlag(text) && PersonalIdentityNumber.IsInBytes(ZeroTerminated(content));
        }

        if (hasPersonalNumber)
        {
            findings.Error(
                "personal-identity-number",
                "Gzip-huvudets namn, kommentar eller extrafält innehåller något som ser ut som ett personnummer. "
                    + PersonalIdentityNumber.Advice
            );
        }

        if (has.HasFlag(Has.Crc))
        {
            JudgeHeaderCrc(content);
        }

        var start = content.Position;
        var end = content.Length - TrailerLength;
        if (start >= end)
        {
            throw Damaged("Filen är avkortad. Skicka den igen.");
        }

        content.Position = end;
        var trailer = Take(content, TrailerLength);
        return new GzipMember(
            start,
            end,
            BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)),
            BinaryPrimitives.ReadUInt32LittleEndian(trailer)
        );
    }

    // The lower half of the checksum of all that stands before it.
    private static void JudgeHeaderCrc(Stream content)
    {
        var length = (int)content.Position;
        content.Position = 0;
        var crc = (ushort)System.IO.Hashing.Crc32.HashToUInt32(Take(content, length));
        if (BinaryPrimitives.ReadUInt16LittleEndian(Take(content, 2)) != crc)
        {
            throw Damaged("Gzip-huvudet är skadat.");
        }
    }

    private static byte[] Take(Stream content, int length)
    {
        if (content.Position + length > content.Length)
        {
            throw Damaged("Gzip-huvudet är skadat.");
        }

        var bytes = new byte[length];
        content.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] ZeroTerminated(Stream content)
    {
        var text = new List<byte>();
        while (true)
        {
            var b = Take(content, 1)[0];
            if (b == 0)
            {
                return [.. text];
            }

            text.Add(b);
            if (text.Count > LongestText)
            {
                throw Damaged("Gzip-huvudet är skadat.");
            }
        }
    }

    private static UnreadableException Damaged(string message) => new("archive", message);
}
