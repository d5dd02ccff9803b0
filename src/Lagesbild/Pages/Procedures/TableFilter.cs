using System.Globalization;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Pages.Comparison;
using Lagesbild.Picture;

namespace Lagesbild.Pages.Procedures;

/// <summary>A column that the table can be sorted by; its name in the address stands in <see cref="TableFilter"/>.</summary>
public enum Column
{
    Wait,
    Name,
    Count,
    Compared,
    Asa34,
    Distance,
    Interval,
    P90,
    Within90Days,
    Operator,
}

/// <summary>
/// What the table's address asks for, and the address again. Whatever is wrong in an address is left out and said, so
/// that a mistyped link never silently shows something else.
/// </summary>
public sealed record TableFilter
{
    private static readonly (Column Column, string Name)[] ColumnNames =
    [
        (Column.Wait, "vantetid"),
        (Column.Name, "namn"),
        (Column.Count, "antal"),
        (Column.Compared, "jamfort"),
        (Column.Asa34, "asa34"),
        (Column.Distance, "avstand"),
        (Column.Interval, "osakerhet"),
        (Column.P90, "p90"),
        (Column.Within90Days, "inom90"),
        (Column.Operator, "driftsform"),
    ];

    private static readonly (Level Level, string Name)[] LevelNames =
    [
        (Level.Unit, "enhet"),
        (Level.Region, "region"),
        (Level.HealthcareRegion, "sjukvardsregion"),
    ];

    private static readonly (Operator Operator, string Name)[] OperatorNames =
    [
        (Deliveries.Operator.Public, "offentlig"),
        (Deliveries.Operator.Private, "privat"),
        (Deliveries.Operator.NonProfit, "ideburen"),
    ];

    /// <summary>Among these regions' units the chosen ones were.</summary>
    public const string RegionsBesideUnits = "bland";

    /// <summary>Every name of <see cref="ParametersBesideUnits"/>.</summary>
    public static IReadOnlyList<string> NamesBesideUnits { get; } =
    ["dagar", "urval", RegionsBesideUnits, "driftsform", "kommun", "km", "hemma", "sortera", "kolumner"];

    public Period Period { get; init; } = Period.Days90;
    public Level Level { get; init; } = Level.Unit;

    /// <summary>Place among the source's groups, with its name in the address; 0 is everybody.</summary>
    public int Group { get; init; }
    public string GroupName { get; init; } = "";
    public IReadOnlyList<string> Regions { get; init; } = [];
    public Operator? Operator { get; init; }
    public Municipality? Near { get; init; }
    public int? MaxKm { get; init; }

    /// <summary>The patient's own unit or region, which the rows are compared with instead of the country.</summary>
    public Place? Home { get; init; }
    public Column Sort { get; init; } = Column.Wait;
    public bool Descending { get; init; }
    public bool AllColumns { get; init; }

    public static string NameOf(Level level) => LevelNames.First(l => l.Level == level).Name;

    public static string NameOf(Operator runBy) => OperatorNames.First(o => o.Operator == runBy).Name;

    public string SortName => (Descending ? "-" : "") + ColumnNames.First(c => c.Column == Sort).Name;

    /// <summary>True where something keeps rows, or patients, out of the table.</summary>
    public bool Restricts => ToQuery().IsNarrowed || Group > 0;

    /// <summary>The same table without what keeps rows out.</summary>
    public TableFilter WithoutRestrictions =>
        this with
        {
            Regions = [],
            Operator = null,
            MaxKm = null,
            Group = 0,
            GroupName = "",
        };

    /// <summary>A header's link: sorts by its column, or the other way where it already does.</summary>
    public TableFilter SortedBy(Column column) =>
        this with
        {
            Sort = column,
            Descending = column == Sort ? !Descending : column is Column.Count or Column.Asa34 or Column.Within90Days,
        };

    public TableQuery ToQuery() =>
        new(Period, Group, Level)
        {
            Regions = Regions,
            Operator = Operator,
            Near = Near,
            MaxDistanceKm = MaxKm,
            Home = Home,
            Sort = Sort switch
            {
                Column.Name => Picture.SortKey.Name,
                Column.Count => Picture.SortKey.Count,
                Column.Asa34 => Picture.SortKey.Asa34,
                Column.Distance => Picture.SortKey.Distance,
                Column.P90 => Picture.SortKey.P90,
                Column.Within90Days => Picture.SortKey.Within90Days,
                // What the picture does not sort by is put in order afterwards, by wait among equals.
                _ => Picture.SortKey.Median,
            },
            Descending = Descending && Sort is not (Column.Compared or Column.Operator or Column.Interval),
        };

    /// <summary>The address of this table, defaults left out.</summary>
    public string Address(string code) => $"/atgard/{code}{Query}";

    /// <summary>The address's query with its question mark; empty where everything is as usual.</summary>
    public string Query
    {
        get
        {
            var address = new StringBuilder();
            foreach (var (name, value) in Parameters)
            {
                address.Append(address.Length == 0 ? '?' : '&').Append(name).Append('=').Append(value);
            }

            return address.ToString();
        }
    }

    /// <summary>What is not as usual, by its name in an address.</summary>
    public IEnumerable<(string Name, string Value)> Parameters
    {
        get
        {
            if (Period != Period.Days90)
            {
                yield return ("dagar", Swedish.Plain(Period.Days));
            }

            if (Level != Level.Unit)
            {
                yield return ("visa", NameOf(Level));
            }

            if (Group > 0)
            {
                yield return ("urval", GroupName);
            }

            foreach (var region in Regions)
            {
                yield return ("region", region);
            }

            if (Operator is { } runBy)
            {
                yield return ("driftsform", NameOf(runBy));
            }

            if (Near is not null)
            {
                yield return ("kommun", Near.Code);
            }

            if (MaxKm is { } km)
            {
                yield return ("km", Swedish.Plain(km));
            }

            if (Home is { } home)
            {
                yield return ("hemma", home.Key);
            }

            if (Sort != Column.Wait || Descending)
            {
                yield return ("sortera", SortName);
            }

            if (AllColumns)
            {
                yield return ("kolumner", "alla");
            }
        }
    }

    /// <summary>
    /// The same on a page that is about chosen units, from where one goes back to the table: there <c>region</c> is the
    /// patient's, and the table's regions have another name.
    /// </summary>
    public IEnumerable<(string Name, string Value)> ParametersBesideUnits =>
        Parameters.Select(one => one.Name == "region" ? (RegionsBesideUnits, one.Value) : one);

    /// <summary>Reads an address that <see cref="ParametersBesideUnits"/> is in.</summary>
    public static TableFilter ReadBesideUnits(
        IQueryCollection query,
        Source source,
        Picture.Picture picture,
        Notes notes
    ) =>
        Read(
            new QueryCollection(
                query
                    .Where(one => one.Key is not "region")
                    .ToDictionary(
                        one => one.Key == RegionsBesideUnits ? "region" : one.Key,
                        one => one.Value,
                        StringComparer.Ordinal
                    )
            ),
            source,
            picture,
            notes
        );

    /// <summary>
    /// Reads an address's query. Empty values, which an untouched form sends, ask for nothing.
    /// </summary>
    /// <param name="notes">What was left out and what is allowed, in Swedish; never the value itself.</param>
    public static TableFilter Read(IQueryCollection query, Source source, Picture.Picture picture, Notes notes)
    {
        var (filter, catalogue) = (new TableFilter(), picture.Catalogue);
        foreach (var (name, values) in query)
        {
            var given = values
                .Where(value => !string.IsNullOrWhiteSpace(value))
                .Select(value => value!.Trim())
                .ToList();
            if (given.Count == 0)
            {
                continue;
            }

            if (given.Count > 1 && name is not ("region" or ChosenUnits.Name))
            {
                notes.Add($"Uppgiften {name} står flera gånger i adressen. Den första gäller.");
            }

            filter = name switch
            {
                "dagar" => filter with { Period = ReadPeriod(given[0], notes) },
                "visa" => filter with { Level = Choose(name, given[0], LevelNames, Level.Unit, notes) },
                "urval" => filter.WithGroup(given[0], source, notes),
                "region" => filter with { Regions = ReadRegions(given, catalogue, notes) },
                "driftsform" => filter with
                {
                    Operator = Choose<Operator?>(
                        name,
                        given[0],
                        [.. OperatorNames.Select(o => ((Operator?)o.Operator, o.Name))],
                        null,
                        notes
                    ),
                },
                "kommun" => filter with { Near = ReadMunicipality(given[0], catalogue, notes) },
                "hemma" => filter with { Home = HomeName.Find(given[0], picture, notes) },
                "km" => filter with { MaxKm = ReadKilometres(given[0], notes) },
                "sortera" => filter.WithSort(given[0], notes),
                "kolumner" => filter with { AllColumns = Choose(name, given[0], [(true, "alla")], false, notes) },
                "sokt" or ChosenUnits.Name => filter,
                _ => notes.Unknown(name, filter),
            };
        }

        return filter.Consistent(source, notes);
    }

    private TableFilter Consistent(Source source, Notes notes)
    {
        var filter = this;
        if (Level != Level.Unit && (Near is not null || MaxKm is not null || Operator is not null))
        {
            notes.Add(
                "Avstånd och driftsform gäller enheter. De togs inte med, eftersom tabellen visar regioner. Välj enheter för att använda dem."
            );
            filter = filter with { Near = null, MaxKm = null, Operator = null };
        }

        if (filter is { MaxKm: not null, Near: null })
        {
            if (Level == Level.Unit)
            {
                notes.Add("Välj patientens kommun också. Utan den kan avståndet inte begränsas.");
            }

            filter = filter with { MaxKm = null };
        }

        var lacksColumn =
            (filter.Sort == Column.Distance && filter.Near is null)
            || (filter.Sort == Column.Asa34 && !source.HasAsa)
            || (filter.Sort == Column.Operator && Level != Level.Unit);
        if (lacksColumn)
        {
            notes.Add("Tabellen har inte kolumnen som den skulle sorteras efter. Den är sorterad efter väntetid.");
            filter = filter with { Sort = Column.Wait, Descending = false };
        }

        return filter;
    }

    private TableFilter WithGroup(string value, Source source, Notes notes)
    {
        var group = Pages.GroupName.IndexOf(source, value);
        if (group >= 0)
        {
            return this with
            {
                Group = group,
                GroupName = group == 0 ? "" : Pages.GroupName.InAddress(source.Groups[group]),
            };
        }

        notes.Add(
            $"Urvalet finns inte i {source.Code}. Alla patienter visas. Urval som finns: {Pages.GroupName.Choices(source)}."
        );
        return this;
    }

    private TableFilter WithSort(string value, Notes notes)
    {
        var name = value.StartsWith('-') ? value[1..] : value;
        var column = Choose<Column?>(
            "sortera",
            name,
            [.. ColumnNames.Select(c => ((Column?)c.Column, c.Name))],
            null,
            notes
        );
        return this with
        {
            Sort = column ?? Column.Wait,
            Descending = column is not null && name.Length < value.Length,
        };
    }

    private static Period ReadPeriod(string value, Notes notes)
    {
        if (Period.FromApiValue(value + "d") is { } period)
        {
            return period;
        }

        notes.Add("Antalet dagar kan vara 30, 90 eller 365. Här visas 90 dagar.");
        return Period.Days90;
    }

    private static List<string> ReadRegions(List<string> values, ProcedureCatalogue catalogue, Notes notes)
    {
        var known = values
            .Where(code => catalogue.FindRegion(code) is not null)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (values.Any(code => catalogue.FindRegion(code) is null))
        {
            notes.Add(
                known.Count == 0
                    ? "Regionen finns inte. Alla regioner visas. En region anges med länets två siffror, till exempel 20 för Dalarna."
                    : "En av regionerna finns inte och togs inte med. En region anges med länets två siffror, till exempel 20 för Dalarna."
            );
        }

        return known;
    }

    private static Municipality? ReadMunicipality(string value, ProcedureCatalogue catalogue, Notes notes)
    {
        var municipality = catalogue.FindMunicipality(value);
        if (municipality is null)
        {
            notes.Add(
                "Kommunen finns inte. Inga avstånd visas. En kommun anges med sina fyra siffror, till exempel 2080 för Falun."
            );
        }

        return municipality;
    }

    private static int? ReadKilometres(string value, Notes notes)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var km) && km is > 0 and <= 2_000)
        {
            return km;
        }

        notes.Add("Högst antal km ska vara ett helt tal från 1 till 2 000. Avståndet begränsas inte.");
        return null;
    }

    private static T Choose<T>(string name, string value, (T Value, string Name)[] allowed, T otherwise, Notes notes)
    {
        foreach (var (choice, called) in allowed)
        {
            if (called == value)
            {
                return choice;
            }
        }

        notes.Add(
            $"Värdet för {name} finns inte och togs inte med. Det kan vara {string.Join(", ", allowed.Select(a => a.Name))}."
        );
        return otherwise;
    }
}
