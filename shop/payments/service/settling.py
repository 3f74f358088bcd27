"""What is heard of money after it arrived: refunds and disputes; and what follows from all that is known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from core.database import session
from shop.orders.models.tables import Order
from shop.payments.models.tables import Payment, ProviderRefund
from shop.payments.rules.attention import attention
from shop.payments.service import disputes, doubts, refund_progress
from shop.payments.service.row_locks import locked_payment
from shop.payments.states import Stage

if TYPE_CHECKING:
    from shop.payments.rules.provider_answers import RefundNews


def hear_refund(payment_id: int, news: RefundNews, *, at: datetime) -> str:
    """Add one refund of the provider's list to what is known, and do what follows."""
    order, payment = locked_payment(payment_id)
    row = session.get(ProviderRefund, news.provider_id)
    if row is None:
        row = ProviderRefund(
            id=news.provider_id,
            payment_id=payment_id,
            amount_minor=news.amount_minor,
            currency=news.currency,
            status=news.status,
            refund_number=news.refund_number,
        )
        session.add(row)
    elif row.status not in {"failed", "canceled"}:
        # A refund that failed stays failed; an older message about it comes too late.
        row.status = news.status if news.status != "pending" or row.status == "pending" else row.status
    session.flush()
    result = refund_progress.hear(payment, row, at=at)
    if is_foreign(payment, row.currency):
        payment.attention = attention(
            "foreign_refund", f"{row.id} {row.amount_minor / 100:.2f} {row.currency}"
        )
        result = "foreign_currency"
    settle(order, payment, at=at)
    return result


def is_foreign(payment: Payment, currency: str | None) -> bool:
    """Whether an amount is in another currency than the payment; one that names none is not."""
    return currency is not None and currency != payment.currency


def hear_charge(payment_id: int, *, refunded_minor: int, at: datetime, currency: str | None = None) -> str:
    """Add the total that the provider says was given back."""
    order, payment = locked_payment(payment_id)
    in_doubt = payment.state == Stage.DOUBTFUL and currency == payment.heard_currency
    if is_foreign(payment, currency) and not in_doubt:
        if refunded_minor:
            payment.attention = attention("foreign_refund", f"{refunded_minor / 100:.2f} {currency}")
        return "foreign_currency"
    before = payment.refunded_minor
    payment.heard_refunded_minor = max(payment.heard_refunded_minor, refunded_minor)
    settle(order, payment, at=at)
    return "refunded_elsewhere" if payment.refunded_minor != before else "nothing_new"


def hear_dispute(
    payment_id: int,
    *,
    dispute_id: str,
    status: str,
    amount_minor: int,
    at: datetime,
    currency: str | None = None,
) -> str:
    """Add where a dispute stands; what is closed stays closed. One in a foreign currency is the cashier's to look at."""
    order, payment = locked_payment(payment_id)
    if is_foreign(payment, currency):
        payment.attention = attention("foreign_dispute", f"{dispute_id} {amount_minor / 100:.2f} {currency}")
        return "foreign_currency"
    if not disputes.record_dispute(payment, dispute_id=dispute_id, status=status, amount_minor=amount_minor):
        return "nothing_new"
    settle(order, payment, at=at)
    return f"dispute_{status}"[:40]


def settle(order: Order, payment: Payment, *, at: datetime) -> None:
    """Account for refunds that the provider made without us, and for disputes, once money has arrived."""
    doubts.note_given_back(payment, payment.heard_refunded_minor, at=at)
    if payment.state not in {Stage.RECEIVED, Stage.UNCLAIMED}:
        return
    session.flush()
    refund_progress.account_for_others(payment, at=at)
    disputes.follow(order, payment, at=at)


def note_asked(payment_id: int, *, at: datetime) -> None:
    """Stripe was asked about a payment."""
    session.get_one(Payment, payment_id).checked_at = at
