"""Listings that change while the search index is rebuilt are remembered"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796000000"
down_revision = "1795990000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
    )


def downgrade() -> None:
    op.drop_table("search_change")
