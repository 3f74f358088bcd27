"""What payments hear of orders."""

from __future__ import annotations

from core.clock import local_day, now
from core.outbox.service import outside_transaction
from shop.orders.events import HoldAskedFor, OrderCancelled, OrderExpired, OrderNearsEnd
from shop.orders.states import PaymentState
from shop.payees.events import PayeeWithdrawn
from shop.payees.queries import account_of_order
from shop.payments.queries import cashier as desk
from shop.payments.queries import lookups
from shop.payments.service import notices
from shop.payments.tasks import stripe_calls


def tell_cashiers(event: OrderNearsEnd | HoldAskedFor, *, event_id: str) -> None:  # noqa: ARG001 - told once a day
    """Handler: whoever looks after the payments of an order's growers is reminded, once a day, that a receipt waits."""
    order = lookups.order_row(event.order_id)
    if order.payment_state != PaymentState.PROOF_SUBMITTED:
        return
    key = f"receipt-waits:{order.number}:{local_day(now())}"
    notices.receipt_waits(order, [cashier.id for cashier in desk.cashiers_of(order.id)], key=key)


def tell_buyers_of_account(event: PayeeWithdrawn, *, event_id: str) -> None:  # noqa: ARG001 - told once an order
    """Handler: whoever was told an account, and has not paid, hears that nobody should transfer to it any more."""
    for order, growers in lookups.unpaid_orders_to(event.public_id):
        present = account_of_order(event.public_id, growers, at=now()).account
        notices.account_withdrawn(order, event.public_id, another=present is not None)


@outside_transaction
def close_payment_pages(event: OrderExpired | OrderCancelled, *, event_id: str) -> None:  # noqa: ARG001 - closing twice is closing once
    """Handler: a hosted page of an order that ended unpaid takes no money any more."""
    stripe_calls.close_sessions(event.order_id)
