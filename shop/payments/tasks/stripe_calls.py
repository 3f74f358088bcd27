"""The edges that speak to Stripe: short transactions before and after each call, never around one.

A process may die between any two lines here; what it leaves behind is found by `sweep` and finished with the
same keys.
"""

from __future__ import annotations

import structlog

from core.clock import now
from core.database import session, transaction, view_of
from core.errors import Conflict
from core.settings import current_settings
from shop.orders.states import PaymentMethod, PaymentState
from shop.payments.models.tables import Payment
from shop.payments.queries import lookups
from shop.payments.rules.provider_answers import Item, RefundNews, Session, SessionOrder
from shop.payments.rules.provider_news import Heard
from shop.payments.service import attempts, refund_progress, settling
from shop.payments.service.provider import configured, gateway
from shop.payments.service.provider_errors import ProviderAway, ProviderRefused
from shop.payments.service.row_locks import locked_refund
from shop.payments.states import RefundState, Stage, dispute_is_open
from shop.payments.tasks.fault_points import fault_point

log = structlog.get_logger(__name__)
# Made here and not by `url_for`, since the scheduler finishes attempts outside of any request.
RETURN_PATH = "/payments/stripe/return/{public_id}"


def start(order_id: int) -> str | None:
    """Begin paying an order; the address of the hosted page, or None when the buyer stays with us.

    Call it outside of any transaction, after the order is committed. When Stripe is away the order stays as it
    is and the order's page offers to try again.

    Raises:
        Conflict: the order does not wait for a payment.
    """
    try:
        return pay(order_id)
    except ProviderAway:
        log.warning("stripe_away", order_id=order_id)
        return None


def pay(order_id: int) -> str | None:
    """As `start`, for a buyer who asks to pay now; None also when it turns out that the money is here.

    Raises:
        ProviderAway: Stripe does not answer.
        Conflict: the order does not wait for a payment.
    """
    for _try in range(3):
        with transaction():
            attempt = attempts.begin(order_id, at=now())
        fault_point("payment.begun")
        if attempt is None:
            return None
        try:
            opened = _open_session(attempt)
        except ProviderRefused as refusal:
            # Most often the session's end, fixed when the attempt began, has come too near meanwhile.
            with transaction():
                attempts.session_refused(attempt.payment_id, str(refusal), at=now())
            log.warning("stripe_refused_session", code=refusal.code, param=refusal.param)
            continue
        if opened.news.heard is not Heard.OPEN:
            record_session(attempt.payment_id, opened)
            if opened.news.heard is not Heard.EXPIRED:
                return None
            continue
        return opened.url
    raise ProviderAway


def _open_session(attempt: attempts.Attempt) -> Session:
    """The attempt's session as it stands now; made first where there is none.

    What was asked for before is asked for again with the same key, and its answer is the old one; so the
    session is then read afresh.
    """
    session_id = attempt.session_id
    if session_id is None:
        opened = gateway().create_session(_session_order(attempt))
        fault_point("payment.session_made")
        with transaction():
            attempts.session_opened(attempt.payment_id, opened, at=now())
        fault_point("payment.session_kept")
        if attempt.is_new:
            return opened
        session_id = opened.news.session_id
    return gateway().get_session(session_id)


def _session_order(attempt: attempts.Attempt) -> SessionOrder:
    base_url = current_settings().base_url
    back = RETURN_PATH.format(public_id=attempt.public_id)
    return view_of(
        SessionOrder,
        attempt,
        payment_ref=attempt.public_id,
        items=tuple(Item(name, amount_minor) for name, amount_minor in attempt.items),
        success_url=f"{base_url}{back}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{base_url}{back}?cancelled=1",
    )


def record_session(payment_id: int, stripe_session: Session) -> str:
    """Take what the provider answered about a session into the books."""
    fault_point("session.heard")
    with transaction():
        result = attempts.hear_session(payment_id, stripe_session.news, at=now())
        settling.note_asked(payment_id, at=now())
        fault_point("session.written")
    fault_point("session.committed")
    return result


def check(payment_id: int) -> str:
    """Ask Stripe about one payment: its session, and the refunds of its charge.

    Raises:
        ProviderAway: Stripe does not answer.
    """
    session.rollback()
    payment, order = lookups.payment_with_order(payment_id)
    session_id, state = payment.provider_session_id, payment.state
    wanted = order.payment_state in {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED}
    if session_id is None:
        return _no_session(payment)
    session.rollback()
    stripe_session = gateway().get_session(session_id)
    if stripe_session.news.heard is Heard.OPEN and not wanted:
        stripe_session = gateway().expire_session(session_id)
    result = (
        record_session(payment_id, stripe_session)
        if state not in {Stage.RECEIVED, Stage.UNCLAIMED}
        else "nothing_new"
    )
    if stripe_session.news.provider_payment_id and stripe_session.news.heard is Heard.PAID:
        given_back = gateway().list_refunds(stripe_session.news.provider_payment_id)
        for news in given_back:
            hear_refund(payment_id, news)
    with transaction():
        settling.note_asked(payment_id, at=now())
    return result


def _no_session(payment: Payment) -> str:
    """A process died before it kept the session: ask with the same key which one it was, if the order waits."""
    if payment.method != PaymentMethod.STRIPE or payment.state != Stage.OPEN:
        return "nothing_to_ask"
    payment_id, order_id = payment.id, payment.order_id
    try:
        pay(order_id)
    except (Conflict, ProviderAway):
        with transaction():
            settling.note_asked(payment_id, at=now())
        return "not_payable"
    return "session_found"


def hear_refund(payment_id: int, news: RefundNews) -> str:
    """Take one refund of the provider's list into the books, in a transaction of its own."""
    with transaction():
        return settling.hear_refund(payment_id, news, at=now())


def send_refund(refund_id: int) -> str:
    """Have the provider give a refund's money back, once however often this is called.

    Returns:
        The state of the refund afterwards; one that is paid by hand stays `due` until a cashier says so, and so does
        one whose payment the buyer's bank disputes, until the bank has decided.
    """
    session.rollback()
    refund, payment = lookups.refund_with_payment(refund_id)
    if refund.state != RefundState.DUE or payment.method != PaymentMethod.STRIPE:
        return refund.state
    if dispute_is_open(payment.dispute_status):
        session.rollback()
        with transaction():
            refund_progress.postpone(locked_refund(refund_id)[2], at=now())
        return RefundState.DUE
    assert payment.provider_payment_id is not None
    paid_by, payment_id = payment.provider_payment_id, payment.id
    amount_minor, number, key = refund.amount_minor, refund.number, refund.idempotency_key
    session.rollback()
    fault_point("refund.before_call")
    try:
        news = gateway().create_refund(
            provider_payment_id=paid_by, amount_minor=amount_minor, refund_number=number, idempotency_key=key
        )
    except ProviderAway:
        with transaction():
            refund_progress.postpone(locked_refund(refund_id)[2], at=now())
        return RefundState.DUE
    except ProviderRefused as refusal:
        with transaction():
            _order, payment, refund = locked_refund(refund_id)
            if refund.state == RefundState.DUE:
                refund_progress.fail(refund, payment, str(refusal), at=now())
        return RefundState.FAILED
    fault_point("refund.called")
    hear_refund(payment_id, news)
    fault_point("refund.committed")
    return lookups.refund_with_payment(refund_id)[0].state


def close_sessions(order_id: int) -> None:
    """An order ended unpaid: its hosted page must not take money any more."""
    if not configured():
        return
    for payment_id in lookups.open_payments(order_id):
        check(payment_id)
