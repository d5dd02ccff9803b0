using System.Collections.Frozen;
using System.Globalization;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Commands.Samples;

/// <summary>What sort of unit: decides its name, operator, size, specialties and patients.</summary>
/// <param name="Specialties">As the catalogue names them; null for all.</param>
/// <param name="Size">Share of a procedure's operations, against a county hospital's 1.</param>
/// <param name="Sickness">Factor on the share with ASA class 3–4.</param>
internal sealed record SampleKind(
    string Name,
    Operator Operator,
    IReadOnlySet<string>? Specialties,
    double Size,
    double Sickness
);

/// <summary>An invented unit in a real town. Never a real hospital's name, always marked as an example.</summary>
internal sealed record SampleUnit(DeliveredUnit Delivered, SampleKind Kind)
{
    private static readonly FrozenDictionary<char, SampleKind> Kinds = new Dictionary<char, SampleKind>
    {
        ['U'] = new("Exempeluniversitetssjukhuset", Operator.Public, null, 2.2, 1.5),
        ['S'] = new("Exempelsjukhuset", Operator.Public, null, 1, 1.1),
        ['L'] = new(
            "Exempellasarettet",
            Operator.Public,
            Set("Ortopedi", "Kirurgi", "Gynekologi", "Urologi", "Handkirurgi", "Bröst"),
            0.7,
            0.85
        ),
        ['I'] = new(
            "Exempelstiftelsens sjukhus",
            Operator.NonProfit,
            Set("Ortopedi", "Kirurgi", "Gynekologi", "Handkirurgi", "Rygg"),
            1.6,
            0.7
        ),
        ['O'] = new("Exempelkliniken Ortopedi", Operator.Private, Set("Ortopedi", "Rygg", "Handkirurgi"), 2.2, 0.45),
        ['H'] = new("Exempelkliniken Hand", Operator.Private, Set("Handkirurgi"), 2.2, 0.5),
        ['K'] = new("Exempelkliniken Kirurgi", Operator.Private, Set("Kirurgi", "Urologi"), 1.8, 0.45),
        ['G'] = new("Exempelkliniken Gynekologi", Operator.Private, Set("Gynekologi"), 2, 0.4),
        ['N'] = new("Exempelkliniken Öron-näsa-hals", Operator.Private, Set("ÖNH"), 2.2, 0.4),
        ['V'] = new("Exempelkliniken Åderbråck", Operator.Private, Set("Kärlkirurgi"), 3, 0.4),
        ['P'] = new("Exempelkliniken Plastik", Operator.Private, Set("Plastik"), 2, 0.35),
        ['E'] = new("Exempelkliniken Ögon", Operator.Private, Set("Ögon"), 2.1, 0.7),
        ['J'] = new("Exempelstiftelsens ögonklinik", Operator.NonProfit, Set("Ögon"), 1.4, 0.8),
    }.ToFrozenDictionary();

    // In order of choice: the first few already are a country with every region, both sizes and all operators. New ones
    // at the end, or the numbers of the others change.
    private const string Spor = """
        U Stockholm,U Uppsala,S Eskilstuna,U Linköping,S Jönköping,S Växjö,S Kalmar,S Gotland,S Karlskrona,U Lund
        S Halmstad,U Göteborg,S Karlstad,U Örebro,S Västerås,S Falun,S Gävle,S Sundsvall,S Östersund,U Umeå,S Luleå
        O Malmö,O Stockholm,I Göteborg,K Stockholm,O Linköping,G Stockholm,N Malmö,V Göteborg,O Göteborg,I Stockholm
        P Malmö,H Uppsala,S Malmö,L Skellefteå,L Mora,S Borås,L Norrköping,S Helsingborg,L Hudiksvall,L Varberg
        L Västervik,L Skövde,L Nyköping,O Umeå,N Stockholm
        S Danderyd,S Huddinge,L Södertälje,L Norrtälje,L Enköping,L Motala,L Eksjö,L Värnamo,L Ljungby,L Oskarshamn
        L Karlshamn,L Ystad,L Hässleholm,L Trelleborg,L Ängelholm,L Landskrona,L Kungsbacka,L Uddevalla,L Trollhättan
        L Alingsås,L Lidköping,L Kungälv,L Mölndal,L Falköping,L Arvika,L Torsby,L Lindesberg,L Karlskoga,L Köping
        L Sala,L Ludvika,L Avesta,L Bollnäs,L Örnsköldsvik,L Sollefteå,L Lycksele,L Piteå,L Gällivare,L Kiruna
        L Kalix,L Kristianstad,O Uppsala,O Västerås,O Örebro,O Lund,O Helsingborg,O Jönköping,O Halmstad,O Sundsvall
        K Göteborg,K Malmö,G Göteborg,G Malmö,N Göteborg,V Stockholm,V Malmö,P Stockholm,P Göteborg,H Stockholm
        H Malmö,I Malmö,I Örebro,N Uppsala
        """;

    private const string Ncr = """
        E Falun,U Stockholm,E Stockholm,E Malmö,S Jönköping,E Göteborg,U Umeå,E Uppsala,E Linköping,S Karlstad
        J Örebro,E Sundsvall,S Gotland,E Växjö,U Lund,E Halmstad,S Luleå,E Helsingborg
        U Göteborg,U Linköping,U Uppsala,U Örebro,S Eskilstuna,S Växjö,S Kalmar,S Karlskrona,S Halmstad,S Västerås
        S Falun,S Gävle,S Sundsvall,S Östersund,S Borås,S Malmö,E Motala,E Trollhättan,E Ängelholm
        E Lund,E Västerås,E Örebro,E Gävle,E Jönköping,E Kalmar,E Karlskrona,E Karlstad,E Umeå,E Östersund,E Luleå
        E Borås,E Skövde,E Norrköping,E Eskilstuna,E Täby,E Nacka,E Solna,E Södertälje,E Mölndal,E Kungsbacka
        E Kristianstad,J Stockholm
        """;

    /// <summary>All there are of a source, in order of choice.</summary>
    public static IReadOnlyList<SampleUnit> Of(ProcedureCatalogue catalogue, string source)
    {
        var spor = Names(Spor);
        var ncr = Names(Ncr);
        var ordinals = new Dictionary<string, int>();
        var all = new Dictionary<string, SampleUnit>();
        foreach (var name in spor.Concat(ncr.Except(spor)))
        {
            all.Add(name, Create(catalogue, name, ordinals));
        }

        return [.. (source == "SPOR" ? spor : ncr).Select(name => all[name])];
    }

    private static string[] Names(string list) =>
        list.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static SampleUnit Create(ProcedureCatalogue catalogue, string name, Dictionary<string, int> ordinals)
    {
        var kind = Kinds[name[0]];
        var town = name[2..];
        var municipality = catalogue.Municipalities.Single(m => m.Name == town);
        var region =
            catalogue.FindRegion(municipality.RegionCode) ?? throw new InvalidOperationException(municipality.Code);
        var (organisation, ordinal) = kind.Operator switch
        {
            Operator.Public => (Digits(region.OrganisationNumber), Ordinal(region.Code)),
            Operator.Private => (NoOnesNumber("559999", Ordinal("private")), 1),
            _ => (NoOnesNumber("802999", Ordinal("non-profit")), 1),
        };
        return new SampleUnit(
            new DeliveredUnit(
                string.Create(CultureInfo.InvariantCulture, $"SE{organisation}-EX{ordinal:D2}"),
                $"{kind.Name} {(town == "Gotland" ? "Visby" : town)}",
                region.Code,
                municipality.Code,
                kind.Operator
            ),
            kind
        );

        int Ordinal(string key) => ordinals[key] = ordinals.GetValueOrDefault(key) + 1;
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    // In the form of an organisation number, but with a wrong check digit: it is nobody's.
    private static string NoOnesNumber(string prefix, int ordinal)
    {
        var nine = string.Create(CultureInfo.InvariantCulture, $"{prefix}{ordinal:D3}");
        var sum = 0;
        for (var i = 0; i < nine.Length; i++)
        {
            var doubled = (nine[i] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += doubled > 9 ? doubled - 9 : doubled;
        }

        var right = (10 - sum % 10) % 10;
        return nine + (char)('0' + (right + 1) % 10);
    }

    private static HashSet<string> Set(params string[] specialties) => [.. specialties];
}
