"""Verbs on payments: begin an attempt, add what is heard of it, and do what follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from core.errors import Conflict
from core.ids import random_id
from shop.orders.models.tables import Order
from shop.orders.service.deadlines import check_by, longest_hold
from shop.orders.service.transitions import consignments_of, locked_order
from shop.orders.states import PROVIDER, By, PaymentMethod, PaymentState
from shop.payments.models.tables import Payment
from shop.payments.rules.attention import attention
from shop.payments.rules.provider_news import (
    MAX_ATTEMPTS,
    Expected,
    Heard,
    SessionNews,
    disagreements,
    session_end,
)
from shop.payments.service import doubts, notices
from shop.payments.service.row_locks import PAYMENT, attempts_of, locked_payment, move
from shop.payments.service.settling import settle
from shop.payments.states import ARRIVED, OVER, Stage
from shop.stock.service import movements as stock

if TYPE_CHECKING:
    from shop.payments.rules.provider_answers import Session

TIME_TO_RETRY = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the edge needs to send a buyer to the provider; `session_id` is set when a session is known already."""

    payment_id: int
    public_id: str
    idempotency_key: str
    order_number: str
    currency: str
    items: tuple[tuple[str, int], ...]
    expires_at: datetime
    locale: str
    email: str | None
    session_id: str | None
    is_new: bool


def begin(order_id: int, *, at: datetime) -> Attempt | None:
    """Find or make the attempt by which an order is paid now; None when no provider is needed.

    Asked again after a crash it answers the same attempt, with the same key. A new attempt is made only
    when the one before is over; it lengthens the hold of the stock where Stripe's shortest session needs that.

    Raises:
        Conflict: `not_payable` when the order is paid, cancelled or expired; `too_many_attempts`.
    """
    order = locked_order(order_id)
    tried = attempts_of(order_id)
    last = tried[-1] if tried else None
    if order.payment_method != PaymentMethod.STRIPE:
        if last is None:
            new_attempt(order, 1, at=at)
        return None
    if order.payment_state != PaymentState.AWAITING_PAYMENT:
        raise Conflict(_("This order does not wait for a payment."), code="not_payable")
    if any(attempt.state == Stage.DOUBTFUL for attempt in tried):
        raise Conflict(
            _("Money for this order is here and is being looked at; please do not pay again."),
            code="payment_in_doubt",
        )
    if last is not None and last.state == Stage.PROCESSING:
        raise Conflict(_("Your payment is on its way; please wait for the answer."), code="payment_under_way")
    if last is None or last.state in OVER:
        if len(tried) >= MAX_ATTEMPTS:
            raise Conflict(
                _("This order was tried too often. Please order again or choose a bank transfer."),
                code="too_many_attempts",
            )
        last = new_attempt(order, len(tried) + 1, at=at)
    is_new = last not in tried
    assert last.session_expires_at is not None
    return Attempt(
        payment_id=last.id,
        public_id=last.public_id,
        idempotency_key=last.idempotency_key,
        order_number=order.number,
        currency=order.currency,
        items=_items(order),
        expires_at=last.session_expires_at,
        locale=order.locale,
        email=order.buyer_email,
        session_id=last.provider_session_id,
        is_new=is_new,
    )


def new_attempt(order: Order, attempt: int, *, at: datetime, cause: str = "begun", **columns: Any) -> Payment:
    """Write an attempt to pay a locked order down; one by Stripe lengthens the hold where its session needs that."""
    ends = None
    if order.payment_method == PaymentMethod.STRIPE:
        ends, hold_until = session_end(at=at, hold_until=order.expires_at or at)
        ends = ends.replace(microsecond=0)
        if order.expires_at is None or hold_until > order.expires_at:
            _hold_until(order, hold_until)
    public_id = random_id(20)
    payment = Payment(
        public_id=public_id,
        order_id=order.id,
        attempt=attempt,
        method=order.payment_method,
        amount_minor=order.total_minor,
        currency=order.currency,
        idempotency_key=f"guiyuan-session-{public_id}",
        session_expires_at=ends,
        created_at=at,
        **columns,
    )
    session.add(payment)
    session.flush()
    PAYMENT.note(payment, None, at=at, by=None, cause=cause)
    return payment


def _hold_until(order: Order, until: datetime) -> None:
    """Move the end of a locked order that waits for its payment, and of its stock."""
    if order.payment_state == PaymentState.AWAITING_PAYMENT:
        order.expires_at = until
        stock.extend(order.id, expires_at=until)


def _items(order: Order) -> tuple[tuple[str, int], ...]:
    """One line per consignment, in the order's language; they sum to the order's total."""
    parts = [consignment for consignment in consignments_of(order.id) if consignment.total_minor]
    growers = branch.growers_by_ids([consignment.grower_id for consignment in parts])
    with force_locale(order.locale):
        return tuple(
            (
                _("Seedlings of %(grower)s, freight included", grower=growers[consignment.grower_id].name),
                consignment.total_minor,
            )
            for consignment in parts
        )


def session_opened(payment_id: int, opened: Session, *, at: datetime) -> None:
    """Keep the session that the provider made for an attempt."""
    _order, payment = locked_payment(payment_id)
    if payment.provider_session_id is None:
        payment.provider_session_id = opened.news.session_id
    payment.provider_session_url = opened.url
    payment.session_expires_at = opened.expires_at
    payment.checked_at = at


def session_refused(payment_id: int, reason: str, *, at: datetime) -> None:
    """The provider will not make this session: the attempt is over, another may begin."""
    _order, payment = locked_payment(payment_id)
    if payment.state == Stage.OPEN and payment.provider_session_id is None:
        payment.attention = attention("session_refused", reason)
        move(payment, Stage.CANCELLED, at=at, cause=f"session refused: {reason}"[:200])


def hear_session(payment_id: int, news: SessionNews, *, at: datetime) -> str:
    """Add what the provider says of a session to what is known, and do what follows.

    Hearing the same again, or something older, changes nothing.

    Returns:
        A word for the event's record: `processing`, `received`, `unclaimed`, `doubtful`, ... or `nothing_new`.
    """
    order, payment = locked_payment(payment_id)
    before = Stage(payment.state)
    if payment.provider_session_id is None:
        payment.provider_session_id = news.session_id
    if news.provider_payment_id and payment.provider_payment_id is None:
        _keep_provider_payment(payment, news.provider_payment_id)
    if news.heard > payment.heard:
        payment.heard = int(news.heard)
        payment.heard_amount_minor = news.amount_minor
        payment.heard_currency = (news.currency or "").upper()[:3] or None
    if before not in ARRIVED:
        _follow(order, payment, news, at=at)
    settle(order, payment, at=at)
    return payment.state if payment.state != before else "nothing_new"


def _keep_provider_payment(payment: Payment, provider_payment_id: str) -> None:
    """Note the provider's name of the money; one that stands for another payment already is for a person to look at."""
    taken = session.scalar(select(Payment.id).where(Payment.provider_payment_id == provider_payment_id))
    if taken is None:
        payment.provider_payment_id = provider_payment_id
    else:
        payment.attention = attention("named_twice", provider_payment_id)


def _follow(order: Order, payment: Payment, news: SessionNews, *, at: datetime) -> None:
    """Move a payment to where the highest thing heard of it leads."""
    heard = Heard(payment.heard)
    if heard is Heard.PAID:
        if news.heard is Heard.PAID:
            _receive(order, payment, news, at=at)
    elif heard is Heard.FAILED and payment.state != Stage.FAILED:
        move(payment, Stage.FAILED, at=at, cause="the provider says that the money did not come")
        if order.payment_state == PaymentState.AWAITING_PAYMENT:
            _hold_until(order, at + TIME_TO_RETRY)
            notices.payment_failed(order, payment)
    elif heard is Heard.PROCESSING and payment.state != Stage.PROCESSING:
        move(payment, Stage.PROCESSING, at=at, cause="the provider waits for the money")
        _hold_until(order, longest_hold(order.placed_at))
    elif heard is Heard.EXPIRED and payment.state == Stage.OPEN:
        move(payment, Stage.EXPIRED, at=at, cause="the session ended unpaid")


def _receive(order: Order, payment: Payment, news: SessionNews, *, at: datetime) -> None:
    """Money is here. It pays the order when everything agrees and the plants are there, else it goes back."""
    expected = Expected(payment.amount_minor, payment.currency, order.number, payment.public_id)
    wrong = disagreements(expected, news)
    payment.arrived_at = at
    if wrong:
        payment.attention = attention("disagrees", ",".join(wrong))
        move(payment, Stage.DOUBTFUL, at=at, cause=payment.attention)
        _hold_until(order, check_by(at=at, placed_at=order.placed_at, holds=True))
        notices.payment_in_doubt(order, payment)
        return
    payment.reference = news.provider_payment_id
    payment.received_minor = payment.amount_minor
    doubts.claim(order, payment, by=PROVIDER, at=at, cause="the provider says paid")


def receive_by_hand(
    order_id: int, *, amount_minor: int, reference: str, by_account_id: int | None, at: datetime
) -> Payment:
    """A cashier saw the money of a transfer on the account.

    An order whose plants are gone leaves the money `unclaimed`, to be paid back by the cashier.

    Raises:
        Conflict: `amount_differs` when it is not exactly the order's total; `received_before`.
    """
    order = locked_order(order_id)
    tried = attempts_of(order_id)
    payment = tried[-1] if tried else new_attempt(order, 1, at=at)
    if payment.state in ARRIVED:
        raise Conflict(_("This payment was confirmed before."), code="received_before")
    if amount_minor != payment.amount_minor:
        raise Conflict(
            _("The amount that arrived is not the order's total, so it was not confirmed."),
            code="amount_differs",
        )
    payment.arrived_at = at
    payment.reference = reference
    payment.received_minor = payment.amount_minor
    doubts.claim(order, payment, by=By("cashier", by_account_id), at=at, cause="seen by the cashier")
    return payment
