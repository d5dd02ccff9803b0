using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    private const int Rows = 1_500_000;

    [Fact]
    public void A_file_of_seventy_megabytes_is_read_in_a_few()
    {
        // A cell of another unit every other row, so that hardly a row can be kept; each is a finding, and none is a list.
        using var file = new MemoryStream();
        var inflated = Write(file);
        Assert.InRange(inflated, 60_000_000, 200_000_000);
        file.Position = 0;
        using var watched = new WatchedStream(file);
        var result = SourceReaders.Standard.Read(
            "SPOR_2026-11-21.zip",
            watched,
            new ReadContext(Reading.Catalogue, Reading.Today, AllowSynthetic: true),
            "SPOR",
            TestContext.Current.CancellationToken
        );
        Assert.Null(result.Contents);
        Assert.InRange(result.Findings.Counts["cell-duplicate"], Rows - 10, Rows);
        Assert.Equal(Findings.ListedPerCode, result.Findings.Listed.Count(f => f.Code == "cell-duplicate"));
        Assert.InRange(watched.Samples, 3, int.MaxValue);
        // Room for as many bins as the manifest promises (8 bytes each), and a few blocks.
        Assert.InRange(watched.MostMemory - watched.FirstMemory, 0, 8L * Rows + 8_000_000);
    }

    private static long Write(MemoryStream file)
    {
        var random = new Random(1);
        var spor = SporFile.Good();
        var units = string.Concat(spor.Units.Select(row => row + "\n"));
        var asa = spor.Asa[0] + "\n";
        using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The manifest goes first and holds the sum, so the rows are made twice from the same seed.
        long length = 0;
        foreach (var chunk in Waits(spor.Waits[0], new Random(1)))
        {
            hash.AppendData(chunk);
            length += chunk.Length;
        }

        static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var manifest = spor.Manifest.DeepClone().AsObject();
        JsonObject Listed(string name, int rows, string sum) =>
            new()
            {
                ["namn"] = name,
                ["rader"] = rows,
                ["sha256"] = sum,
            };
        manifest["filer"] = new JsonArray(
            Listed("enheter.csv", 3, Sum(units)),
            Listed("vantetid.csv", Rows, Convert.ToHexStringLower(hash.GetHashAndReset())),
            Listed("asa.csv", 0, Sum(asa))
        );
        Add(zip, "manifest.json", [Encoding.UTF8.GetBytes(manifest.ToJsonString())]);
        Add(zip, "enheter.csv", [Encoding.UTF8.GetBytes(units)]);
        Add(zip, "vantetid.csv", Waits(spor.Waits[0], random));
        Add(zip, "asa.csv", [Encoding.UTF8.GetBytes(asa)]);
        return length;
    }

    private static void Add(ZipArchive zip, string name, IEnumerable<byte[]> chunks)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        foreach (var chunk in chunks)
        {
            entry.Write(chunk);
        }
    }

    private static IEnumerable<byte[]> Waits(string header, Random random)
    {
        yield return Encoding.UTF8.GetBytes(header + "\n");
        var text = new StringBuilder();
        for (var row = 0; row < Rows; row++)
        {
            var from = random.Next(0, 700);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(row % 2 == 0 ? SporFile.Falun : SporFile.Mora)};NGB;365D;ALLA;{from};{from + 6};{random.Next(5, 100_000)}\n"
            );
            if (text.Length > 100_000 || row == Rows - 1)
            {
                yield return Encoding.UTF8.GetBytes(text.ToString());
                text.Clear();
            }
        }
    }

    /// <summary>Weighs what is alive now and then, while it is being read.</summary>
    private sealed class WatchedStream(Stream inner) : Stream
    {
        private const int BytesBetween = 4_000_000;
        private long _sinceLast;

        public long FirstMemory { get; private set; }
        public long MostMemory { get; private set; }
        public int Samples { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _sinceLast += read;
            if (Samples == 0 || _sinceLast > BytesBetween)
            {
                _sinceLast = 0;
                var now = GC.GetTotalMemory(forceFullCollection: true);
                FirstMemory = Samples++ == 0 ? now : FirstMemory;
                MostMemory = Math.Max(MostMemory, now);
            }

            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void Flush() { }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
