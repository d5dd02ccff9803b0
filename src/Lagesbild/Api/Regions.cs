using System.Text.Json.Serialization;

namespace Lagesbild.Api;

/// <summary>The regions.</summary>
/// <param name="Data">By code.</param>
public sealed record RegionsResponse(
    IReadOnlyList<RegionRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
) : ICounted
{
    int ICounted.Rows => Data.Count;
}

/// <summary>A region.</summary>
/// <param name="Code">County code, two digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="HealthcareRegion">The healthcare region (sjukvårdsregion) that it belongs to.</param>
/// <param name="Navigator">How to reach its care navigators; null where the administrator has not said.</param>
public sealed record RegionRow(string Code, string Name, string HealthcareRegion, Contact? Navigator);

/// <summary>How somebody is reached.</summary>
/// <param name="Telephone">Null where unknown.</param>
/// <param name="Web">Address of a page; null where unknown.</param>
/// <param name="Note">Swedish; null without one.</param>
public sealed record Contact(string? Telephone, string? Web, string? Note)
{
    internal static Contact? Of(Catalogue.Contact? contact) =>
        contact is null ? null : new Contact(contact.Telephone, contact.Web, contact.Note);
}

internal static class RegionsResource
{
    public static void Map(ApiRoutes routes) =>
        routes
            .Get("/regions", [Parameters.Limit, Parameters.Page], ApiJson.Instance.RegionsResponse, Answer)
            .Describe(
                "listRegions",
                "Regionerna",
                "The regions",
                "Alla regioner med sjukvårdsregion och kontakt till vårdlots.",
                "All regions with healthcare region and contact to their care navigators."
            );

    private static Answer<RegionsResponse> Answer(PictureRequest request)
    {
        var (rows, meta, links) = Paging.Of(request, request.Picture.Catalogue.Regions);
        return new RegionsResponse(
            [
                .. rows.Select(r => new RegionRow(
                    r.Code,
                    r.Name,
                    r.HealthcareRegion,
                    Contact.Of(request.Contacts.Find(r.Code))
                )),
            ],
            meta,
            links
        );
    }
}
