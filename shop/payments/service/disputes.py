"""A buyer's bank takes money back: for now, and then for good or not."""

from __future__ import annotations

from datetime import datetime

from core.database import session
from shop.orders.models.tables import Order
from shop.orders.service import paying
from shop.orders.states import PaymentState
from shop.payments.models.tables import Payment
from shop.payments.rules.attention import attention
from shop.payments.service import refund_progress
from shop.payments.states import DISPUTE_CLOSED as CLOSED
from shop.payments.states import ONLY_A_WARNING, RefundKind, Stage


def record_dispute(payment: Payment, *, dispute_id: str, status: str, amount_minor: int) -> bool:
    """Add a dispute's state to a locked payment; whether that was new. An end is never taken back."""
    same = payment.dispute_id == dispute_id
    if same and (payment.dispute_status in CLOSED or payment.dispute_status == status):
        return False
    if not same and payment.dispute_id is not None and payment.dispute_status not in CLOSED:
        payment.attention = attention("second_dispute", dispute_id)
        return False
    payment.dispute_id = dispute_id
    payment.dispute_status = status
    payment.dispute_minor = amount_minor
    return True


def follow(order: Order, payment: Payment, *, at: datetime) -> None:
    """Bring the order to where its dispute stands; doing it again changes nothing."""
    status = payment.dispute_status
    if status is None:
        return
    if payment.state != Stage.RECEIVED:
        # Its order does not know this money; whoever gives it back has to know that the bank takes it as well.
        payment.attention = attention("disputed", payment.dispute_id or "")
        return
    reference = f"dispute:{payment.dispute_id}"
    if status in ONLY_A_WARNING:
        payment.attention = attention("bank_asks", payment.dispute_id or "")
    elif status == "lost":
        _lose(order, payment, reference=reference, at=at)
    elif status in CLOSED:
        if order.payment_state == PaymentState.DISPUTED:
            paying.close_dispute(order.id, at=at, reference=reference)
    elif order.payment_state in {PaymentState.PAID, PaymentState.PARTLY_REFUNDED}:
        payment.attention = attention("disputed", payment.dispute_id or "")
        paying.open_dispute(order.id, at=at, reference=reference)


def _lose(order: Order, payment: Payment, *, reference: str, at: datetime) -> None:
    left = payment.received_minor - payment.refunded_minor
    lost = min(payment.dispute_minor or 0, left)
    if refund_progress.of_reference(payment.id, reference):
        return
    session.flush()
    if lost:
        refund_progress.record_done(
            payment,
            amount_minor=lost,
            kind=RefundKind.DISPUTE,
            reason="dispute lost",
            reference=reference,
            at=at,
        )
    if order.payment_state == PaymentState.DISPUTED:
        paying.close_dispute(order.id, at=at, reference=reference)
