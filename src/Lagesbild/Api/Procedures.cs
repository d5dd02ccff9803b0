using System.Text.Json.Serialization;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Api;

/// <summary>Procedures, found or all.</summary>
/// <param name="Picture">The picture that the counts are from.</param>
/// <param name="Data">The best hit first; without <c>q</c> by code.</param>
/// <param name="NotCovered">Set where <c>q</c> finds nothing because it is for care that no source covers; else null.</param>
public sealed record ProceduresResponse(
    PictureInfo Picture,
    IReadOnlyList<ProcedureRow> Data,
    NotCovered? NotCovered,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
) : ICounted
{
    int ICounted.Rows => Data.Count;
}

/// <summary>Care that no source covers.</summary>
/// <param name="Name">What it is called, Swedish.</param>
/// <param name="Reason">Why it is not there, a Swedish sentence.</param>
public sealed record NotCovered(string Name, string Reason);

/// <summary>A procedure.</summary>
/// <param name="Code">KVÅ, three characters.</param>
/// <param name="Title">Official heading, Swedish; the bare code where the catalogue lacks it.</param>
/// <param name="PlainName">What a patient calls it, Swedish.</param>
/// <param name="Synonyms">Other words that find it, Swedish.</param>
/// <param name="Source">Code of the register that answers for it.</param>
/// <param name="WaitDefinition">From when to when that register measures a wait; null where the register is unknown.</param>
/// <param name="CountLast365Days">Operations in the country, last 365 days, masked cells left out; null where no unit has a figure.</param>
/// <param name="MatchedOn">The code, name, synonym or title that <c>q</c> was found in, Swedish; null without <c>q</c>.</param>
public sealed record ProcedureRow(
    string Code,
    string Title,
    string PlainName,
    IReadOnlyList<string> Synonyms,
    string Source,
    BilingualText? WaitDefinition,
    long? CountLast365Days,
    string? MatchedOn
);

/// <summary>One procedure.</summary>
/// <param name="Picture">The picture that the counts are from.</param>
/// <param name="Code">KVÅ, three characters.</param>
/// <param name="Title">Official heading, Swedish; the bare code where the catalogue lacks it.</param>
/// <param name="PlainName">What a patient calls it, Swedish.</param>
/// <param name="Synonyms">Other words that find it, Swedish.</param>
/// <param name="Specialty">Specialty, Swedish.</param>
/// <param name="Source">Code of the register that answers for it.</param>
/// <param name="WaitDefinition">From when to when that register measures a wait; null where the register is unknown.</param>
/// <param name="GuaranteeDefinition">From when to when the care guarantee counts: another clock, so the figures do not tell how it is kept.</param>
/// <param name="CountLast365Days">Operations in the country, last 365 days, masked cells left out; null where no unit has a figure.</param>
/// <param name="UnitsCount">Care units with a cell of it in the last 365 days, visible or masked.</param>
/// <param name="GroupParameter">Query parameter that chooses a patient group; null where there are none.</param>
/// <param name="Groups">Its values; empty where there are none.</param>
/// <param name="FivePositionCodes">Full codes within it.</param>
public sealed record ProcedureResponse(
    PictureInfo Picture,
    string Code,
    string Title,
    string PlainName,
    IReadOnlyList<string> Synonyms,
    string Specialty,
    string Source,
    BilingualText? WaitDefinition,
    BilingualText GuaranteeDefinition,
    long? CountLast365Days,
    int UnitsCount,
    string? GroupParameter,
    IReadOnlyList<GroupInfo> Groups,
    IReadOnlyList<FullCode> FivePositionCodes,
    [property: JsonPropertyName("_links")] ProcedureLinks Links
);

/// <summary>A patient group.</summary>
/// <param name="Value">Value of the query parameter.</param>
/// <param name="Label">Swedish.</param>
public sealed record GroupInfo(string Value, string Label);

/// <summary>A KVÅ code of five characters.</summary>
/// <param name="Code">The code.</param>
/// <param name="Title">Its heading, Swedish.</param>
public sealed record FullCode(string Code, string Title);

/// <summary>Where a procedure's figures are.</summary>
/// <param name="Self">This.</param>
/// <param name="WaitingTimes">The table.</param>
/// <param name="Trends">18 months.</param>
/// <param name="Units">The units that perform it.</param>
public sealed record ProcedureLinks(Link Self, Link WaitingTimes, Link Trends, Link Units);

internal static class ProceduresResource
{
    private static readonly Parameter Words = new(
        "q",
        new Bilingual(
            "Fritext eller kod: officiell rubrik, vardagsnamn, synonym, början av ord; tål ett par felskrivningar. Koder "
                + "träffar helt eller från början. Utan q: alla, efter kod. 1–100 tecken, inte bara blanktecken, inga styrtecken.",
            "Free text or code: official heading, plain name, synonym, beginning of a word; forgives a typing error or "
                + "two. Codes match exactly or by prefix. Without q: all, by code. 1 to 100 characters, not only blanks, no control "
                + "characters."
        ),
        "1 to 100 characters, not only blanks, no control characters",
        "grå starr"
    )
    {
        Pattern = new(@"^[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}][^\p{C}\p{Zl}\p{Zp}]*\z"),
    };

    private static readonly BilingualText Guarantee = new(
        "Vårdgarantin räknas från beslutet om behandling, högst 90 dagar, och tid som patienten själv valt att vänta "
            + "räknas inte. Registrens klockor är andra: andelen inom 90 dagar är inte vårdgarantins uppfyllelse.",
        "The care guarantee counts from the decision on treatment, 90 days at most, leaving out waiting that the patient "
            + "chose. The registers' clocks are others: the share within 90 days is not the guarantee's fulfilment."
    );

    public static void Map(ApiRoutes routes)
    {
        var search = routes.Search;
        var readers = routes.Readers;
        routes
            .Get(
                "/procedures",
                [Words, Parameters.Limit, Parameters.Page],
                ApiJson.Instance.ProceduresResponse,
                request => List(request, search, readers)
            )
            .Describe(
                "listProcedures",
                "Sök åtgärder",
                "Find procedures",
                "Åtgärder (KVÅ, tre tecken) efter fritext eller kod, den mest utförda först bland lika goda träffar.",
                "Procedures (KVÅ, three characters) by free text or code, the most performed first among equal hits."
            );
        routes
            .GetById(
                "/procedures/",
                new PathId(
                    "code",
                    new Bilingual("KVÅ-kod med tre tecken.", "KVÅ code of three characters."),
                    Parameters.Procedure.Example
                ),
                ApiJson.Instance.ProcedureResponse,
                request => One(request, readers)
            )
            .Describe(
                "getProcedure",
                "En åtgärd",
                "One procedure",
                "En åtgärd med dess källa, klocka, urval och antal vårdenheter.",
                "One procedure with its source, clock, patient groups and number of care units."
            );
    }

    private static Answer<ProceduresResponse> List(
        PictureRequest request,
        ProcedureSearch search,
        SourceReaders readers
    )
    {
        var (picture, query) = (request.Picture, request.Query);
        IReadOnlyList<(Procedure Procedure, string? MatchedOn)> found;
        UncoveredCare? uncovered = null;
        if (query.Find(Words) is { } words)
        {
            if (Echo.MayBePersonal(words))
            {
                return Words.Invalid(words);
            }

            long Volume(string code) => picture.FindProcedure(code)?.CountLast365Days ?? 0;
            found =
            [
                .. search.Find(words, int.MaxValue, Volume).Select(hit => (hit.Procedure, (string?)hit.MatchedOn)),
            ];
            uncovered = found.Count == 0 ? search.FindUncovered(words) : null;
        }
        else
        {
            found =
            [
                .. picture
                    .Catalogue.Procedures.Concat(
                        picture
                            .Procedures.Select(p => p.Procedure)
                            .Where(p => picture.Catalogue.FindProcedure(p.Code) is null)
                    )
                    .OrderBy(p => p.Code, StringComparer.Ordinal)
                    .Select(p => (p, (string?)null)),
            ];
        }

        var (rows, meta, links) = Paging.Of(request, found);
        return new ProceduresResponse(
            PictureInfo.Of(picture),
            [
                .. rows.Select(row => new ProcedureRow(
                    row.Procedure.Code,
                    row.Procedure.Title,
                    row.Procedure.PlainName,
                    row.Procedure.Synonyms,
                    row.Procedure.Source,
                    Clock(row.Procedure, readers),
                    picture.FindProcedure(row.Procedure.Code)?.CountLast365Days,
                    row.MatchedOn
                )),
            ],
            uncovered is null ? null : new NotCovered(uncovered.Name, uncovered.Reason),
            meta,
            links
        );
    }

    private static Answer<ProcedureResponse> One(PictureRequest request, SourceReaders readers)
    {
        var picture = request.Picture;
        var figures = picture.FindProcedure(request.Id);
        if ((figures?.Procedure ?? picture.Catalogue.FindProcedure(request.Id)) is not { } procedure)
        {
            return Problem.ProcedureUnknown;
        }

        var source = figures?.Source ?? readers.Find(procedure.Source)?.Source;
        Link To(string resource) => new($"{ApiSetup.Root}/{resource}?procedure={procedure.Code}");
        return new ProcedureResponse(
            PictureInfo.Of(picture),
            procedure.Code,
            procedure.Title,
            procedure.PlainName,
            procedure.Synonyms,
            procedure.Specialty,
            procedure.Source,
            Clock(procedure, readers),
            Guarantee,
            figures?.CountLast365Days,
            figures?.UnitsInTable ?? 0,
            source?.GroupParameter,
            source is null ? [] : [.. source.Groups.Skip(1).Select(g => new GroupInfo(g.ApiValue, g.Label))],
            [.. procedure.FivePositionCodes.Select(five => new FullCode(five.Code, five.Title))],
            new ProcedureLinks(new Link(request.Path), To("waiting-times"), To("trends"), To("units"))
        );
    }

    private static BilingualText? Clock(Procedure procedure, SourceReaders readers) =>
        readers.Find(procedure.Source) is { } reader ? BilingualText.Of(reader.Source.Clock) : null;
}
