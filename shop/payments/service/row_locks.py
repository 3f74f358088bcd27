"""Rows of payments: found, locked, moved. The order's row is always taken first, by everybody."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from core.database import changed, session
from core.errors import Conflict, existing
from core.transitions import StateMachine
from shop.orders.models.tables import Order
from shop.orders.service.transitions import locked_order
from shop.payments.models.tables import Payment, PaymentChange, Refund, RefundChange
from shop.payments.states import REFUND_STATES, STAGES, RefundState, Stage, dispute_is_open

PAYMENT = StateMachine(STAGES, PaymentChange, of="payment_id")
REFUND = StateMachine(REFUND_STATES, RefundChange, of="refund_id")


def locked_payment(payment_id: int) -> tuple[Order, Payment]:
    """A payment and its order, both rows taken until the end of the transaction.

    Raises:
        NotFound: no such payment.
    """
    order_id = session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    order = locked_order(existing(order_id, _l("There is no such payment."), code="no_such_payment"))
    return order, session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)


def locked_refund(refund_id: int) -> tuple[Order, Payment, Refund]:
    """A refund with its payment and order, all rows taken.

    Raises:
        NotFound: no such refund.
    """
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    order, payment = locked_payment(
        existing(payment_id, _l("There is no such refund."), code="no_such_refund")
    )
    return order, payment, session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def attempts_of(order_id: int) -> list[Payment]:
    """Every attempt to pay an order, the first one first."""
    return list(
        session.scalars(
            select(Payment)
            .where(Payment.order_id == order_id)
            .order_by(Payment.attempt)
            .execution_options(populate_existing=True)
        )
    )


def receipt_of(order_id: int) -> Payment | None:
    """The payment that an order was paid by, if it was."""
    return session.scalars(
        select(Payment).where(Payment.order_id == order_id, Payment.state == Stage.RECEIVED)
    ).one_or_none()


def move(
    payment: Payment, target: Stage, *, at: datetime, cause: str = "", by_account_id: int | None = None
) -> None:
    """Move a locked payment along its table, leaving a row.

    Raises:
        Conflict: code `wrong_state`.
    """
    PAYMENT.move(payment, target, at=at, by=by_account_id, cause=cause)


def move_refund(
    refund: Refund, target: RefundState, *, at: datetime, cause: str = "", by_account_id: int | None = None
) -> None:
    """Move a locked refund along its table, leaving a row.

    Raises:
        Conflict: code `wrong_state`.
    """
    REFUND.move(refund, target, at=at, by=by_account_id, cause=cause[:200])


def refuse_disputed(payment: Payment) -> None:
    """Nobody gives back by hand what the buyer's bank has taken and may keep: the buyer would have it twice.

    Raises:
        Conflict: code `disputed`.
    """
    if dispute_is_open(payment.dispute_status):
        raise Conflict(
            _(
                "The buyer's bank disputes this payment. Until it has decided, nothing of it can be given back here."
            ),
            code="disputed",
        )


def reserve_refund(payment_id: int, amount_minor: int) -> None:
    """Take `amount_minor` out of what may still be given back, in one conditional update.

    Raises:
        Conflict: code `more_than_paid`; nothing is taken then.
    """
    taken = changed(
        update(Payment)
        .where(Payment.id == payment_id, Payment.refunded_minor + amount_minor <= Payment.received_minor)
        .values(refunded_minor=Payment.refunded_minor + amount_minor)
    )
    if not taken:
        raise Conflict(_("That is more than was paid and not yet given back."), code="more_than_paid")
    session.expire_all()
