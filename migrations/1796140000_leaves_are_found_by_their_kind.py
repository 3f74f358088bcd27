"""Leaves are found by their kind"""

from alembic import op

revision = "1796140000"
down_revision = "1796130020"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("seal_leaf", schema=None) as batch_op:
        batch_op.create_index("ix_seal_leaf_kind_id", ["kind", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("seal_leaf", schema=None) as batch_op:
        batch_op.drop_index("ix_seal_leaf_kind_id")
