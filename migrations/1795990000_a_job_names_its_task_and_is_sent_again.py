"""A long job names its task, so that it can be sent again; an import can have failed"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, JSONType, UTCDateTime

revision = "1795990000"
down_revision = "1795980600"
branch_labels = ()
depends_on = None

STATES = (
    "state IN ('planned', 'applying', 'applied')",
    "state IN ('planned', 'applying', 'applied', 'failed')",
)


def upgrade() -> None:
    with op.batch_alter_table("job_progress", schema=None) as batch_op:
        batch_op.add_column(sa.Column("task", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("args", JSONType, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("locale", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("may_retry", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sendings", BigInt, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("send_again_at", UTCDateTime(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_job_progress_sendings_not_negative"), "sendings >= 0")
        batch_op.create_index("ix_job_progress_state_send_again_at", ["state", "send_again_at"])
    with op.batch_alter_table("job_progress", schema=None) as batch_op:
        for name in ("task", "args", "locale", "may_retry", "sendings"):
            batch_op.alter_column(name, server_default=None)
    # Jobs of labels and imports know by their own rows what was asked for; those of reports are asked for again.
    batches, imports = (
        "SELECT job_id FROM code_batch WHERE job_id IS NOT NULL AND state IN ('requested', 'approved')",
        "SELECT job_id FROM outside_import WHERE job_id IS NOT NULL AND state = 'applying'",
    )
    op.execute(f"UPDATE job_progress SET task = 'traceability.labels.make' WHERE public_id IN ({batches})")  # noqa: S608
    op.execute(f"UPDATE job_progress SET task = 'shop.channels.apply' WHERE public_id IN ({imports})")  # noqa: S608
    _give_arguments()
    op.execute("UPDATE job_progress SET state = 'failed' WHERE state IN ('waiting', 'running') AND task = ''")
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outside_import_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outside_import_state_known"), STATES[1])


def _give_arguments() -> None:
    connection = op.get_bind()
    jobs = sa.table(
        "job_progress",
        sa.column("public_id", sa.String),
        sa.column("args", JSONType),
        sa.column("send_again_at", UTCDateTime()),
        sa.column("started_at", UTCDateTime()),
        sa.column("state", sa.String),
    )
    batches = sa.text("SELECT job_id, number, state FROM code_batch WHERE state IN ('requested', 'approved')")
    imports = sa.text(
        "SELECT job_id, public_id, storefront_public_id FROM outside_import WHERE state = 'applying'"
    )
    for job_id, number, state in connection.execute(batches).all():
        later = None if state == "requested" else jobs.c.started_at
        _change(connection, jobs, job_id, args=[number], send_again_at=later)
    for job_id, public_id, storefront_id in connection.execute(imports).all():
        _change(connection, jobs, job_id, args=[public_id, storefront_id], send_again_at=jobs.c.started_at)


def _change(connection, jobs, job_id, **values) -> None:
    connection.execute(sa.update(jobs).where(jobs.c.public_id == job_id).values(state="waiting", **values))


def downgrade() -> None:
    op.execute("UPDATE outside_import SET state = 'applying' WHERE state = 'failed'")
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outside_import_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outside_import_state_known"), STATES[0])
    with op.batch_alter_table("job_progress", schema=None) as batch_op:
        batch_op.drop_index("ix_job_progress_state_send_again_at")
        batch_op.drop_constraint(op.f("ck_job_progress_sendings_not_negative"), type_="check")
        for name in ("send_again_at", "sendings", "may_retry", "locale", "args", "task"):
            batch_op.drop_column(name)
