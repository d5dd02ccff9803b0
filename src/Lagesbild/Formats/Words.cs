using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Formats;

/// <summary>The words of what the program knows by its own names: the API's, which never change, and the Swedish.</summary>
public static class Words
{
    public static Bilingual Word(this Operator kind) =>
        kind switch
        {
            Operator.Public => new("offentlig", "public"),
            Operator.Private => new("privat", "private"),
            _ => new("idéburen", "non-profit"),
        };

    public static Bilingual Word(this Level level) =>
        level switch
        {
            Level.Unit => new("enhet", "unit"),
            Level.Region => new("region", "region"),
            Level.HealthcareRegion => new("sjukvårdsregion", "healthcare-region"),
            _ => new("riket", "country"),
        };

    /// <summary>Null where the cell has a figure.</summary>
    public static Bilingual? Word(this Absence absence) =>
        absence switch
        {
            Absence.Masked => new("för få för att visas", Masked),
            Absence.None => new("inga operationer", "none"),
            Absence.NotReported => new("inget rapporterat", "not-reported"),
            _ => null,
        };

    /// <summary>Null where nothing can be compared.</summary>
    public static Bilingual? Word(this ComparedWith compared) =>
        compared switch
        {
            ComparedWith.Shorter => new("kortare", "shorter"),
            ComparedWith.Similar => new("liknande", "similar"),
            ComparedWith.Longer => new("längre", "longer"),
            _ => null,
        };

    internal const string Masked = "masked";
    internal const string Few = "few";
    internal const string OpenEnded = "open-ended";
    internal const string NotCollected = "not-collected";
    internal const string NoComparison = "no-comparison";
    internal const string LargeShare = "large-share";

    /// <summary>The same reasons in as few words as a cell of a table has room for.</summary>
    internal static string Briefly(string reason) =>
        reason switch
        {
            Few => "för få patienter",
            OpenEnded => "längre än facken",
            NotCollected => "samlas inte in",
            NoComparison => "raden själv, eller inget att jämföra med",
            LargeShare => "mer än en fjärdedel av riket",
            Masked => "för få för att visas",
            "none" => "inga operationer",
            _ => "inget rapporterat",
        };

    /// <summary>What a figure that has a reason is called by people.</summary>
    internal static string FigureName(string figure) =>
        figure switch
        {
            "count" => "antal",
            "medianDays" => "median",
            "medianLowerDays" => "median lägst",
            "medianUpperDays" => "median högst",
            "confidenceInterval" => "95 % intervall",
            "within90Days" => "opererade inom 90 dagar",
            "p90Days" => "90:e percentilen",
            "comparedToCountry" => "jämfört med riket",
            "comparedToHome" => "jämfört med hemma",
            "asa34" => "ASA 3–4",
            _ => throw new ArgumentOutOfRangeException(nameof(figure), figure, "has no name"),
        };

    /// <summary>Every reason that a figure may be missing for, and what it means.</summary>
    public static IReadOnlyDictionary<string, Bilingual> Reasons { get; } =
        new Dictionary<string, Bilingual>
        {
            [Masked] = new(
                "För få för att visas, eller dolt för att en annan siffra annars kunde räknas ut.",
                "Too few to be shown, or hidden so that another cannot be worked out."
            ),
            ["none"] = new("Enheten rapporterar och gjorde inga.", "The unit reports, and did none."),
            ["not-reported"] = new(
                "Enheten har inte rapporterat något alls i perioden: den har troligen slutat lämna uppgifter.",
                "The unit has reported nothing at all in the period: it has probably stopped sending."
            ),
            [Few] = new("För få patienter för just den här siffran.", "Too few patients for this figure."),
            [OpenEnded] = new("Längre än vad de levererade facken kan säga.", "Beyond what the delivered bins tell."),
            [NotCollected] = new("Källan samlar inte in uppgiften.", "The source has no such figure."),
            [NoComparison] = new(
                "Riket, eller patientens hemma, har ingen median att jämföra med, eller är själv raden.",
                "The country, or the patient's home, has no median to compare with, or is itself the row."
            ),
            [LargeShare] = new(
                "Raden är mer än en fjärdedel av riket.",
                "The row is more than a quarter of the country."
            ),
        };
}
