"""Refunds that nobody here decided, and how every refund goes on: sent, done, failed, paid by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from core.clock import local_year
from core.database import session
from core.errors import Conflict
from core.ids import random_id, readable_number
from shop.orders.models.tables import Order
from shop.orders.service import refunding
from shop.orders.service.transitions import locked_order
from shop.orders.states import PROVIDER, SYSTEM, By
from shop.payments.models.tables import Payment, ProviderRefund, Refund
from shop.payments.rules.attention import attention
from shop.payments.rules.provider_news import seen_elsewhere
from shop.payments.service import notices
from shop.payments.service.row_locks import (
    REFUND,
    locked_refund,
    move,
    move_refund,
    refuse_disputed,
    reserve_refund,
)
from shop.payments.states import RefundKind, RefundState, Stage

NOT_MADE = frozenset({"failed", "canceled"})
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)


def return_unclaimed(
    order: Order, payment: Payment, *, reason: str, by_account_id: int | None, at: datetime
) -> None:
    """All of a payment that its order could not use goes back; the order's books do not know it."""
    move(payment, Stage.UNCLAIMED, at=at, cause=reason, by_account_id=by_account_id)
    session.flush()
    return_money(payment, payment.received_minor, reason=reason, at=at)
    notices.payment_unclaimed(order, payment, reason=reason)


def return_money(payment: Payment, amount_minor: int, *, reason: str, at: datetime) -> Refund:
    """Money that the order's books do not know goes back: all that came, or what is above the order's total."""
    return add_refund(
        payment, amount_minor=amount_minor, kind=RefundKind.UNCLAIMED, reason=reason, by=SYSTEM, at=at
    )


def record_done(
    payment: Payment,
    *,
    amount_minor: int,
    kind: RefundKind,
    reason: str,
    at: datetime,
    reference: str | None = None,
) -> Refund:
    """Book money that is gone already: refunded at the provider, or lost in a dispute."""
    refund = add_refund(payment, amount_minor=amount_minor, kind=kind, reason=reason, by=PROVIDER, at=at)
    refund.reference = reference
    move_refund(refund, RefundState.DONE, at=at, cause=reason)
    refund.done_at = at
    if payment.state == Stage.RECEIVED:
        refunding.apply_refund(
            payment.order_id,
            amount_minor=amount_minor,
            at=at,
            reference=refund.number,
            by=PROVIDER,
            reason=reason,
        )
    notices.refunded(locked_order(payment.order_id), refund)
    return refund


def account_for_others(payment: Payment, *, at: datetime) -> None:
    """Book what the provider gave back and no refund of ours accounts for."""
    mirror = session.scalars(
        select(ProviderRefund).where(
            ProviderRefund.payment_id == payment.id,
            or_(ProviderRefund.currency.is_(None), ProviderRefund.currency == payment.currency),
        )
    ).all()
    disputed = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
            Refund.payment_id == payment.id, Refund.kind == RefundKind.DISPUTE
        )
    )
    unseen = seen_elsewhere(
        heard_minor=payment.heard_refunded_minor,
        mirrored_minor=sum(row.amount_minor for row in mirror if row.status not in NOT_MADE),
        mirrored_failed_minor=sum(row.amount_minor for row in mirror if row.status in NOT_MADE),
        ours_minor=payment.refunded_minor - int(disputed or 0),
        left_minor=payment.received_minor - payment.refunded_minor,
    )
    if unseen:
        record_done(
            payment, amount_minor=unseen, kind=RefundKind.PROVIDER, reason="refunded at the provider", at=at
        )


def add_refund(
    payment: Payment,
    *,
    amount_minor: int,
    kind: RefundKind,
    reason: str,
    by: By,
    at: datetime,
    consignment_id: int | None = None,
    freight_minor: int = 0,
) -> Refund:
    """Take an amount out of what may still be given back of a payment, and write its refund down.

    Raises:
        Conflict: code `more_than_paid`; nothing is taken then.
    """
    reserve_refund(payment.id, amount_minor)
    number = readable_number("RF", local_year(at))
    refund = Refund(
        number=number,
        payment_id=payment.id,
        order_id=payment.order_id,
        consignment_id=consignment_id,
        kind=kind,
        amount_minor=amount_minor,
        freight_minor=freight_minor,
        currency=payment.currency,
        reason=reason,
        idempotency_key=f"guiyuan-refund-{number}-{random_id(10)}",
        by_account_id=by.account_id,
        next_attempt_at=at,
        created_at=at,
    )
    session.add(refund)
    session.flush()
    REFUND.note(refund, None, at=at, by=by.account_id, cause=reason[:200])
    return refund


def of_reference(payment_id: int, reference: str) -> Refund | None:
    """The refund of a payment that bears a reference, the bank's or a dispute's."""
    return session.scalars(
        select(Refund).where(Refund.payment_id == payment_id, Refund.reference == reference)
    ).one_or_none()


def hear(payment: Payment, row: ProviderRefund, *, at: datetime) -> str:
    """Follow what the provider says of a refund of ours; one that is not ours is left to `account_for_others`."""
    refund_id = session.scalar(
        select(Refund.id).where(
            Refund.payment_id == payment.id,
            (Refund.provider_id == row.id) | (Refund.number == (row.refund_number or "")),
        )
    )
    if refund_id is None:
        return "refund_not_ours"
    order, _payment, refund = locked_refund(refund_id)
    refund.provider_id = row.id
    state = RefundState(refund.state)
    if row.status == "succeeded" and state in {RefundState.DUE, RefundState.SENT}:
        move_refund(refund, RefundState.DONE, at=at, cause="the provider says done")
        refund.done_at = at
        refund.last_error = None
        notices.refunded(order, refund)
    elif row.status in NOT_MADE and state is not RefundState.FAILED and refund.reference is None:
        fail(refund, payment, "the provider says that it failed", at=at)
    elif row.status not in {"succeeded", *NOT_MADE} and state is RefundState.DUE:
        move_refund(refund, RefundState.SENT, at=at, cause=f"the provider says {row.status}")
    else:
        return "nothing_new"
    return f"refund_{refund.state}"


def fail(refund: Refund, payment: Payment, error: str, *, at: datetime) -> None:
    """The provider will not give the money back: the buyer is still owed, and a cashier must see it."""
    refund.last_error = error
    payment.attention = attention("refund_failed", refund.number)
    move_refund(refund, RefundState.FAILED, at=at, cause=error)


def postpone(refund: Refund, *, at: datetime) -> None:
    """The provider did not answer: try again later, with the same key."""
    refund.attempts += 1
    refund.next_attempt_at = at + min(FIRST_RETRY * 2 ** min(refund.attempts, 10), LONGEST_RETRY)


def finish_by_hand(refund_id: int, *, reference: str, by_account_id: int | None, at: datetime) -> Refund:
    """A cashier paid the buyer back; `reference` is the bank's.

    Raises:
        Conflict: `wrong_state`; `provider_pays` when the provider is still to send it; `disputed`.
    """
    order, payment, refund = locked_refund(refund_id)
    refuse_disputed(payment)
    if payment.provider_payment_id is not None and refund.state != RefundState.FAILED:
        raise Conflict(_("This refund goes through the payment service by itself."), code="provider_pays")
    move_refund(refund, RefundState.DONE, at=at, cause=f"by hand: {reference}", by_account_id=by_account_id)
    refund.reference = reference
    refund.done_at = at
    notices.refunded(order, refund)
    return refund
