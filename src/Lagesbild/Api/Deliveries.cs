using System.Text.Json.Serialization;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Security;

namespace Lagesbild.Api;

/// <summary>Receipts of what was handed in.</summary>
/// <param name="Data">The newest first.</param>
public sealed record DeliveriesResponse(
    IReadOnlyList<DeliveryRow> Data,
    [property: JsonPropertyName("_meta")] ListMeta Meta,
    [property: JsonPropertyName("_links")] ListLinks Links
);

/// <summary>A file that was handed in, and what became of it.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="FileName">As handed in; its sha256 where the name could not be kept.</param>
/// <param name="Source">Code of the register that it was handed in for.</param>
/// <param name="ReferenceDate">Last day that it covers, by its name; null where that tells none.</param>
/// <param name="Correction">1 for the first of a date, 2 and on for corrections.</param>
/// <param name="State"><c>refused</c>, <c>held</c> (waits for an operator), <c>published</c> or <c>superseded</c>.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="SettledAt">When it was published or refused; null while held.</param>
/// <param name="SupersededAt">Since when no picture that is shown stands on it; null unless superseded.</param>
/// <param name="ErasedAt">When its content was erased by retention; null where it has not been.</param>
/// <param name="HandedInBy">HSA-id, or <c>inbox</c>.</param>
/// <param name="SizeBytes">Of the file.</param>
/// <param name="Sha256">Of the file, hexadecimal.</param>
/// <param name="Counts">What it holds; null where it could not be read.</param>
/// <param name="FindingCounts">How many findings of each code.</param>
public record DeliveryRow(
    Guid Id,
    string FileName,
    string? Source,
    DateOnly? ReferenceDate,
    int? Correction,
    string State,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? SettledAt,
    DateTimeOffset? SupersededAt,
    DateTimeOffset? ErasedAt,
    string HandedInBy,
    long SizeBytes,
    string Sha256,
    DeliveryCounts? Counts,
    IReadOnlyDictionary<string, int> FindingCounts
)
{
    internal static DeliveryRow Of(Delivery delivery) =>
        new(
            delivery.Id,
            delivery.FileName,
            delivery.Source,
            delivery.ReferenceDate,
            delivery.Correction,
            delivery.State.ToString().ToLowerInvariant(),
            delivery.ReceivedAt,
            delivery.SettledAt,
            delivery.SupersededAt,
            delivery.ErasedAt,
            delivery.HandedInBy,
            delivery.SizeBytes,
            delivery.Sha256,
            delivery.Counts,
            delivery.FindingCounts
        );
}

/// <summary>A receipt in full.</summary>
/// <param name="Delivery">What was handed in and what became of it.</param>
/// <param name="Findings">The first hundred of each code, in the order found.</param>
/// <param name="Decisions">What operators decided about it, the newest first.</param>
/// <param name="Comparison">For operators, while it is held: it against the published delivery of its source; else null.</param>
public sealed record DeliveryResponse(
    DeliveryRow Delivery,
    IReadOnlyList<FindingInfo> Findings,
    IReadOnlyList<DecisionInfo> Decisions,
    ComparisonInfo? Comparison,
    [property: JsonPropertyName("_links")] SelfLink Links
)
{
    internal static string PathOf(Guid id) => $"{ApiSetup.Root}/deliveries/{id}";

    internal static DeliveryResponse Of(DeliveryEntry entry, DeliveryComparison? comparison) =>
        new(
            DeliveryRow.Of(entry.Delivery),
            [.. entry.Delivery.Findings.Select(FindingInfo.Of)],
            [.. entry.Decisions.Select(DecisionInfo.Of)],
            comparison is null ? null : ComparisonInfo.Of(comparison),
            new SelfLink(new Link(PathOf(entry.Delivery.Id)))
        );
}

/// <summary>Something that the check found.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c>, <c>hold</c> or <c>error</c>.</param>
/// <param name="Message">What to mend, Swedish.</param>
/// <param name="Entry">Entry of the archive, or null.</param>
/// <param name="Line">Line of the entry from 1, or null.</param>
/// <param name="Column">Field of the line from 1, or null.</param>
public sealed record FindingInfo(string Code, string Severity, string Message, string? Entry, long? Line, int? Column)
{
    internal static FindingInfo Of(Finding finding) =>
        new(
            finding.Code,
            finding.Severity.ToString().ToLowerInvariant(),
            finding.Message,
            finding.Entry,
            finding.Line,
            finding.Column
        );
}

/// <summary>What an operator decided.</summary>
/// <param name="Kind"><c>release</c> or <c>refuse</c>.</param>
/// <param name="DecidedBy">HSA-id.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Reason">Why, in his words.</param>
public sealed record DecisionInfo(string Kind, string DecidedBy, DateTimeOffset DecidedAt, string Reason)
{
    internal static DecisionInfo Of(OperatorDecision decision) =>
        new(decision.Kind.ToString().ToLowerInvariant(), decision.DecidedBy, decision.DecidedAt, decision.Reason);
}

internal static class DeliveriesResource
{
    private static readonly Parameter Source = new(
        "source",
        new Bilingual("Bara denna källas leveranser.", "Only deliveries of this source."),
        "",
        "SPOR"
    );

    private static readonly Parameter State = new(
        "state",
        new Bilingual("Bara leveranser i detta läge.", "Only deliveries in this state."),
        "",
        "held"
    )
    {
        Allowed = [.. Enum.GetValues<DeliveryState>().Select(state => state.ToString().ToLowerInvariant())],
    };

    public static PathId DeliveryId { get; } =
        new("id", new Bilingual("Leveransens id.", "The delivery's id."), LedgerExamples.DeliveryId.ToString());

    public static void Map(ApiRoutes routes)
    {
        var source = Source with { Allowed = [.. routes.Readers.All.Select(r => r.Source.Code)] };
        IReadOnlyList<Parameter> parameters = [source, State, Parameters.Limit, Parameters.Page];
        routes
            .FromLedger(
                "/deliveries",
                Roles.Receipts,
                parameters,
                [],
                ApiJson.Instance.DeliveriesResponse,
                (context, query) => ListAsync(context, query, source)
            )
            .Describe(
                "listDeliveries",
                "Kvitton",
                "Receipts",
                "Vad som har lämnats in och vad det blev av det, det senaste först. Ett register ser sin egen källas "
                    + "leveranser, en operatör alla.",
                "What has been handed in and what became of it, the newest first. A register sees the deliveries of its own "
                    + "source, an operator all."
            );
        routes
            .FromLedger(
                "/deliveries/{id}",
                Roles.Receipts,
                [],
                [DeliveryId],
                ApiJson.Instance.DeliveryResponse,
                (context, _) => FindAsync(context)
            )
            .Describe(
                "getDelivery",
                "Ett kvitto",
                "One receipt",
                "En leverans med alla fynd och beslut. För en operatör, medan leveransen hålls: hur den skiljer sig från "
                    + "källans publicerade leverans.",
                "A delivery with its findings and decisions. For an operator, while the delivery is held: how it differs from "
                    + "the source's published delivery."
            );
        Decisions.Map(routes);
        HandIn.Map(routes);
    }

    /// <summary>The sources whose deliveries a caller may see; null for all.</summary>
    public static IReadOnlyCollection<string>? SourcesOf(HttpContext context)
    {
        if (context.User.IsInRole(Roles.Operator))
        {
            return null;
        }

        var rules = context.RequestServices.GetRequiredService<AccessRules>();
        var caller = context.User.Caller()!;
        return
        [
            .. context
                .RequestServices.GetRequiredService<SourceReaders>()
                .All.Select(r => r.Source.Code)
                .Where(code => rules.MayDeliver(caller, code)),
        ];
    }

    /// <summary>The receipt that the caller may see, as it is answered; null where there is none such.</summary>
    public static async Task<DeliveryResponse?> ReceiptAsync(HttpContext context, Guid id)
    {
        var entries = context.RequestServices.GetRequiredService<LedgerEntries>();
        var sources = SourcesOf(context);
        if (
            await entries.FindAsync(id, context.RequestAborted) is not { } entry
            || (sources is not null && !sources.Contains(entry.Delivery.Source))
        )
        {
            return null;
        }

        var comparison = sources is null ? await entries.CompareAsync(entry.Delivery, context.RequestAborted) : null;
        return DeliveryResponse.Of(entry, comparison);
    }

    private static async Task<Answer<DeliveriesResponse>> ListAsync(HttpContext context, Query query, Parameter source)
    {
        var mine = SourcesOf(context);
        if (query.Find(source) is { } asked)
        {
            mine = mine is null || mine.Contains(asked) ? [asked] : [];
        }

        DeliveryState? state = query.Find(State) is { } word ? Enum.Parse<DeliveryState>(word, ignoreCase: true) : null;
        var limit = (int)query.Whole(Parameters.Limit)!.Value;
        var page = query.Whole(Parameters.Page)!.Value;
        var (rows, all) = await context
            .RequestServices.GetRequiredService<LedgerEntries>()
            .ListAsync(mine, state, Paging.Skip(page, limit), limit, context.RequestAborted);
        context.RowsReturned(rows.Count);
        var (meta, links) = Paging.Of(query, ApiSetup.Root + "/deliveries", rows.Count, all);
        return new DeliveriesResponse([.. rows.Select(DeliveryRow.Of)], meta, links);
    }

    private static async Task<Answer<DeliveryResponse>> FindAsync(HttpContext context) =>
        Guid.TryParseExact((string)context.Request.RouteValues["id"]!, "D", out var id)
        && await ReceiptAsync(context, id) is { } receipt
            ? receipt
            : Problem.DeliveryUnknown;
}
