using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using CsvHelper;

namespace Lagesbild.Catalogue;

/// <summary>A KVÅ group at three characters.</summary>
/// <param name="Code">Three capital letters.</param>
/// <param name="Title">Official heading; the bare code where the catalogue lacks it.</param>
/// <param name="PlainName">What a patient calls it.</param>
/// <param name="Synonyms">Other words that people search for.</param>
/// <param name="Specialty">Swedish name of the specialty.</param>
/// <param name="Source">Code of the source that answers for it (SPOR, NCR).</param>
/// <param name="IsCore">One of the common operations that the service starts with.</param>
/// <param name="FivePositionCodes">Full codes within the group, each with its title.</param>
public sealed record Procedure(
    string Code,
    string Title,
    string PlainName,
    IReadOnlyList<string> Synonyms,
    string Specialty,
    string Source,
    bool IsCore,
    IReadOnlyList<FivePositionCode> FivePositionCodes
)
{
    /// <summary>How people put it who do not know what it is called; found by, never shown as its name.</summary>
    public IReadOnlyList<string> LayWords { get; init; } = [];

    /// <summary>A well-formed code that the catalogue lacks: shown under its bare code.</summary>
    public static Procedure Unknown(string code, string source) => new(code, code, code, [], "", source, false, []);
}

/// <summary>A full KVÅ code within a group (NGB20).</summary>
public sealed record FivePositionCode(string Code, string Title);

/// <summary>A region (län) with the seat's coordinates.</summary>
public sealed record Region(
    string Code,
    string Name,
    string HealthcareRegion,
    string OrganisationNumber,
    string Seat,
    double Latitude,
    double Longitude
);

/// <summary>A municipality with its town's coordinates.</summary>
public sealed record Municipality(string Code, string Name, string RegionCode, double Latitude, double Longitude)
{
    private const double EarthRadiusKm = 6_371.0088;

    /// <summary>Great-circle distance between the two towns, in kilometres.</summary>
    public double DistanceKm(Municipality other)
    {
        static double Radians(double degrees) => degrees * Math.PI / 180;
        var dLat = Radians(other.Latitude - Latitude);
        var dLon = Radians(other.Longitude - Longitude);
        var a =
            Math.Pow(Math.Sin(dLat / 2), 2)
            + Math.Cos(Radians(Latitude)) * Math.Cos(Radians(other.Latitude)) * Math.Pow(Math.Sin(dLon / 2), 2);
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(a)));
    }
}

/// <summary>Procedures, regions and municipalities: facts that change with an edition, not with a delivery.</summary>
public sealed class ProcedureCatalogue
{
    private readonly FrozenDictionary<string, Procedure> _procedures;
    private readonly FrozenDictionary<string, Region> _regions;
    private readonly FrozenDictionary<string, Municipality> _municipalities;

    public ProcedureCatalogue(
        IEnumerable<Procedure> procedures,
        IEnumerable<Region> regions,
        IEnumerable<Municipality> municipalities,
        IEnumerable<UncoveredCare>? uncovered = null
    )
    {
        Uncovered = [.. uncovered ?? []];
        Procedures = [.. procedures.OrderBy(p => p.Code, StringComparer.Ordinal)];
        Regions = [.. regions.OrderBy(r => r.Code, StringComparer.Ordinal)];
        Municipalities = [.. municipalities.OrderBy(m => m.Code, StringComparer.Ordinal)];
        _procedures = Procedures.ToFrozenDictionary(p => p.Code);
        _regions = Regions.ToFrozenDictionary(r => r.Code);
        _municipalities = Municipalities.ToFrozenDictionary(m => m.Code);
        HealthcareRegions =
        [
            .. Regions.Select(r => r.HealthcareRegion).Distinct().Order(StringComparer.Create(Swedish, false)),
        ];
    }

    /// <summary>The culture of everything shown to a person.</summary>
    public static CultureInfo Swedish { get; } = CultureInfo.GetCultureInfo("sv-SE");

    /// <summary>By code.</summary>
    public IReadOnlyList<Procedure> Procedures { get; }

    /// <summary>By code.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>By code.</summary>
    public IReadOnlyList<Municipality> Municipalities { get; }

    /// <summary>Names, in Swedish order.</summary>
    public IReadOnlyList<string> HealthcareRegions { get; }

    /// <summary>Care that people look for and that no source covers.</summary>
    public IReadOnlyList<UncoveredCare> Uncovered { get; }

    public Procedure? FindProcedure(string code) => _procedures.GetValueOrDefault(code);

    /// <summary>Code of the source that answers for a procedure; SPOR for one that the catalogue lacks.</summary>
    public string SourceOf(string procedureCode) => FindProcedure(procedureCode)?.Source ?? "SPOR";

    public Region? FindRegion(string code) => _regions.GetValueOrDefault(code);

    public Municipality? FindMunicipality(string code) => _municipalities.GetValueOrDefault(code);

    /// <summary>The catalogue that the program carries with it.</summary>
    public static ProcedureCatalogue Load()
    {
        var layWords = Read("lay-words.csv").ToDictionary(row => row["code"], row => Several(row["words"]));
        return new(
            Read("procedures.csv")
                .Select(row => new Procedure(
                    row["code"],
                    row["title"],
                    row["plain_name"],
                    Several(row["synonyms"]),
                    row["specialty"],
                    row["source"],
                    row["core"] == "yes",
                    [.. Several(row["five_position"]).Select(five => new FivePositionCode(five[..5], five[5..].Trim()))]
                )
                {
                    LayWords = layWords.GetValueOrDefault(row["code"], []),
                }),
            Read("regions.csv")
                .Select(row => new Region(
                    row["code"],
                    row["name"],
                    row["healthcare_region"],
                    row["organisation_number"],
                    row["seat"],
                    Degrees(row["latitude"]),
                    Degrees(row["longitude"])
                )),
            Read("municipalities.csv")
                .Select(row => new Municipality(
                    row["code"],
                    row["name"],
                    row["region"],
                    Degrees(row["latitude"]),
                    Degrees(row["longitude"])
                )),
            Read("uncovered.csv")
                .Select(row => new UncoveredCare(
                    row["name"],
                    Several(row["synonyms"]),
                    Several(row["codes"]),
                    row["reason"]
                ))
        );
    }

    private static string[] Several(string text) =>
        text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static double Degrees(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Rows of a table that the program carries with it, each by column.</summary>
    internal static List<Dictionary<string, string>> Read(string name)
    {
        var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("Lagesbild.Catalogue." + name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default with { Separator = ';' }, leaveOpen: false);
        var rows = new List<Dictionary<string, string>>();
        while (csv.Read())
        {
            rows.Add(csv.Headers.ToDictionary(column => column, csv.GetString));
        }

        return rows;
    }
}
