"""What Stripe is asked about, and which refunds it is sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select

from core.clock import now
from core.database import session
from core.sweeps import claimable
from shop.orders.models.tables import Order
from shop.orders.states import PaymentMethod
from shop.payments.models.tables import Payment, Refund
from shop.payments.states import RefundState, Stage

# Which orders are meant.
Orders = ColumnElement[bool]
# How long money that arrived is watched for refunds made elsewhere, disputes and lost messages.
WATCHED_FOR = timedelta(days=30)

LOOK_AGAIN = timedelta(hours=12)

CHECKING, REFUNDING = "shop.payments.check", "shop.payments.send_refund"


def payments_to_check(*, everything: bool, of: Orders | None) -> list[int]:
    """Stripe payments whose end we have not heard, then those whose refunds are on their way, then the watched."""
    moment = now()
    unfinished = Payment.state.in_([Stage.OPEN, Stage.PROCESSING])
    # A session that ended in silence may have been paid in its last second.
    ended = Payment.state.in_([Stage.EXPIRED, Stage.FAILED]) & (Payment.checked_at.is_(None))
    on_the_way = Payment.id.in_(select(Refund.payment_id).where(Refund.state == RefundState.SENT))
    watched = (Payment.state == Stage.RECEIVED) & (Payment.arrived_at > moment - WATCHED_FOR)
    if not everything:
        watched &= or_(Payment.checked_at.is_(None), Payment.checked_at < moment - LOOK_AGAIN)
    wanted = (
        select(Payment.id)
        .where(Payment.method == PaymentMethod.STRIPE, or_(unfinished, ended, on_the_way, watched))
        .order_by(Payment.id)
    )
    if of is not None:
        wanted = wanted.join(Order, Order.id == Payment.order_id).where(of)
    if not everything:
        wanted = wanted.where(claimable(CHECKING, Payment.id, at=moment))
    return list(session.scalars(wanted))


def refunds_to_send(*, everything: bool, of: Orders | None) -> list[int]:
    """Refunds that are decided and not sent, of payments that Stripe can give back."""
    due = (
        select(Refund.id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.state == RefundState.DUE, Payment.method == PaymentMethod.STRIPE)
    )
    if of is not None:
        due = due.join(Order, Order.id == Refund.order_id).where(of)
    if not everything:
        due = due.where(Refund.next_attempt_at <= now(), claimable(REFUNDING, Refund.id))
    return list(session.scalars(due.order_by(Refund.id)))
