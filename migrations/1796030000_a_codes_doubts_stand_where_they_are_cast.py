"""A code's doubts stand in the cases and alarms that cast them; the code keeps no copy"""

import sqlalchemy as sa
from alembic import op
from core.types import UTCDateTime

revision = "1796030000"
down_revision = "1796020041"
branch_labels = ()
depends_on = None

CASE = (
    "SELECT case_row.opened_at FROM counterfeit_case AS case_row WHERE case_row.code_id = code.id"
    " AND (case_row.verdict = 'confirmed_fake' OR (case_row.code_doubted"
    " AND case_row.state IN ('received', 'investigating', 'proposed')))"
)
ALARM = "SELECT alarm.last_at FROM alarm WHERE alarm.code_id = code.id AND alarm.state = 'doubted'"


def upgrade() -> None:
    # Both engines drop a plain column in place; a copy of the largest table would take long.
    op.drop_column("code", "suspect_reason")
    op.drop_column("code", "suspect_since")


def downgrade() -> None:
    op.add_column("code", sa.Column("suspect_since", UTCDateTime(), nullable=True))
    op.add_column("code", sa.Column("suspect_reason", sa.Text(), nullable=False, server_default=""))
    for source in (CASE, ALARM):
        op.execute(
            f"UPDATE code SET suspect_since = ({source} LIMIT 1)"  # noqa: S608 - constants of this file
            f" WHERE suspect_since IS NULL AND EXISTS ({source})"
        )
