namespace Lagesbild.Deliveries;

/// <summary>What the sender gets back: JSON beside the settled file, over the API, and from <c>lagesbild check</c>.</summary>
/// <param name="Id">The ledger's id; null from an offline check.</param>
/// <param name="Source">Of the register that it was handed in for; by its name where no place tells (offline check), else null.</param>
/// <param name="State"><c>accepted</c> (offline check), <c>refused</c>, <c>held</c>, <c>published</c>, <c>superseded</c>.</param>
public sealed record Receipt(
    Guid? Id,
    string FileName,
    string? Source,
    DateOnly? ReferenceDate,
    int? Correction,
    string State,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? SettledAt,
    long SizeBytes,
    string Sha256,
    DeliveryCounts? Counts,
    IReadOnlyDictionary<string, int> FindingCounts,
    IReadOnlyList<Finding> Findings
);
