using System.Buffers;
using System.Security.Cryptography;
using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Lagesbild.Ledger;

/// <summary>
/// A file between being judged and being recorded. What it leads to is known, so that its picture can be computed first;
/// committing records delivery, content, publication and supersession in one transaction, and disposing without it records nothing.
/// </summary>
public sealed class Settlement : IAsyncDisposable
{
    private const int PieceLength = 512 * 1024;

    private readonly LedgerContext _context;
    private readonly TimeProvider _clock;
    private readonly Stream _content;
    private readonly Delivery _delivery;

    /// <summary>The same content was accepted or held before: nothing is left to record.</summary>
    internal Settlement(
        LedgerContext context,
        TimeProvider clock,
        Stream content,
        Publication? published,
        Delivery before
    )
    {
        _context = context;
        _clock = clock;
        _content = content;
        _delivery = before;
        PublishedBefore = published;
        IsSeenBefore = true;
    }

    internal Settlement(
        LedgerContext context,
        TimeProvider clock,
        Stream content,
        Publication? published,
        DeliveryResult result,
        DateTimeOffset receivedAt,
        string handedInBy
    )
    {
        _context = context;
        _clock = clock;
        _content = content;
        PublishedBefore = published;
        var state =
            result.Contents is null ? DeliveryState.Refused
            : result.Findings.HasHolds ? DeliveryState.Held
            : DeliveryState.Published;
        var now = DeliveryLedger.Now(clock);
        _delivery = new Delivery
        {
            Id = Guid.CreateVersion7(now),
            Source = result.Source?.Code,
            ReferenceDate = result.Version?.ReferenceDate,
            Correction = result.Version?.Correction,
            IsSynthetic = result.Contents?.IsSynthetic,
            FileName = result.FileName,
            SizeBytes = result.SizeBytes,
            Sha256 = result.Sha256,
            State = state,
            ReceivedAt = receivedAt,
            SettledAt = state == DeliveryState.Held ? null : now,
            HandedInBy = handedInBy,
            Counts = result.Counts,
            FindingCounts = result.Findings.Counts,
            Findings = result.Findings.Listed,
        };
        if (state == DeliveryState.Published)
        {
            Contents = result.Contents;
            Publication = Publication.Of(published?.DeliveriesWith(_delivery) ?? [_delivery], now, handedInBy);
        }
    }

    private Settlement(
        LedgerContext context,
        TimeProvider clock,
        Stream content,
        Delivery delivery,
        Publication publication
    )
    {
        _context = context;
        _clock = clock;
        _content = content;
        _delivery = delivery;
        Publication = publication;
    }

    public bool IsSeenBefore { get; }

    public DeliveryState State => _delivery.State;

    public Receipt Receipt => _delivery.ToReceipt();

    /// <summary>What the new picture is computed from; null where nothing is to be published.</summary>
    public DeliveryContents? Contents { get; }

    /// <summary>The publication that committing makes; null where it makes none.</summary>
    public Publication? Publication { get; }

    /// <summary>The publication that stands until then.</summary>
    public Publication? PublishedBefore { get; }

    /// <summary>Writes it all into the transaction; nobody sees any of it before <see cref="CommitAsync"/>.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        if (IsSeenBefore)
        {
            return;
        }

        if (State == DeliveryState.Published && PublishedBefore?.DeliveryOf(_delivery.Source!) is { } superseded)
        {
            superseded.Supersede(Publication!.PublishedAt);
            // Before the new one comes in: the table allows each source one published delivery.
            await _context.SaveChangesAsync(cancellationToken);
        }

        _context.Add(_delivery);
        await _context.SaveChangesAsync(cancellationToken);
        if (State != DeliveryState.Refused)
        {
            await StoreContentAsync(cancellationToken);
        }

        if (Publication is not null)
        {
            await _context.PublishAsync(Publication, cancellationToken);
        }
    }

    /// <summary>Makes what was recorded true at once and whole.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) =>
        IsSeenBefore ? Task.CompletedTask : _context.Database.CommitTransactionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    /// <summary>
    /// Writes a delivery of nothing, of a source that is none, and its publication into the context's transaction, which
    /// the caller never commits.
    /// </summary>
    internal static async Task RehearseAsync(
        LedgerContext context,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        const string rehearsal = "rehearsal";
        var now = DeliveryLedger.Now(clock);
        using var content = new MemoryStream(Guid.NewGuid().ToByteArray());
        var delivery = new Delivery
        {
            Id = Guid.CreateVersion7(now),
            Source = rehearsal,
            ReferenceDate = default(DateOnly),
            Correction = 1,
            IsSynthetic = true,
            FileName = rehearsal,
            SizeBytes = content.Length,
            Sha256 = await HashAsync(content, cancellationToken),
            State = DeliveryState.Held,
            ReceivedAt = now,
            HandedInBy = rehearsal,
            Counts = new DeliveryCounts(0, 0, 0, 0, 0, 0, 0),
            FindingCounts = new Dictionary<string, int>(),
            Findings = [],
        };
        var publication = new Publication
        {
            PictureId = Guid.CreateVersion7(now),
            PublishedAt = now,
            PublishedBy = rehearsal,
            Sources =
            [
                new PublicationSource
                {
                    Source = rehearsal,
                    DeliveryId = delivery.Id,
                    Delivery = delivery,
                },
            ],
        };
        await new Settlement(context, clock, content, delivery, publication).RecordAsync(cancellationToken);
    }

    internal static async Task<string> HashAsync(Stream content, CancellationToken cancellationToken)
    {
        var hash = await SHA256.HashDataAsync(content, cancellationToken);
        content.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    private async Task StoreContentAsync(CancellationToken cancellationToken)
    {
        _content.Position = 0;
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO delivery_content (delivery_id, ordinal, bytes) VALUES ($1, $2, $3)",
                (NpgsqlConnection)_context.Database.GetDbConnection(),
                (NpgsqlTransaction)_context.Database.CurrentTransaction!.GetDbTransaction()
            );
            var ordinal = new NpgsqlParameter<int>();
            var bytes = new NpgsqlParameter<ReadOnlyMemory<byte>>();
            insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _delivery.Id });
            insert.Parameters.Add(ordinal);
            insert.Parameters.Add(bytes);
            int length;
            while (
                (
                    length = await _content.ReadAtLeastAsync(
                        piece.AsMemory(0, PieceLength),
                        PieceLength,
                        false,
                        cancellationToken
                    )
                ) > 0
            )
            {
                sha256.AppendData(piece, 0, length);
                bytes.TypedValue = piece.AsMemory(0, length);
                await insert.ExecuteNonQueryAsync(cancellationToken);
                ordinal.TypedValue++;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        if (Convert.ToHexStringLower(sha256.GetHashAndReset()) != _delivery.Sha256)
        {
            throw new IOException("The file changed while it was being read.");
        }
    }
}
