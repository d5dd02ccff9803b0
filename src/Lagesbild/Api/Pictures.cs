using System.Text.Json.Serialization;
using Lagesbild.Ledger;
using Lagesbild.Security;

namespace Lagesbild.Api;

/// <summary>What has been published.</summary>
/// <param name="Data">The newest first; the first is what is shown.</param>
public sealed record PicturesResponse(
    IReadOnlyList<PictureRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
);

/// <summary>A picture that was published.</summary>
/// <param name="Id">Of the publication.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="IsShown">True for the newest.</param>
/// <param name="IsRestorable">True where all that it stands on is kept and it is not what is shown.</param>
/// <param name="SourcesLost">Codes of the sources that are shown now and not in it: restoring it takes all their figures away.</param>
/// <param name="Deliveries">The delivery of each source that it stands on.</param>
public sealed record PictureRow(
    Guid Id,
    DateTimeOffset PublishedAt,
    bool IsShown,
    bool IsRestorable,
    IReadOnlyList<string> SourcesLost,
    IReadOnlyList<PictureDelivery> Deliveries
)
{
    internal static PictureRow Of(PictureEntry entry) =>
        new(
            entry.Publication.PictureId,
            entry.Publication.PublishedAt,
            entry.IsShown,
            entry.IsRestorable,
            entry.SourcesLost,
            [
                .. entry
                    .Publication.Sources.OrderBy(s => s.Source, StringComparer.Ordinal)
                    .Select(s => new PictureDelivery(
                        s.Source,
                        s.DeliveryId,
                        s.Delivery.Sha256,
                        s.Delivery.ReferenceDate!.Value,
                        s.Delivery.Correction!.Value
                    )),
            ]
        );
}

/// <summary>A source's delivery in a picture.</summary>
/// <param name="Source">Code of the register.</param>
/// <param name="DeliveryId">Id of the delivery.</param>
/// <param name="Sha256">Of the file, hexadecimal.</param>
/// <param name="ReferenceDate">Last day that it covers.</param>
/// <param name="Correction">1 for the first of that date.</param>
public sealed record PictureDelivery(
    string Source,
    Guid DeliveryId,
    string Sha256,
    DateOnly ReferenceDate,
    int Correction
);

internal static class PicturesResource
{
    public static void Map(ApiRoutes routes) =>
        routes
            .FromLedger(
                "/pictures",
                Roles.Reader,
                [Parameters.Limit, Parameters.Page],
                [],
                ApiJson.Instance.PicturesResponse,
                ListAsync
            )
            .Describe(
                "listPictures",
                "Publicerade lägesbilder",
                "Published pictures",
                "Vad som publicerades när, det senaste först, och vilka leveranser det byggde på.",
                "What was published when, the newest first, and which deliveries it stood on."
            );

    private static async Task<Answer<PicturesResponse>> ListAsync(HttpContext context, Query query)
    {
        var limit = (int)query.Whole(Parameters.Limit)!.Value;
        var page = query.Whole(Parameters.Page)!.Value;
        var (rows, all) = await context
            .RequestServices.GetRequiredService<LedgerEntries>()
            .ListPicturesAsync(Paging.Skip(page, limit), limit, context.RequestAborted);
        context.RowsReturned(rows.Count);
        var (meta, links) = Paging.Of(query, ApiSetup.Root + "/pictures", rows.Count, all);
        return new PicturesResponse([.. rows.Select(PictureRow.Of)], meta, links);
    }
}
