"""An invitation can be withdrawn, and ends with the power of whoever sent it"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, UTCDateTime

revision = "1796160005"
down_revision = "1796160000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.add_column(sa.Column("ended_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("ended_by_account_id", BigInt, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_invitation_ended_by_account_id"),
            "account",
            ["ended_by_account_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_invitation_settled_once"), "accepted_at IS NULL OR ended_at IS NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_invitation_settled_once"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_invitation_ended_by_account_id"), type_="foreignkey")
        batch_op.drop_column("ended_by_account_id")
        batch_op.drop_column("ended_at")
