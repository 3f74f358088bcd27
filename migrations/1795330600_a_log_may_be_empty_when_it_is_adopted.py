"""The last signed size may be 0: a log that is adopted may be empty."""

from alembic import op

from core.altering import altering

revision = "1795330600"
down_revision = "1795330030"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with altering("seal_state") as state:
        state.drop_constraint(op.f("ck_seal_state_size_positive"), type_="check")
        state.create_check_constraint(op.f("ck_seal_state_size_not_negative"), "size >= 0")


def downgrade() -> None:
    with altering("seal_state") as state:
        state.drop_constraint(op.f("ck_seal_state_size_not_negative"), type_="check")
        state.create_check_constraint(op.f("ck_seal_state_size_positive"), "size > 0")
