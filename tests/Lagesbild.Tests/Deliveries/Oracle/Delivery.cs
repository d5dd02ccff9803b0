using System.Text.RegularExpressions;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>A unit × procedure × period × group.</summary>
internal readonly record struct Key(string Unit, string Code, string Period, string Group);

/// <summary>What the oracle has read, cell by cell: patients, or null for a masked cell.</summary>
internal sealed partial class Delivery(DateOnly date, string[] groups, bool partition)
{
    private const int MostUnits = 2_000;

    public DateOnly Date { get; } = date;

    /// <summary>The first is everybody.</summary>
    public string[] Groups { get; } = groups;

    public bool Partition { get; } = partition;

    public HashSet<string> Units { get; } = [];

    public Dictionary<Key, long?> Cells { get; } = [];

    /// <summary>ASA rows; null where the source has none.</summary>
    public Dictionary<(string Unit, string Code), (string Known, string Asa34)>? Asa { get; init; }

    public void Declare(string hsaId, string name, string region, string municipality, string runs)
    {
        Oracle.Require(HsaId().IsMatch(hsaId) && hsaId.Length <= 31, "HSA-id");
        Oracle.Clean(name);
        Oracle.Require(name.Length is >= 1 and <= 200 && name.Trim() == name, "name");
        Oracle.Require(Reading.Catalogue.FindRegion(region) is not null, "region");
        Oracle.Require(Reading.Catalogue.FindMunicipality(municipality)?.RegionCode == region, "municipality");
        Oracle.Require(runs is "offentlig" or "privat" or "ideburen", "operator");
        Oracle.Require(Units.Add(hsaId), "unit twice");
        Oracle.Require(Units.Count <= MostUnits, "too many units");
    }

    public void JudgeKey(Key key)
    {
        Oracle.Require(Units.Contains(key.Unit), "unit unknown");
        Oracle.Require(Regex.IsMatch(key.Code, @"^[A-Z]{3}\z"), "procedure");
        Oracle.Require(Periods().ContainsKey(key.Period), "period");
        Oracle.Require(Groups.Contains(key.Group), "group");
    }

    /// <summary>Takes a visible cell's bins.</summary>
    public void Add(Key key, IReadOnlyList<(long From, long? To, long Count)> bins)
    {
        long before = -1;
        for (var i = 0; i < bins.Count; i++)
        {
            var (from, to, count) = bins[i];
            Oracle.Require(from <= 36_500 && to is null or <= 36_500 && count is >= 1 and <= 1_000_000, "bin");
            Oracle.Require(from > before && !(to < from), "bins overlap or descend");
            Oracle.Require(to is not null || (i == bins.Count - 1 && from >= 364), "open bin");
            before = to ?? long.MaxValue;
        }

        Oracle.Require(bins.Sum(b => b.Count) >= 5, "fewer than five");
        Add(key, bins.Sum(b => b.Count));
    }

    public void Add(Key key, long? patients) => Oracle.Require(Cells.TryAdd(key, patients), "cell twice");

    /// <summary>Patients of a cell, 0 where there is none; null where masked.</summary>
    public long? Of(string unit, string code, string period, string group) =>
        Cells.TryGetValue(new Key(unit, code, period, group), out var patients) ? patients : 0;

    /// <summary>First and last day of every period.</summary>
    public Dictionary<string, (DateOnly First, DateOnly Last)> Periods()
    {
        var periods = new Dictionary<string, (DateOnly, DateOnly)>
        {
            ["30D"] = (Date.AddDays(-29), Date),
            ["90D"] = (Date.AddDays(-89), Date),
            ["365D"] = (Date.AddDays(-364), Date),
        };
        var month = new DateOnly(Date.Year, Date.Month, 1);
        for (var i = 1; i <= 18; i++)
        {
            var first = month.AddMonths(-i);
            periods.Add(
                first.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture),
                (first, first.AddMonths(1).AddDays(-1))
            );
        }

        return periods;
    }

    [GeneratedRegex(@"^SE[0-9]{10}-[A-Za-z0-9]{1,18}\z")]
    private static partial Regex HsaId();
}
