"""Tells a buyer that wrong inner codes were entered for a label of his parcel."""

from __future__ import annotations

from sqlalchemy import select

from core.database import session
from shop.orders.models.tables import Order
from shop.orders.service.notices import tell_buyer
from traceability import api as traceability


def tell_buyer_of_tries(event: traceability.InnerCodeTried, *, event_id: str) -> None:  # noqa: ARG001 - told once a day and label
    """Handler: one message a day and label to the buyer whose order the label went out with."""
    order = session.scalars(select(Order).where(Order.number == event.order_number)).one_or_none()
    if order is None:
        return
    tell_buyer(order, "inner_code_tried_buyer", key=f"inner:{event.label}:{event.day}:buyer")
