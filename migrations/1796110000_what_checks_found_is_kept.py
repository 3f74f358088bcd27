"""What the checks found is kept"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, JSONType, UTCDateTime

revision = "1796110000"
down_revision = "1796100150"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_finding",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("check_name", sa.String(length=40), nullable=False),
        sa.Column("table_name", sa.String(length=80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_finding")),
        sa.UniqueConstraint("digest", name=op.f("uq_check_finding_digest")),
    )
    with op.batch_alter_table("check_finding", schema=None) as batch_op:
        batch_op.create_index("ix_check_finding_gone_at", ["gone_at"], unique=False)
    op.create_table(
        "check_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("counts", JSONType, nullable=False),
        sa.Column("seconds", JSONType, nullable=False),
        sa.Column("failed", JSONType, nullable=False),
        sa.Column("leaf_id", BigInt, nullable=False),
        sa.CheckConstraint("kind IN ('whole', 'sample')", name=op.f("ck_check_run_kind_known")),
        sa.CheckConstraint(
            "outcome IN ('good', 'findings', 'failed')", name=op.f("ck_check_run_outcome_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_run")),
    )
    with op.batch_alter_table("check_run", schema=None) as batch_op:
        batch_op.create_index("ix_check_run_kind_started_at", ["kind", "started_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("check_run", schema=None) as batch_op:
        batch_op.drop_index("ix_check_run_kind_started_at")
    op.drop_table("check_run")
    with op.batch_alter_table("check_finding", schema=None) as batch_op:
        batch_op.drop_index("ix_check_finding_gone_at")
    op.drop_table("check_finding")
