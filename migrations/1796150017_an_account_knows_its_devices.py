"""An account knows its devices, and how often its second factor was guessed at"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, UTCDateTime

revision = "1796150017"
down_revision = "1796150010"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_device",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("browser_digest", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(20), nullable=False),
        sa.Column("system", sa.String(20), nullable=False),
        sa.Column("remembered", sa.Boolean, nullable=False),
        sa.Column("signed_in_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(16), nullable=True),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('sign_out', 'owner', 'again', 'password', 'second_factor')",
            name=op.f("ck_account_device_ended_by_known"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_account_device_ended_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_device_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_device")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_account_device_key_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_device_public_id")),
    )
    op.create_index(op.f("ix_account_device_account_id"), "account_device", ["account_id"])
    op.create_table(
        "account_factor_guess",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("browser_digest", sa.String(64), nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("wait_until", UTCDateTime(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_account_factor_guess_failures_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_guess_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_factor_guess")),
        sa.UniqueConstraint(
            "account_id", "browser_digest", name=op.f("uq_account_factor_guess_account_id_browser_digest")
        ),
    )
    op.create_index(op.f("ix_account_factor_guess_account_id"), "account_factor_guess", ["account_id"])


def downgrade() -> None:
    op.drop_table("account_factor_guess")
    op.drop_table("account_device")
