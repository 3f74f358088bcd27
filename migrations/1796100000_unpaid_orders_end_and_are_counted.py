"""Unpaid orders end and are counted by buyer; growers may allow a buyer more"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796100000"
down_revision = "1796030100"
branch_labels = ()
depends_on = None

# What waits for a cashier without end gets one that leaves time to look.
TIME_TO_LOOK = timedelta(days=7)
INDEXES = {
    "ix_order_phone": "buyer_phone",
    "ix_order_address": "address_key",
    "ix_order_network": "network_key",
}


def upgrade() -> None:
    op.add_column("order", sa.Column("reminded_at", UTCDateTime(), nullable=True))
    op.add_column("order", sa.Column("address_key", sa.String(length=32), server_default="", nullable=False))
    op.add_column("order", sa.Column("network_key", sa.String(length=32), nullable=True))
    for name, column in INDEXES.items():
        op.create_index(name, "order", [column])
    op.create_table(
        "hold_allowance",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("value_minor", BigInt, nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("given_by", BigInt, nullable=True),
        sa.CheckConstraint("plants > 0 AND value_minor > 0", name=op.f("ck_hold_allowance_above_zero")),
        sa.ForeignKeyConstraint(
            ["given_by"], ["account.id"], name=op.f("fk_hold_allowance_given_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_hold_allowance_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_allowance")),
        sa.UniqueConstraint("grower_id", "phone", name=op.f("uq_hold_allowance_grower_id_phone")),
    )
    _end_what_waits()


def _end_what_waits() -> None:
    orders = sa.table(
        "order",
        sa.column("id", BigInt),
        sa.column("payment_state", sa.String),
        sa.column("expires_at", UTCDateTime()),
    )
    holds = sa.table(
        "stock_hold",
        sa.column("order_id", BigInt),
        sa.column("state", sa.String),
        sa.column("expires_at", UTCDateTime()),
    )
    endless = sa.select(orders.c.id).where(
        orders.c.payment_state == "proof_submitted", orders.c.expires_at.is_(None)
    )
    end = datetime.now(UTC) + TIME_TO_LOOK
    op.execute(
        sa.update(holds).where(holds.c.order_id.in_(endless), holds.c.state == "held").values(expires_at=end)
    )
    op.execute(
        sa.update(orders)
        .where(orders.c.payment_state == "proof_submitted", orders.c.expires_at.is_(None))
        .values(expires_at=end)
    )


def downgrade() -> None:
    op.drop_table("hold_allowance")
    for name in INDEXES:
        op.drop_index(name, "order")
    with op.batch_alter_table("order") as batch:
        batch.drop_column("network_key")
        batch.drop_column("address_key")
        batch.drop_column("reminded_at")
