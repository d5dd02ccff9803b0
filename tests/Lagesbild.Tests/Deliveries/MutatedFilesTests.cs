using System.IO.Compression;
using System.Text;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>Thousands of files that are almost right: whatever is in them, reading answers and never throws.</summary>
public sealed class MutatedFilesTests
{
    private static readonly string[] Pieces =
    [
        "",
        ";",
        "\"",
        "\n",
        "\r\n",
        "x",
        "0",
        "-1",
        "36501",
        "99999999999",
        "{",
        "}",
        "[",
        "null",
        "\\u0000",
        "\u202E",
        "å",
        "\uFEFF",
        "ALLA",
        "365D",
        "2026-10",
        "NGB",
        ",",
        "1e9",
        "\0",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_changed_byte_of_an_archive_never_throws(int seed)
    {
        var random = new Random(seed);
        var (name, good) =
            seed == 1
                ? ("SPOR_2026-11-21.zip", SporFile.Good().ToBytes())
                : ("NCR_2026-11-21.jsonl.gz", NcrFile.Good().ToBytes());
        for (var i = 0; i < 600; i++)
        {
            Judge(name, Mutate(good, random), $"seed {seed}, case {i}");
        }
    }

    [Fact]
    public void A_changed_text_of_a_csv_with_right_sums_never_throws()
    {
        var random = new Random(3);
        for (var i = 0; i < 700; i++)
        {
            var file = SporFile.Good();
            file.Compression = CompressionLevel.Fastest;
            var entry = random.Next(8) switch
            {
                0 => "manifest.json",
                1 or 2 => "enheter.csv",
                3 or 4 => "asa.csv",
                _ => "vantetid.csv",
            };
            file.Encode = (name, bytes) => name == entry ? MutateText(bytes, random) : bytes;
            Judge(file.Name, file.ToBytes(), $"case {i}");
        }
    }

    [Fact]
    public void A_changed_text_of_JSON_lines_never_throws()
    {
        var random = new Random(4);
        var good = Encoding.UTF8.GetBytes(NcrFile.Good().ToText());
        for (var i = 0; i < 700; i++)
        {
            Judge("NCR_2026-11-21.jsonl.gz", NcrFile.Gzip(MutateText(good, random)), $"case {i}");
        }
    }

    private static void Judge(string name, byte[] bytes, string which)
    {
        DeliveryResult result;
        try
        {
            result = Reading.Read(name, bytes);
        }
        catch (Exception thrown)
        {
            throw new InvalidOperationException(which, thrown);
        }

        Assert.True(result.Findings.HasErrors == result.Contents is null, which);
        Assert.True(result.Findings.Listed.Count <= result.Findings.Counts.Sum(c => c.Value), which);
    }

    private static byte[] Mutate(byte[] good, Random random)
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

    private static byte[] MutateText(byte[] good, Random random)
    {
        if (random.Next(4) == 0)
        {
            return Mutate(good, random);
        }

        var text = Encoding.UTF8.GetString(good);
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(0, 6), text.Length - at);
            text = text[..at] + Pieces[random.Next(Pieces.Length)] + text[(at + length)..];
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
