using System.Text.Json;
using System.Text.Json.Serialization;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Lagesbild.Api;

/// <summary>Why an operator decides as he does.</summary>
/// <param name="Reason">1 to 1000 characters; recorded for good, so nothing about a patient.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReasonRequest([property: JsonRequired] string Reason);

/// <summary>
/// What operators order. JSON alone is taken: a foreign page can make a browser send a form along with the operator's certificate,
/// but not that, without being asked first.
/// </summary>
internal static class Decisions
{
    /// <summary>Bytes.</summary>
    public const int LargestBody = 16 << 10;

    // What is too large is read to its end, as far as this: a connection that is closed while the sender still sends may take
    // the answer with it.
    private const long LargestRead = 1 << 20;

    public static void Map(ApiRoutes routes)
    {
        MapOfDelivery(
            routes,
            OperatorDecisionKind.Release,
            "releaseDelivery",
            new Bilingual("Släpp fram", "Release"),
            new Bilingual(
                "Publicerar en hållen leverans. 409 om den inte hålls, eller om källan sedan dess har publicerat en senare.",
                "Publishes a held delivery. 409 where it is not held, or the source has published a later one since."
            )
        );
        MapOfDelivery(
            routes,
            OperatorDecisionKind.Refuse,
            "refuseDelivery",
            new Bilingual("Neka", "Refuse"),
            new Bilingual(
                "Nekar en hållen leverans. Dess innehåll raderas; kvittot och beslutet finns kvar. 409 om den inte hålls.",
                "Refuses a held delivery. Its content is erased; the receipt and the decision stay. 409 where it is not held."
            )
        );
        routes
            .Changing<PictureRow>(
                HttpMethods.Post,
                "/pictures/{id}/restore",
                Roles.Operator,
                [
                    new PathId(
                        "id",
                        new Bilingual("Lägesbildens id.", "The picture's id."),
                        LedgerExamples.PictureId.ToString()
                    ),
                ],
                typeof(ReasonRequest),
                context =>
                    OrderAsync(
                        context,
                        OperatorDecisionKind.Restore,
                        async _ =>
                        {
                            var entries = context.RequestServices.GetRequiredService<LedgerEntries>();
                            var (rows, _) = await entries.ListPicturesAsync(0, 1, context.RequestAborted);
                            await WriteAsync(context, PictureRow.Of(rows[0]), ApiJson.Instance.PictureRow);
                        }
                    )
            )
            .Describe(
                "restorePicture",
                "Återställ en tidigare lägesbild",
                "Restore an earlier picture",
                "Publicerar på nytt de leveranser som en tidigare lägesbild byggde på, som en ny lägesbild. En källa som den "
                    + "inte byggde på försvinner ur det som visas: sourcesLost i listan över lägesbilder säger vilka. 409 om något av "
                    + "innehållet är raderat. Visas redan samma leveranser ändras ingenting och inget beslut antecknas: 200 med den "
                    + "lägesbild som visas.",
                "Publishes again the deliveries that an earlier picture stood on, as a new picture. A source that it did not stand on "
                    + "goes away from what is shown: sourcesLost in the list of pictures says which. 409 where any of the content "
                    + "has been erased. Where the same deliveries are shown already, nothing changes and no decision is recorded: 200 "
                    + "with the picture that is shown."
            );
    }

    private static void MapOfDelivery(
        ApiRoutes routes,
        OperatorDecisionKind kind,
        string id,
        Bilingual summary,
        Bilingual description
    ) =>
        routes
            .Changing<DeliveryResponse>(
                HttpMethods.Post,
                "/deliveries/{id}/" + kind.ToString().ToLowerInvariant(),
                Roles.Operator,
                [DeliveriesResource.DeliveryId],
                typeof(ReasonRequest),
                context =>
                    OrderAsync(
                        context,
                        kind,
                        async subject =>
                            await WriteAsync(
                                context,
                                (await DeliveriesResource.ReceiptAsync(context, subject))!,
                                ApiJson.Instance.DeliveryResponse
                            )
                    )
            )
            .Describe(id, summary.Swedish, summary.English, description.Swedish, description.English);

    private static async Task OrderAsync(HttpContext context, OperatorDecisionKind kind, Func<Guid, Task> done)
    {
        var (reason, refused) = await ReadReasonAsync(context);
        if (refused is not null)
        {
            await refused.WriteAsync(context);
            return;
        }

        var outcome = Guid.TryParseExact((string)context.Request.RouteValues["id"]!, "D", out var subject)
            ? await context.RequestServices.GetRequiredService<CarryOutOrder>()(
                new OperatorOrder(kind, subject, context.User.Caller()!.HsaId, reason!),
                context.RequestAborted
            )
            : OrderOutcome.Unknown;
        var problem = outcome switch
        {
            OrderOutcome.Done or OrderOutcome.DoneBefore => null,
            OrderOutcome.NotHeld => Problem.NotHeld,
            OrderOutcome.Overtaken => Problem.Overtaken,
            OrderOutcome.Erased => Problem.Erased,
            _ when kind == OperatorDecisionKind.Restore => Problem.PictureUnknown,
            _ => Problem.DeliveryUnknown,
        };
        await (problem is null ? done(subject) : problem.WriteAsync(context));
    }

    private static async Task<(string? Reason, Problem? Refused)> ReadReasonAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        )
        {
            return (null, Problem.JsonOnly);
        }

        if (
            type.Charset.HasValue
            && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        )
        {
            return (null, Problem.OnlyUtf8);
        }

        if (!string.IsNullOrEmpty(request.Headers.ContentEncoding))
        {
            return (null, Problem.BodyAsItIs);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestRead;
        try
        {
            var body = new byte[LargestBody + 1];
            var length = await request.Body.ReadAtLeastAsync(
                body,
                body.Length,
                throwOnEndOfStream: false,
                context.RequestAborted
            );
            if (length > LargestBody)
            {
                await request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                return (null, Problem.OfStatus(StatusCodes.Status413PayloadTooLarge));
            }

            using var json = new MemoryStream(body, 0, length);
            if (JsonSerializer.Deserialize(json, ApiJson.Instance.ReasonRequest) is not { } order)
            {
                return (null, Problem.InvalidBody);
            }

            var reason = order.Reason?.Trim() ?? "";
            return OperatorOrder.JudgeReason(reason) is { } fault
                ? (null, Problem.ReasonNotUsable(fault))
                : (reason, null);
        }
        catch (JsonException)
        {
            return (null, Problem.InvalidBody);
        }
        catch (BadHttpRequestException failure)
        {
            return (null, Problem.OfStatus(failure.StatusCode));
        }
    }

    private static Task WriteAsync<T>(
        HttpContext context,
        T body,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, json, Representation.Json.MediaType, context.RequestAborted);
    }
}
