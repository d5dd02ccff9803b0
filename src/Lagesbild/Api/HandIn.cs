using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Lagesbild.Api;

/// <summary>
/// A register hands in a file: the body is written to disk as it comes and then goes the same way as a file of the inbox. The answer
/// waits until it is settled. Which source a register may hand in for is the policy's to say.
/// </summary>
internal static class HandIn
{
    /// <summary>Bytes. A national delivery is a tenth of it.</summary>
    public const long LargestFile = 512L << 20;

    public const string SeenBefore = "Lagesbild-Seen-Before";

    public static void Map(ApiRoutes routes) =>
        routes
            .Changing<DeliveryResponse>(
                HttpMethods.Put,
                "/sources/{source}/deliveries/{fileName}",
                Roles.Register,
                [
                    new PathId("source", new Bilingual("Källans kod.", "The source's code."), "SPOR"),
                    new PathId(
                        "fileName",
                        new Bilingual(
                            "Filens namn, enligt leveransformatet.",
                            "The file's name, as the delivery format has it."
                        ),
                        LedgerExamples.FileName
                    ),
                ],
                typeof(Stream),
                AnswerAsync
            )
            .Describe(
                "handInDelivery",
                "Lämna in en leverans",
                "Hand in a delivery",
                "201: publicerad. 202: hålls för en operatörs beslut. 422: nekad, med fynden i receipt. Samma innehåll en gång till, "
                    + "för samma källa och datum, får samma kvitto, med Lagesbild-Seen-Before: true.",
                "201: published. 202: held for an operator's decision. 422: refused, with the findings in receipt. The same content "
                    + "once more, for the same source and date, gets the same receipt, with Lagesbild-Seen-Before: true."
            );

    private static async Task AnswerAsync(HttpContext context)
    {
        var source = (string)context.Request.RouteValues["source"]!;
        var services = context.RequestServices;
        if (!string.IsNullOrEmpty(context.Request.Headers.ContentEncoding))
        {
            // The file is what its sha256 says: nothing is unpacked on the way.
            await Problem.FileAsItIs.WriteAsync(context);
            return;
        }

        if (context.Request.Headers.ContentRange.Count > 0)
        {
            await Problem.PartOfFile.WriteAsync(context);
            return;
        }

        // Without a name once it is open: the system takes it back whichever way this process ends.
        var path = Path.GetTempFileName();
        await using var spool = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        if (await SpoolAsync(context, spool) is { } refused)
        {
            await refused.WriteAsync(context);
            return;
        }

        spool.Position = 0;
        // Whole and here: settling goes on though the sender may not wait for its answer.
        var handedIn = await services.GetRequiredService<HandInFile>()(
            (string)context.Request.RouteValues["fileName"]!,
            spool,
            source,
            context.User.Caller()!.HsaId,
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
        );
        await AnswerAsync(context, handedIn);
    }

    private static async Task<Problem?> SpoolAsync(HttpContext context, FileStream spool)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestFile;
        try
        {
            await context.Request.Body.CopyToAsync(spool, context.RequestAborted);
            await spool.FlushAsync(context.RequestAborted);
            return null;
        }
        catch (BadHttpRequestException failure)
        {
            return Problem.OfStatus(failure.StatusCode);
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // No room on the disk: nothing has been taken in, and the sender keeps the file.
            return Problem.NoRoom;
        }
    }

    private static async Task AnswerAsync(HttpContext context, HandedIn handedIn)
    {
        var entries = context.RequestServices.GetRequiredService<LedgerEntries>();
        var entry = await entries.FindAsync(handedIn.Receipt.Id!.Value, context.RequestAborted);
        var receipt = DeliveryResponse.Of(entry!, comparison: null);
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (handedIn.IsSeenBefore)
        {
            response.Headers[SeenBefore] = "true";
        }

        if (entry!.Delivery.State == DeliveryState.Refused)
        {
            await Problem.DeliveryRefused.WriteAsync(context, receipt);
            return;
        }

        response.StatusCode =
            entry.Delivery.State == DeliveryState.Held ? StatusCodes.Status202Accepted : StatusCodes.Status201Created;
        response.Headers.Location = receipt.Links.Self.Href;
        await response.WriteAsJsonAsync(
            receipt,
            ApiJson.Instance.DeliveryResponse,
            Representation.Json.MediaType,
            context.RequestAborted
        );
    }
}
