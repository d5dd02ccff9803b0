using Lagesbild.Deliveries;

namespace Lagesbild.Ledger;

/// <summary>What has become of a delivery. While it is being judged it is in nobody's ledger.</summary>
public enum DeliveryState
{
    Refused,

    /// <summary>Waits for an operator.</summary>
    Held,
    Published,

    /// <summary>Was published until a later one of its source was.</summary>
    Superseded,
}

/// <summary>A delivery that was handed in: kept for good, whatever became of it.</summary>
public sealed class Delivery
{
    public required Guid Id { get; init; }

    /// <summary>Null where neither the name nor the place told it.</summary>
    public string? Source { get; init; }
    public DateOnly? ReferenceDate { get; init; }
    public int? Correction { get; init; }
    public bool? IsSynthetic { get; init; }

    /// <summary>The sha256 where the name itself held a personal number.</summary>
    public required string FileName { get; init; }
    public required long SizeBytes { get; init; }

    /// <summary>64 lower-case hexadecimal digits. Unique among all that are not refused.</summary>
    public required string Sha256 { get; init; }
    public required DeliveryState State { get; set; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it was published or refused; null while held.</summary>
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>Since when no picture that is shown stands on it; null unless superseded.</summary>
    public DateTimeOffset? SupersededAt { get; set; }

    /// <summary>When retention took its content; null while it is kept, or where it never was.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>The decision that it was erased by.</summary>
    public string? ErasedBy { get; init; }
    public required string HandedInBy { get; init; }
    public DeliveryCounts? Counts { get; init; }
    public required IReadOnlyDictionary<string, int> FindingCounts { get; init; }
    public required IReadOnlyList<Finding> Findings { get; init; }

    public DeliveryVersion? Version =>
        ReferenceDate is { } date && Correction is { } correction ? new DeliveryVersion(date, correction) : null;

    internal void Supersede(DateTimeOffset at) => (State, SupersededAt) = (DeliveryState.Superseded, at);

    internal void Publish() => (State, SupersededAt) = (DeliveryState.Published, null);

    public bool IsContentKept => State != DeliveryState.Refused && ErasedAt is null;

    public Receipt ToReceipt() =>
        new(
            Id,
            FileName,
            Source,
            ReferenceDate,
            Correction,
            State.ToString().ToLowerInvariant(),
            ReceivedAt,
            SettledAt,
            SizeBytes,
            Sha256,
            Counts,
            FindingCounts,
            Findings
        );
}

/// <summary>That a picture was published. Every node shows the newest, the one with the highest number.</summary>
public sealed class Publication
{
    public long Number { get; init; }
    public required Guid PictureId { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }
    public required string PublishedBy { get; init; }

    /// <summary>The one delivery of each source that the picture stands on.</summary>
    public required IReadOnlyList<PublicationSource> Sources { get; init; }

    /// <summary>A picture of these deliveries.</summary>
    internal static Publication Of(IEnumerable<Delivery> deliveries, DateTimeOffset now, string publishedBy) =>
        new()
        {
            PictureId = Guid.CreateVersion7(now),
            PublishedAt = now,
            PublishedBy = publishedBy,
            Sources =
            [
                .. deliveries.Select(delivery => new PublicationSource
                {
                    Source = delivery.Source!,
                    DeliveryId = delivery.Id,
                    Delivery = delivery,
                }),
            ],
        };

    /// <summary>What this picture stands on, with a source's delivery in the place of its earlier one.</summary>
    internal IEnumerable<Delivery> DeliveriesWith(Delivery delivery) =>
        Sources.Where(s => s.Source != delivery.Source).Select(s => s.Delivery).Append(delivery);

    public Delivery? DeliveryOf(string source) => Sources.FirstOrDefault(s => s.Source == source)?.Delivery;
}

/// <summary>Which delivery of a source a publication stands on.</summary>
public sealed class PublicationSource
{
    public long PublicationNumber { get; init; }
    public required string Source { get; init; }
    public required Guid DeliveryId { get; init; }
    public required Delivery Delivery { get; init; }
}

/// <summary>What an operator decided, and why: to release or refuse a held delivery, or to restore a picture.</summary>
public sealed class OperatorDecision
{
    public required Guid Id { get; init; }
    public required OperatorDecisionKind Kind { get; init; }
    public Guid? DeliveryId { get; init; }
    public Guid? PictureId { get; init; }
    public required string DecidedBy { get; init; }
    public required DateTimeOffset DecidedAt { get; init; }
    public required string Reason { get; init; }
}

public enum OperatorDecisionKind
{
    Release,
    Refuse,
    Restore,
}
