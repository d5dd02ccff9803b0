using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Lagesbild.Tests.Statistics;

// Not Lagesbild.Tests.Picture: that name would hide the class Picture from every other test.
namespace Lagesbild.Tests.Pictures;

/// <summary>
/// Small random deliveries, every figure of which is worked out once more the slow way: cells in a dictionary, levels as
/// lists of single patients, rational numbers. All rows of all levels, periods and groups must be the same.
/// </summary>
public sealed class PictureOracleTests
{
    private static readonly DateOnly ReferenceDate = new(2026, 11, 21);
    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();
    private static readonly Source Spor = SourceReaders.Standard.Find("SPOR")!.Source;
    private static readonly string[] Procedures = ["NGB", "NFB", "JKA"];

    private sealed record Delivered(
        DeliveryContents Contents,
        ProcedureCatalogue Catalogue,
        // Null: masked. No entry: no cell.
        Dictionary<(string Unit, string Procedure, int Period, int Group), List<Bin>?> Cells,
        Dictionary<(string Unit, string Procedure), AsaCount> Asa
    )
    {
        public SourcePicture Picture { get; } =
            SourcePicture.Build(
                Contents,
                new PictureSource(Spor, ReferenceDate, 1, true, "f", "s", default, default, 0, 0),
                Catalogue
            );
    }

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_figure_of_every_place_is_the_one_worked_out_the_slow_way(int seed)
    {
        var delivered = Deliver(seed);
        var compared = 0;
        foreach (var procedure in delivered.Picture.Procedures)
        {
            foreach (var place in PlacesOf(procedure))
            {
                for (byte period = 0; period < Period.Count; period++)
                {
                    for (var group = 0; group < Spor.Groups.Count; group++)
                    {
                        AssertFigure(delivered, procedure, place, period, group);
                        compared++;
                    }
                }
            }
        }

        Assert.InRange(compared, 3_000, int.MaxValue);
    }

    private static void AssertFigure(
        Delivered delivered,
        ProcedurePicture procedure,
        Place place,
        byte period,
        int group
    )
    {
        var code = procedure.Procedure.Code;
        var figure = procedure.FindFigure(place, new Period(period), group)!.Value;
        var units = procedure.Units.Where(u => Lies(u, place)).ToList();
        var cells = units.Select(u => Find(delivered, u, code, period, group)).ToList();
        var bins = cells.SelectMany(c => c.Bins ?? []).ToList();
        var isLevel = place.Level != Level.Unit;
        Assert.Equal(isLevel ? cells.Count(c => c.Bins is not null) : 0, figure.Units);
        Assert.Equal(isLevel ? cells.Count(c => c.Absence == Absence.Masked) : 0, figure.UnitsMasked);
        if (bins.Count == 0)
        {
            var expected =
                cells.Any(c => c.Absence == Absence.Masked) ? Absence.Masked
                : cells.All(c => c.Absence == Absence.NotReported) ? Absence.NotReported
                : Absence.None;
            Assert.Equal(expected, figure.Absence);
            Assert.Equal(expected == Absence.None ? 0 : null, figure.Count);
            Assert.Equal(ComparedWith.None, figure.ComparedToCountry);
            Assert.Null(figure.MedianDays ?? figure.P90Days ?? figure.Within90Days ?? figure.MedianLowerDays);
            return;
        }

        Assert.Equal(Absence.Present, figure.Absence);
        var n = bins.Sum(b => b.Count);
        Assert.Equal(n, figure.Count);
        var median = ExactOracle.Quantile(bins, 1, 2);
        AssertDays(median, figure.MedianDays, figure.MedianOpenEndedFromDays, figure.MedianIsOpenEnded);
        Assert.Equal(ExactOracle.OrderStatistic(bins, (n + 1) / 2, atLastDay: false), figure.MedianLowerDays);
        Assert.Equal(ExactOracle.OrderStatistic(bins, n / 2 + 1, atLastDay: true), figure.MedianUpperDays);
        var rank = n < 6 ? 0 : ExactOracle.LowerRank(n, 40);
        Assert.Equal(n < 6 ? null : ExactOracle.OrderStatistic(bins, rank, atLastDay: false), figure.IntervalLowerDays);
        Assert.Equal(
            n < 6 ? null : ExactOracle.OrderStatistic(bins, n - rank + 1, atLastDay: true),
            figure.IntervalUpperDays
        );
        AssertDays(
            n < 20 ? (null, null) : ExactOracle.Quantile(bins, 9, 10),
            figure.P90Days,
            figure.P90OpenEndedFromDays,
            figure.P90IsOpenEnded
        );
        Assert.Equal((ExactOracle.Cumulative(bins, 91) / n).ToDouble(), figure.Within90Days!.Value, 0.000_051);
        Assert.Equal(bins.Any(b => !b.IsOpen && b.From <= 90 && b.To >= 91), figure.Within90DaysIsInterpolated);
        var country = procedure.Units.SelectMany(u => Find(delivered, u, code, period, group).Bins ?? []).ToList();
        Assert.Equal(
            place.Level == Level.Country ? ComparedWith.None : ExactOracle.Compared(bins, country),
            figure.ComparedToCountry
        );
    }

    private static void AssertDays((Rational? Days, int? From) expected, double? days, int? from, bool isOpenEnded)
    {
        Assert.Equal(expected.Days is null, days is null);
        Assert.Equal(expected.From is not null && expected.Days is null, isOpenEnded);
        Assert.Equal(isOpenEnded ? expected.From : null, from);
        if (expected.Days is { } exact)
        {
            Assert.Equal(exact.ToDouble(), days!.Value, 0.005_000_1);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ASA_shares_of_levels_are_those_of_their_units_rows_added_up(int seed)
    {
        var delivered = Deliver(seed);
        foreach (var procedure in delivered.Picture.Procedures)
        {
            foreach (var place in PlacesOf(procedure))
            {
                var rows = procedure
                    .Units.Where(u => Lies(u, place))
                    .Where(u => delivered.Asa.ContainsKey((u.HsaId, procedure.Procedure.Code)))
                    .Select(u => delivered.Asa[(u.HsaId, procedure.Procedure.Code)])
                    .ToList();
                var visible = rows.Where(r => r.Visible > 0).ToList();
                var share = procedure.FindAsa(place);
                Assert.Equal(rows.Count == 0, share is null);
                if (visible.Count > 0)
                {
                    Assert.Equal(visible.Sum(r => r.Known), share!.Value.Known);
                    var (least, most) = (visible.Sum(r => r.Least), visible.Sum(r => r.Most));
                    Assert.Equal(least == most ? least : null, share.Value.Count);
                }
                else if (rows.Count > 0)
                {
                    Assert.Equal(AsaShareReason.Masked, share!.Value.Reason);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Months_of_a_trend_are_the_figures_of_those_months_oldest_first(int seed)
    {
        var delivered = Deliver(seed);
        foreach (var procedure in delivered.Picture.Procedures)
        {
            foreach (var level in Enum.GetValues<Level>())
            {
                var rows = procedure.Trend(new TableQuery(Period.Days365, 1, level));
                Assert.Equal(PlacesOf(procedure).Where(p => p.Level == level), rows.Select(r => r.Place));
                foreach (var row in rows)
                {
                    Assert.Equal(
                        Enumerable
                            .Range(0, 18)
                            .Select(i => procedure.FindFigure(row.Place, Period.OfMonth(i), 1)!.Value.MedianDays),
                        row.Months.Select(m => m.MedianDays)
                    );
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_table_holds_the_rows_asked_for_in_the_order_asked_for(int seed)
    {
        var delivered = Deliver(seed);
        var near = Catalogue.FindMunicipality("2080")!;
        foreach (var procedure in delivered.Picture.Procedures)
        {
            var code = procedure.Procedure.Code;
            // In the table are those with a cell of 365 days, also where the asked period has none.
            var always = procedure
                .Units.Where(u => delivered.Cells.ContainsKey((u.HsaId, code, Period.Days365.Index, 0)))
                .ToList();
            var all = procedure.Table(new TableQuery(Period.Days90));
            Assert.Equal(always.Select(u => u.HsaId).Order(), all.Select(r => r.Place.Unit!.HsaId).Order());

            foreach (var key in Enum.GetValues<SortKey>())
            {
                foreach (var descending in (bool[])[false, true])
                {
                    var sorted = procedure.Table(
                        new TableQuery(Period.Days90)
                        {
                            Sort = key,
                            Descending = descending,
                            Near = near,
                        }
                    );
                    Assert.Equal(all.Count, sorted.Count);
                    var present = sorted.Select(r => r.Figure.IsPresent).ToList();
                    Assert.Equal(present.OrderByDescending(p => p), present);
                    if (key is SortKey.Median or SortKey.P90 or SortKey.Count or SortKey.Within90Days)
                    {
                        var values = sorted
                            .Select(r =>
                                key switch
                                {
                                    SortKey.Median => r.Figure.MedianDays,
                                    SortKey.P90 => r.Figure.P90Days,
                                    SortKey.Count => r.Figure.IsPresent ? r.Figure.Count : null,
                                    _ => r.Figure.Within90Days,
                                }
                            )
                            .ToList();
                        var known = values.OfType<double>().ToList();
                        Assert.Equal(descending ? known.OrderDescending() : known.Order(), known);
                        // Without a figure: last, whichever the direction.
                        Assert.DoesNotContain(null, values.Take(known.Count));
                    }
                }
            }

            var wanted = procedure.Table(
                new TableQuery(Period.Days90)
                {
                    Operator = Operator.Private,
                    Near = near,
                    MaxDistanceKm = 250,
                    MinCount = 30,
                }
            );
            Assert.Equal(
                all.Where(r =>
                        r.Place.Unit!.Operator == Operator.Private
                        && Math.Round(r.Place.Unit.Municipality.DistanceKm(near), 1) <= 250
                        && r.Figure.Count >= 30
                    )
                    .Select(r => r.Place),
                wanted.Select(r => r.Place)
            );
            Assert.All(wanted, r => Assert.NotNull(r.DistanceKm));
            Assert.Equal(
                all.Where(r => r.Place.Unit!.Region.Code == "20").Select(r => r.Place),
                procedure.Table(new TableQuery(Period.Days90) { Regions = ["20"] }).Select(r => r.Place)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_explanation_redoes_the_sum_and_shows_no_bin_of_fewer_than_five(int seed)
    {
        var delivered = Deliver(seed);
        foreach (var procedure in delivered.Picture.Procedures)
        {
            foreach (var place in PlacesOf(procedure))
            {
                var bins = procedure.HistogramOf(place, Period.Days365, 0);
                if (bins.Length == 0)
                {
                    continue;
                }

                var figure = procedure.FindFigure(place, Period.Days365, 0)!.Value;
                var explained = Explanation.Of(bins, Explanation.IsAsItIs(place, figure));
                Assert.Equal(figure.Count, explained.Count);
                Assert.Equal(explained.Count, explained.Histogram.Sum(b => (long)b.Count));
                Assert.Equal(bins.Length - explained.Histogram.Count, explained.BinsJoined);
                if (place.Level == Level.Country && figure.Units > 2)
                {
                    Assert.Equal(bins, explained.Histogram);
                }
                else
                {
                    Assert.All(explained.Histogram, b => Assert.InRange(b.Count, 5, int.MaxValue));
                }

                if (explained.HeldBy is { } held)
                {
                    var redone =
                        held.FromDays
                        + (explained.Rank - held.CountBefore) / held.CountWithin * (held.ToDays + 1 - held.FromDays);
                    Assert.Equal(explained.Median.Days!.Value, redone, 1e-6);
                }
                else
                {
                    Assert.True(explained.Median.IsOpenEnded);
                }
            }
        }
    }

    private static bool Lies(Unit unit, Place place) =>
        place.Level switch
        {
            Level.Unit => unit.HsaId == place.Unit!.HsaId,
            Level.Region => unit.Region.Code == place.Region!.Code,
            Level.HealthcareRegion => unit.Region.HealthcareRegion == place.HealthcareRegion,
            _ => true,
        };

    private static (List<Bin>? Bins, Absence Absence) Find(
        Delivered delivered,
        Unit unit,
        string code,
        int period,
        int group
    )
    {
        if (delivered.Cells.TryGetValue((unit.HsaId, code, period, group), out var bins))
        {
            return (bins, bins is null ? Absence.Masked : Absence.Present);
        }

        var reports = Procedures.Any(p => delivered.Cells.ContainsKey((unit.HsaId, p, period, 0)));
        return (null, reports ? Absence.None : Absence.NotReported);
    }

    private static IEnumerable<Place> PlacesOf(ProcedurePicture procedure) =>
        [
            .. procedure.Units.Select(Place.Of),
            .. procedure
                .Units.Select(u => u.Region)
                .Distinct()
                .OrderBy(r => r.Name, StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true))
                .Select(Place.Of),
            .. procedure
                .Units.Select(u => u.Region.HealthcareRegion)
                .Distinct()
                .Order(StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true))
                .Select(Place.OfHealthcareRegion),
            Place.Country,
        ];

    private static Delivered Deliver(int seed)
    {
        var random = new Random(seed);
        var findings = new Findings();
        var builder = new DeliveryBuilder(
            Spor,
            new ReadContext(Catalogue, ReferenceDate, AllowSynthetic: true),
            new DeliveryVersion(ReferenceDate, 1),
            findings
        );
        builder.SetHeader(ReferenceDate, DateTimeOffset.UnixEpoch, isSynthetic: true, null);
        var cells = new Dictionary<(string, string, int, int), List<Bin>?>();
        var asa = new Dictionary<(string, string), AsaCount>();
        string[] towns = ["2080", "2062", "1480", "0180", "2480", "2080", "1480", "0180", "1280"];
        for (var i = 0; i < towns.Length; i++)
        {
            var unit = $"SE2321000180-EX{seed}{i}";
            builder.DeclareUnit(
                new DeliveredUnit(unit, $"Exempel {(char)('Ö' - i)}", towns[i][..2], towns[i], (Operator)(i % 3)),
                i
            );
            foreach (var procedure in Procedures.Where(_ => random.Next(5) > 0))
            {
                for (byte period = 0; period < Period.Count; period++)
                {
                    // Some units have stopped sending, some do not do it every month.
                    if ((i == 4 && period is 0 or > 15) || random.Next(4) == 0)
                    {
                        continue;
                    }

                    for (var group = 0; group < Spor.Groups.Count; group++)
                    {
                        if (group == 0 || random.Next(2) == 0)
                        {
                            Add(unit, i, procedure, period, group);
                        }
                    }
                }

                if (cells.GetValueOrDefault((unit, procedure, Period.Days365.Index, 0)) is not null)
                {
                    var known = random.Next(5, 400);
                    var row = random.Next(4) switch
                    {
                        0 => AsaCount.Masked(random.Next(2) * known),
                        1 => AsaCount.FewerThanFive(known),
                        _ => AsaCount.Exact(known, random.Next(0, known + 1)),
                    };
                    asa[(unit, procedure)] = row;
                    builder.AddAsa(i, builder.PlaceOfProcedure(Encoding.ASCII.GetBytes(procedure)), row, 1);
                }
            }
        }

        Assert.False(findings.HasErrors);
        return new Delivered(builder.Build()!, Catalogue, cells, asa);

        void Add(string unit, int place, string procedure, byte period, int group)
        {
            var code = builder.PlaceOfProcedure(Encoding.ASCII.GetBytes(procedure));
            Assert.True(builder.BeginCell(place, code, new Period(period), group, 1));
            if (random.Next(5) == 0)
            {
                builder.MaskCell(1);
                cells[(unit, procedure, period, group)] = null;
            }
            else
            {
                var bins = ExactOracle.RandomCell(random, mostBins: 8);
                bins.Insert(0, new Bin(0, 0, 5)); // no visible cell has fewer
                var shifted = bins.Select(
                    (b, j) => j == 0 ? b : new Bin(b.From + 1, b.IsOpen ? null : b.To + 1, b.Count)
                );
                cells[(unit, procedure, period, group)] = [.. shifted];
                foreach (var bin in cells[(unit, procedure, period, group)]!)
                {
                    builder.AddBin(bin.From, bin.IsOpen ? null : bin.To, bin.Count, 1);
                }
            }

            builder.EndCell();
        }
    }
}
