"""A parcel of a cash order waits for its grower's word"""

from alembic import op
from core.altering import altering, without_foreign_keys

revision = "1796100100"
down_revision = "1796100000"
branch_labels = ()
depends_on = None

RULE = "ck_consignment_fulfilment_state_known"
BEFORE = "'waiting', 'to_pack', 'packed', 'dispatched', 'delivered', 'returned', 'cancelled'"


def upgrade() -> None:
    _allow(BEFORE.replace("'waiting'", "'waiting', 'to_confirm'"))


def downgrade() -> None:
    _allow(BEFORE)


def _allow(words: str) -> None:
    with without_foreign_keys(), altering("consignment") as parcels:
        parcels.drop_constraint(op.f(RULE), type_="check")
        parcels.create_check_constraint(op.f(RULE), f"fulfilment_state IN ({words})")
