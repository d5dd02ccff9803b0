using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lagesbild.Benchmarks;

/// <summary>The table page of one procedure, as a browser asks for it, against a bare endpoint that returns the same bytes.</summary>
internal static partial class TablePageBenchmark
{
    private const string Coding = "Accept-Encoding: br";

    /// <summary>The first is loaded. Of all, and of a unit's two pages, the weight is told.</summary>
    private static readonly string[] Pages =
    [
        "/atgard/NGB",
        "/atgard/NGB?kommun=2080&kolumner=alla",
        "/atgard/NGB?visa=region",
        "/atgard/CJE",
        "/",
        "/om",
    ];

    public static async Task<int> RunAsync()
    {
        await using var pair = await SideBySide.StartAsync();
        var rounds = await pair.CompareAsync(Pages[0], "Accept: text/html", Coding);
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        var loaded = await pair.AskAsync(Pages[0], Coding);
        Line($"# The table page");
        Line($"");
        Line($"`dotnet run -c Release --project tests/Lagesbild.Benchmarks -- table-page`");
        Line($"");
        Line($"{DateTimeOffset.UtcNow:yyyy-MM-dd}, {Machine.Describe()}. Loopback only.");
        Line($"");
        Line(
            $"*Service*: `GET {Pages[0]}` of the whole service on a national picture, with everything on (certificates, rate limit, audit log), {loaded.Body.Length:N0} bytes of brotli, over kept-alive TLS with a client certificate. *Bare*: a Kestrel endpoint in the same process that does nothing but return the same answer, its head field for field and its body, over the same TLS. {Turns.Description}"
        );
        Line($"");
        text.AppendLine(Turns.Table(rounds));
        Line($"");
        Line($"Wanted: a ratio of at least 0.60.");
        Line($"");
        Line($"## Weight");
        Line($"");
        Line($"The page and all that it asks for, brotli, bodies only, nothing kept from before.");
        Line($"");
        Line($"| page | requests | page, kB | in all, kB |");
        Line($"|---|---|---|---|");
        var unit = UnitProcedure().Match(await PlainAsync(pair, Pages[0])).Groups["path"].Value;
        foreach (var path in Pages.Append(unit[..unit.LastIndexOf('/')]).Append(unit))
        {
            var page = await pair.AskAsync(path, Coding);
            var html = await PlainAsync(pair, path);
            var parts = Parts().Matches(html).Select(part => part.Groups["path"].Value).Distinct().ToArray();
            var inAll = page.Body.Length;
            foreach (var part in parts)
            {
                inAll += await WeightAsync(pair, part);
            }

            Line($"| `{path}` | {1 + parts.Length} | {page.Body.Length / 1e3:0.0} | {inAll / 1e3:0.0} |");
        }

        Line($"");
        Line($"Wanted: at most 60 kB in all.");
        await Machine.WriteAsync("table-page.md", text.ToString());
        return 0;
    }

    private static async Task<string> PlainAsync(SideBySide pair, string path) =>
        Encoding.UTF8.GetString((await pair.AskAsync(path)).Body);

    private static async Task<int> WeightAsync(SideBySide pair, string path) =>
        (await pair.AskAsync(path, Coding)).Body.Length;

    [GeneratedRegex("href=\"(?<path>/enhet/[^\"/]+/NGB)\\b", RegexOptions.ExplicitCapture)]
    private static partial Regex UnitProcedure();

    [GeneratedRegex("<(link|script|img)[^>]+?(href|src)=\"(?<path>/[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
