"""What payments hear of orders."""

from __future__ import annotations

from core.outbox import outside_transaction
from shop.orders.events import OrderCancelled, OrderExpired
from shop.payments import flows


@outside_transaction
def close_payment_pages(event: OrderExpired | OrderCancelled, *, event_id: str) -> None:  # noqa: ARG001 - closing twice is closing once
    """Handler: a hosted page of an order that ended unpaid takes no money any more."""
    flows.close_sessions(event.order_id)
