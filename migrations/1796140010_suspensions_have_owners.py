"""A suspension of a storefront says from which case it follows"""

import sqlalchemy as sa
from alembic import op

revision = "1796140010"
down_revision = "1796140000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("storefront_change", sa.Column("source", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column("storefront_change", "source")
