using System.Text.Json.Serialization;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>Care units.</summary>
/// <param name="Data">By name, Swedish order.</param>
public sealed record UnitsResponse(
    PictureInfo Picture,
    IReadOnlyList<UnitRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
) : ICounted
{
    int ICounted.Rows => Data.Count;
}

/// <summary>A care unit.</summary>
/// <param name="HsaId">Its HSA-id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Region">County code of the region where it lies, two digits.</param>
/// <param name="Municipality">The municipality where it lies.</param>
/// <param name="Operator"><c>public</c>, <c>private</c> or <c>non-profit</c>.</param>
/// <param name="Contact">How to reach it; null where the administrator has not said.</param>
/// <param name="Sources">Codes of the registers that it reports to.</param>
/// <param name="LastMonthWithOperations">Latest complete month with any operation, <c>yyyy-MM</c>; null where the 18 months have none.</param>
public sealed record UnitRow(
    string HsaId,
    string Name,
    string Region,
    MunicipalityInfo Municipality,
    string Operator,
    Contact? Contact,
    IReadOnlyList<string> Sources,
    string? LastMonthWithOperations
)
{
    internal static UnitRow Of(Unit unit, ContactList contacts) =>
        new(
            unit.HsaId,
            unit.Name,
            unit.Region.Code,
            MunicipalityInfo.Of(unit.Municipality),
            unit.Operator.ApiValue(),
            Contact.Of(contacts.Find(unit.HsaId)),
            unit.Sources,
            unit.LastMonthWithOperations?.ToString()
        );
}

/// <summary>A municipality.</summary>
/// <param name="Code">Four digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Latitude">Of its town, degrees (WGS 84).</param>
/// <param name="Longitude">Of its town, degrees (WGS 84).</param>
public sealed record MunicipalityInfo(string Code, string Name, double Latitude, double Longitude)
{
    internal static MunicipalityInfo Of(Municipality municipality) =>
        new(municipality.Code, municipality.Name, municipality.Latitude, municipality.Longitude);
}

/// <summary>One care unit and what it performs.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Period">365d.</param>
/// <param name="Procedures">Every procedure that it has a figure of the last 365 days for, masked ones too, by code.</param>
public sealed record UnitResponse(
    PictureInfo Picture,
    UnitRow Unit,
    string Period,
    IReadOnlyList<UnitProcedure> Procedures,
    [property: JsonPropertyName("_links")] SelfLink Links
) : ICounted
{
    int ICounted.Rows => Procedures.Count;
}

/// <summary>A link to the resource itself.</summary>
public sealed record SelfLink(Link Self);

/// <summary>A unit's figures of one procedure, everybody, the last 365 days.</summary>
public sealed record UnitProcedure : CellFigures
{
    /// <summary>The procedure.</summary>
    [JsonPropertyOrder(-2)]
    public required ProcedureInfo Procedure { get; init; }

    /// <summary>First day of the period.</summary>
    [JsonPropertyOrder(-1)]
    public required DateOnly From { get; init; }

    /// <summary>Last day of the period: the reference date.</summary>
    [JsonPropertyOrder(-1)]
    public required DateOnly To { get; init; }
}

internal static class UnitsResource
{
    private static readonly Parameter Procedure = Parameters.Procedure with
    {
        IsRequired = false,
        Description = new Bilingual(
            "Bara vårdenheter som utfört åtgärden de senaste 365 dagarna.",
            "Only care units that have performed the procedure in the last 365 days."
        ),
    };

    public static void Map(ApiRoutes routes)
    {
        routes
            .Get(
                "/units",
                [Parameters.Region, Procedure, Parameters.Limit, Parameters.Page],
                ApiJson.Instance.UnitsResponse,
                List
            )
            .Describe(
                "listUnits",
                "Vårdenheterna",
                "The care units",
                "Vårdenheter som rapporterar till någon källa. Kommunens koordinater är tätortens.",
                "Care units that report to any source. A municipality's coordinates are those of its town."
            );
        routes
            .GetById(
                "/units/",
                new PathId(
                    "hsaId",
                    new Bilingual("Vårdenhetens HSA-id.", "The care unit's HSA-id."),
                    Parameters.Unit.Example
                ),
                ApiJson.Instance.UnitResponse,
                One
            )
            .Describe(
                "getUnit",
                "En vårdenhet",
                "One care unit",
                "En vårdenhet med varje åtgärd som den har en 365-dagarssiffra för.",
                "One care unit with every procedure that it has a 365-day figure for."
            );
    }

    private static Answer<UnitsResponse> List(PictureRequest request)
    {
        var (picture, query) = (request.Picture, request.Query);
        var regions = query.Regions(picture);
        var procedure = query.Procedures(Procedure, picture).SingleOrDefault();
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var figures = procedure is null ? null : picture.FindProcedure(procedure.Code);
        var (rows, meta, links) = Paging.Of(
            request,
            [
                .. picture.Units.Where(unit =>
                    (regions.Count == 0 || regions.Contains(unit.Region.Code))
                    && (procedure is null || figures?.IsInTable(unit) == true)
                ),
            ]
        );
        return new UnitsResponse(
            PictureInfo.Of(picture),
            [.. rows.Select(unit => UnitRow.Of(unit, request.Contacts))],
            meta,
            links
        );
    }

    private static Answer<UnitResponse> One(PictureRequest request)
    {
        var picture = request.Picture;
        if (picture.FindUnit(request.Id) is not { } unit)
        {
            return Problem.UnitUnknown;
        }

        return new UnitResponse(
            PictureInfo.Of(picture),
            UnitRow.Of(unit, request.Contacts),
            Period.Days365.ApiValue,
            [.. picture.Procedures.Where(p => p.IsInTable(unit)).Select(p => Row(picture, p, Place.Of(unit)))],
            new SelfLink(new Link(request.Path))
        );
    }

    private static UnitProcedure Row(Picture.Picture picture, ProcedurePicture figures, Place place)
    {
        var (period, code) = (Period.Days365, figures.Procedure.Code);
        return new UnitProcedure
        {
            Procedure = ProcedureInfo.Of(figures.Procedure),
            From = period.FirstDay(figures.ReferenceDate),
            To = period.LastDay(figures.ReferenceDate),
            Links = Links.Of(picture, code, figures.Source, place, period, 0),
            Reasons = new Dictionary<string, string>(),
        }.WithFigures(
            place,
            figures.FindFigure(place, period, 0)!.Value,
            figures.FindAsa(place),
            figures.Source,
            figures.FindFigure(Place.Country, period, 0)
        );
    }
}
