using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Text;
using Lagesbild.Tests.Deliveries;
using Lagesbild.Tests.Ledger;
using Npgsql;

namespace Lagesbild.Tests.Jobs;

/// <summary>
/// Personal numbers in every shape, in every place of a delivery, through a whole service: refused, and afterwards
/// nowhere. Looked for in the database, in every file below the inbox and below the database's own folder, in the log, in
/// every span, in every exception that was thrown anywhere meanwhile.
/// </summary>
public sealed class NothingPersonalTests
{
    /// <summary>Invented numbers that no other test plants, one in each shape: the text, and what is looked for.</summary>
    private static readonly string[] Shapes =
    [
        "640823-3234",
        "6408233234",
        "19640823-3234",
        "196408233234",
        "640823+3234",
        "640823 3234",
        "640823\u00A03234",
        "640823\u20113234",
        "640823\u22123234",
        "\u0666\u0664\u0660\u0668\u0662\u0663-\u0663\u0662\u0663\u0664",
        "\uFF16\uFF14\uFF10\uFF18\uFF12\uFF13\uFF0D\uFF13\uFF12\uFF13\uFF14",
        "640883-3231", // samordningsnummer: day and sixty
        "19640883-3231",
        "640023-3232", // month unknown
        "991964123451", // Stockholm's reservnummer
        "640823\uFE0F3234",
        "64.08.23-3234",
        "640823*3234",
    ];

    /// <summary>Where it is planted: the file's name after its source and date would be, and its content.</summary>
    private static readonly Dictionary<string, Func<string, (string Name, byte[] Content)>> Places = new()
    {
        ["a unit's name"] = number => Spor(f => f.Change("enheter.csv", 2, 2, "Exempel " + number)),
        ["a quoted name"] = number => Spor(f => f.Change("enheter.csv", 4, 2, $"\"Exempel; {number}\"")),
        ["an HSA-id"] = number => Spor(f => f.Change("enheter.csv", 2, 1, number)),
        ["a numeric column"] = number => Spor(f => f.Change("vantetid.csv", 4, 7, number)),
        ["a column of codes"] = number => Spor(f => f.Change("vantetid.csv", 9, 2, number)),
        ["an ASA count"] = number => Spor(f => f.Change("asa.csv", 2, 4, number)),
        ["a header row"] = number => Spor(f => f.Asa[0] += ";" + number),
        ["a row that is no row"] = number => Spor(f => f.Insert("vantetid.csv", 5, "\"" + number)),
        ["a value of the manifest"] = number => Spor(f => f.Manifest["kalla"] = number),
        ["a key of the manifest"] = number => Spor(f => f.Manifest[number] = 1),
        ["a manifest that is not JSON"] = number =>
            Spor(f =>
                f.Encode = (name, bytes) =>
                    name == "manifest.json" ? [.. bytes, .. Encoding.UTF8.GetBytes(number)] : bytes
            ),
        ["an entry's name"] = number => Spor(f => f.Pack = entries => [.. entries, (number + ".csv", [])]),
        ["the archive's comment"] = number => Packed(zip => Commented(zip, number)),
        ["an extra field"] = number => Packed(zip => WithExtra(zip, Encoding.UTF8.GetBytes(number))),
        ["an extra field of wide characters"] = number =>
            Packed(zip => WithExtra(zip, Encoding.Unicode.GetBytes(number))),
        ["a JSON name"] = number => Ncr(f => f.Lines[1]["namn"] = "Exempel " + number),
        ["an escaped JSON name"] = number =>
            Ncr(f => f.Write = text => text.Replace("Exempelkliniken", Escaped(number), StringComparison.Ordinal)),
        ["a JSON key"] = number => Ncr(f => f.Lines[3][number] = 1),
        ["a JSON count"] = number => Ncr(f => f.Lines[3]["antal"] = number),
        ["a bare JSON number"] = number =>
            Ncr(f => f.Write = text => text.Replace("\"antal\":23", "\"antal\":" + number, StringComparison.Ordinal)),
        ["a line that is not JSON"] = number => Ncr(f => f.Write = text => text + number + "\n"),
        ["the gzip's name"] = number => Gzip(8, [.. Encoding.UTF8.GetBytes(number), 0]),
        ["the gzip's comment"] = number => Gzip(16, [.. Encoding.UTF8.GetBytes(number), 0]),
        ["the gzip's extra field"] = number =>
            Gzip(4, [(byte)Encoding.UTF8.GetByteCount(number), 0, .. Encoding.UTF8.GetBytes(number)]),
        ["the file's name"] = number => ($"SPOR_{number}.zip", SporFile.Good().ToBytes()),
        ["the file's name, escaped"] = number => ($"SPOR_%2F{number}.zip", SporFile.Good().ToBytes()),
    };

    [Fact]
    public async Task Whatever_its_shape_and_place_a_personal_number_is_refused_and_afterwards_nowhere()
    {
        var spans = new ConcurrentQueue<string>();
        var thrown = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => spans.Enqueue(Told(activity)),
        };
        void Keep(object? sender, FirstChanceExceptionEventArgs e) => thrown.Enqueue(e.Exception.Message);
        await using var node = await Node.CreateAsync();
        node.Clock.Advance(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) - node.Clock.GetUtcNow());
        ActivitySource.AddActivityListener(listener);
        AppDomain.CurrentDomain.FirstChanceException += Keep;
        try
        {
            var files = 0;
            foreach (var (place, plant) in Places)
            {
                foreach (var shape in Shapes.Where(s => CanStand(s, place)))
                {
                    files++;
                    var (name, content) = plant(shape);
                    await RefuseAsync(node, name, content, $"{place}: {shape}");
                }
            }

            Assert.Equal(
                files,
                await TestPostgres.ScalarAsync<long>(
                    node.Database,
                    "SELECT count(*) FROM deliveries WHERE state = 'refused'"
                )
            );
            Assert.Equal(
                0,
                await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM delivery_content")
            );
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Keep;
        }

        Assert.NotEmpty(spans);
        AssertNowhere("the spans", string.Join('\n', spans));
        AssertNowhere("the log", string.Join('\n', node.Log));
        AssertNowhere("exceptions", string.Join('\n', thrown));
        AssertNowhere("the database", await DumpAsync(node.Database));
        AssertNoFileHasIt(node.InboxFolder);
        var filesOfPostgres = AssertNoFileHasIt(TestFolder.Path($"postgres-{Environment.ProcessId}"));
        Assert.True(
            filesOfPostgres > 100 || Environment.GetEnvironmentVariable("LAGESBILD_TEST_POSTGRES") is { Length: > 0 }
        );
    }

    [Fact]
    public async Task What_only_looks_like_one_is_taken_in()
    {
        await using var node = await Node.CreateAsync();
        node.Clock.Advance(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) - node.Clock.GetUtcNow());
        // None of the numbers that are planted above: what is taken in is written to the same cluster that they are looked for in.
        var (name, content) = Spor(f =>
        {
            f.Change(
                "enheter.csv",
                2,
                2,
                "Exempelsjukhuset, tel 0650-21 43 230, 996502143230, 556502-1430, A650214-3230"
            );
            f.Change("enheter.csv", 4, 2, "650214-3231 6502143232 1234567890123456");
        });
        node.HandIn(new SmallDelivery(name, content));
        await node.PassAsync();
        Assert.Equal($"{name} published", await node.StatesAsync());
    }

    private static async Task RefuseAsync(Node node, string name, byte[] content, string which)
    {
        var source = name.Split('_')[0];
        var folder = Path.Combine(node.InboxFolder, source);
        node.HandIn(new SmallDelivery(name, content));
        await node.PassAsync();
        Assert.Empty(Directory.GetFiles(folder));
        var receipt = Assert.Single(Directory.GetFiles(Path.Combine(folder, "refused")));
        var text = await File.ReadAllTextAsync(receipt, TestContext.Current.CancellationToken);
        Assert.True(text.Contains("\"personal-identity-number\"", StringComparison.Ordinal), which + "\n" + text);
        AssertNowhere("the receipt", text + receipt);
        File.Delete(receipt);
    }

    // A number of JSON is bare digits; a file's name is what a file system takes; one byte a character in a gzip's head.
    private static bool CanStand(string shape, string place) =>
        place switch
        {
            "a bare JSON number" => shape.All(char.IsAsciiDigit),
            "an extra field of wide characters" => shape.All(char.IsAscii),
            _ => true,
        };

    private static (string, byte[]) Spor(Action<SporFile> plant)
    {
        var file = SporFile.Good();
        file.Compression = CompressionLevel.NoCompression;
        plant(file);
        return (file.Name, file.ToBytes());
    }

    private static (string, byte[]) Packed(Func<byte[], byte[]> plant)
    {
        var (name, content) = Spor(_ => { });
        return (name, plant(content));
    }

    private static (string, byte[]) Ncr(Action<NcrFile> plant)
    {
        var file = NcrFile.Good();
        plant(file);
        // As it stands, so that it would be found in whatever keeps it.
        return (file.Name, NcrFile.Stored(Encoding.UTF8.GetBytes(file.ToText())));
    }

    private static (string, byte[]) Gzip(byte flag, byte[] head)
    {
        var (name, content) = Ncr(_ => { });
        return (name, [.. content[..3], flag, .. content[4..10], .. head, .. content[10..]]);
    }

    private static byte[] Commented(byte[] zip, string number)
    {
        var comment = Encoding.UTF8.GetBytes(number);
        return [.. zip[..^2], (byte)comment.Length, 0, .. comment];
    }

    // Behind the last entry of the directory.
    private static byte[] WithExtra(byte[] zip, byte[] text)
    {
        var end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var last = zip.AsSpan(0, end).LastIndexOf("PK\u0001\u0002"u8);
        byte[] extra = [0x75, 0x70, (byte)text.Length, 0, .. text];
        zip[last + 30] = (byte)extra.Length;
        byte[] whole = [.. zip[..end], .. extra, .. zip[end..]];
        BitConverter.TryWriteBytes(
            whole.AsSpan(end + extra.Length + 12),
            BitConverter.ToUInt32(zip, end + 12) + (uint)extra.Length
        );
        return whole;
    }

    private static string Escaped(string text) =>
        string.Concat(
            text.Select(c => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))
        );

    private static string Told(Activity activity) =>
        string.Join(
            ' ',
            activity
                .TagObjects.Select(tag => $"{tag.Key}={tag.Value}")
                .Concat(activity.Events.SelectMany(e => e.Tags.Select(tag => $"{e.Name} {tag.Key}={tag.Value}")))
                .Concat(activity.Baggage.Select(b => $"{b.Key}={b.Value}"))
                .Append(activity.DisplayName)
                .Append(activity.StatusDescription)
        );

    /// <summary>Every row of every table, as text.</summary>
    private static async Task<string> DumpAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        var tables = new List<string>();
        await using (
            var names = source.CreateCommand(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        )
        await using (var reader = await names.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.NotEmpty(tables);
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            await using var rows = source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await rows.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                dump.AppendLine(reader.GetString(0));
            }
        }

        return dump.ToString();
    }

    private static void AssertNowhere(string where, string text)
    {
        foreach (var shape in Shapes)
        {
            Assert.False(text.Contains(shape, StringComparison.Ordinal), $"{shape} is in {where}");
            Assert.False(text.Contains(Escaped(shape), StringComparison.OrdinalIgnoreCase), $"{shape} is in {where}");
        }
    }

    private static int AssertNoFileHasIt(string folder)
    {
        byte[][] wanted =
        [
            .. Shapes.SelectMany(s => (byte[][])[Encoding.UTF8.GetBytes(s), Encoding.Unicode.GetBytes(s)]),
        ];
        var files = 0;
        foreach (
            var file in Directory.Exists(folder)
                ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                : []
        )
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(file);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue; // a socket, or a file of PostgreSQL's that is no more
            }

            files++;
            Assert.All(wanted, w => Assert.True(bytes.AsSpan().IndexOf(w) < 0, $"{file} holds a planted number"));
        }

        return files;
    }
}
