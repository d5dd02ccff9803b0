using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.OpenApi;

namespace Lagesbild.Api;

/// <summary>
/// The contract's examples. Those of answers are real answers, to the requests beside them, of the demonstration's picture;
/// those of errors are what the code says.
/// </summary>
internal static class ContractExamples
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>
    /// Of each operation: what is asked, and the media type of the answer, which lies in Examples. Of a workbook it is what the sheets
    /// hold, as text.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<(string MediaType, string Request)>> Requests { get; } =
        new Dictionary<string, IReadOnlyList<(string, string)>>
        {
            ["getApiInfo"] = [("application/json", "/api-info")],
            ["listProcedures"] = [("application/json", "/procedures?q=kn%C3%A4protes&limit=2")],
            ["getProcedure"] = [("application/json", "/procedures/NGB")],
            ["listRegions"] = [("application/json", "/regions?limit=2")],
            ["listUnits"] = [("application/json", "/units?region=20&limit=2")],
            ["getUnit"] = [("application/json", "/units/SE5599990090-EX01")],
            ["listWaitingTimes"] =
            [
                ("application/json", "/waiting-times?procedure=NGB&near=2380&compareWith=20&limit=2"),
                ("text/csv", "/waiting-times?procedure=NGB&level=region&format=csv"),
                ("text/csv", "/waiting-times?procedure=NGB&level=region&format=csv-excel-sv"),
                (Workbook, "/waiting-times?procedure=NGB&level=region&format=xlsx"),
                (
                    "application/vnd.json-stat+json",
                    "/waiting-times?procedure=NGB&unit=SE2321000180-EX01&format=json-stat"
                ),
            ],
            ["explainWaitingTime"] =
            [
                ("application/json", "/waiting-times/explain?procedure=NGB&unit=SE2321000180-EX01"),
            ],
            ["listTrends"] =
            [
                ("application/json", "/trends?procedure=NGB&unit=SE2321000180-EX01"),
                ("text/csv", "/trends?procedure=NGB&level=country&format=csv"),
                ("text/csv", "/trends?procedure=NGB&level=country&format=csv-excel-sv"),
                (Workbook, "/trends?procedure=NGB&level=country&format=xlsx"),
                ("application/vnd.json-stat+json", "/trends?procedure=NGB&level=country&format=json-stat"),
            ],
            ["listSources"] = [("application/json", "/sources")],
            ["downloadPicture"] =
            [
                ("text/csv", "/pictures/current/waiting-times?format=csv"),
                ("application/x-ndjson", "/pictures/current/waiting-times?format=json"),
            ],
        };

    /// <summary>Lines kept of an example that is not one JSON document, and of each file within one.</summary>
    public const int LinesKept = 3;

    /// <summary>What a register hands in, as text, which lies in Examples.</summary>
    public static IReadOnlyList<string> HandedIn { get; } = [LedgerExamples.FileName, "NCR_2026-11-21.jsonl.gz"];

    /// <summary>One of each code that a caller may meet.</summary>
    public static IReadOnlyList<Problem> Problems { get; } =
    [
        Query
            .Read(WaitingTimesResource.ParametersWith(Parameters.OfGroups(SourceReaders.Standard)), "?prcedure=NGB")
            .Problem!,
        Query.Read([Parameters.Procedure], "").Problem!,
        Query.Read([Parameters.Period], "?period=80d").Problem!,
        Query.Read([Parameters.Period], "?period=30d&period=90d").Problem!,
        Problem.OnlyOfUnits("near", "near", Picture.Level.Region),
        Problem.GroupNotAvailable(
            "timeLimit",
            "The figures of this procedure come from NCR, which has no patient group timeLimit=0-14. It has: "
                + "anaesthesia = general."
        ),
        Of(Refusal.CertificateMissing),
        Of(Refusal.Chain),
        Of(Refusal.Expired),
        Of(Refusal.NotYetValid),
        Of(Refusal.Revoked),
        Of(Refusal.RevocationUnknown),
        Of(Refusal.Issuer),
        Of(Refusal.KeyUsage),
        Of(Refusal.ExtendedKeyUsage),
        Of(Refusal.Policy),
        Of(Refusal.LevelOfAssurance),
        Of(Refusal.Identity),
        Of(Refusal.NotAuthorised),
        Of(Proxies.NotAProxy),
        Of(Edge.AnotherSite),
        Problem.InvalidBody,
        Problem.OfStatus(400),
        Problem.PartOfFile,
        Problem.ProcedureUnknown,
        Problem.UnitUnknown,
        Problem.NoFigure,
        Problem.DeliveryUnknown,
        Problem.PictureUnknown,
        Problem.OfStatus(404),
        Problem.OfStatus(405),
        Problem.NotAcceptable(Representation.OfTables),
        Problem.OfStatus(408),
        Problem.NotHeld,
        Problem.Overtaken,
        Problem.Erased,
        Problem.OfStatus(413),
        Problem.JsonOnly,
        Problem.BodyAsItIs,
        Problem.OnlyUtf8,
        Problem.FileAsItIs,
        Problem.DeliveryRefused,
        Problem.ReasonNotUsable(ReasonFault.Missing),
        Of(Edge.AddressTooLong),
        Of(Hosts.Misdirected),
        Of(RateLimit.TooMany),
        Problem.OfStatus(500),
        Problem.NoPicture,
        Problem.NoRoom,
        Problem.LedgerAway,
    ];

    public static Bilingual MeaningOf(int status) =>
        status switch
        {
            400 => new("En parameter är fel; parameter säger vilken.", "A parameter is wrong; parameter says which."),
            401 => new("Inget klientcertifikat.", "No client certificate."),
            403 => new(
                "Certifikatet godtas inte eller saknar behörighet; type säger varför.",
                "The certificate is not accepted or not allowed; type says why."
            ),
            404 => new("Det som efterfrågas finns inte.", "What was asked for does not exist."),
            405 => new("Resursen tar inte den metoden.", "The resource does not take this method."),
            406 => new("Accept utesluter varje format som finns.", "Accept rules out every format there is."),
            408 => new("Innehållet kom för långsamt.", "The body came too slowly."),
            409 => new("Läget medger det inte längre; type säger varför.", "It is too late for that; type says why."),
            415 => new("Fel medietyp, teckenkodning eller packning.", "Wrong media type, charset or coding."),
            422 => new("Innehållet godtas inte.", "The content is not accepted."),
            413 => new(
                $"För stort: ett beslut är högst {Decisions.LargestBody >> 10} kB, en leverans högst {HandIn.LargestFile >> 20} MB.",
                $"Too large: a decision is {Decisions.LargestBody >> 10} kB at most, a delivery {HandIn.LargestFile >> 20} MB."
            ),
            414 => new("För lång adress.", "The address is too long."),
            421 => new("Anslutningen öppnades för en annan värd.", "The connection was opened for another host."),
            429 => new(
                "För många anrop; vänta så länge som Retry-After säger.",
                "Too many requests; wait as long as Retry-After says."
            ),
            503 => new("Tjänsten kan inte svara just nu.", "The service cannot answer just now."),
            _ => new("Fel i tjänsten.", "A fault in the service."),
        };

    /// <summary>As it is sent.</summary>
    public static JsonNode Written(Problem problem) =>
        JsonSerializer.SerializeToNode(
            new ProblemResponse(
                "urn:lagesbild:problem:" + problem.Code,
                problem.Title,
                problem.Status,
                problem.Detail,
                problem.Parameter,
                ApiSetup.Root + PathOf(problem),
                "4bf92f3577b34da6a3ce929d0e0e4736",
                problem == Problem.DeliveryRefused ? LedgerExamples.Refused : null,
                problem.Reason
            ),
            ApiJson.Instance.ProblemResponse
        )!;

    // Somewhere it may be met.
    private static string PathOf(Problem problem) =>
        problem.Code switch
        {
            "procedure-unknown" => "/procedures/ZZZ",
            "unit-unknown" => "/units/SE2321000180-EX99",
            "no-figure" => "/waiting-times/explain",
            "not-found" => "/waiting-lists",
            "delivery-unknown" => $"/deliveries/{LedgerExamples.DeliveryId}",
            "picture-unknown" or "content-erased" => $"/pictures/{LedgerExamples.PictureId}/restore",
            _ when problem == Problem.FileAsItIs => $"/sources/SPOR/deliveries/{LedgerExamples.FileName}",
            "not-held" or "older-than-published" or "invalid-body" or "invalid-reason" or "unsupported-media-type" =>
                $"/deliveries/{LedgerExamples.DeliveryId}/release",
            "delivery-refused" or "payload-too-large" or "request-timeout" or "bad-request" or "no-room" =>
                $"/sources/SPOR/deliveries/{LedgerExamples.FileName}",
            "ledger-away" => "/deliveries",
            _ => "/waiting-times",
        };

    public static void AddTo(OpenApiOperation operation, string root)
    {
        if (LedgerExamples.TryAddTo(operation, root) || !Requests.TryGetValue(operation.OperationId!, out var requests))
        {
            return;
        }

        var content = operation.Responses!["200"].Content!;
        foreach (var (mediaType, request) in requests)
        {
            var text = Read(FileName(operation.OperationId!, mediaType, request));
            (content[mediaType].Examples ??= new Dictionary<string, IOpenApiExample>()).Add(
                NameOf(request),
                new OpenApiExample
                {
                    Summary = mediaType == Workbook ? AsText : Invented,
                    Value = IsDocument(mediaType) ? JsonNode.Parse(text)! : JsonValue.Create(text),
                }
            );
        }

        var certificate = operation.Security is { Count: 0 } ? "" : "--cert navigator.pem --key navigator.key ";
        operation.Extensions = Samples([
            .. requests.Select(one =>
                (
                    one.MediaType,
                    $"curl {certificate}{(one.MediaType == Workbook ? "--output väntetider.xlsx " : "")}'{root}{one.Request}'"
                )
            ),
        ]);
    }

    /// <summary>Of a file that no contract can hold.</summary>
    public static Dictionary<string, IOpenApiExample> Files(IReadOnlyList<string> names) =>
        names.ToDictionary(
            name => name.Split('_')[0],
            name => (IOpenApiExample)new OpenApiExample { Summary = AsText, Value = Read(name + ".txt") }
        );

    public static Dictionary<string, IOpenApiExample> One(JsonNode value) =>
        new()
        {
            ["example"] = new OpenApiExample { Summary = Invented, Value = value },
        };

    public static Dictionary<string, IOpenApiExtension> Samples(
        IReadOnlyList<(string Label, string Command)> samples
    ) =>
        new()
        {
            ["x-codeSamples"] = new JsonNodeExtension(
                new JsonArray([
                    .. samples.Select(sample => new JsonObject
                    {
                        ["lang"] = "Shell",
                        ["label"] = sample.Label,
                        ["source"] = sample.Command,
                    }),
                ])
            ),
        };

    /// <summary>True for an example that is one JSON document; another is text, cut after a few lines.</summary>
    public static bool IsDocument(string mediaType) =>
        mediaType.EndsWith("json", StringComparison.Ordinal) && mediaType != "application/x-ndjson";

    public static string FileName(string operationId, string mediaType, string request) =>
        operationId
        + mediaType switch
        {
            "text/csv" when NameOf(request) == "csv-excel-sv" => ".sv.csv",
            "text/csv" => ".csv",
            "application/x-ndjson" => ".jsonl",
            "application/vnd.json-stat+json" => ".stat.json",
            Workbook => ".xlsx.txt",
            _ => ".json",
        };

    /// <summary>By the format that is asked for, of those that are not the default.</summary>
    public static string NameOf(string request) =>
        request.IndexOf("format=", StringComparison.Ordinal) is var at and >= 0 ? request[(at + 7)..] : "example";

    private const string Invented = "Påhittade siffror / Invented figures";
    private const string AsText = "Påhittat innehåll, skrivet som text / Invented content, written as text";

    private static Problem Of(Refusal refusal) =>
        new(refusal.Status, refusal.Code, refusal.Title, refusal.Detail) { Reason = refusal.Code };

    // A new one begins as a file that holds {}: what is answered is written over it.
    private static string Read(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("Lagesbild.Api.Examples." + name)
            ?? throw new InvalidOperationException($"The example {name} is not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
