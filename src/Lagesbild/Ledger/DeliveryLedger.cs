using System.Collections.Concurrent;
using System.Data;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Lagesbild.Ledger;

/// <summary>The database: deliveries, their content, publications. The only truth that outlives the process.</summary>
public sealed class DeliveryLedger(
    IDbContextFactory<LedgerContext> contexts,
    NpgsqlDataSource dataSource,
    SourceReaders readers,
    ProcedureCatalogue catalogue,
    DeliveriesOptions options,
    TimeProvider clock,
    IProgress<ReadingProgress>? progress = null
) : IDisposable
{
    /// <summary>NOTIFY's channel; the payload is the picture's id.</summary>
    public const string PublishedChannel = "lagesbild_published";

    // Advisory locks are numbers that every node must agree on, and nothing else in the database may use.
    private const long MigrationLock = 0x6C61_6765_7362_0001;
    private const long SettlementLock = 0x6C61_6765_7362_0002;

    /// <summary>In whole microseconds, as PostgreSQL keeps them: every node must tell the same times of a picture.</summary>
    internal static DateTimeOffset Now(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private const int ProfilesKept = 8;

    // By content: what was read is not read again for being compared.
    private readonly ConcurrentDictionary<string, DeliveryProfile> _profiles = new();
    private readonly SemaphoreSlim _preparing = new(1);
    private bool _isPrepared;

    /// <summary>Makes the tables what this version of the program needs, once; one node at a time.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (!_isPrepared)
            {
                await MigrateAsync(cancellationToken);
                await RehearseAsync(cancellationToken);
                _isPrepared = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Of the session, not of a transaction: the migrations have transactions of their own. It goes with the
        // connection, whatever happens here.
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection))
        {
            take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = MigrationLock });
            take.CommandTimeout = 0;
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var context = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await context.Database.MigrateAsync(cancellationToken);
        }

        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection);
        release.Parameters.Add(new NpgsqlParameter<long> { TypedValue = MigrationLock });
        await release.ExecuteNonQueryAsync(cancellationToken);
    }

    // EF compiles its queries and inserts when they are first used, a good half second. A file of nothing is judged, and one
    // that never was is published, in a transaction that is never committed, so that the first real one need not wait for
    // that; and without the lock, so that nobody waits for what is not going to be.
    private async Task RehearseAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Database.BeginTransactionAsync(cancellationToken);
        using var nothing = new MemoryStream();
        var reader = readers.All[0];
        var name = $"{reader.Source.Code}_2000-01-01{reader.Extension}";
        await JudgeAsync(context, name, nothing, null, "rehearsal", Now(clock), cancellationToken);
        await Settlement.RehearseAsync(context, clock, cancellationToken);
    }

    /// <summary>The publication that every node shows; null before the first.</summary>
    public async Task<Publication?> FindNewestPublicationAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.PublicationsNewestFirst.AsNoTracking().FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>
    /// Begins to settle a file: reads and judges it against what is published. Nothing is recorded until
    /// <see cref="Settlement.CommitAsync"/>, and no other node or caller settles anything until the settlement is disposed.
    /// </summary>
    /// <param name="fileName">Its own name, no folder.</param>
    /// <param name="content">Seekable, at its start; stays open as long as the settlement.</param>
    /// <param name="expectedSource">The inbox folder's or route's source; null where any is welcome.</param>
    /// <param name="handedInBy">Who is answerable for it: <c>inbox</c> or an HSA-id.</param>
    /// <param name="waits">True: waits for the other node that is settling something just now.</param>
    /// <returns>Null where another node is, and waiting was not asked for.</returns>
    public async Task<Settlement?> TryBeginAsync(
        string fileName,
        Stream content,
        string? expectedSource,
        string handedInBy,
        bool waits,
        CancellationToken cancellationToken
    )
    {
        var receivedAt = Now(clock);
        var context = await contexts.CreateDbContextAsync(cancellationToken);
        Settlement? settlement = null;
        try
        {
            await context.Database.BeginTransactionAsync(cancellationToken);
            if (waits)
            {
                await LockAsync(context, cancellationToken);
            }
            else if (!await TryLockAsync(context, cancellationToken))
            {
                return null;
            }

            return settlement = await JudgeAsync(
                context,
                fileName,
                content,
                expectedSource,
                handedInBy,
                receivedAt,
                cancellationToken
            );
        }
        finally
        {
            if (settlement is null)
            {
                await context.DisposeAsync();
            }
        }
    }

    /// <summary>Begins to carry out an operator's order: judges it; nothing is done before <see cref="Decision.CommitAsync"/>.</summary>
    public Task<Decision> BeginDecisionAsync(OperatorOrder order, CancellationToken cancellationToken) =>
        Decision.BeginAsync(contexts, order, clock, cancellationToken);

    private async Task<Settlement> JudgeAsync(
        LedgerContext context,
        string fileName,
        Stream content,
        string? expectedSource,
        string handedInBy,
        DateTimeOffset receivedAt,
        CancellationToken cancellationToken
    )
    {
        var published = await context.PublicationsNewestFirst.FirstOrDefaultAsync(cancellationToken);
        var sha256 = await Settlement.HashAsync(content, cancellationToken);
        var source = expectedSource;
        if (readers.ParseName(fileName) is { } named)
        {
            source = named.Reader.Source.Code;
            // Only where name and place are that delivery's: knowing what a file holds opens no other register's receipt,
            // and under another name it is not what that says. As a correction of itself it is the same delivery.
            var date = named.Version.ReferenceDate;
            if (
                (expectedSource ?? source) == source
                && await context
                    .Deliveries.AsNoTracking()
                    .FirstOrDefaultAsync(
                        d =>
                            d.Sha256 == sha256
                            && d.State != DeliveryState.Refused
                            && d.Source == source
                            && d.ReferenceDate == date,
                        cancellationToken
                    )
                    is { } before
            )
            {
                return new Settlement(context, clock, content, published, before);
            }
        }

        var result = readers.Read(
            fileName,
            content,
            new ReadContext(
                catalogue,
                clock.TodayInStockholm(),
                options.AllowSynthetic,
                source is null ? null : published?.DeliveryOf(source)?.Version
            )
            {
                Progress = progress,
                Sha256 = sha256,
            },
            expectedSource,
            cancellationToken
        );
        if (result.Contents is { } contents)
        {
            var profile = Keep(result.Sha256, DeliveryProfile.Of(contents, catalogue));
            if (published?.DeliveryOf(contents.Source.Code) is { } standing)
            {
                new DeliveryComparison(await ProfileOfAsync(standing, cancellationToken), profile).Judge(
                    result.Findings
                );
            }
        }

        return new Settlement(context, clock, content, published, result, receivedAt, handedInBy);
    }

    /// <summary>What a delivery amounts to; read back from its content where this node has not read it lately.</summary>
    /// <exception cref="InvalidOperationException">Its content is gone, or this version of the program refuses it.</exception>
    public async Task<DeliveryProfile> ProfileOfAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (!_profiles.TryGetValue(delivery.Sha256, out var profile))
        {
            await ReadBackAsync(delivery, cancellationToken);
            profile = _profiles[delivery.Sha256];
        }

        return profile;
    }

    /// <summary>Lets go of what is remembered of a refused delivery.</summary>
    public void Forget(Delivery delivery)
    {
        if (!delivery.IsContentKept)
        {
            _profiles.TryRemove(delivery.Sha256, out _);
        }
    }

    private DeliveryProfile Keep(string sha256, DeliveryProfile profile)
    {
        if (_profiles.Count >= ProfilesKept)
        {
            _profiles.Clear();
        }

        return _profiles[sha256] = profile;
    }

    /// <summary>Writes a delivery's content, as it was sent, to a stream.</summary>
    /// <returns>False where the content is not kept any more.</returns>
    public async Task<bool> CopyContentAsync(Guid deliveryId, Stream destination, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT bytes FROM delivery_content WHERE delivery_id = $1 ORDER BY ordinal",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = deliveryId });
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        var isKept = false;
        while (await rows.ReadAsync(cancellationToken))
        {
            await using var bytes = await rows.GetStreamAsync(0, cancellationToken);
            await bytes.CopyToAsync(destination, cancellationToken);
            isKept = true;
        }

        return isKept;
    }

    /// <summary>Reads a published delivery back from its content, to compute its figures anew.</summary>
    /// <exception cref="InvalidOperationException">Its content is gone, or this version of the program refuses it.</exception>
    public async Task<DeliveryContents> ReadBackAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        // The readers go back to the start of a stream, so it goes by way of a file. Without a name once it is open: the
        // system takes it back whichever way this process ends.
        var path = Path.GetTempFileName();
        await using var spool = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        if (!await CopyContentAsync(delivery.Id, spool, cancellationToken))
        {
            throw new InvalidOperationException($"The content of delivery {delivery.Id} is not in the ledger.");
        }

        spool.Position = 0;
        // It was judged when it was accepted: neither its date nor its being synthetic is a question any more.
        var result = readers.Read(
            delivery.FileName,
            spool,
            new ReadContext(catalogue, DateOnly.MaxValue, AllowSynthetic: true) { WasAccepted = true },
            delivery.Source,
            cancellationToken
        );
        var contents =
            result.Contents
            ?? throw new InvalidOperationException(
                $"Delivery {delivery.Id} was accepted but cannot be read now: "
                    + string.Join(", ", result.Findings.Counts.Keys)
            );
        Keep(delivery.Sha256, DeliveryProfile.Of(contents, catalogue));
        return contents;
    }

    /// <summary>Waits until nobody else changes what is published, and keeps others from it until the transaction ends.</summary>
    internal static Task LockAsync(LedgerContext context, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({SettlementLock})", cancellationToken);

    public void Dispose() => _preparing.Dispose();

    // Not by EF, which compiles a query of its own for it at the first delivery.
    private static async Task<bool> TryLockAsync(LedgerContext context, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand(
            "SELECT pg_try_advisory_xact_lock($1)",
            (NpgsqlConnection)context.Database.GetDbConnection(),
            (NpgsqlTransaction)context.Database.CurrentTransaction!.GetDbTransaction()
        );
        take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = SettlementLock });
        return (bool)(await take.ExecuteScalarAsync(cancellationToken))!;
    }
}
