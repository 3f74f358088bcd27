"""A long job says what its owner must still hold when it runs"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt

revision = "1796160020"
down_revision = "1796160010"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("job_progress", sa.Column("needs", sa.String(60), nullable=False, server_default=""))
    op.add_column("job_progress", sa.Column("needs_unit_id", BigInt, nullable=True))
    op.add_column("job_progress", sa.Column("needs_grower_id", BigInt, nullable=True))
    with op.batch_alter_table("job_progress") as batch:
        batch.alter_column("needs", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("job_progress") as batch:
        batch.drop_column("needs_grower_id")
        batch.drop_column("needs_unit_id")
        batch.drop_column("needs")
