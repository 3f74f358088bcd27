"""Money that pays its order, or disagrees with it: a cashier accepts it or gives it back; meanwhile the plants are kept."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from core.database import session
from core.errors import Conflict
from shop.orders.models.tables import Order
from shop.orders.service import paying, refunding
from shop.orders.states import By
from shop.payments.models.tables import Payment
from shop.payments.queries.doubts import may_accept
from shop.payments.service import notices, refund_progress
from shop.payments.service.row_locks import locked_payment, move, refuse_disputed
from shop.payments.states import RefundKind, Stage

GIVEN_BACK = "disagrees"


def check(payment: Payment, *, accepted: bool) -> None:
    """Whether a locked payment may be accepted, or given back, now.

    Raises:
        Conflict: as `accept` and `give_back`.
    """
    if payment.state != Stage.DOUBTFUL:
        raise Conflict(_("Somebody has decided on this payment meanwhile."), code="nothing_in_doubt")
    refuse_disputed(payment)
    if accepted and not may_accept(payment):
        raise Conflict(
            _("More than the amount differs, so this money can only be given back."), code="not_acceptable"
        )
    known = payment.heard_amount_minor and payment.heard_currency and payment.provider_payment_id
    if not accepted and not known:
        raise Conflict(
            _("The payment service did not say what arrived. Please settle it there."), code="amount_unknown"
        )


def claim(order: Order, payment: Payment, *, by: By, at: datetime, cause: str, reason: str = "") -> bool:
    """Pay the order with money that is here, and whether it could; what it cannot pay for any more goes back by itself."""
    session.flush()
    refusal, paid = "paid twice", False
    try:
        with session.begin_nested():
            paid = paying.mark_paid(order.id, at=at, by=by, reference=payment.public_id, reason=reason)
    except Conflict as error:
        refusal = error.code
        session.refresh(order)
    if paid:
        move(payment, Stage.RECEIVED, at=at, cause=cause, by_account_id=by.account_id)
    else:
        refund_progress.return_unclaimed(order, payment, reason=refusal, by_account_id=by.account_id, at=at)
    return paid


def accept(payment_id: int, *, by_account_id: int | None, at: datetime) -> Payment:
    """Take the amount that came as the order's payment: what is too little is waived, what is too much goes back.

    An order whose plants are gone leaves all of it `unclaimed`, and it goes back.

    Raises:
        Conflict: `nothing_in_doubt`; `disputed`; `not_acceptable` when more than the amount differs.
    """
    order, payment = locked_payment(payment_id)
    check(payment, accepted=True)
    arrived = payment.heard_amount_minor or 0
    payment.received_minor = arrived
    payment.reference = payment.provider_payment_id
    payment.attention = None
    by = By("cashier", by_account_id)
    if not claim(order, payment, by=by, at=at, cause="amount accepted", reason="amount accepted"):
        return payment
    session.flush()
    short = payment.amount_minor - arrived
    if short > 0:
        refunding.apply_refund(
            order.id,
            amount_minor=short,
            at=at,
            reference=f"waived:{payment.public_id}",
            by=by,
            reason="waived",
        )
    elif short < 0:
        refund_progress.return_money(payment, -short, reason="paid too much", at=at)
    notices.amount_accepted(order, payment)
    return payment


def give_back(payment_id: int, *, by_account_id: int | None, at: datetime) -> None:
    """Give all of it back, in the currency in which it came; the order waits for its payment as before.

    Raises:
        Conflict: `nothing_in_doubt`; `disputed`; `amount_unknown` when the provider did not say what came.
    """
    order, payment = locked_payment(payment_id)
    check(payment, accepted=False)
    _received_as_heard(payment)
    payment.attention = None
    refund_progress.return_unclaimed(order, payment, reason=GIVEN_BACK, by_account_id=by_account_id, at=at)


def note_given_back(payment: Payment, given_back_minor: int, *, at: datetime) -> None:
    """Money in doubt went back at the provider: nobody has to decide about it any more."""
    if payment.state != Stage.DOUBTFUL or not payment.heard_amount_minor:
        return
    if given_back_minor < payment.heard_amount_minor:
        return
    _received_as_heard(payment)
    payment.attention = None
    move(payment, Stage.UNCLAIMED, at=at, cause="given back at the provider")
    session.flush()
    refund_progress.record_done(
        payment,
        amount_minor=payment.received_minor,
        kind=RefundKind.UNCLAIMED,
        reason="refunded at the provider",
        at=at,
    )


def _received_as_heard(payment: Payment) -> None:
    payment.received_minor = payment.heard_amount_minor or 0
    payment.currency = payment.heard_currency or payment.currency


def mark_seen(payment: Payment) -> None:
    """Somebody has looked at what was strange about a payment.

    Raises:
        Conflict: `in_doubt`; such money is accepted or given back.
    """
    if payment.state == Stage.DOUBTFUL:
        raise Conflict(_("Accept this money or give it back; until then it stays here."), code="in_doubt")
    payment.attention = None
