"""The head of a day is kept"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796150010"
down_revision = "1796150000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seal_head",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_seal_head_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_head")),
        sa.UniqueConstraint("day", name=op.f("uq_seal_head_day")),
    )


def downgrade() -> None:
    op.drop_table("seal_head")
