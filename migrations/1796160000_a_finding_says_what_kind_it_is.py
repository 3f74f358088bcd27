"""A finding says what kind of fault it is"""

import sqlalchemy as sa
from alembic import op

revision = "1796160000"
down_revision = "1796150017"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    # Findings of before say it at the next run that finds them: their kind is part of their digest, never of a column.
    op.add_column("check_finding", sa.Column("code", sa.String(20), nullable=False, server_default=""))
    with op.batch_alter_table("check_finding") as table:
        table.alter_column("code", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("check_finding") as table:
        table.drop_column("code")
