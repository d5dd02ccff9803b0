using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Formats;

/// <summary>One procedure's table as it was asked for: its rows and their order are kept.</summary>
/// <param name="Figures">Null where no unit has a figure of the procedure; then there are no rows.</param>
/// <param name="Query">What was asked for.</param>
public sealed record WaitingTimesTable(
    Procedure Procedure,
    ProcedurePicture? Figures,
    TableQuery Query,
    IReadOnlyList<Row> Rows
)
{
    internal IEnumerable<WaitingTimesLine> Lines
    {
        get
        {
            if (Figures is not { } figures)
            {
                yield break;
            }

            var country = figures.FindFigure(Place.Country, Query.Period, Query.Group);
            var home = Query.Home is { } given ? figures.FindFigure(given, Query.Period, Query.Group) : null;
            foreach (var row in Rows)
            {
                yield return new WaitingTimesLine(
                    figures,
                    Query,
                    row,
                    row.Place.Level == Level.Country ? null : country,
                    home
                );
            }
        }
    }
}

/// <summary>One row, with all that it takes to be written down by itself.</summary>
/// <param name="Country">The country's figure of the same cell; null for the country itself.</param>
/// <param name="HomeFigure">The home's figure of the same cell; null where none was given or it has none.</param>
internal sealed record WaitingTimesLine(
    ProcedurePicture Figures,
    TableQuery Query,
    Row Row,
    Figure? Country,
    Figure? HomeFigure
)
{
    /// <summary>What is there only where a home was given.</summary>
    public const string OfHome = "comparedToHome";

    /// <summary>What is there only where a distance was asked for.</summary>
    public const string OfDistance = "distanceKm";

    private const string Home = "home";
    private const string DistanceFrom = "distanceFrom";

    public static IReadOnlyList<Column<WaitingTimesLine>> Columns { get; } =
    [
        .. FigureColumns.OfSubject<WaitingTimesLine>(line => line.Figures, line => line.Query.Group),
        new(
            "period",
            "Period",
            ColumnStyle.Text,
            new(
                "De senaste 30, 90 eller 365 dagarna till och med referensdatum.",
                "30d, 90d or 365d up to the reference date."
            ),
            line => new Bilingual($"{line.Query.Period.Days} dagar", line.Query.Period.ApiValue)
        )
        {
            Width = 10,
        },
        new(
            "from",
            "Från",
            ColumnStyle.Date,
            new("Periodens första dag.", "First day of the period."),
            line => line.Query.Period.FirstDay(line.Figures.ReferenceDate)
        ),
        new(
            "to",
            "Till",
            ColumnStyle.Date,
            new("Periodens sista dag.", "Last day of the period."),
            line => line.Query.Period.LastDay(line.Figures.ReferenceDate)
        ),
        .. FigureColumns.OfPlace<WaitingTimesLine>(line => line.Row.Place),
        .. FigureColumns.OfCell<WaitingTimesLine>(line => line.Row.Figure),
        new(
            "within90DaysIsInterpolated",
            "Inom 90 dagar interpolerad",
            ColumnStyle.Truth,
            new(
                "Ja: ett fack sträcker sig över 90 dagar, så andelen är interpolerad.",
                "True where a bin straddles 90 days, so that the share is interpolated."
            ),
            line => line.Row.Figure.IsPresent ? line.Row.Figure.Within90DaysIsInterpolated : default(bool?)
        )
        {
            Figure = "within90Days",
        },
        new(
            "p90Days",
            "90:e percentilen (dagar)",
            ColumnStyle.Days,
            new(
                "Nio av tio väntade högst så länge. Tomt under 20 patienter.",
                "90th percentile. Empty below 20 patients."
            ),
            line => line.Row.Figure.P90Days
        )
        {
            Figure = "p90Days",
        },
        new(
            "p90IsOpenEnded",
            "90:e percentilen längre än facken",
            ColumnStyle.Truth,
            new("Ja: längre än facken kan säga.", "True where the 90th percentile is longer than the bins tell."),
            line => line.Row.Figure.IsPresent ? line.Row.Figure.P90IsOpenEnded : default(bool?)
        )
        {
            Figure = "p90Days",
        },
        new(
            "comparedToCountry",
            "Jämfört med riket",
            ColumnStyle.Text,
            new(
                "Kortare, liknande eller längre, när skillnaden är större än slumpen och minst en vecka.",
                "shorter, similar or longer, beyond chance and by a week at least."
            ),
            line => line.Row.Figure.ComparedToCountry.Word()
        )
        {
            Width = 12,
            Figure = "comparedToCountry",
            Coded = line => JsonStat.CodeOf(line.Row.Figure.ComparedToCountry),
        },
        new(
            Home,
            "Hemma",
            ColumnStyle.Text,
            new(
                "Enheten eller regionen som raderna är jämförda med.",
                "Name of the unit or region that the rows are compared with; empty where none was asked for."
            ),
            line => line.Query.Home?.Name
        ),
        new(
            "comparedToHome",
            "Jämfört med hemma",
            ColumnStyle.Text,
            new(
                "Kortare, liknande eller längre än patientens hemma.",
                "shorter, similar or longer than at the patient's home."
            ),
            line => line.Row.Home?.Word.Word() ?? (line.IsHome ? AtHome : null)
        )
        {
            Width = 12,
            Figure = OfHome,
            Coded = line => JsonStat.CodeOf(line.Row.Home?.Word),
        },
        new(
            "differenceDays",
            "Skillnad mot hemma (dagar)",
            ColumnStyle.Days,
            new(
                "Radens median minus den hemma: negativt är kortare.",
                "The row's median minus the home's: negative is shorter."
            ),
            line => line.Row.Home?.Days
        )
        {
            Figure = OfHome,
        },
        .. Asa(),
        new(
            DistanceFrom,
            "Avstånd från",
            ColumnStyle.Text,
            new(
                "Kommunen vars tätort avståndet är räknat från.",
                "Name of the municipality that distances are from; empty where none was asked for."
            ),
            line => line.Row.DistanceKm is null ? null : line.Query.Near?.Name,
            Applies.ToUnits
        )
        {
            Width = 18,
        },
        new(
            "distanceKm",
            "Avstånd (km)",
            ColumnStyle.Kilometres,
            new(
                "Fågelvägen från den valda kommunens tätort.",
                "Great circle from the town of the municipality asked for."
            ),
            line => line.Row.DistanceKm,
            Applies.ToUnits
        )
        {
            Figure = OfDistance,
        },
        .. FigureColumns.OfAbsence<WaitingTimesLine>(
            line => line.Row.Place,
            line => line.Row.Figure,
            line => line.Reasons
        ),
    ];

    // Programs know it by its key; for them the comparison is missing.
    private static readonly Bilingual AtHome = new("hemma", "");

    private bool IsHome => Query.Home is { } home && Row.Place.IsSameAs(home);

    /// <summary>Those for a table that was asked for so: for people, who are spared columns that must be empty.</summary>
    public static IEnumerable<Column<WaitingTimesLine>> ColumnsFor(TableQuery query) =>
        Columns.Where(column =>
            column.Name switch
            {
                Home => query.Home is not null,
                DistanceFrom => query.Near is not null,
                _ => true,
            }
        );

    public IReadOnlyDictionary<string, string> Reasons
    {
        get
        {
            var reasons = Formats.Reasons.Of(Row.Figure, Row.Asa, Figures.Source, Country);
            return Query.Home is not { } home ? reasons : Formats.Reasons.AndOfHome(reasons, Row, home, HomeFigure);
        }
    }

    private static IEnumerable<Column<WaitingTimesLine>> Asa() =>
        [
            new(
                "asa34Count",
                "ASA 3–4, antal",
                ColumnStyle.Whole,
                new(
                    "Operationer på patienter i ASA-klass 3–4, senaste 365 dagarna; tomt där antalet inte är exakt.",
                    "Operations of ASA class 3–4 in the last 365 days; empty where not exact."
                ),
                line => line.Row.Asa?.Count
            )
            {
                Figure = "asa34",
            },
            new(
                "asa34Known",
                "ASA 3–4, av",
                ColumnStyle.Whole,
                new("Operationer med registrerad ASA-klass.", "Operations with a class registered."),
                line => line.Row.Asa is { Reason: not Statistics.AsaShareReason.Masked } asa ? asa.Known : null
            )
            {
                Figure = "asa34",
            },
            Share("asa34Share", "ASA 3–4, andel", new("Andelen.", "The share, 0–1."), asa => asa.Share),
            Share(
                "asa34Lower",
                "ASA 3–4, 95 % från",
                new("95 % intervall för andelen, nedre gräns.", "95 % interval of the share, lower limit."),
                asa => asa.Interval?.Lower
            ),
            Share("asa34Upper", "ASA 3–4, 95 % till", new("Övre gräns.", "Upper limit."), asa => asa.Interval?.Upper),
            Share(
                "asa34AtLeast",
                "ASA 3–4, minst",
                new(
                    "Där antalet inte är exakt: andelen är minst så stor.",
                    "Where the number is not exact: the share is no less."
                ),
                asa => asa.AtLeast
            ),
            Share("asa34AtMost", "ASA 3–4, högst", new("Och högst så stor.", "And no more."), asa => asa.AtMost),
            new(
                "asa34IsApproximate",
                "ASA 3–4 ungefärlig",
                ColumnStyle.Truth,
                new(
                    "Ja: andelen är mitten av två gränser högst två procentenheter isär.",
                    "True where the share is the midpoint of bounds at most 0.02 apart."
                ),
                line => line.Row.Asa is { Share: not null } asa ? asa.IsApproximate : default(bool?)
            )
            {
                Figure = "asa34",
            },
        ];

    private static Column<WaitingTimesLine> Share(
        string name,
        string heading,
        Bilingual meaning,
        Func<Statistics.AsaShare, double?> share
    ) =>
        new(
            name,
            heading,
            ColumnStyle.Share,
            meaning,
            line => line.Row.Asa is { } asa && share(asa) is { } value ? Math.Round(value, 4) : (double?)null
        )
        {
            Figure = "asa34",
        };
}
