"""Secrets that were told are forgotten; that an operator took a second factor off is kept"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, UTCDateTime

revision = "1796160030"
down_revision = "1796160020"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("forget_at", UTCDateTime(), nullable=True))
    op.create_table(
        "account_factor_reset",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_reset_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_reset_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_factor_reset")),
    )
    op.create_index(op.f("ix_account_factor_reset_account_id"), "account_factor_reset", ["account_id"])


def downgrade() -> None:
    op.drop_table("account_factor_reset")
    with op.batch_alter_table("message") as batch:
        batch.drop_column("forget_at")
