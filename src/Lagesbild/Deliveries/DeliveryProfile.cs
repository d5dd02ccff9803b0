using Lagesbild.Catalogue;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>
/// What a delivery amounts to, so that it can be held against the one that is published: its units, and each procedure's
/// counts and medians. Visible cells of everybody only, as in every figure.
/// </summary>
/// <param name="Units">In the order of the delivery.</param>
/// <param name="Procedures">By code; those that another source answers for are left out, as they are not used.</param>
public sealed record DeliveryProfile(
    DeliveryVersion Version,
    IReadOnlyList<UnitProfile> Units,
    IReadOnlyList<ProcedureProfile> Procedures
)
{
    public long Last365Days => Units.Sum(unit => unit.Last365Days);

    public long Last30Days => Units.Sum(unit => unit.Last30Days);

    public static DeliveryProfile Of(DeliveryContents contents, ProcedureCatalogue catalogue)
    {
        var year = new long[contents.Units.Count];
        var month = new long[contents.Units.Count];
        var pairsOf = new List<int>[contents.Procedures.Count];
        for (var pair = 0; pair < contents.Pairs.Count; pair++)
        {
            var (unit, procedure, _) = contents.Pairs[pair];
            year[unit] += Histogram.Count(BinsOf(contents, pair, Period.Days365));
            month[unit] += Histogram.Count(BinsOf(contents, pair, Period.Days30));
            (pairsOf[procedure] ??= []).Add(pair);
        }

        var merged = Array.Empty<Bin>();
        return new DeliveryProfile(
            contents.Version,
            [.. contents.Units.Select((unit, i) => new UnitProfile(unit, year[i], month[i]))],
            [
                .. contents
                    .Procedures.Select((code, i) => (Code: code, Pairs: pairsOf[i]))
                    .Where(procedure => catalogue.SourceOf(procedure.Code) == contents.Source.Code)
                    .OrderBy(procedure => procedure.Code, StringComparer.Ordinal)
                    .Select(procedure => Of(contents, procedure.Code, procedure.Pairs, ref merged)),
            ]
        );
    }

    private static ProcedureProfile Of(DeliveryContents contents, string code, List<int> pairs, ref Bin[] merged)
    {
        var units = new Dictionary<string, WaitProfile>(pairs.Count);
        var length = 0;
        long month = 0;
        foreach (var pair in pairs)
        {
            month += Histogram.Count(BinsOf(contents, pair, Period.Days30));
            var bins = BinsOf(contents, pair, Period.Days365);
            if (bins.IsEmpty)
            {
                continue;
            }

            units.Add(contents.Units[contents.Pairs[pair].Unit].HsaId, WaitProfile.Of(bins));
            if (length + bins.Length > merged.Length)
            {
                Array.Resize(ref merged, 2 * (length + bins.Length));
            }

            bins.CopyTo(merged.AsSpan(length));
            length += bins.Length;
        }

        length = Histogram.Merge(merged.AsSpan(0, length));
        return new ProcedureProfile(code, WaitProfile.Of(merged.AsSpan(0, length)), month, units);
    }

    private static ReadOnlySpan<Bin> BinsOf(DeliveryContents contents, int pair, Period period) =>
        contents.FindCell(pair, period, 0) is { } cell ? contents.BinsOf(cell) : default;
}

/// <summary>A unit and its operations of all procedures together.</summary>
public sealed record UnitProfile(DeliveredUnit Unit, long Last365Days, long Last30Days);

/// <summary>A procedure in the whole country and at each unit that shows a figure of the last 365 days.</summary>
/// <param name="Country">The last 365 days.</param>
/// <param name="Last30Days">Operations.</param>
/// <param name="Units">By HSA-id, the last 365 days.</param>
public sealed record ProcedureProfile(
    string Code,
    WaitProfile Country,
    long Last30Days,
    IReadOnlyDictionary<string, WaitProfile> Units
);

/// <summary>How many, and their median wait.</summary>
public readonly record struct WaitProfile(long Count, QuantileValue Median)
{
    public static WaitProfile Of(ReadOnlySpan<Bin> bins) => new(Histogram.Count(bins), Quantile.Median(bins));
}
