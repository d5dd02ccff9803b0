using System.Runtime.CompilerServices;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>
/// One procedure's figures: a dense block of places × periods × groups, computed once; and the delivery behind it, from
/// whose bins a figure is explained. Places are the units by name, the regions by name, the healthcare regions by name,
/// and the country.
/// </summary>
public sealed class ProcedurePicture
{
    private static readonly StringComparer ByName = StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true);

    private readonly DeliveryContents _contents;
    private readonly int[] _pairs;
    private readonly Place[] _places;
    private readonly int _firstRegion;
    private readonly int _firstHealthcareRegion;
    private readonly int[][] _partsOf; // of each level place: the places it is merged from
    private readonly Dictionary<string, int> _unitPlaces = new(StringComparer.Ordinal);
    private readonly Figure[] _figures;
    private readonly AsaShare?[] _asa;

    internal ProcedurePicture(
        Procedure procedure,
        DeliveryContents contents,
        PeriodsWithCells presence,
        IReadOnlyList<(Unit Unit, int Pair)> units,
        ProcedureCatalogue catalogue
    )
    {
        Procedure = procedure;
        _contents = contents;
        var byName = units.OrderBy(u => u.Unit.Name, ByName).ThenBy(u => u.Unit.HsaId, StringComparer.Ordinal).ToList();
        Units = [.. byName.Select(u => u.Unit)];
        _pairs = [.. byName.Select(u => u.Pair)];
        for (var i = 0; i < Units.Count; i++)
        {
            _unitPlaces[Units[i].HsaId] = i;
        }

        var regions = catalogue.Regions.Where(r => Units.Any(u => u.Region == r)).OrderBy(r => r.Name, ByName).ToList();
        var healthcareRegions = catalogue
            .HealthcareRegions.Where(name => regions.Any(r => r.HealthcareRegion == name))
            .ToList();
        _firstRegion = Units.Count;
        _firstHealthcareRegion = _firstRegion + regions.Count;
        _places =
        [
            .. Units.Select(Place.Of),
            .. regions.Select(Place.Of),
            .. healthcareRegions.Select(Place.OfHealthcareRegion),
            Place.Country,
        ];
        _partsOf = new int[_places.Length][];
        for (var place = _firstRegion; place < _places.Length; place++)
        {
            _partsOf[place] = [.. PartsOf(place)];
        }

        var builder = new FigureBuilder(this, presence);
        _figures = builder.Build();
        _asa = BuildAsa();
        CountLast365Days = _figures[At(_places.Length - 1, Period.Days365, 0)].Count ?? 0;
    }

    /// <summary>From the catalogue; under its bare code where the catalogue lacks it.</summary>
    public Procedure Procedure { get; }

    public Source Source => _contents.Source;

    public DateOnly ReferenceDate => _contents.Version.ReferenceDate;

    /// <summary>Units that have any cell of it, by name.</summary>
    public IReadOnlyList<Unit> Units { get; }

    /// <summary>Patients of the country in visible 365-day cells of everybody: the volume that search ranks by.</summary>
    public long CountLast365Days { get; }

    /// <summary>The figure of a place; null for a unit without any cell of the procedure, or a level without units.</summary>
    public Figure? FindFigure(Place place, Period period, int group) =>
        PlaceOf(place) is { } found ? _figures[At(found, period, group)] : null;

    /// <summary>The ASA share of a place, last 365 days; null where the source has none or nothing was delivered.</summary>
    public AsaShare? FindAsa(Place place) => PlaceOf(place) is { } found ? _asa[found] : null;

    /// <summary>How many units the table has.</summary>
    public int UnitsInTable => Units.Count(IsInTable);

    /// <summary>True where a unit has a 365-day cell, visible or masked: such a unit is always in the table.</summary>
    public bool IsInTable(Unit unit) => _unitPlaces.TryGetValue(unit.HsaId, out var place) && IsInTable(place);

    /// <summary>The rows asked for, sorted; rows without the figure sorted by come last, absent ones last of all.</summary>
    public IReadOnlyList<Row> Table(TableQuery query)
    {
        var rows = new List<Row>();
        var home = query.Home is { } given ? PlaceOf(given) : null;
        foreach (var place in PlacesOf(query.Level))
        {
            if ((query.Level == Level.Unit && !IsInTable(place)) || !IsWanted(_places[place], query))
            {
                continue;
            }

            var row = RowOf(place, home, query);
            if (
                row.DistanceKm > query.MaxDistanceKm
                || !(query.MinCount is not { } least || row.Figure.Count >= least)
                || !(query.MinAsa34Count is not { } leastAsa || row.Asa?.Count >= leastAsa)
            )
            {
                continue;
            }

            rows.Add(row);
        }

        return RowOrder.Sort(rows, query.Sort, query.Descending);
    }

    /// <summary>A place's row as the table has it, whether or not the table keeps it; null where <see cref="FindFigure"/> is.</summary>
    public Row? FindRow(Place place, TableQuery query) =>
        PlaceOf(place) is { } found ? RowOf(found, query.Home is { } home ? PlaceOf(home) : null, query) : null;

    /// <summary>18 months for each unit, region or healthcare region (or the one country), by name.</summary>
    /// <param name="query">Its period, its order and what is said of distances and counts are of no account.</param>
    public IReadOnlyList<TrendRow> Trend(TableQuery query) =>
        [
            .. PlacesOf(query.Level)
                .Where(place => IsWanted(_places[place], query))
                .Select(place => new TrendRow(_places[place], Months(place, query.Group))),
        ];

    /// <summary>18 months of one place, oldest first; null where <see cref="FindFigure"/> is.</summary>
    public IReadOnlyList<Figure>? FindMonths(Place place, int group) =>
        PlaceOf(place) is { } found ? Months(found, group) : null;

    /// <summary>The histogram behind a figure, merged anew from the units' visible bins; empty where there is none.</summary>
    public Bin[] HistogramOf(Place place, Period period, int group)
    {
        return PlaceOf(place) is { } found ? HistogramOf(found, period, group) : [];
    }

    private Bin[] HistogramOf(int place, Period period, int group)
    {
        var bins = UnitPlacesBelow(place).SelectMany(unit => BinsOfUnit(unit, period, group).ToArray()).ToArray();
        return bins[..Histogram.Merge(bins)];
    }

    private Row RowOf(int place, int? home, TableQuery query) =>
        new(
            _places[place],
            _figures[At(place, query.Period, query.Group)],
            _asa[place],
            DistanceKm(_places[place], query.Near),
            home is { } compareWith ? CompareWithHome(place, compareWith, query.Period, query.Group) : null
        );

    // Null where the two are the same place, where either has no median, and where either has fewer than ten patients.
    private HomeDifference? CompareWithHome(int place, int home, Period period, int group)
    {
        if (
            place == home
            || _figures[At(place, period, group)].MedianDays is not { } own
            || _figures[At(home, period, group)].MedianDays is not { } other
        )
        {
            return null;
        }

        var word = MedianInterval.CompareWithHome(HistogramOf(place, period, group), HistogramOf(home, period, group));
        return word == ComparedWith.None ? null : new HomeDifference(word, Math.Round(own - other, 2));
    }

    private Figure[] Months(int place, int group)
    {
        var months = new Figure[Month.TrendLength];
        for (var i = 0; i < months.Length; i++)
        {
            months[i] = _figures[At(place, Period.OfMonth(i), group)];
        }

        return months;
    }

    private static bool IsWanted(Place place, TableQuery query) =>
        (
            query.Regions.Count == 0
            || place.Level switch
            {
                Level.Unit => query.Regions.Contains(place.Unit!.Region.Code),
                Level.Region => query.Regions.Contains(place.Region!.Code),
                _ => true,
            }
        )
        && (
            place.Unit is not { } unit
            || (
                (query.Units.Count == 0 || query.Units.Contains(unit.HsaId))
                && (query.Operator is null || query.Operator == unit.Operator)
            )
        );

    private static double? DistanceKm(Place place, Municipality? near) =>
        near is null || place.Unit is null ? null : Math.Round(place.Unit.Municipality.DistanceKm(near), 1);

    private int At(int place, Period period, int group) =>
        (place * Period.Count + period.Index) * Source.Groups.Count + group;

    private bool IsInTable(int unitPlace) => _contents.FindCell(_pairs[unitPlace], Period.Days365, 0) is not null;

    private IEnumerable<int> PlacesOf(Level level)
    {
        var (start, end) = level switch
        {
            Level.Unit => (0, _firstRegion),
            Level.Region => (_firstRegion, _firstHealthcareRegion),
            Level.HealthcareRegion => (_firstHealthcareRegion, _places.Length - 1),
            _ => (_places.Length - 1, _places.Length),
        };
        return Enumerable.Range(start, end - start);
    }

    private int? PlaceOf(Place place)
    {
        if (place.Unit is { } unit)
        {
            return _unitPlaces.TryGetValue(unit.HsaId, out var found) ? found : null;
        }

        foreach (var i in PlacesOf(place.Level))
        {
            if (_places[i] == place)
            {
                return i;
            }
        }

        return null;
    }

    private IEnumerable<int> PartsOf(int place)
    {
        var of = _places[place];
        return of.Level switch
        {
            Level.Region => Enumerable.Range(0, _firstRegion).Where(i => Units[i].Region == of.Region),
            Level.HealthcareRegion => PlacesOf(Level.Region)
                .Where(i => _places[i].Region!.HealthcareRegion == of.HealthcareRegion),
            _ => PlacesOf(Level.HealthcareRegion),
        };
    }

    private IEnumerable<int> UnitPlacesBelow(int place) =>
        place < _firstRegion ? [place] : _partsOf[place].SelectMany(UnitPlacesBelow);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<Bin> BinsOfUnit(int unitPlace, Period period, int group) =>
        _contents.FindCell(_pairs[unitPlace], period, group) is { } cell ? _contents.BinsOf(cell) : default;

    private AsaShare?[] BuildAsa()
    {
        var shares = new AsaShare?[_places.Length];
        for (var place = 0; place < shares.Length; place++)
        {
            var counts = UnitPlacesBelow(place)
                .Select(unit => _contents.Pairs[_pairs[unit]].Asa)
                .Where(asa => asa is not null)
                .Select(asa => asa!.Value)
                .ToList();
            shares[place] =
                counts.Count == 0 ? null : AsaShare.Of(counts.Aggregate((a, b) => a + b), isUnit: place < _firstRegion);
        }

        return shares;
    }

    /// <summary>Fills the block: for each period and group the levels' histograms first, because every figure is compared with the country's.</summary>
    private sealed class FigureBuilder(ProcedurePicture procedure, PeriodsWithCells presence)
    {
        private readonly int _places = procedure._places.Length;
        private readonly Bin[][] _merged = new Bin[procedure._places.Length][];
        private readonly int[] _lengths = new int[procedure._places.Length];
        private readonly int[] _units = new int[procedure._places.Length];
        private readonly int[] _masked = new int[procedure._places.Length];
        private readonly Absence[] _absence = new Absence[procedure._places.Length];

        public Figure[] Build()
        {
            Array.Fill(_merged, []);
            var figures = new Figure[_places * Period.Count * procedure.Source.Groups.Count];
            for (byte period = 0; period < Period.Count; period++)
            {
                for (var group = 0; group < procedure.Source.Groups.Count; group++)
                {
                    Build(figures, new Period(period), group);
                }
            }

            return figures;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Build(Figure[] figures, Period period, int group)
        {
            for (var place = procedure._firstRegion; place < _places; place++)
            {
                Merge(place, period, group);
            }

            var country = BinsOf(_places - 1, period, group);
            var whole = (Histogram.Count(country), Quantile.Median(country).Days);
            for (var place = 0; place < _places; place++)
            {
                var isUnit = place < procedure._firstRegion;
                var bins = BinsOf(place, period, group);
                var units = isUnit ? 0 : _units[place];
                var masked = isUnit ? 0 : _masked[place];
                figures[procedure.At(place, period, group)] = bins.IsEmpty
                    ? Figure.Missing(isUnit ? AbsenceOf(place, period, group) : _absence[place], units, masked)
                    : Figure.Of(bins, place == _places - 1 ? null : whole, units, masked);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private ReadOnlySpan<Bin> BinsOf(int place, Period period, int group) =>
            place < procedure._firstRegion
                ? procedure.BinsOfUnit(place, period, group)
                : _merged[place].AsSpan(0, _lengths[place]);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private Absence AbsenceOf(int unitPlace, Period period, int group)
        {
            var pair = procedure._pairs[unitPlace];
            if (procedure._contents.FindCell(pair, period, group) is { } cell)
            {
                return cell.IsMasked ? Absence.Masked : Absence.Present;
            }

            return presence.Has(procedure._contents.Pairs[pair].Unit, period) ? Absence.None : Absence.NotReported;
        }

        // Parts come before the levels above them, so regions are merged from units, the country from healthcare regions.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Merge(int place, Period period, int group)
        {
            var length = 0;
            var units = 0;
            var masked = 0;
            var silent = true;
            foreach (var part in procedure._partsOf[place])
            {
                var bins = BinsOf(part, period, group);
                if (part < procedure._firstRegion)
                {
                    var absence = AbsenceOf(part, period, group);
                    units += absence == Absence.Present ? 1 : 0;
                    masked += absence == Absence.Masked ? 1 : 0;
                    silent &= absence == Absence.NotReported;
                }
                else
                {
                    units += _units[part];
                    masked += _masked[part];
                    silent &= _absence[part] == Absence.NotReported;
                }

                if (length + bins.Length > _merged[place].Length)
                {
                    Array.Resize(ref _merged[place], Math.Max(length + bins.Length, 2 * _merged[place].Length));
                }

                bins.CopyTo(_merged[place].AsSpan(length));
                length += bins.Length;
            }

            _lengths[place] = Histogram.Merge(_merged[place].AsSpan(0, length));
            _units[place] = units;
            _masked[place] = masked;
            _absence[place] =
                units > 0 ? Absence.Present
                : masked > 0 ? Absence.Masked
                : silent ? Absence.NotReported
                : Absence.None;
        }
    }
}
