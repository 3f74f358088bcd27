"""Orders that a recalled lot went into."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from core.database import session
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.states import FulfilmentState

NEVER_LEAVES = (FulfilmentState.CANCELLED,)


def orders_of_lots(lot_ids: Collection[int]) -> set[str]:
    """Numbers of the orders with lines of these lots, parcels that will not be sent left out."""
    return set(
        session.scalars(
            select(Order.number)
            .join(Consignment, Consignment.order_id == Order.id)
            .join(OrderLine, OrderLine.consignment_id == Consignment.id)
            .where(
                OrderLine.lot_id.in_(list(lot_ids)),
                Consignment.fulfilment_state.not_in([str(state) for state in NEVER_LEAVES]),
            )
        )
    )
