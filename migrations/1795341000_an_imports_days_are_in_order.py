"""An import's days are in order, in databases that were upgraded too"""

from alembic import op
from core.altering import altering, without_foreign_keys

revision = "1795341000"
down_revision = "1795340335"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with without_foreign_keys(), altering("outside_import") as imports:
        imports.create_check_constraint(op.f("ck_outside_import_days_in_order"), "first_day <= last_day")


def downgrade() -> None:
    with without_foreign_keys(), altering("outside_import") as imports:
        imports.drop_constraint(op.f("ck_outside_import_days_in_order"), type_="check")
