"""What payments hear of orders."""

from __future__ import annotations

from core.database import session
from core.outbox import outside_transaction
from shop.orders.events import OrderCancelled, OrderExpired, OrderNearsEnd
from shop.orders.models import Order
from shop.orders.states import PaymentState
from shop.payments import desk, flows, messages


def tell_cashiers(event: OrderNearsEnd, *, event_id: str) -> None:
    """Handler: whoever looks after the payments of an order's growers is reminded that a receipt waits."""
    order = session.get_one(Order, event.order_id)
    if order.payment_state != PaymentState.PROOF_SUBMITTED:
        return
    messages.receipt_waits(order, desk.cashiers_of(order.id), key=event_id)


@outside_transaction
def close_payment_pages(event: OrderExpired | OrderCancelled, *, event_id: str) -> None:  # noqa: ARG001 - closing twice is closing once
    """Handler: a hosted page of an order that ended unpaid takes no money any more."""
    flows.close_sessions(event.order_id)
