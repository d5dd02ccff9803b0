using System.Text;
using System.Text.Json;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

public sealed class AuditLinesTests
{
    private static readonly string[] Pieces =
    [
        "a",
        "Z",
        "7",
        ":",
        "-",
        "\"",
        "\\",
        "/",
        "<script>",
        "&",
        "'",
        "+",
        " ",
        "\n",
        "\0",
        "\u007f",
        "å",
        "\u2028",
        "😀",
        "\ud83d", // half a character
    ];

    [Fact]
    public void Each_line_is_what_the_JSON_library_writes()
    {
        var random = new Random(1);
        var callers = Enumerable
            .Range(0, 600) // more than are remembered
            .Select(i => new Caller(
                i % 2 == 0 ? CallerKind.Person : CallerKind.Function,
                "SE2321000180-" + i,
                Text(random),
                Text(random),
                3,
                i % 7 == 0 ? null : Text(random),
                i % 5 == 0 ? null : Text(random)
            ))
            .ToArray();
        var lines = new AuditLines();
        for (var i = 0; i < 20_000; i++)
        {
            // The same ones come again and again, and others now and then.
            var few = random.Next(10) > 0;
            var path = few ? "/p" + random.Next(3) : "/" + Text(random).Replace("?", "", StringComparison.Ordinal);
            var query = random.Next(3) switch
            {
                0 => null,
                1 => "",
                _ => few ? "a=" + random.Next(3) : Text(random),
            };
            var entry = new AuditEntry(
                new DateTimeOffset(2026, 11, 21, 6, 30, 0, TimeSpan.FromHours(random.Next(3))).AddTicks(
                    random.Next(10_000_000) / (int)Math.Pow(10, random.Next(8)) * (long)Math.Pow(10, random.Next(7))
                ),
                new RequestTrace(
                    new UInt128((ulong)random.NextInt64(), (ulong)random.Next(300)),
                    (ulong)random.NextInt64() >> random.Next(64),
                    false
                ),
                random.Next(10) == 0 ? null : callers[few ? random.Next(5) : random.Next(callers.Length)],
                random.Next(2) == 0 ? null : Text(random),
                few ? "GET" : "PUT",
                query is null ? path : path + "?" + query,
                random.Next(100, 600),
                random.Next(2) == 0 ? null : random.Next(-5, 100_000),
                random.Next(2) == 0 ? null : Text(random),
                random.Next(3) == 0 ? random.Next(1_000) : 0
            );
            lines.Clear();
            lines.Add(entry);
            Assert.Equal(Written(entry, path, query), Encoding.UTF8.GetString(lines.Written));
        }
    }

    [Fact]
    public void What_is_hidden_or_cut_is_so_for_each_who_asks()
    {
        var stranger = new AuditEntry(
            DateTimeOffset.UnixEpoch,
            default,
            null,
            null,
            "GET",
            "/" + new string('a', 250) + "?q=19850101-2384",
            403,
            null,
            "chain"
        );
        var known = stranger with { Caller = new Caller(CallerKind.Person, "h", "o", "n", 3, "p", "i") };
        var lines = new AuditLines();
        for (var i = 0; i < 2; i++)
        {
            foreach (var entry in (AuditEntry[])[stranger, known])
            {
                lines.Clear();
                lines.Add(entry);
                using var read = JsonDocument.Parse(lines.Written.ToArray());
                Assert.Equal("q=[hidden]", read.RootElement.GetProperty("query").GetString());
                Assert.Equal(
                    entry.Caller is null ? 201 : 251,
                    read.RootElement.GetProperty("path").GetString()!.Length
                );
            }
        }
    }

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    // The order of the members is that of the records.
    private static string Written(AuditEntry entry, string path, string? query)
    {
        var line = JsonSerializer.Serialize(
            new
            {
                time = entry.Time.UtcDateTime,
                traceId = $"{entry.Trace.Trace:x32}",
                id = $"{entry.Trace.Span:x16}",
                hsaId = entry.Caller?.HsaId,
                organisation = entry.Caller?.Organisation,
                kind = entry.Caller is null ? null
                : entry.Caller.Kind == CallerKind.Person ? "person"
                : "function",
                issuer = entry.Caller?.Issuer,
                thumbprint = entry.Caller?.Thumbprint ?? entry.Thumbprint,
                method = entry.Method,
                path,
                query,
                status = entry.Status,
                rows = entry.Rows,
                reason = entry.Reason,
            }
        );
        return (entry.More > 0 ? $"{line[..^1]},\"more\":{entry.More}}}" : line) + "\n";
    }
}
