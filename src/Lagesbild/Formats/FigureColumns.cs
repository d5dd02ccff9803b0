using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Formats;

/// <summary>The columns that every table about figures has: what the row is about, and the figures of one cell.</summary>
internal static class FigureColumns
{
    /// <summary>What the figures are of.</summary>
    public static IEnumerable<Column<T>> OfSubject<T>(Func<T, ProcedurePicture> figuresOf, Func<T, int> groupOf) =>
        [
            new(
                "procedure",
                "Åtgärdskod",
                ColumnStyle.Text,
                new("KVÅ-kod, tre tecken.", "KVÅ code, three characters."),
                row => figuresOf(row).Procedure.Code
            )
            {
                Width = 11,
            },
            new(
                "procedureTitle",
                "Åtgärd",
                ColumnStyle.Text,
                new("Officiell rubrik.", "Official heading, Swedish."),
                row => figuresOf(row).Procedure.Title
            ),
            new(
                "source",
                "Källa",
                ColumnStyle.Text,
                new("Registret som siffrorna kommer från.", "The register that the figures come from."),
                row => figuresOf(row).Source.Code
            )
            {
                Width = 8,
            },
            new(
                "referenceDate",
                "Referensdatum",
                ColumnStyle.Date,
                new("Sista dag som källans siffror omfattar.", "Last day that the source's figures cover."),
                row => figuresOf(row).ReferenceDate
            ),
            new(
                "group",
                "Urval",
                ColumnStyle.Text,
                new(
                    "Vilka patienter: alla, eller ett urval som källan har.",
                    "Which patients: all, or a patient group of the source."
                ),
                row =>
                {
                    var group = figuresOf(row).Source.Groups[groupOf(row)];
                    return new Bilingual(group.Label, group.ApiValue);
                }
            ),
        ];

    /// <summary>Where they are from.</summary>
    public static IEnumerable<Column<T>> OfPlace<T>(Func<T, Place> placeOf) =>
        [
            new(
                "level",
                "Nivå",
                ColumnStyle.Text,
                new("Vad raden gäller: enhet, region, sjukvårdsregion eller riket.", "What the row is about."),
                row => placeOf(row).Level.Word()
            )
            {
                Width = 16,
            },
            new(
                "name",
                "Namn",
                ColumnStyle.Text,
                new(
                    "Enhetens, regionens eller sjukvårdsregionens namn.",
                    "Name of the unit, region or healthcare region."
                ),
                row => placeOf(row).Name
            ),
            new(
                "hsaId",
                "HSA-id",
                ColumnStyle.Text,
                new("Vårdenhetens HSA-id.", "The care unit's HSA-id."),
                row => placeOf(row).Unit?.HsaId,
                Applies.ToUnits
            )
            {
                Width = 21,
            },
            new(
                "operator",
                "Driftsform",
                ColumnStyle.Text,
                new("Offentlig, privat eller idéburen.", "public, private or non-profit."),
                row => placeOf(row).Unit?.Operator.Word(),
                Applies.ToUnits
            )
            {
                Width = 12,
            },
            new(
                "municipality",
                "Kommunkod",
                ColumnStyle.Code,
                new("Kommunens kod, fyra siffror.", "Municipality code, four digits."),
                row => placeOf(row).Unit?.Municipality.Code,
                Applies.ToUnits
            ),
            new(
                "municipalityName",
                "Kommun",
                ColumnStyle.Text,
                new("Kommunen där enheten ligger.", "The municipality where the unit lies."),
                row => placeOf(row).Unit?.Municipality.Name,
                Applies.ToUnits
            )
            {
                Width = 18,
            },
            new(
                "region",
                "Länskod",
                ColumnStyle.Code,
                new("Länets kod, två siffror.", "County code, two digits."),
                row => RegionOf(placeOf(row))?.Code
            ),
            new(
                "regionName",
                "Region",
                ColumnStyle.Text,
                new("Regionen där enheten ligger.", "The region where the unit lies."),
                row => RegionOf(placeOf(row))?.Name
            )
            {
                Width = 28,
            },
            new(
                "healthcareRegion",
                "Sjukvårdsregion",
                ColumnStyle.Text,
                new("Sjukvårdsregionen.", "The healthcare region."),
                row => placeOf(row).HealthcareRegion ?? RegionOf(placeOf(row))?.HealthcareRegion
            )
            {
                Width = 18,
            },
        ];

    /// <summary>The figures that a month has too.</summary>
    public static IEnumerable<Column<T>> OfCell<T>(Func<T, Figure> figureOf) =>
        [
            new(
                "count",
                "Antal",
                ColumnStyle.Whole,
                new(
                    "Operationer. 0 där inga gjordes, tomt där de är för få för att visas eller inget rapporterats.",
                    "Operations. 0 where there were none, empty where masked or not reported."
                ),
                row => figureOf(row).Count
            )
            {
                Figure = "count",
            },
            new(
                "medianDays",
                "Median (dagar)",
                ColumnStyle.Days,
                new(
                    "Medianväntan i dagar för dem som opererades.",
                    "Median wait in days of those who were operated on."
                ),
                row => figureOf(row).MedianDays
            )
            {
                Figure = "medianDays",
            },
            new(
                "medianLowerDays",
                "Median lägst (dagar)",
                ColumnStyle.Whole,
                new(
                    "Facken döljer den exakta medianen: den är minst så många hela dagar.",
                    "What binning hides: the true median is at least this many completed days."
                ),
                row => figureOf(row).MedianLowerDays
            )
            {
                Figure = "medianLowerDays",
            },
            new(
                "medianUpperDays",
                "Median högst (dagar)",
                ColumnStyle.Whole,
                new("Och högst så många hela dagar.", "And at most this many completed days."),
                row => figureOf(row).MedianUpperDays
            )
            {
                Figure = "medianUpperDays",
            },
            new(
                "medianIsOpenEnded",
                "Median längre än facken",
                ColumnStyle.Truth,
                new(
                    "Ja: medianen är längre än facken kan säga; lägst säger från var.",
                    "True where the median is longer than the bins tell; medianLowerDays says from where."
                ),
                row => figureOf(row) is { IsPresent: true } figure ? figure.MedianIsOpenEnded : default(bool?)
            )
            {
                Figure = "medianDays",
            },
            new(
                "confidenceLowerDays",
                "95 % intervall från (dagar)",
                ColumnStyle.Whole,
                new(
                    "Slumpen: 95 % konfidensintervall för medianen, nedre gräns. Tomt under sex patienter.",
                    "What chance hides: 95 % confidence interval of the median, lower limit. Empty below six patients."
                ),
                row => figureOf(row).IntervalLowerDays
            )
            {
                Figure = "confidenceInterval",
            },
            new(
                "confidenceUpperDays",
                "95 % intervall till (dagar)",
                ColumnStyle.Whole,
                new("Övre gräns.", "Upper limit."),
                row => figureOf(row).IntervalUpperDays
            )
            {
                Figure = "confidenceInterval",
            },
            new(
                "within90Days",
                "Opererade inom 90 dagar",
                ColumnStyle.Share,
                new(
                    "Andel som väntade högst 90 dagar. Inte vårdgarantins uppfyllelse: registrens klockor är andra.",
                    "Share who waited at most 90 days, 0–1. Not the fulfilment of the care guarantee."
                ),
                row => figureOf(row).Within90Days
            )
            {
                Figure = "within90Days",
            },
        ];

    /// <summary>Why there is nothing, or less than there might be.</summary>
    public static IEnumerable<Column<T>> OfAbsence<T>(
        Func<T, Place> placeOf,
        Func<T, Figure> figureOf,
        Func<T, IReadOnlyDictionary<string, string>> reasonsOf
    ) =>
        [
            new(
                "units",
                "Enheter",
                ColumnStyle.Whole,
                new("Enheter som bidrog till siffran.", "Units that contributed."),
                row => placeOf(row).Level == Level.Unit ? default(int?) : figureOf(row).Units,
                Applies.AboveUnits
            )
            {
                Figure = "units",
            },
            new(
                "unitsMasked",
                "Undertryckta enheter",
                ColumnStyle.Whole,
                new(
                    "Enheter som var för små för att visas och därför inte bidrog.",
                    "Units whose cell was masked and so did not contribute."
                ),
                row => placeOf(row).Level == Level.Unit ? default(int?) : figureOf(row).UnitsMasked,
                Applies.AboveUnits
            )
            {
                Figure = "unitsMasked",
            },
            new(
                "absence",
                "Saknas därför att",
                ColumnStyle.Text,
                new(
                    "Varför raden inte har någon siffra alls.",
                    "Why the whole row has no figure: masked, none, not-reported."
                ),
                row => figureOf(row).Absence.Word()
            )
            {
                Width = 24,
            },
            new(
                "reasons",
                "Enstaka siffror saknas därför att",
                ColumnStyle.Text,
                new(
                    "Varför enstaka siffror saknas, av annat skäl än raden i övrigt: siffrans namn och skälet.",
                    "Why single figures are missing, unless absence says so: name:reason, separated by blanks."
                ),
                row => Written(reasonsOf(row), figureOf(row).Absence.Word()?.English)
            )
            {
                Width = 60,
            },
        ];

    private static Bilingual? Written(IReadOnlyDictionary<string, string> reasons, string? absence)
    {
        var own = reasons.Where(reason => reason.Value != absence).ToList();
        return own.Count == 0
            ? null
            : new Bilingual(
                string.Join(", ", own.Select(r => $"{Words.FigureName(r.Key)}: {Words.Briefly(r.Value)}")),
                string.Join(' ', own.Select(reason => $"{reason.Key}:{reason.Value}"))
            );
    }

    private static Region? RegionOf(Place place) => place.Unit?.Region ?? place.Region;
}
