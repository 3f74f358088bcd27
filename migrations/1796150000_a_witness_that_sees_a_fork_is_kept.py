"""A witness that sees a fork is kept"""

import sqlalchemy as sa
from alembic import op
from core.types import UTCDateTime

revision = "1796150000"
down_revision = "1796140020"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("seal_witness", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alarm_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("seal_witness", schema=None) as batch_op:
        batch_op.drop_column("alarm_at")
