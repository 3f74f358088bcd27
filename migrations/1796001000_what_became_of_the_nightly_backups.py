"""What became of the nightly backups"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796001000"
down_revision = "1796010000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", BigInt, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('good', 'failed')", name=op.f("ck_backup_run_state_known")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_backup_run_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
    )
    op.create_index("ix_backup_run_state_started_at", "backup_run", ["state", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_backup_run_state_started_at", table_name="backup_run")
    op.drop_table("backup_run")
