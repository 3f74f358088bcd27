"""What operators decided about work that failed"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796016000"
down_revision = "1796020000"
branch_labels = ()
depends_on = None

SQLITE = (
    "CREATE TRIGGER failure_decision_no_update BEFORE UPDATE ON failure_decision BEGIN SELECT RAISE(ABORT, 'failure_decision is append-only'); END",
    "CREATE TRIGGER failure_decision_no_delete BEFORE DELETE ON failure_decision BEGIN SELECT RAISE(ABORT, 'failure_decision is append-only'); END",
)
POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION failure_decision_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'failure_decision is append-only' USING ERRCODE = 'restrict_violation';
END
$$""",
    """CREATE TRIGGER failure_decision_no_change BEFORE UPDATE OR DELETE ON failure_decision
FOR EACH ROW EXECUTE FUNCTION failure_decision_refuse_change()""",
    """CREATE TRIGGER failure_decision_no_truncate BEFORE TRUNCATE ON failure_decision
FOR EACH STATEMENT EXECUTE FUNCTION failure_decision_refuse_change()""",
)


def upgrade() -> None:
    op.create_table(
        "failure_decision",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", BigInt, nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('event', 'message', 'work')", name=op.f("ck_failure_decision_kind_known")
        ),
        sa.CheckConstraint("step IN ('again', 'aside')", name=op.f("ck_failure_decision_step_known")),
        sa.CheckConstraint("step = 'again' OR reason <> ''", name=op.f("ck_failure_decision_reason_given")),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_failure_decision_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_decision")),
    )
    op.create_index("ix_failure_decision_kind_subject", "failure_decision", ["kind", "subject"])
    op.create_index("ix_failure_decision_by_account_id", "failure_decision", ["by_account_id"])
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("failure_decision")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS failure_decision_refuse_change()")
