"""What a recall of lots finds under codes."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from core.database import session
from traceability.codes.models.tables import Code
from traceability.codes.states import CodeState, sources_of


@dataclass(frozen=True)
class CodesReached:
    """What a recall finds under codes: how many, for how many plants, and with which parcels they left."""

    codes: int
    plants: int
    orders: frozenset[str]
    consignments: frozenset[str]


def codes_reached(lot_ids: Collection[int]) -> CodesReached:
    """What a recall of these lots would reach now."""
    codes, plants = session.execute(
        select(func.count(), func.coalesce(func.sum(Code.plants), 0)).where(
            Code.lot_id.in_(list(lot_ids)), Code.state.in_(sorted(sources_of(CodeState.RECALLED)))
        )
    ).one()
    parcels = session.execute(
        select(Code.order_number, Code.consignment_number)
        .where(Code.lot_id.in_(list(lot_ids)), Code.consignment_number.is_not(None))
        .distinct()
    ).all()
    return CodesReached(
        codes=codes,
        plants=int(plants),
        orders=frozenset(order for order, _parcel in parcels if order),
        consignments=frozenset(parcel for _order, parcel in parcels if parcel),
    )
