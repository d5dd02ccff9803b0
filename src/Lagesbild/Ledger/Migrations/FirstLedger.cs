using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Lagesbild.Ledger.Migrations;

[DbContext(typeof(LedgerContext))]
[Migration("20261122000000_FirstLedger")]
internal sealed class FirstLedger : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE deliveries (
                id uuid PRIMARY KEY,
                source text,
                reference_date date,
                correction integer,
                is_synthetic boolean,
                file_name text NOT NULL,
                size_bytes bigint NOT NULL,
                sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
                state text NOT NULL CHECK (state IN ('refused', 'held', 'published', 'superseded')),
                received_at timestamptz NOT NULL,
                settled_at timestamptz,
                handed_in_by text NOT NULL,
                counts jsonb,
                finding_counts jsonb NOT NULL,
                findings jsonb NOT NULL,
                CHECK ((settled_at IS NULL) = (state = 'held')),
                CHECK (state = 'refused' OR (source IS NOT NULL AND reference_date IS NOT NULL AND correction IS NOT NULL
                    AND is_synthetic IS NOT NULL AND counts IS NOT NULL))
            );
            COMMENT ON TABLE deliveries IS 'Every file that was handed in, kept for good.';
            -- The same content is taken once; refused content is judged anew each time.
            CREATE UNIQUE INDEX deliveries_content_once ON deliveries (sha256) WHERE state <> 'refused';
            CREATE UNIQUE INDEX deliveries_one_published ON deliveries (source) WHERE state = 'published';
            CREATE INDEX deliveries_received ON deliveries (received_at);

            CREATE TABLE delivery_content (
                delivery_id uuid NOT NULL REFERENCES deliveries,
                ordinal integer NOT NULL,
                bytes bytea NOT NULL,
                PRIMARY KEY (delivery_id, ordinal)
            );
            COMMENT ON TABLE delivery_content IS 'The file as it was sent, in pieces; erased by retention, the delivery stays.';
            -- Files are compressed by their senders: trying again costs time and gains nothing.
            ALTER TABLE delivery_content ALTER COLUMN bytes SET STORAGE EXTERNAL;

            CREATE TABLE publications (
                number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                picture_id uuid NOT NULL UNIQUE,
                published_at timestamptz NOT NULL,
                published_by text NOT NULL
            );
            COMMENT ON TABLE publications IS 'Every picture that was published; the highest number is shown.';

            CREATE TABLE publication_sources (
                publication_number bigint NOT NULL REFERENCES publications,
                source text NOT NULL,
                delivery_id uuid NOT NULL REFERENCES deliveries,
                PRIMARY KEY (publication_number, source)
            );
            CREATE INDEX publication_sources_delivery ON publication_sources (delivery_id);

            CREATE TABLE operator_decisions (
                id uuid PRIMARY KEY,
                kind text NOT NULL CHECK (kind IN ('release', 'refuse', 'restore')),
                delivery_id uuid REFERENCES deliveries,
                picture_id uuid REFERENCES publications (picture_id),
                decided_by text NOT NULL,
                decided_at timestamptz NOT NULL,
                reason text NOT NULL,
                CHECK ((delivery_id IS NULL) <> (picture_id IS NULL))
            );
            """
        );

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("The ledger is kept for good: there is no way back to having none.");
}
