"""What payments hear of orders."""

from __future__ import annotations

from core.clock import local_day, now
from core.database import session
from core.outbox import outside_transaction
from shop.orders.events import HoldAskedFor, OrderCancelled, OrderExpired, OrderNearsEnd
from shop.orders.models import Order
from shop.orders.states import PaymentState
from shop.payments import desk, flows, messages


def tell_cashiers(event: OrderNearsEnd | HoldAskedFor, *, event_id: str) -> None:  # noqa: ARG001 - told once a day
    """Handler: whoever looks after the payments of an order's growers is reminded, once a day, that a receipt waits."""
    order = session.get_one(Order, event.order_id)
    if order.payment_state != PaymentState.PROOF_SUBMITTED:
        return
    key = f"receipt-waits:{order.number}:{local_day(now())}"
    messages.receipt_waits(order, desk.cashiers_of(order.id), key=key)


@outside_transaction
def close_payment_pages(event: OrderExpired | OrderCancelled, *, event_id: str) -> None:  # noqa: ARG001 - closing twice is closing once
    """Handler: a hosted page of an order that ended unpaid takes no money any more."""
    flows.close_sessions(event.order_id)
