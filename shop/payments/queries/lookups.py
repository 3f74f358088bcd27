"""Payments, refunds, receipts and requests by what others call them."""

from __future__ import annotations

from collections import defaultdict

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.database import session
from core.errors import existing
from shop.orders.models.tables import Consignment, Order
from shop.orders.states import PaymentMethod, PaymentState
from shop.payments.models.tables import CancelRequest, Payment, Refund, TransferProof
from shop.payments.rules.provider_news import SessionNews
from shop.payments.states import RefundState, Stage


def get_wish(public_id: str) -> CancelRequest:
    """Raises NotFound when there is none."""
    query = select(CancelRequest).where(CancelRequest.public_id == public_id)
    return existing(session.scalar(query), _l("There is no such request."), code="no_such_wish")


def get_proof(public_id: str) -> TransferProof:
    """Raises NotFound when there is none."""
    query = select(TransferProof).where(TransferProof.public_id == public_id)
    return existing(session.scalar(query), _l("There is no such proof."), code="no_such_proof")


def get_payment(public_id: str) -> Payment:
    """Raises NotFound when there is none."""
    query = select(Payment).where(Payment.public_id == public_id)
    return existing(session.scalar(query), _l("There is no such payment."), code="no_such_payment")


def get_refund(number: str) -> Refund:
    """Raises NotFound when there is none."""
    query = select(Refund).where(Refund.number == number)
    return existing(session.scalar(query), _l("There is no such refund."), code="no_such_refund")


def payment_with_order(payment_id: int) -> tuple[Payment, Order]:
    """A payment and its order as they stand in the database now."""
    payment = session.get_one(Payment, payment_id, populate_existing=True)
    return payment, session.get_one(Order, payment.order_id, populate_existing=True)


def refund_with_payment(refund_id: int) -> tuple[Refund, Payment]:
    """A refund and its payment as they stand in the database now."""
    refund = session.get_one(Refund, refund_id, populate_existing=True)
    return refund, session.get_one(Payment, refund.payment_id, populate_existing=True)


def payment_named_by_provider(provider_payment_id: str | None, public_id: str | None) -> int | None:
    """The payment that Stripe calls `provider_payment_id`, else the one whose name we gave to Stripe."""
    payment_id = None
    if provider_payment_id:
        payment_id = session.scalar(
            select(Payment.id).where(Payment.provider_payment_id == provider_payment_id)
        )
    if payment_id is None and public_id:
        payment_id = session.scalar(select(Payment.id).where(Payment.public_id == public_id))
    return payment_id


def open_payments(order_id: int) -> list[int]:
    """The attempts of an order whose hosted page may still take money."""
    wanted = select(Payment.id).where(Payment.order_id == order_id, Payment.state == Stage.OPEN)
    return list(session.scalars(wanted))


def has_due_refund(payment_id: int) -> bool:
    """Whether a refund of a payment is decided and not sent."""
    waiting = select(Refund.id).where(Refund.payment_id == payment_id, Refund.state == RefundState.DUE)
    return session.scalar(waiting.limit(1)) is not None


def parcel_of_order(order_id: int, number: str) -> int:
    """The consignment of an order that bears a number.

    Raises:
        NotFound: no such consignment in this order.
    """
    query = select(Consignment.id).where(Consignment.number == number, Consignment.order_id == order_id)
    return existing(session.scalar(query), _l("There is no such parcel."), code="no_such_consignment")


def order_row(order_id: int) -> Order:
    """An order that is known to exist."""
    return session.get_one(Order, order_id)


def unpaid_orders_to(payee_account: str) -> list[tuple[Order, list[int]]]:
    """Orders whose buyers were told to transfer to an account and have not paid, each with the ids of its growers."""
    statement = select(Order).where(
        Order.payee_account == payee_account,
        Order.payment_method == PaymentMethod.OFFLINE_TRANSFER,
        Order.payment_state.in_([PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED]),
    )
    orders = list(session.scalars(statement.order_by(Order.id)))
    growers = defaultdict[int, list[int]](list)
    parts = select(Consignment.order_id, Consignment.grower_id).where(
        Consignment.order_id.in_([order.id for order in orders])
    )
    for order_id, grower_id in session.execute(parts):
        growers[order_id].append(grower_id)
    return [(order, growers[order.id]) for order in orders]


def find_payment(news: SessionNews) -> int | None:
    """The attempt that a session belongs to: by the session, or by the reference that we gave it."""
    payment_id = session.scalar(select(Payment.id).where(Payment.provider_session_id == news.session_id))
    if payment_id is None and news.payment_ref:
        payment_id = session.scalar(
            select(Payment.id).where(
                Payment.public_id == news.payment_ref, Payment.provider_session_id.is_(None)
            )
        )
    return payment_id
