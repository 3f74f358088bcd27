"""Refunds that the provider lists know their currency"""

import sqlalchemy as sa
from alembic import op

revision = "1796140020"
down_revision = "1796140010"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("provider_refund", sa.Column("currency", sa.String(length=3), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("provider_refund") as batch:
        batch.drop_column("currency")
