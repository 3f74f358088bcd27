"""An operator takes over in plain sight"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796130000"
down_revision = "1796120000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takeover",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint("role IN ('secretary', 'committee')", name=op.f("ck_takeover_role_known")),
        sa.CheckConstraint("ends_at > begun_at", name=op.f("ck_takeover_ends_later")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_account_id IS NULL)", name=op.f("ck_takeover_ended_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_takeover_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_account_id"],
            ["account.id"],
            name=op.f("fk_takeover_ended_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_takeover_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover")),
        sa.UniqueConstraint("public_id", name=op.f("uq_takeover_public_id")),
    )
    op.create_index(op.f("ix_takeover_unit_id"), "takeover", ["unit_id"])
    op.create_index(op.f("ix_takeover_account_id"), "takeover", ["account_id"])


def downgrade() -> None:
    op.drop_table("takeover")
