using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lagesbild.Tests.Jobs;

/// <summary>
/// The smallest deliveries that tell themselves apart: one unit, one procedure whose patients are counted, and ballast, many
/// patients of another procedure, so that one follows another without being held for having changed too much.
/// </summary>
public sealed record SmallDelivery(string FileName, byte[] Content)
{
    public const int Ballast = 10_000;

    // The ballast waited in the week that begins with the day waited; of the units only the first has patients.
    public static SmallDelivery Ncr(
        DateOnly date,
        int patients = 124,
        int correction = 1,
        int ballast = Ballast,
        int waited = 14,
        int units = 1,
        string unitName = "Exempelkliniken Ögon Falun",
        string hsaId = "SE2321000180-EX41"
    )
    {
        string[] lines =
        [
            $$"""{"typ":"huvud","format":"lagesbild-ncr","formatversion":1,"kalla":"NCR","referensdatum":"{{Iso(date)}}","skapad":"{{Iso(date)}}T01:40:00+01:00","minstaCell":5,"syntetisk":true}""",
            .. Enumerable
                .Range(41, units)
                .Select(n =>
                    $$"""{"typ":"enhet","hsaid":"{{(n == 41 ? hsaId : $"SE2321000180-EX{n}")}}","namn":"{{unitName}}","regionkod":"20","kommunkod":"2080","driftsform":"privat"}"""
                ),
            $$"""{"typ":"vantetid","hsaid":"{{hsaId}}","kva":"CJE","period":"365D","narkos":"alla","antal":{{patients}},"fack":[[14,20,{{patients}}]]}""",
            $$"""{"typ":"vantetid","hsaid":"{{hsaId}}","kva":"CJC","period":"365D","narkos":"alla","antal":{{ballast}},"fack":[[{{waited}},{{waited
                + 6}},{{ballast}}]]}""",
            $$"""{"typ":"slut","rader":{{units + 3}}}""",
        ];
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        }

        return new SmallDelivery($"NCR_{Iso(date)}{Correction(correction)}.jsonl.gz", content.ToArray());
    }

    public static SmallDelivery Spor(DateOnly date, int patients = 240, int correction = 1)
    {
        (string Name, string Text)[] tables =
        [
            (
                "enheter.csv",
                "hsaid;namn;regionkod;kommunkod;driftsform\nSE2321000180-EX11;Exempelsjukhuset Falun;20;2080;offentlig\n"
            ),
            (
                "vantetid.csv",
                $"""
                hsaid;kva;period;tidsgrans;fran;till;antal
                SE2321000180-EX11;NGB;365D;ALLA;70;76;{patients}
                SE2321000180-EX11;NGB;365D;EJ;70;76;{patients}
                SE2321000180-EX11;NFB;365D;ALLA;70;76;{Ballast}
                SE2321000180-EX11;NFB;365D;EJ;70;76;{Ballast}

                """.ReplaceLineEndings("\n")
            ),
            (
                "asa.csv",
                $"hsaid;kva;kand;asa34\nSE2321000180-EX11;NGB;{patients};0\nSE2321000180-EX11;NFB;{Ballast};0\n"
            ),
        ];
        var manifest = JsonSerializer.Serialize(
            new
            {
                format = "lagesbild-spor",
                formatversion = 1,
                kalla = "SPOR",
                referensdatum = Iso(date),
                skapad = $"{Iso(date)}T02:15:00+01:00",
                minstaCell = 5,
                syntetisk = true,
                filer = tables.Select(t => new
                {
                    namn = t.Name,
                    rader = t.Text.Count(c => c == '\n') - 1,
                    sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(t.Text))),
                }),
            }
        );
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in tables.Prepend(("manifest.json", manifest)))
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return new SmallDelivery($"SPOR_{Iso(date)}{Correction(correction)}.zip", content.ToArray());
    }

    /// <summary>Puts it into a folder, finished a minute ago.</summary>
    public SmallDelivery PutInto(string folder, DateTimeOffset? written = null)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        // As a sender does: no pass that is under way sees it half made, or with the time of just now.
        var making = Path.Combine(folder, "." + FileName);
        File.WriteAllBytes(making, Content);
        File.SetLastWriteTimeUtc(making, (written ?? DateTimeOffset.UtcNow.AddMinutes(-1)).UtcDateTime);
        File.Move(making, path, overwrite: true);
        return this;
    }

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Correction(int correction) =>
        correction == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{correction}");
}
