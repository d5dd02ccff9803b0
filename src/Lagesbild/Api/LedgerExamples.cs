using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Lagesbild.Deliveries;
using Microsoft.OpenApi;

namespace Lagesbild.Api;

/// <summary>
/// The contract's examples of what is read out of the ledger, which a picture cannot answer: made of the same
/// records as the answers.
/// </summary>
internal static class LedgerExamples
{
    private const string Certificate = "--cert operator.pem --key operator.key ";
    private const string Because = "Registret har bekräftat att enheterna slutat operera.";
    private const string Reason = $$"""{"reason":"{{Because}}"}""";

    public const string FileName = "SPOR_2026-11-21.zip";

    public static Guid DeliveryId { get; } = new("0197c1a2-5b1e-7c40-9a44-6f0e2d3c4b5a");
    public static Guid PictureId { get; } = new("0197c1a2-7d2f-7e51-8b13-1a2b3c4d5e6f");
    private static readonly DateTimeOffset Received = new(2026, 11, 22, 2, 29, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Settled = new(2026, 11, 22, 2, 30, 0, TimeSpan.Zero);

    private static readonly FindingInfo Renamed = new(
        "unit-renamed",
        "info",
        "Enhet nummer 16 i leveransen har fått ett annat namn.",
        null,
        null,
        null
    );

    private static readonly FindingInfo Drop = new(
        "unit-drop",
        "hold",
        "Leveransen har 46 enheter mot 60 i den publicerade: minst 20 % färre.",
        null,
        null,
        null
    );

    private static readonly FindingInfo BelowMinimum = new(
        "below-minimum",
        "error",
        "En synlig cell har färre än 5 patienter. Den ska skickas undertryckt (x).",
        "vantetid.csv",
        2,
        7
    );

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
                        [Row("published", Settled) with { FindingCounts = Counts(Renamed) }],
                        new ListMeta(1, 1, 1, 1, 1),
                        Links("/deliveries?source=SPOR&limit=1")
                    ),
                    ApiJson.Instance.DeliveriesResponse
                ),
                "200"
            ),
            ["getDelivery"] = new(
                LookedUp("/deliveries?source=SPOR&limit=1", ".data[0].id")
                    + $"curl {Certificate}\"ROOT/deliveries/$id\"",
                Written(Receipt(Row("published", Settled), Renamed), ApiJson.Instance.DeliveryResponse),
                "200"
            ),
            ["handInDelivery"] = new(
                $"# {FileName}: ingest-samples/accepted, eller / or: lagesbild sample --source SPOR --date 2026-11-21 --out .\n"
                    + $"curl --cert register-spor.pem --key register-spor.key --upload-file {FileName} "
                    + $"'ROOT/sources/SPOR/deliveries/{FileName}'",
                Written(Receipt(Row("published", Settled), Renamed), ApiJson.Instance.DeliveryResponse),
                "201"
            )
            {
                Held = Written(Receipt(Row("held", null), Drop), ApiJson.Instance.DeliveryResponse),
            },
            ["releaseDelivery"] = Order(
                Held,
                "/deliveries/$id/release",
                Written(Receipt(Row("published", Settled), Drop, "release"), ApiJson.Instance.DeliveryResponse)
            ),
            ["refuseDelivery"] = Order(
                Held,
                "/deliveries/$id/refuse",
                Written(Receipt(Row("refused", Settled), Drop, "refuse"), ApiJson.Instance.DeliveryResponse)
            ),
            // The one before what is shown.
            ["restorePicture"] = Order(
                LookedUp("/pictures?limit=2", ".data[1].id"),
                "/pictures/$id/restore",
                Written(Picture, ApiJson.Instance.PictureRow)
            ),
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

    public static DeliveryResponse Refused { get; } = Receipt(Row("refused", Settled), BelowMinimum);

    /// <returns>False where the operation is none of the ledger's.</returns>
    public static bool TryAddTo(OpenApiOperation operation, string root)
    {
        if (!All.Value.TryGetValue(operation.OperationId!, out var example))
        {
            return false;
        }

        Answer(operation, example.Status, example.Answer);
        if (example.Held is { } held)
        {
            Answer(operation, "202", held);
        }

        foreach (var (mediaType, body) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            body.Examples =
                mediaType == Representation.Json.MediaType
                    ? ContractExamples.One(JsonNode.Parse(Reason)!)
                    : ContractExamples.Files(ContractExamples.HandedIn);
        }

        operation.Extensions = ContractExamples.Samples([
            ("application/json", example.Curl.Replace("ROOT", root, StringComparison.Ordinal)),
        ]);
        return true;
    }

    // A node has one place only.
    private static void Answer(OpenApiOperation operation, string status, JsonNode answer) =>
        operation.Responses![status].Content![Representation.Json.MediaType].Examples = ContractExamples.One(
            answer.DeepClone()
        );

    private static string Held => LookedUp("/deliveries?state=held&limit=1", ".data[0].id");

    // Whoever tries a line has other ids than the example.
    private static string LookedUp(string path, string id) => $"id=$(curl {Certificate}'ROOT{path}' | jq -r '{id}')\n";

    private static Example Order(string lookedUp, string path, JsonNode answer) =>
        new($"{lookedUp}curl {Certificate}--json '{Reason}' \"ROOT{path}\"", answer, "200");

    private static DeliveryRow Row(string state, DateTimeOffset? settled) =>
        new(
            DeliveryId,
            FileName,
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
            new Dictionary<string, int>()
        );

    private static DeliveryResponse Receipt(DeliveryRow row, FindingInfo finding, string? decision = null) =>
        new(
            row with
            {
                FindingCounts = Counts(finding),
            },
            [finding],
            decision is null ? [] : [new DecisionInfo(decision, "SE2321000016-OPER", Settled, Because)],
            null,
            new SelfLink(new Link(DeliveryResponse.PathOf(DeliveryId)))
        );

    private static Dictionary<string, int> Counts(FindingInfo finding) => new() { [finding.Code] = 1 };

    private static ListLinks Links(string path) =>
        new(
            new Link(ApiSetup.Root + path),
            new Link(ApiSetup.Root + path + "&page=1"),
            null,
            null,
            new Link(ApiSetup.Root + path + "&page=1")
        );

    private static JsonNode Written<T>(T body, JsonTypeInfo<T> json) => JsonSerializer.SerializeToNode(body, json)!;

    private sealed record Example(string Curl, JsonNode Answer, string Status)
    {
        /// <summary>The answer with 202.</summary>
        public JsonNode? Held { get; init; }
    }
}
