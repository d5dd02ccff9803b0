using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lagesbild.Ledger;

/// <summary>The ledger's tables, as Migrations/ makes them. A delivery's content is too large for an entity: it is streamed.</summary>
public sealed class LedgerContext(DbContextOptions<LedgerContext> options) : DbContext(options)
{
    public DbSet<Delivery> Deliveries => Set<Delivery>();

    public DbSet<Publication> Publications => Set<Publication>();

    public DbSet<OperatorDecision> OperatorDecisions => Set<OperatorDecision>();

    /// <summary>Publications with what they stand on, newest first.</summary>
    public IQueryable<Publication> PublicationsNewestFirst =>
        Publications.Include(p => p.Sources).ThenInclude(s => s.Delivery).OrderByDescending(p => p.Number);

    /// <summary>Into the transaction: a new picture, of which the other nodes hear when, and only when, it commits.</summary>
    internal async Task PublishAsync(Publication publication, CancellationToken cancellationToken)
    {
        Add(publication);
        await SaveChangesAsync(cancellationToken);
        await Database.ExecuteSqlAsync(
            $"SELECT pg_notify({DeliveryLedger.PublishedChannel}, {publication.PictureId.ToString()})",
            cancellationToken
        );
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Delivery>(delivery =>
        {
            delivery.ToTable("deliveries");
            Name(delivery, d => d.Id, "id");
            Name(delivery, d => d.Source, "source");
            Name(delivery, d => d.ReferenceDate, "reference_date");
            Name(delivery, d => d.Correction, "correction");
            Name(delivery, d => d.IsSynthetic, "is_synthetic");
            Name(delivery, d => d.FileName, "file_name");
            Name(delivery, d => d.SizeBytes, "size_bytes");
            Name(delivery, d => d.Sha256, "sha256");
            Word(Name(delivery, d => d.State, "state"));
            Name(delivery, d => d.ReceivedAt, "received_at");
            Name(delivery, d => d.SettledAt, "settled_at");
            Name(delivery, d => d.SupersededAt, "superseded_at");
            Name(delivery, d => d.ErasedAt, "erased_at");
            Name(delivery, d => d.ErasedBy, "erased_by");
            Name(delivery, d => d.HandedInBy, "handed_in_by");
            Json(Name(delivery, d => d.Counts, "counts"), ReceiptJson.Compact.DeliveryCounts);
            Json(
                Name(delivery, d => d.FindingCounts, "finding_counts"),
                ReceiptJson.Compact.IReadOnlyDictionaryStringInt32
            );
            Json(Name(delivery, d => d.Findings, "findings"), ReceiptJson.Compact.IReadOnlyListFinding);
            delivery.Ignore(d => d.Version);
            delivery.Ignore(d => d.IsContentKept);
        });
        modelBuilder.Entity<Publication>(publication =>
        {
            publication.ToTable("publications");
            publication.HasKey(p => p.Number);
            Name(publication, p => p.Number, "number").UseIdentityAlwaysColumn();
            Name(publication, p => p.PictureId, "picture_id");
            Name(publication, p => p.PublishedAt, "published_at");
            Name(publication, p => p.PublishedBy, "published_by");
            publication.HasMany(p => p.Sources).WithOne().HasForeignKey(s => s.PublicationNumber);
        });
        modelBuilder.Entity<PublicationSource>(source =>
        {
            source.ToTable("publication_sources");
            source.HasKey(s => new { s.PublicationNumber, s.Source });
            Name(source, s => s.PublicationNumber, "publication_number");
            Name(source, s => s.Source, "source");
            Name(source, s => s.DeliveryId, "delivery_id");
            source.HasOne(s => s.Delivery).WithMany().HasForeignKey(s => s.DeliveryId);
        });
        modelBuilder.Entity<OperatorDecision>(decision =>
        {
            decision.ToTable("operator_decisions");
            Name(decision, d => d.Id, "id");
            Word(Name(decision, d => d.Kind, "kind"));
            Name(decision, d => d.DeliveryId, "delivery_id");
            Name(decision, d => d.PictureId, "picture_id");
            Name(decision, d => d.DecidedBy, "decided_by");
            Name(decision, d => d.DecidedAt, "decided_at");
            Name(decision, d => d.Reason, "reason");
        });
    }

    private static PropertyBuilder<TValue> Name<T, TValue>(
        EntityTypeBuilder<T> entity,
        System.Linq.Expressions.Expression<Func<T, TValue>> property,
        string column
    )
        where T : class => entity.Property(property).HasColumnName(column);

    // Words, not numbers: whoever reads the tables needs no key.
    private static void Word<TEnum>(PropertyBuilder<TEnum> property)
        where TEnum : struct, Enum =>
        property.HasConversion(
            value => value.ToString().ToLowerInvariant(),
            word => Enum.Parse<TEnum>(word, ignoreCase: true)
        );

    private static void Json<TValue>(PropertyBuilder<TValue> property, JsonTypeInfo type) =>
        property
            .HasColumnType("jsonb")
            .HasConversion(
                value => JsonSerializer.Serialize(value, type),
                json => (TValue)JsonSerializer.Deserialize(json, type)!,
                // What a check found never changes: the same object is the same value.
                new ValueComparer<TValue>((a, b) => ReferenceEquals(a, b), value => 0, value => value)
            );
}
