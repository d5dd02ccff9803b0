using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Lagesbild.Ledger.Migrations;

[DbContext(typeof(LedgerContext))]
[Migration("20261122100000_SupersededAndErased")]
internal sealed class SupersededAndErased : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE deliveries
                ADD COLUMN superseded_at timestamptz,
                ADD COLUMN erased_at timestamptz,
                ADD COLUMN erased_by text;
            -- When the first picture was published that no longer stood on it.
            UPDATE deliveries d SET superseded_at = coalesce(
                (SELECT min(p.published_at) FROM publications p WHERE p.number >
                    (SELECT max(s.publication_number) FROM publication_sources s WHERE s.delivery_id = d.id)),
                d.settled_at)
            WHERE state = 'superseded';
            ALTER TABLE deliveries
                ADD CHECK ((superseded_at IS NOT NULL) = (state = 'superseded')),
                -- Only what was superseded is ever erased, and always by a decision.
                ADD CHECK ((erased_at IS NULL) = (erased_by IS NULL)),
                ADD CHECK (erased_at IS NULL OR state = 'superseded');
            COMMENT ON COLUMN deliveries.erased_by IS 'The decision by which its content was erased (gallring).';
            CREATE INDEX operator_decisions_delivery ON operator_decisions (delivery_id);
            """
        );

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("The ledger is kept for good: what it says is not unsaid.");
}
