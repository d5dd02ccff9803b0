using System.Globalization;
using System.Text.RegularExpressions;
using Lagesbild.Deliveries;

namespace Lagesbild.Api;

/// <summary>What a parameter's value is, beyond text.</summary>
internal enum ParameterKind
{
    Text,
    Whole,
    Number,
}

/// <summary>
/// One query parameter: read, refused and described from this one declaration, so that the contract cannot say
/// something else than the code does.
/// </summary>
/// <param name="Shape">What a value looks like, for a message: "the code (three capital letters, as NGB) of a procedure".</param>
internal sealed record Parameter(string Name, Bilingual Description, string Shape, string Example)
{
    /// <summary>Longest value that is looked at, in UTF-16 units.</summary>
    public const int LongestValue = 100;

    /// <summary>How often a repeatable parameter may be given.</summary>
    public const int MostValues = 100;

    /// <summary>
    /// The exploded object that the contract declares it in; null for a parameter that it declares by itself. The linter of the
    /// REST API profile reads names by a pattern that has no room for digits within camelCase.
    /// </summary>
    public string? Object { get; } = Name.Any(char.IsDigit) ? string.Concat(Name.TakeWhile(char.IsAsciiLetter)) : null;

    public ParameterKind Kind { get; init; }

    public bool IsRequired { get; init; }

    public bool IsRepeatable { get; init; }

    /// <summary>The only values; null where there are too many to list.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>What its absence means; null where that is "no restriction".</summary>
    public string? Default { get; init; }

    /// <summary>Anchored; only what cannot be listed needs one.</summary>
    public Regex? Pattern { get; init; }

    public long Least { get; init; }

    public long Most { get; init; } = long.MaxValue;

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public Problem? Judge(string value)
    {
        var isGood =
            value.Length is > 0 and <= LongestValue
            && (Allowed is null || Allowed.Contains(value, StringComparer.Ordinal))
            && (Pattern is null || Pattern.IsMatch(value))
            && (
                Kind == ParameterKind.Text
                || Kind == ParameterKind.Whole && WholeOf(value) is { } whole && whole >= Least && whole <= Most
                || Kind == ParameterKind.Number && NumberOf(value) is { } number && number >= Least && number <= Most
            );
        return isGood ? null : Invalid(value);
    }

    /// <summary>The problem of a value that does not do.</summary>
    public Problem Invalid(string value)
    {
        var given =
            value.Length > LongestValue
                ? $"a value of {value.Length} characters, {LongestValue} at most are looked at"
                : Echo.Value(value);
        return Problem.InvalidParameter(
            Name,
            $"The parameter {Name} was given {given}. Allowed: {(Allowed is null ? Shape : string.Join(", ", Allowed))}."
        );
    }

    /// <summary>What is larger than any number is as good as the largest.</summary>
    public static long? WholeOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : text.Length > 0 && text.All(char.IsAsciiDigit) ? long.MaxValue
        : null;

    public static double? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : null;
}

/// <summary>The parameters that several resources share.</summary>
internal static partial class Parameters
{
    /// <summary>Said in full: what was given instead looks like it, and is often not repeated.</summary>
    public const string HsaIdShape =
        "an HSA-id that /units lists (capital SE, ten digits, a hyphen, letters or digits, as SE2321000180-EX01; "
        + "small letters are not the same as capitals)";

    public static readonly Parameter Procedure = new(
        "procedure",
        new Bilingual("Åtgärd: KVÅ-kod med tre tecken.", "Procedure: KVÅ code of three characters."),
        "a code (KVÅ, three capital letters) that /procedures lists",
        "NGB"
    )
    {
        IsRequired = true,
        Pattern = ThreeLetters(),
    };

    public static readonly Parameter Period = new(
        "period",
        new Bilingual(
            "Operationer utförda de senaste så många dagarna till och med referensdatum.",
            "Operations performed in the last so many days up to and including the reference date."
        ),
        "",
        "90d"
    )
    {
        Allowed = [.. Deliveries.Period.Windows.Select(window => window.ApiValue)],
        Default = "90d",
    };

    public static readonly Parameter Level = new(
        "level",
        new Bilingual(
            "Vad en rad gäller: vårdenhet, region, sjukvårdsregion eller hela landet.",
            "What a row is about: care unit, region, healthcare region or the whole country."
        ),
        "",
        "unit"
    )
    {
        Allowed = [.. Enum.GetValues<Picture.Level>().Select(level => level.ApiValue())],
        Default = "unit",
    };

    public static readonly Parameter Region = new(
        "region",
        new Bilingual(
            "Bara denna region (länskod), där vårdenheten ligger. Får upprepas.",
            "Only this region (county code), where the care unit lies. May be repeated."
        ),
        "a county code (two digits, as 01) that /regions lists",
        "20"
    )
    {
        IsRepeatable = true,
        Pattern = TwoDigits(),
    };

    public static readonly Parameter Unit = new(
        "unit",
        new Bilingual("Bara denna vårdenhet (HSA-id). Får upprepas.", "Only this care unit (HSA-id). May be repeated."),
        HsaIdShape,
        "SE2321000180-EX01"
    )
    {
        IsRepeatable = true,
        Pattern = HsaId(),
    };

    public static readonly Parameter Limit = new(
        "limit",
        new Bilingual("Högst så många rader på en sida.", "At most so many rows on a page."),
        "a whole number from 1 to 1000",
        "20"
    )
    {
        Kind = ParameterKind.Whole,
        Least = 1,
        Most = 1_000,
        Default = "20",
    };

    public static readonly Parameter Page = new(
        "page",
        new Bilingual(
            "Vilken sida, räknat från 1. Efter den sista: en tom lista.",
            "Which page, counted from 1. Past the last one: an empty list."
        ),
        "a whole number from 1",
        "1"
    )
    {
        Kind = ParameterKind.Whole,
        Least = 1,
        Default = "1",
    };

    public static readonly Parameter Format = FormatAmong(
        Representation.OfTables,
        new Bilingual(
            "Svarets format; går före Accept. Alla utom json innehåller alla rader, utan sidor.",
            "Format of the response; takes precedence over the Accept header. All but json hold all rows, without pages."
        )
    );

    /// <summary>The parameter <c>format</c> of a resource that can be given in these forms.</summary>
    public static Parameter FormatAmong(IReadOnlyList<Representation> representations, Bilingual description) =>
        new("format", description, "", representations[0].Format)
        {
            Allowed = [.. representations.Select(representation => representation.Format)],
            Default = representations[0].Format,
        };

    /// <summary>The procedure where a download may hold several.</summary>
    public static readonly Parameter Procedures = Procedure with
    {
        IsRepeatable = true,
        Description = new Bilingual(
            "Åtgärd: KVÅ-kod med tre tecken. Får upprepas för csv, csv-excel-sv och xlsx.",
            "Procedure: KVÅ code of three characters. May be repeated for csv, csv-excel-sv and xlsx."
        ),
    };

    /// <summary>One for each filter on patient groups that some source has.</summary>
    public static IReadOnlyList<Parameter> OfGroups(SourceReaders readers) =>
        [
            .. readers
                .All.Select(reader => reader.Source)
                .Where(source => source.GroupParameter is not null)
                .GroupBy(source => source.GroupParameter!)
                .Select(sources =>
                {
                    var codes = string.Join(", ", sources.Select(source => source.Code));
                    var values = sources
                        .SelectMany(source => source.Groups.Skip(1))
                        .Select(group => group.ApiValue)
                        .Distinct()
                        .ToList();
                    return new Parameter(
                        sources.Key,
                        new Bilingual(
                            $"Urval: {sources.First().GroupLabel}. Finns bara för {codes}; för andra källors åtgärder: "
                                + "400 group-not-available.",
                            $"Patient group. Only for procedures of {codes}; for those of other sources: "
                                + "400 group-not-available."
                        ),
                        "",
                        values[0]
                    )
                    {
                        Allowed = values,
                    };
                }),
        ];

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex ThreeLetters();

    [GeneratedRegex(@"^[0-9]{2}\z")]
    private static partial Regex TwoDigits();

    [GeneratedRegex(@"^SE[0-9]{10}-[A-Za-z0-9]{1,18}\z")]
    private static partial Regex HsaId();
}
