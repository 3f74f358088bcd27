"""A code's history counts the networks from which it was looked up, not the devices"""

from alembic import op

revision = "1796030100"
down_revision = "1796030000"
branch_labels = ()
depends_on = None

# The place of each network among all that asked for the same text, by its first look-up.
NETWORKS = """
UPDATE code_lookup SET ordinal = ranked.place
FROM (
    SELECT seen.code_digest, seen.network,
           row_number() OVER (PARTITION BY seen.code_digest ORDER BY seen.first_at, seen.id) AS place
    FROM (
        SELECT code_digest, coalesce(network_digest, device_digest) AS network,
               min(first_at) AS first_at, min(id) AS id
        FROM code_lookup GROUP BY code_digest, coalesce(network_digest, device_digest)
    ) AS seen
) AS ranked
WHERE ranked.code_digest = code_lookup.code_digest
  AND ranked.network = coalesce(code_lookup.network_digest, code_lookup.device_digest)
"""
DEVICES = """
UPDATE code_lookup SET ordinal = ranked.place
FROM (
    SELECT id, row_number() OVER (PARTITION BY code_digest ORDER BY first_at, id) AS place FROM code_lookup
) AS ranked
WHERE ranked.id = code_lookup.id
"""


def upgrade() -> None:
    op.execute(NETWORKS)
    # Of look-ups older than 90 days only devices were counted; that there was one network is certain.
    op.execute("UPDATE lookup_day SET last_ordinal = 1")
    with op.batch_alter_table("code_lookup") as lookups:
        lookups.create_index(
            "ix_code_lookup_network_of_code",
            ["code_digest", "network_digest", "ordinal"],
        )


def downgrade() -> None:
    op.drop_index("ix_code_lookup_network_of_code", "code_lookup")
    op.execute(DEVICES)
    op.execute("UPDATE lookup_day SET last_ordinal = devices")
