using System.Globalization;
using System.Text.Json.Nodes;
using Lagesbild.Deliveries;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Lagesbild.Api;

/// <summary>
/// What the contract says beside its operations, as Sweden's national REST API profile asks for: who answers for it, on
/// what terms, what is known not to work, how it changes; headers, errors and examples that operations share.
/// </summary>
internal sealed class Contract : IDocumentFilter
{
    /// <summary>A name that nobody can own (RFC 2606): where a service hands the contract out, its own stands there.</summary>
    public const string Host = "https://lagesbild.example";

    private const string TraceParent = "traceparent";
    private const string IfNoneMatch = "ifNoneMatch";
    private const string NotModified = "NotModified";
    private const string NotModifiedDownload = "NotModifiedDownload";

    private static readonly string[] OfReading = ["traceparent", "ETag", "Cache-Control", "Vary", "Content-Encoding"];
    private static readonly string[] OfDownloads = [StreamedResponse.PictureHeader, StreamedResponse.SyntheticHeader];

    private static readonly Dictionary<string, Bilingual> Tags = new()
    {
        ["api-info"] = new("Om gränssnittet.", "About the API."),
        ["procedures"] = new("Åtgärder: vad som utförs.", "Procedures: what is performed."),
        ["regions"] = new("Regionerna.", "The regions."),
        ["units"] = new("Vårdenheterna.", "The care units."),
        ["waiting-times"] = new("Väntetiderna.", "The waiting times."),
        ["trends"] = new("Utvecklingen över 18 månader.", "Trends over 18 months."),
        ["sources"] = new(
            "Källorna: registren och deras leveranser.",
            "The sources: the registers and their deliveries."
        ),
        ["pictures"] = new("Lägesbilderna: vad som publicerats när.", "The pictures: what was published when."),
        ["deliveries"] = new("Leveranserna och deras kvitton.", "The deliveries and their receipts."),
    };

    public static OpenApiInfo Info { get; } =
        new()
        {
            Title = "Lägesbild",
            Version = ApiInfoResponse.Version,
            Summary = "Nationella lägesbilden över väntetider / The national situational picture of waiting times",
            Description = """
                Nationella lägesbilden: väntetider till operation ur nationella kvalitetsregister, för vårdlotsar, regionernas
                system och planerare. Varje siffra säger hur många patienter den bygger på, vad indelningen i fack döljer, vad
                slumpen döljer, vilken klocka den är mätt med och, där den saknas, varför.

                Åtkomst: SITHS-certifikat över ömsesidig TLS. Personer kommer in med tillitsnivå 3, system med
                funktionscertifikat som förvaltningen lagt till. `GET /api-info` och kontraktet
                (`GET /openapi.yaml`, `GET /openapi.json`) är öppna.

                Kända begränsningar: rapporteringen till registren är frivillig, och enheter som inte rapporterar syns inte.
                Siffrorna gäller genomförda operationer: ett tecken på förmågan att ta emot, inget löfte och ingen kö. Registren
                mäter väntan med olika klockor, och ingen av dem är vårdgarantins. Små tal är undertryckta. De senaste månaderna
                är preliminära. Avstånd är fågelvägen mellan tätorter.

                Utöver de huvuden som står vid svaren har varje svar `Content-Security-Policy`, `Referrer-Policy`,
                `X-Content-Type-Options`, `Cross-Origin-Resource-Policy` och, utom under namnet localhost,
                `Strict-Transport-Security`. De säger webbläsare vad de inte får göra; en klient behöver dem inte.

                Livscykel: inom v1 läggs bara till, fält som parametrar och värden; klienten ska tåla okända fält. Det som ska
                bort märks `deprecated` i kontraktet och svarar med huvudena Deprecation och Sunset minst tolv månader innan det
                försvinner. En ny huvudversion får en egen sökväg, och den gamla finns kvar minst tolv månader.

                ---

                The national situational picture: waiting times to operation from national quality registers, for care navigators,
                regions' systems and planners. Every figure says how many patients it stands on, what binning hides, what chance
                hides, which clock it was measured by and, where it is missing, why.

                Access: a SITHS certificate over mutual TLS. Persons enter at level of assurance 3, systems with a function
                certificate that the administration has admitted. `GET /api-info` and the contract
                (`GET /openapi.yaml`, `GET /openapi.json`) are open.

                Known limitations: reporting to the registers is voluntary, and units that do not report are not seen. Figures are of
                performed operations: an indication of the ability to take patients, not a promise and not a queue. The registers
                measure waits by different clocks, none of which is the care guarantee's. Small numbers are masked. The latest months
                are preliminary. Distances are great-circle, between towns.

                Beside the headers that stand with the responses every response has `Content-Security-Policy`, `Referrer-Policy`,
                `X-Content-Type-Options`, `Cross-Origin-Resource-Policy` and, but under the name localhost,
                `Strict-Transport-Security`. They tell browsers what they may not do; a client has no need of them.

                Lifecycle: within v1 there are only additions, of members, parameters and values; a client must put up with members
                it does not know. What is to go is marked `deprecated` in the contract and answers with the headers Deprecation and
                Sunset at least twelve months before it goes. A new major version gets a path of its own, and the old one stays at
                least twelve months.
                """.ReplaceLineEndings("\n"),
            TermsOfService = new Uri(Host + "/om#behorighet"),
            Contact = new OpenApiContact
            {
                Name =
                    "Lägesbildens förvaltning (e-postadressen är ett exempel) / "
                    + "The administration of Lägesbild (the e-mail address is an example)",
                Email = "forvaltning@lagesbild.example",
                Url = new Uri(Host + "/om"),
            },
            License = new OpenApiLicense
            {
                Name = "Villkor: vem får använda lägesbilden / Terms: who may use the picture",
                Url = new Uri(Host + "/om#behorighet"),
            },
            Extensions = new Dictionary<string, IOpenApiExtension>
            {
                ["x-lifecycle"] = new JsonNodeExtension(
                    new JsonObject
                    {
                        ["status"] = ApiInfoResponse.Current.ApiStatus,
                        ["released"] = ApiInfoResponse.Current.ApiReleased.ToString(
                            "yyyy-MM-dd",
                            CultureInfo.InvariantCulture
                        ),
                        ["noticeMonths"] = 12,
                    }
                ),
                ["x-sla"] = new JsonNodeExtension(
                    new JsonObject
                    {
                        ["availability"] =
                            "Inga utlovade tider; läget syns på /om. / No promised hours; the state is shown at /om.",
                        ["responseTime"] =
                            "Mål: 95 % av svaren inom en sekund. / Aim: 95 % of responses within a second.",
                        ["support"] = "Vardagar 8–16, ange traceId. / Weekdays 8–16, quote the traceId.",
                    }
                ),
            },
        };

    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        document.Info = Info;
        document.ExternalDocs = new OpenApiExternalDocs
        {
            Description =
                "Villkor, källor, servicenivå (SLA) och hur siffrorna räknas / Terms, sources, service level (SLA) and how "
                + "figures are computed",
            Url = new Uri(Host + "/om"),
        };
        AddParametersAndHeaders(document);
        var paths = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            paths[path[ApiSetup.Root.Length..]] = (OpenApiPathItem)item;
            foreach (var (method, operation) in item.Operations!)
            {
                Complete(operation, method == HttpMethod.Get, document);
            }
        }

        AddResponses(document, context, [.. paths.Values.SelectMany(item => item.Operations!.Values)]);
        document.Paths = paths;
        SwedishDescriptions.AddTo(document);
        var used = paths.Keys.Select(path => path.Split('/')[1]).ToHashSet();
        document.Tags = Tags.Where(tag => used.Contains(tag.Key))
            .Select(tag => new OpenApiTag { Name = tag.Key, Description = Both(tag.Value) })
            .ToHashSet();
    }

    private static void AddParametersAndHeaders(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiParameter>(
            TraceParent,
            new OpenApiParameter
            {
                Name = "traceparent",
                In = ParameterLocation.Header,
                Description = Both(
                    new(
                        "Spårning enligt W3C Trace Context; tas upp och returneras. Ett id vars siffror kan läsas som ett personnummer "
                            + "(något av tusen) byts: svarets gäller.",
                        "W3C Trace Context; taken up and returned. An id whose digits may be read as a personal identity number "
                            + "(one or two in a thousand) gives way to a new one: what is returned holds."
                    )
                ),
                Schema = Text("^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"),
                Example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            }
        );
        document.AddComponent<IOpenApiParameter>(
            IfNoneMatch,
            new OpenApiParameter
            {
                Name = "If-None-Match",
                In = ParameterLocation.Header,
                Description = Both(
                    new(
                        "ETag från ett tidigare svar: 304 om inget ändrats.",
                        "ETag of an earlier response: 304 where nothing has changed."
                    )
                ),
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = "\"9f2c1d5e8b7a40316c5d4e3f2a1b0c9d\"",
            }
        );
        AddHeader(
            document,
            "traceparent",
            new("Spårning enligt W3C Trace Context.", "W3C Trace Context."),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01",
            "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
        );
        AddHeader(
            document,
            "ETag",
            new("Stark; ändras när svaret gör det.", "Strong; changes when the response does."),
            "\"9f2c1d5e8b7a40316c5d4e3f2a1b0c9d\""
        );
        AddHeader(
            document,
            "Cache-Control",
            new(
                "Hur länge svaret får återanvändas utan att fråga.",
                "How long the response may be reused without asking."
            ),
            "private, max-age=60"
        );
        AddHeader(
            document,
            "Vary",
            new("Vad svaret mer än adressen beror på.", "What the response depends on besides the address."),
            "Accept, Accept-Encoding"
        );
        AddHeader(
            document,
            "Location",
            new("Kvittots adress.", "The receipt's address."),
            ApiSetup.Root + "/deliveries/0197c1a2-5b1e-7c40-9a44-6f0e2d3c4b5a"
        );
        AddHeader(
            document,
            HandIn.SeenBefore,
            new("true när samma innehåll lämnats in förut.", "true where the same content was handed in before."),
            "true"
        );
        AddHeader(
            document,
            StreamedResponse.PictureHeader,
            new(
                "Lägesbildens id, för alla format utom application/json, som har det i svaret.",
                "The picture's id, of every format but application/json, which has it within."
            ),
            "0197c1a2-7d2f-7e51-8b13-1a2b3c4d5e6f"
        );
        AddHeader(
            document,
            StreamedResponse.SyntheticHeader,
            new(
                "true när någon källas data är påhittade; som Lagesbild-Picture.",
                "true where the data of any source are invented; as Lagesbild-Picture."
            ),
            "false"
        );
        AddHeader(
            document,
            "Content-Disposition",
            new(
                "Filens namn, som säger vad den innehåller; för alla format utom application/json.",
                "The file's name, which says what is inside; of every format but application/json."
            ),
            "attachment; filename=\"vantetider_NGB_enhet_2026-11-21.csv\""
        );
        AddHeader(
            document,
            "Content-Encoding",
            new(
                "Hur svaret är packat, när Accept-Encoding ber om det.",
                "How it is packed, where Accept-Encoding asks."
            ),
            "br"
        );
        AddHeader(document, "Content-Language", new("Språket i title och detail.", "Of title and detail."), "en");
        AddHeader(
            document,
            "WWW-Authenticate",
            new(
                "Vad som saknas: ett klientcertifikat (inget registrerat schema).",
                "What is missing: a client certificate (no registered scheme)."
            ),
            "ClientCertificate realm=\"lagesbild\""
        );
        AddHeader(
            document,
            "Allow",
            new("Metoderna som resursen tar.", "The methods that the resource takes."),
            "GET, HEAD"
        );
        AddHeader(document, "Retry-After", new("Sekunder att vänta.", "Seconds to wait."), "2");
    }

    private static void AddResponses(
        OpenApiDocument document,
        DocumentFilterContext context,
        IReadOnlyList<OpenApiOperation> operations
    )
    {
        foreach (var (name, headers) in ((string, string[])[])[(NotModified, []), (NotModifiedDownload, OfDownloads)])
        {
            document.AddComponent<IOpenApiResponse>(
                name,
                new OpenApiResponse
                {
                    Description = Both(
                        new(
                            "Oförändrat sedan svaret med den ETag som angavs.",
                            "Unchanged since the response with the ETag that was given."
                        )
                    ),
                    Headers = Headers(document, ["traceparent", "ETag", "Cache-Control", "Vary", .. headers]),
                }
            );
        }

        var schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemResponse), context.SchemaRepository);
        foreach (var problems in ContractExamples.Problems.GroupBy(problem => problem.Status))
        {
            var status = problems.Key.ToString(CultureInfo.InvariantCulture);
            if (!operations.Any(operation => operation.Responses!.ContainsKey(status)))
            {
                continue;
            }

            document.AddComponent<IOpenApiResponse>(
                NameOf(problems.Key),
                new OpenApiResponse
                {
                    Description = Both(ContractExamples.MeaningOf(problems.Key)),
                    Headers = Headers(
                        document,
                        [
                            "traceparent",
                            "Cache-Control",
                            "Content-Language",
                            .. problems.Key switch
                            {
                                401 => (string[])["WWW-Authenticate"],
                                405 => ["Allow"],
                                429 or 503 => ["Retry-After"],
                                _ => [],
                            },
                        ]
                    ),
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        [Problem.MediaType] = new()
                        {
                            Schema = schema,
                            Examples = problems
                                .GroupBy(problem => problem.Code)
                                .SelectMany(same => same.Select((problem, nth) => (problem, nth)))
                                .ToDictionary(
                                    one => one.nth == 0 ? one.problem.Code : $"{one.problem.Code}-{one.nth + 1}",
                                    one =>
                                        (IOpenApiExample)
                                            new OpenApiExample
                                            {
                                                Summary = one.problem.Title,
                                                Value = ContractExamples.Written(one.problem),
                                            }
                                ),
                        },
                    },
                }
            );
        }
    }

    private static void Complete(OpenApiOperation operation, bool isGet, OpenApiDocument document)
    {
        operation.Parameters =
        [
            .. operation.Parameters ?? [],
            .. isGet ? (IOpenApiParameter[])[new OpenApiParameterReference(IfNoneMatch, document)] : [],
            new OpenApiParameterReference(TraceParent, document),
        ];
        var responses = operation.Responses!;
        int[] anywhere = [405, 414, 421, 429];
        foreach (
            var status in responses
                .Where(response => response.Value.Content?.ContainsKey(Problem.MediaType) == true)
                .Select(response => int.Parse(response.Key, CultureInfo.InvariantCulture))
                .Concat(anywhere)
                .Distinct()
                .Where(status => ContractExamples.Problems.Any(problem => problem.Status == status))
                .ToList()
        )
        {
            responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponseReference(
                NameOf(status),
                document
            );
        }

        var isDownload = isGet && responses["200"].Content!.Keys.Any(type => type != Representation.Json.MediaType);
        if (isGet)
        {
            responses["304"] = new OpenApiResponseReference(isDownload ? NotModifiedDownload : NotModified, document);
        }

        foreach (var (status, response) in responses)
        {
            if (response is OpenApiResponse { } own && status.StartsWith('2'))
            {
                own.Headers =
                    isDownload ? Headers(document, [.. OfReading, "Content-Disposition", .. OfDownloads])
                    : isGet ? Headers(document, OfReading)
                    : status == "200" ? Headers(document, "traceparent")
                    : Headers(document, "traceparent", "Location", "Lagesbild-Seen-Before");
            }
        }

        var ordered = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            ordered[status] = response;
        }

        operation.Responses = ordered;
        ContractExamples.AddTo(operation, Host + ApiSetup.Root);
    }

    private static Dictionary<string, IOpenApiHeader> Headers(OpenApiDocument document, params string[] names) =>
        names.ToDictionary(name => name, name => (IOpenApiHeader)new OpenApiHeaderReference(name, document));

    private static void AddHeader(
        OpenApiDocument document,
        string name,
        Bilingual meaning,
        string example,
        string? pattern = null
    ) =>
        document.AddComponent<IOpenApiHeader>(
            name,
            new OpenApiHeader
            {
                Description = Both(meaning),
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = pattern },
                Example = example,
            }
        );

    private static OpenApiSchema Text(string pattern) => new() { Type = JsonSchemaType.String, Pattern = pattern };

    private static string NameOf(int status) => string.Create(CultureInfo.InvariantCulture, $"Problem{status}");

    private static string Both(Bilingual text) => text.Swedish + " / " + text.English;
}
