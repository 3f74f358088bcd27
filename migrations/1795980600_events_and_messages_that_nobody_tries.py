"""Events and messages say since when they fail, and which ones nobody tries any more"""

import sqlalchemy as sa
from alembic import op
from core.types import UTCDateTime

revision = "1795980600"
down_revision = "1795980000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox_event") as batch_op:
        batch_op.add_column(sa.Column("failed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("dead_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("set_aside_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("failed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("set_aside_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("set_aside_at")
        batch_op.drop_column("failed_at")
    with op.batch_alter_table("outbox_event") as batch_op:
        batch_op.drop_column("set_aside_at")
        batch_op.drop_column("dead_at")
        batch_op.drop_column("failed_at")
