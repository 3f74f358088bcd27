"""Who bought plants of a recalled lot, and telling them."""

from __future__ import annotations

from sqlalchemy import select

from core.database import session
from core.outbox.service import record
from shop.orders.events import OrderReachedByRecall
from shop.orders.models.tables import Order
from shop.orders.queries.recalled import orders_of_lots
from shop.orders.service.notices import tell_buyer
from traceability import api as traceability


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
