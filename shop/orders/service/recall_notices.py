"""Who bought plants of a recalled lot, and telling them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from core.database import session
from core.outbox.service import record
from shop.orders.events import OrderReachedByRecall
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.service.notices import tell_buyer
from shop.orders.states import FulfilmentState
from traceability import api as traceability

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


def find_buyers_of_recall(event: traceability.LotRecalled, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: every order whose plants a recall reached, whether or not they have left, is told of by itself."""
    recall = traceability.get_recall(event.recall_number)
    by_code = traceability.codes_reached(recall.lot_ids)
    numbers = by_code.orders | orders_of_lots(recall.lot_ids)
    for number in session.scalars(
        select(Order.number).where(Order.number.in_(sorted(numbers))).order_by(Order.id)
    ):
        record(OrderReachedByRecall(recall.number, number))


def tell_buyer_of_recall(event: OrderReachedByRecall, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: the buyer of an order is told once that a recall reached it."""
    recall = traceability.get_recall(event.recall_number)
    order = session.scalars(select(Order).where(Order.number == event.order_number)).one()
    tell_buyer(
        order,
        "lot_recalled_buyer",
        key=f"{recall.number}:buyer:{order.number}",
        cultivar=recall.cultivar,
        reason=recall.reason,
    )
