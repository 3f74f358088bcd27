"""Work is claimed, and what failed is kept with its error and its next turn"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1795980000"
down_revision = "1795352157"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_claim",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("first_failed_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("dead_at", UTCDateTime(), nullable=True),
        sa.Column("set_aside_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(token IS NULL) = (claimed_until IS NULL)", name=op.f("ck_work_claim_held_until")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_work_claim_attempts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_claim")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_work_claim_kind_key")),
    )
    op.create_index("ix_work_claim_failed_at", "work_claim", ["failed_at"])


def downgrade() -> None:
    op.drop_index("ix_work_claim_failed_at", table_name="work_claim")
    op.drop_table("work_claim")
