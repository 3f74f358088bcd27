"""Cashiers of a shared order agree, each for his own growers, about money in doubt"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, UTCDateTime

revision = "1796160010"
down_revision = "1796160005"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_agreement",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('accept', 'give_back')", name=op.f("ck_payment_agreement_step_known")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment.id"],
            name=op.f("fk_payment_agreement_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_payment_agreement_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_agreement")),
        sa.UniqueConstraint(
            "payment_id", "by_account_id", name=op.f("uq_payment_agreement_payment_id_by_account_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("payment_agreement")
