using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Lagesbild.Deliveries;
using Microsoft.OpenApi;

namespace Lagesbild.Api;

/// <summary>
/// The contract's examples of what is read out of the ledger, which a small invented picture cannot answer: made of the same
/// records as the answers.
/// </summary>
internal static class LedgerExamples
{
    private const string Certificate = "--cert operator.pem --key operator.key ";
    private const string Reason = """{"reason":"Registret har bekräftat att enheten slutat operera."}""";

    private static readonly Guid DeliveryId = new("0197c1a2-5b1e-7c40-9a44-6f0e2d3c4b5a");
    private static readonly Guid PictureId = new("0197c1a2-7d2f-7e51-8b13-1a2b3c4d5e6f");
    private static readonly DateTimeOffset Received = new(2026, 11, 22, 2, 29, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Settled = new(2026, 11, 22, 2, 30, 0, TimeSpan.Zero);

    private static readonly PictureRow Picture = new(
        PictureId,
        Settled,
        IsShown: true,
        IsRestorable: false,
        SourcesLost: [],
        [new PictureDelivery("SPOR", DeliveryId, new string('a', 64), new DateOnly(2026, 11, 21), 1)]
    );

    private static readonly Lazy<IReadOnlyDictionary<string, Example>> All = new(() =>
        new Dictionary<string, Example>
        {
            ["listDeliveries"] = new(
                $"curl {Certificate}'ROOT/deliveries?source=SPOR&limit=1'",
                Written(
                    new DeliveriesResponse(
                        [Row("published", Settled)],
                        new ListMeta(1, 1, 1, 1, 1),
                        Links("/deliveries?source=SPOR&limit=1")
                    ),
                    ApiJson.Instance.DeliveriesResponse
                ),
                "200"
            ),
            ["getDelivery"] = new(
                $"curl {Certificate}'ROOT/deliveries/{DeliveryId}'",
                Written(Receipt(Row("published", Settled)), ApiJson.Instance.DeliveryResponse),
                "200"
            ),
            ["handInDelivery"] = new(
                "curl --cert register.pem --key register.key --upload-file SPOR_2026-11-21.zip "
                    + "'ROOT/sources/SPOR/deliveries/SPOR_2026-11-21.zip'",
                Written(Receipt(Row("published", Settled)), ApiJson.Instance.DeliveryResponse),
                "201",
                "202"
            ),
            ["releaseDelivery"] = Order(
                $"/deliveries/{DeliveryId}/release",
                Written(Receipt(Row("published", Settled), "release"), ApiJson.Instance.DeliveryResponse)
            ),
            ["refuseDelivery"] = Order(
                $"/deliveries/{DeliveryId}/refuse",
                Written(Receipt(Row("refused", Settled), "refuse"), ApiJson.Instance.DeliveryResponse)
            ),
            ["restorePicture"] = Order($"/pictures/{PictureId}/restore", Written(Picture, ApiJson.Instance.PictureRow)),
            ["listPictures"] = new(
                "curl --cert navigator.pem --key navigator.key 'ROOT/pictures?limit=1'",
                Written(
                    new PicturesResponse([Picture], new ListMeta(1, 1, 1, 1, 1), Links("/pictures?limit=1")),
                    ApiJson.Instance.PicturesResponse
                ),
                "200"
            ),
        }
    );

    /// <returns>False where the operation is none of the ledger's.</returns>
    public static bool TryAddTo(OpenApiOperation operation, string root)
    {
        if (!All.Value.TryGetValue(operation.OperationId!, out var example))
        {
            return false;
        }

        foreach (var status in example.Statuses)
        {
            // A node has one place only.
            operation.Responses![status].Content![Representation.Json.MediaType].Examples = ContractExamples.One(
                example.Answer.DeepClone()
            );
        }

        if (operation.RequestBody?.Content?.TryGetValue(Representation.Json.MediaType, out var body) == true)
        {
            body.Examples = ContractExamples.One(JsonNode.Parse(Reason)!);
        }

        operation.Extensions = ContractExamples.Samples([
            ("application/json", example.Curl.Replace("ROOT", root, StringComparison.Ordinal)),
        ]);
        return true;
    }

    private static Example Order(string path, JsonNode answer) =>
        new($"curl {Certificate}--json '{Reason}' 'ROOT{path}'", answer, "200");

    private static DeliveryRow Row(string state, DateTimeOffset? settled) =>
        new(
            DeliveryId,
            "SPOR_2026-11-21.zip",
            "SPOR",
            new DateOnly(2026, 11, 21),
            1,
            state,
            Received,
            settled,
            null,
            null,
            "SE2321000016-SPOR",
            2_551_700,
            new string('a', 64),
            new DeliveryCounts(46, 104, 187_214, 61_020, 9_412, 178_307, 214_530),
            new Dictionary<string, int> { ["unit-gone"] = 1 }
        );

    private static DeliveryResponse Receipt(DeliveryRow row, string? decision = null) =>
        new(
            row,
            [
                new FindingInfo(
                    "unit-gone",
                    decision is null ? "info" : "hold",
                    "En enhet som fanns i den publicerade leveransen saknas.",
                    "enheter.csv",
                    null,
                    null
                ),
            ],
            decision is null
                ? []
                :
                [
                    new DecisionInfo(
                        decision,
                        "SE2321000016-OPER",
                        Settled,
                        "Registret har bekräftat att enheten slutat operera."
                    ),
                ],
            null,
            new SelfLink(new Link(DeliveryResponse.PathOf(DeliveryId)))
        );

    private static ListLinks Links(string path) =>
        new(
            new Link(ApiSetup.Root + path),
            new Link(ApiSetup.Root + path + "&page=1"),
            null,
            null,
            new Link(ApiSetup.Root + path + "&page=1")
        );

    private static JsonNode Written<T>(T body, JsonTypeInfo<T> json) => JsonSerializer.SerializeToNode(body, json)!;

    private sealed record Example(string Curl, JsonNode Answer, params string[] Statuses);
}
