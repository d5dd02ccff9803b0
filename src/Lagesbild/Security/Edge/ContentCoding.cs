using System.Globalization;
using System.IO.Compression;
using Microsoft.Extensions.Primitives;

namespace Lagesbild.Security;

/// <summary>How a response's bytes are packed on the wire.</summary>
public enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}

/// <summary>
/// Content codings of responses (RFC 9110 §8.4). What is kept is packed once and kept packed; an ETag depends on the coding,
/// so that no cache takes one's bytes for another's.
/// </summary>
public static class ContentCodings
{
    public static IReadOnlyList<ContentCoding> All { get; } = Enum.GetValues<ContentCoding>();

    /// <summary>
    /// What Accept-Encoding likes best, brotli before gzip before nothing among equals. Without the header nothing is packed;
    /// where it rules out everything there is, neither, as the RFC advises.
    /// </summary>
    public static ContentCoding Accepted(StringValues acceptEncoding)
    {
        double? brotli = null,
            gzip = null,
            identity = null,
            others = null;
        foreach (var line in acceptEncoding)
        foreach (var range in line.AsSpan().Split(','))
        {
            var item = line.AsSpan()[range];
            var end = item.IndexOf(';');
            var name = (end < 0 ? item : item[..end]).Trim();
            var quality = end < 0 ? 1 : Quality(item[(end + 1)..]);
            if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
                brotli ??= quality;
            else if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase))
                gzip ??= quality;
            else if (name.Equals("identity", StringComparison.OrdinalIgnoreCase))
                identity ??= quality;
            else if (name is "*")
                others ??= quality;
        }

        var (ofBrotli, ofGzip) = (brotli ?? others ?? 0, gzip ?? others ?? 0);
        // Unsaid, the plain bytes are acceptable, and whatever was named is better.
        var ofIdentity = identity ?? 0;
        return ofBrotli > 0 && ofBrotli >= ofGzip && ofBrotli >= ofIdentity ? ContentCoding.Brotli
            : ofGzip > 0 && ofGzip >= ofIdentity ? ContentCoding.Gzip
            : ContentCoding.Identity;
    }

    /// <summary>As Content-Encoding writes it; null for plain bytes, which have no such header.</summary>
    public static string? HeaderValue(this ContentCoding coding) =>
        coding switch
        {
            ContentCoding.Brotli => "br",
            ContentCoding.Gzip => "gzip",
            _ => null,
        };

    public static byte[] Pack(this ContentCoding coding, byte[] content)
    {
        if (coding == ContentCoding.Identity)
            return content;
        using var packed = new MemoryStream();
        using (var packer = coding.PackInto(packed))
            packer.Write(content);
        return packed.ToArray();
    }

    /// <summary>A stream that packs what is written into <paramref name="target"/>, which is left open.</summary>
    public static Stream PackInto(this ContentCoding coding, Stream target) =>
        coding switch
        {
            // As small as most, and as quick as gzip: a page's first reader waits for it.
            ContentCoding.Brotli => new BrotliStream(
                target,
                new BrotliCompressionOptions { Quality = 5 },
                leaveOpen: true
            ),
            ContentCoding.Gzip => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
            _ => throw new ArgumentOutOfRangeException(nameof(coding)),
        };

    // What cannot be read is no wish.
    private static double Quality(ReadOnlySpan<char> parameters)
    {
        var weight = parameters.Trim();
        if (!weight.StartsWith("q", StringComparison.OrdinalIgnoreCase))
            return 1;
        weight = weight[1..].TrimStart();
        return
            weight is ['=', .. var value]
            && double.TryParse(value.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q)
            ? Math.Clamp(q, 0, 1)
            : 0;
    }
}
