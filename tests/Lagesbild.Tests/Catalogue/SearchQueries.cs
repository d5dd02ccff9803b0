using System.Reflection;
using Lagesbild.Catalogue;
using Lagesbild.Commands.Samples;

namespace Lagesbild.Tests.Catalogue;

/// <summary>A search as somebody types it, and what it should find.</summary>
/// <param name="Text">As typed.</param>
/// <param name="Expected">
/// A code, or several of which each is right (njursten is operated in two ways); "ej" and a name where the answer is that no
/// source covers it; "inget" where nothing is close.
/// </param>
/// <param name="Kind">What is difficult about it, for the reader.</param>
internal sealed record SearchQuery(string Text, string Expected, string Kind)
{
    public const string Nothing = "inget";
    private const string Uncovered = "ej";

    public bool IsForProcedure => Expected != Nothing && !IsForUncovered;
    public bool IsForUncovered =>
        Expected == Uncovered || Expected.StartsWith(Uncovered + " ", StringComparison.Ordinal);

    /// <summary>Place of the first right procedure, from 1; null where it is not among them.</summary>
    public int? PlaceAmong(IReadOnlyList<ProcedureHit> hits)
    {
        var right = Expected.Split('|');
        var place = hits.ToList().FindIndex(hit => right.Contains(hit.Procedure.Code));
        return place < 0 ? null : place + 1;
    }

    /// <summary>Whether a search for what is not there says so, and shows nothing.</summary>
    public bool IsRefused(ProcedureSearch search)
    {
        if (search.Find(Text, 1, Volume).Count > 0)
        {
            return false;
        }

        var uncovered = search.FindUncovered(Text)?.Name;
        return IsForUncovered
            ? uncovered is not null && (Expected == Uncovered || Expected == $"{Uncovered} {uncovered}")
            : uncovered is null;
    }

    /// <summary>One of the two lists: "tuning" is what the search is improved on, "check" is what it is held against.</summary>
    public static IReadOnlyList<SearchQuery> Read(string list)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"queries.{list}.csv")
            ?? throw new InvalidOperationException($"No list {list}.");
        using var reader = new StreamReader(stream);
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(line => line.Split(';'))
                .Select(fields => new SearchQuery(fields[0], fields[1], fields[2])),
        ];
    }

    private static readonly Dictionary<string, long> Volumes = VolumesOf(ProcedureCatalogue.Load());

    /// <summary>Operations a year in the synthetic country, whose common procedures are as many as in the real one.</summary>
    public static long Volume(string code) => Volumes.GetValueOrDefault(code);

    private static Dictionary<string, long> VolumesOf(ProcedureCatalogue catalogue) =>
        SampleProcedure
            .Of(catalogue, "SPOR")
            .Concat(SampleProcedure.Of(catalogue, "NCR"))
            .ToDictionary(p => p.Procedure.Code, p => (long)p.Volume);
}
