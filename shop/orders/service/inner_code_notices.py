"""Tells a buyer that wrong inner codes were entered for a label of his parcel."""

from __future__ import annotations

from sqlalchemy import select

from core.database import session
from core.messaging.service.enqueueing import enqueue
from core.settings import current_settings
from shop.orders.models.tables import Order
from traceability import api as traceability


def tell_buyer_of_tries(event: traceability.InnerCodeTried, *, event_id: str) -> None:  # noqa: ARG001 - told once a day and label
    """Handler: one message a day and label to the buyer whose order the label went out with."""
    order = session.scalars(select(Order).where(Order.number == event.order_number)).one_or_none()
    if order is None:
        return
    enqueue(
        dedupe_key=f"inner:{event.label}:{event.day}:buyer",
        to=order.buyer_email or order.buyer_phone,
        template="inner_code_tried_buyer",
        locale=order.locale,
        context={
            "number": order.number,
            "address": f"{current_settings().base_url}/orders/{order.number}?token={order.access_token}",
        },
    )
