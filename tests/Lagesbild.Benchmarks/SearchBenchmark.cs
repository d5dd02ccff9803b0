using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Tests.Catalogue;

namespace Lagesbild.Benchmarks;

/// <summary>How often the search finds what was meant, and how fast, over the two lists of what people type.</summary>
internal static class SearchBenchmark
{
    private const int Repetitions = 50;

    private static readonly ProcedureSearch Search = new(ProcedureCatalogue.Load());

    public static async Task<int> RunAsync()
    {
        var report = new StringBuilder();
        report.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            # The search over procedures

            `dotnet run -c Release --project tests/Lagesbild.Benchmarks -- search`

            {DateTime.UtcNow:yyyy-MM-dd}, {Machine.Describe()}.

            Two lists of what people type, each with the procedure it should find: `tuning` is what the search is improved on,
            `check` was written before the first was measured and is only held against it (both in
            `tests/Lagesbild.Tests/Catalogue/queries`). *Refused*: what no source covers is said to be so, and nonsense finds nothing.

            | list | queries for a procedure | first hit right | among first three | refused |
            |---|---|---|---|---|
            """
        );
        foreach (var list in new[] { "tuning", "check" })
        {
            report.AppendLine(Quality(list));
        }

        report.AppendLine().AppendLine("Wanted: 95 % and 99 %; nothing wrongly answered.").AppendLine();
        report.AppendLine(Everyday()).AppendLine();
        report.AppendLine(Speed());
        await Machine.WriteAsync("search.md", report.ToString());
        return 0;
    }

    /// <summary>What of the first list is not found, to see where a rule is missing.</summary>
    public static int Misses()
    {
        foreach (var query in SearchQuery.Read("tuning"))
        {
            var hits = Search.Find(query.Text, 25, SearchQuery.Volume);
            if (query.IsForProcedure ? query.PlaceAmong(hits) != 1 : !query.IsRefused(Search))
            {
                var found = hits.Take(4).Select(hit => $"{hit.Procedure.Code} ({hit.Kind}: {hit.MatchedOn})");
                Console.WriteLine(
                    $"{query.Text} → {query.Expected}: {string.Join(", ", found)} {Search.FindUncovered(query.Text)?.Name}"
                );
            }
        }

        Console.WriteLine(Quality("tuning"));
        Console.WriteLine(Everyday());
        return 0;
    }

    private static string Everyday()
    {
        var words = SearchQuery.Read("everyday");
        var found = words.Where(word => !word.IsRefused(Search)).Select(word => word.Text).ToList();
        return $"Ordinary words that have to do with no operation, and find one: {found.Count} of {words.Count} ({string.Join(", ", found)}).";
    }

    private static string Quality(string list)
    {
        var queries = SearchQuery.Read(list);
        var places = queries
            .Where(query => query.IsForProcedure)
            .Select(query => query.PlaceAmong(Search.Find(query.Text, 25, SearchQuery.Volume)))
            .ToList();
        var others = queries.Where(query => !query.IsForProcedure).ToList();
        double Percent(int most) => 100.0 * places.Count(place => place <= most) / places.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {list} | {places.Count} | {Percent(1):0.0} % | {Percent(3):0.0} % | {others.Count(query => query.IsRefused(Search))} of {others.Count} |"
        );
    }

    // Each query's own median over the repetitions, so that a pause of the machine is not a slow query.
    private static string Speed()
    {
        var queries = SearchQuery.Read("tuning").Concat(SearchQuery.Read("check")).ToList();
        var elapsed = queries.Select(_ => new double[Repetitions]).ToList();
        for (var round = -10; round < Repetitions; round++)
        {
            for (var i = 0; i < queries.Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var found = Search.Find(queries[i].Text, 25, SearchQuery.Volume);
                if (found.Count == 0)
                {
                    Search.FindUncovered(queries[i].Text);
                }

                if (round >= 0)
                {
                    elapsed[i][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }
        }

        var medians = elapsed.ConvertAll(times => Machine.Median(times));
        var slowest = medians.IndexOf(medians.Max());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Time per query, its median of {Repetitions} rounds on one thread: typically {Machine.Median(medians):0.000} ms, "
                + $"the slowest {medians[slowest]:0.000} ms (”{queries[slowest].Text}”). Wanted: under 1 ms each."
        );
    }
}
