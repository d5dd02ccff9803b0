using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>The table: one procedure's waiting times, a row for each unit, region, healthcare region or the country.</summary>
/// <param name="Picture">The picture that the figures are from.</param>
/// <param name="Procedure">What the figures are about.</param>
/// <param name="Period">30d, 90d or 365d.</param>
/// <param name="From">First day of the period; null where its source has delivered nothing.</param>
/// <param name="To">Last day of the period: the reference date; null where its source has delivered nothing.</param>
/// <param name="Group">The patient group; <c>all</c> is everybody.</param>
/// <param name="Level">What a row is about.</param>
/// <param name="Country">The country's figures of the same selection; null where no unit has a figure of the procedure.</param>
/// <param name="Data">Sorted; rows without a figure last.</param>
public sealed record WaitingTimesResponse(
    PictureInfo Picture,
    ProcedureInfo Procedure,
    string Period,
    DateOnly? From,
    DateOnly? To,
    string Group,
    string Level,
    CountryFigures? Country,
    IReadOnlyList<WaitingTimesRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
) : ICounted
{
    int ICounted.Rows => Data.Count;
}

/// <summary>The country beside the rows.</summary>
/// <param name="Count">Operations; null where every unit is masked.</param>
/// <param name="MedianDays">Days, two decimals; null where masked or open-ended.</param>
/// <param name="Within90Days">0–1, four decimals; null where masked.</param>
public sealed record CountryFigures(long? Count, double? MedianDays, double? Within90Days);

/// <summary>A row of the table: exactly one of unit, region and healthcare region, or none of them for the country.</summary>
public sealed record WaitingTimesRow : CellFigures
{
    /// <summary>Level unit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(-1)]
    public UnitInfo? Unit { get; init; }

    /// <summary>Level region.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(-1)]
    public RegionInfo? Region { get; init; }

    /// <summary>Level healthcare-region: its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(-1)]
    public string? HealthcareRegion { get; init; }
}

internal static partial class WaitingTimesResource
{
    private static readonly Dictionary<string, (SortKey Key, bool Descending)> Orders = new()
    {
        ["median"] = (SortKey.Median, false),
        ["-median"] = (SortKey.Median, true),
        ["name"] = (SortKey.Name, false),
        ["region"] = (SortKey.Region, false),
        ["count"] = (SortKey.Count, false),
        ["-count"] = (SortKey.Count, true),
        ["within90Days"] = (SortKey.Within90Days, false),
        ["-within90Days"] = (SortKey.Within90Days, true),
        ["asa34"] = (SortKey.Asa34, false),
        ["-asa34"] = (SortKey.Asa34, true),
        ["p90"] = (SortKey.P90, false),
        ["distance"] = (SortKey.Distance, false),
    };

    private static readonly Parameter Operator = new(
        "operator",
        new Bilingual("Bara vårdenheter med denna driftsform.", "Only care units run so."),
        "",
        "private"
    )
    {
        Allowed = [.. Enum.GetValues<Operator>().Select(kind => kind.ApiValue())],
    };

    private static readonly Parameter Near = new(
        "near",
        new Bilingual(
            "Kommunkod: lägger till distanceKm, fågelvägen från kommunens tätort.",
            "Municipality code: adds distanceKm, great circle from the municipality's town."
        ),
        "a municipality's code (four digits, as 2380)",
        "2380"
    )
    {
        Pattern = new(@"^[0-9]{4}\z"),
    };

    private static readonly Parameter MaxDistanceKm = new(
        "maxDistanceKm",
        new Bilingual("Högst så många kilometer från near.", "At most so many kilometres from near."),
        "a number from 0 to 20000, decimal point",
        "200"
    )
    {
        Kind = ParameterKind.Number,
        Most = 20_000,
    };

    private static readonly Parameter MinCount = new(
        "minCount",
        new Bilingual(
            "Minst så många operationer; rader utan antal faller bort.",
            "At least so many operations; rows without a count are left out."
        ),
        "a whole number from 0",
        "10"
    )
    {
        Kind = ParameterKind.Whole,
    };

    private static readonly Parameter MinAsa34Count = new(
        "minAsa34Count",
        new Bilingual(
            "Minst så många operationer med ASA-klass 3–4 senaste 365 dagarna; rader utan sådant antal faller bort.",
            "At least so many operations of ASA class 3–4 in the last 365 days; rows without that count are left out."
        ),
        "a whole number from 0",
        "5"
    )
    {
        Kind = ParameterKind.Whole,
    };

    private static readonly Parameter CompareWith = new(
        "compareWith",
        new Bilingual(
            "Patientens hemma, en vårdenhet (HSA-id) eller region (länskod): lägger till comparedToHome.",
            "The patient's home, a care unit (HSA-id) or a region (county code): adds comparedToHome."
        ),
        Parameters.HsaIdShape + ", or a county code (two digits) that /regions lists",
        "20"
    )
    {
        Pattern = Home(),
    };

    private static readonly Parameter Sort = new(
        "sort",
        new Bilingual(
            "Ordning; minus vänder. Sist kommer alltid, hur det än ordnas, rader med absence, och före dem de som saknar "
                + "siffran som det ordnas efter. Lika ordnas efter namn.",
            "Order; a minus reverses. Whatever the order, rows with an absence come last, and before them those without the "
                + "figure that is sorted by. Ties by name (Swedish collation)."
        ),
        "",
        "median"
    )
    {
        Allowed = [.. Orders.Keys],
        Default = "median",
    };

    private static readonly Parameter[] OnlyOfUnits = [Parameters.Unit, Operator, Near, MaxDistanceKm];

    /// <summary>What the table is asked with.</summary>
    /// <param name="groups">Those on patient groups, that the sources bring.</param>
    public static IReadOnlyList<Parameter> ParametersWith(IReadOnlyList<Parameter> groups) =>
        [
            Parameters.Procedures,
            Parameters.Period,
            Parameters.Level,
            Parameters.Region,
            Parameters.Unit,
            Operator,
            .. groups,
            Near,
            MaxDistanceKm,
            MinCount,
            MinAsa34Count,
            CompareWith,
            Sort,
            Parameters.Limit,
            Parameters.Page,
            Parameters.Format,
        ];

    public static void Map(ApiRoutes routes)
    {
        routes
            .Get(
                "/waiting-times",
                ParametersWith(routes.GroupParameters),
                ApiJson.Instance.WaitingTimesResponse,
                request => Answer(request, routes),
                (request, format) => Downloaded(request, routes, format)
            )
            .Describe(
                "listWaitingTimes",
                "Väntetider",
                "Waiting times",
                "Tabellen: väntan till operation för en åtgärd, för de patienter som opererades i perioden. En vårdenhet med "
                    + "en 365-dagarscell är alltid med; saknas siffran säger absence och reasons varför.",
                "The table: waits to operation for one procedure, of the patients who were operated on in the period. A care "
                    + "unit with a 365-day cell is always there; where a figure is missing, absence and reasons say why."
            );
    }

    private static Answer<WaitingTimesResponse> Answer(PictureRequest request, ApiRoutes routes)
    {
        var picture = request.Picture;
        if (Asked.Read(request, routes, null) is not { } asked)
        {
            return request.Query.Problem!;
        }

        var selection = asked.Scope.Selections.Single();
        var (period, group, figures, home) = (selection.Period, selection.Group, selection.Figures, asked.Home);
        var (rows, meta, links) = Paging.Of(request, asked.RowsOf(selection, picture));
        var country = figures?.FindFigure(Place.Country, period, group);
        var homeFigure = home is null ? null : figures?.FindFigure(home, period, group);
        return new WaitingTimesResponse(
            PictureInfo.Of(picture),
            ProcedureInfo.Of(selection.Procedure),
            period.ApiValue,
            selection.From,
            selection.To,
            selection.GroupValue,
            asked.Scope.Level.ApiValue(),
            country is { } whole ? new CountryFigures(whole.Count, whole.MedianDays, whole.Within90Days) : null,
            [.. rows.Select(row => OfHome(RowOf(picture, selection, row, country), row, home, homeFigure))],
            meta,
            links
        );
    }

    private static Answer<Download> Downloaded(PictureRequest request, ApiRoutes routes, DownloadFormat format)
    {
        if (Asked.Read(request, routes, format) is not { } asked)
        {
            return request.Query.Problem!;
        }

        return Download.OfWaitingTimes(
            request.Picture,
            [
                .. asked.Scope.Selections.Select(selection => new WaitingTimesTable(
                    selection.Procedure,
                    selection.Figures,
                    asked.QueryOf(selection),
                    asked.RowsOf(selection, request.Picture)
                )),
            ],
            format
        );
    }

    /// <summary>All that a table is asked for.</summary>
    private sealed record Asked(Scope Scope, Query Query, Municipality? Near, Place? Home)
    {
        /// <summary>Null exactly when something was refused.</summary>
        public static Asked? Read(PictureRequest request, ApiRoutes routes, DownloadFormat? format)
        {
            var (picture, query) = (request.Picture, request.Query);
            var scope = Scope.Read(request, routes, OnlyOfUnits, format);
            var near = query.Find(WaitingTimesResource.Near) is { } code
                ? picture.Catalogue.FindMunicipality(code)
                : null;
            if (near is null && query.Has(WaitingTimesResource.Near))
            {
                var given = query.Find(WaitingTimesResource.Near)!;
                query.Refuse(
                    Problem.InvalidParameter(
                        WaitingTimesResource.Near.Name,
                        $"No municipality has the code {Echo.Value(given)}. Allowed: {WaitingTimesResource.Near.Shape}."
                    )
                );
            }

            var home = HomeOf(query, picture);
            RefuseConflicts(query);
            return query.Problem is null ? new Asked(scope!, query, near, home) : null;
        }

        public TableQuery QueryOf(Selection selection)
        {
            var (key, descending) = Orders[Query.Find(Sort)!];
            return Scope.QueryOf(selection) with
            {
                Operator = Query.Find(WaitingTimesResource.Operator) is { } kind ? ApiValues.OperatorOf(kind) : null,
                Near = Near,
                MaxDistanceKm = Query.Number(MaxDistanceKm),
                MinCount = Query.Whole(MinCount),
                MinAsa34Count = Query.Whole(MinAsa34Count),
                Home = Home,
                Sort = key,
                Descending = descending,
            };
        }

        public IReadOnlyList<Row> RowsOf(Selection selection, Picture.Picture picture) =>
            Scope.Within(selection.Figures?.Table(QueryOf(selection)) ?? [], row => row.Place, picture.Catalogue);
    }

    private static Place? HomeOf(Query query, Picture.Picture picture)
    {
        if (query.Find(CompareWith) is not { } code)
        {
            return null;
        }

        if (picture.Catalogue.FindRegion(code) is { } region)
        {
            return Place.Of(region);
        }

        if (picture.FindUnit(code) is { } unit)
        {
            return Place.Of(unit);
        }

        query.Refuse(CompareWith.Invalid(code));
        return null;
    }

    private static WaitingTimesRow OfHome(WaitingTimesRow answer, Row row, Place? home, Figure? figure) =>
        home is null
            ? answer
            : answer with
            {
                ComparedToHome = row.Home is { } compared
                    ? new HomeComparison(compared.Word.Word()!.English, compared.Days)
                    : null,
                Reasons = Reasons.AndOfHome(answer.Reasons, row, home, figure),
            };

    private static void RefuseConflicts(Query query)
    {
        if (query.Has(MaxDistanceKm) && !query.Has(Near))
        {
            query.Refuse(
                Problem.ParameterConflict(MaxDistanceKm.Name, "maxDistanceKm needs near, a municipality code.")
            );
        }

        if (query.Find(Sort) == "distance")
        {
            var level = ApiValues.LevelOf(query.Find(Parameters.Level)!);
            if (level != Level.Unit)
            {
                query.Refuse(Problem.OnlyOfUnits(Sort.Name, "sort=distance", level));
            }
            else if (!query.Has(Near))
            {
                query.Refuse(Problem.ParameterConflict(Sort.Name, "sort=distance needs near, a municipality code."));
            }
        }
    }

    private static WaitingTimesRow RowOf(Picture.Picture picture, Selection selection, Row row, Figure? country)
    {
        var place = row.Place;
        return new WaitingTimesRow
        {
            Unit = place.Unit is { } unit ? UnitInfo.Of(unit) : null,
            Region = place.Region is { } region ? RegionInfo.Of(region) : null,
            HealthcareRegion = place.HealthcareRegion,
            Links = Links.Of(
                picture,
                selection.Procedure.Code,
                selection.Source!,
                place,
                selection.Period,
                selection.Group
            ),
            Reasons = new Dictionary<string, string>(),
        }.WithFigures(place, row.Figure, row.Asa, selection.Source!, country, row.DistanceKm);
    }

    [GeneratedRegex(@"^([0-9]{2}|SE[0-9]{10}-[A-Za-z0-9]{1,18})\z")]
    private static partial Regex Home();
}
