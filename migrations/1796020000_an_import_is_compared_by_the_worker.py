"""An import is compared with what is on record by the worker"""

from alembic import op

revision = "1796020000"
down_revision = "1796001000"
branch_labels = ()
depends_on = None

STATES = (
    "state IN ('planned', 'applying', 'applied', 'failed')",
    "state IN ('reading', 'planned', 'applying', 'applied', 'failed')",
)


def upgrade() -> None:
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outside_import_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outside_import_state_known"), STATES[1])


def downgrade() -> None:
    op.execute("UPDATE outside_import SET state = 'failed' WHERE state = 'reading'")
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outside_import_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outside_import_state_known"), STATES[0])
