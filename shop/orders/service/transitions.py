"""The only way a state changes: along its table, on a locked row, leaving a row behind."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.database import session
from core.errors import existing
from core.state_tables import wrong_state
from core.transitions import StateMachine
from shop.orders.models.tables import Consignment, ConsignmentChange, Order, OrderChange, OrderLine
from shop.orders.states import (
    FULFILMENT_TRANSITIONS,
    OPEN_PAYMENT,
    PAYMENT_TRANSITIONS,
    By,
    FulfilmentState,
    PaymentState,
)

PAYMENT = StateMachine(PAYMENT_TRANSITIONS, OrderChange, of="order_id", column="payment_state")
FULFILMENT = StateMachine(
    FULFILMENT_TRANSITIONS, ConsignmentChange, of="consignment_id", column="fulfilment_state"
)


def locked_order(order_id: int) -> Order:
    """The order, its row taken until the end of the transaction.

    Raises:
        NotFound: no such order.
    """
    order = session.get(Order, order_id, with_for_update=True, populate_existing=True)
    return existing(order, _l("There is no such order."), code="no_such_order")


def locked_consignment(consignment_id: int) -> tuple[Order, Consignment]:
    """A consignment and its order, the order's row taken: whoever changes either takes that row first.

    Raises:
        NotFound: no such consignment.
    """
    order_id = session.scalar(select(Consignment.order_id).where(Consignment.id == consignment_id))
    order = locked_order(existing(order_id, _l("There is no such parcel."), code="no_such_consignment"))
    return order, session.get_one(Consignment, consignment_id, populate_existing=True)


def consignments_of(order_id: int) -> list[Consignment]:
    """The parts of an order as they stand now, in the order in which they were made."""
    return list(
        session.scalars(
            select(Consignment)
            .where(Consignment.order_id == order_id)
            .order_by(Consignment.id)
            .execution_options(populate_existing=True)
        )
    )


def lines_of(consignment_ids: list[int]) -> dict[int, list[OrderLine]]:
    """The lines of each consignment, in their order."""
    lines: dict[int, list[OrderLine]] = {consignment_id: [] for consignment_id in consignment_ids}
    for line in session.scalars(
        select(OrderLine)
        .where(OrderLine.consignment_id.in_(consignment_ids))
        .order_by(OrderLine.consignment_id, OrderLine.position)
        .execution_options(populate_existing=True)
    ):
        lines[line.consignment_id].append(line)
    return lines


def move_payment(
    order: Order,
    target: PaymentState,
    *,
    at: datetime,
    by: By,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Move a locked order's payment.

    Raises:
        Conflict: code `wrong_state`, when the table does not have this transition.
    """
    PAYMENT.move(order, target, at=at, by=by.account_id, actor=by.role, reason=reason, reference=reference)
    if target not in OPEN_PAYMENT:
        order.network_key = None


def note_payment(order: Order, *, at: datetime, by: By, reason: str, reference: str) -> None:
    """Leave a row of money that moved while a locked order's payment stays where it is."""
    PAYMENT.note(
        order,
        order.payment_state,
        at=at,
        by=by.account_id,
        actor=by.role,
        reason=reason,
        reference=reference,
    )


def move_consignment(
    consignment: Consignment,
    target: FulfilmentState,
    *,
    at: datetime,
    by: By,
    reason: str = "",
    source: FulfilmentState | None = None,
) -> None:
    """Move a consignment whose order is locked; where more than one state leads to `target`, from `source` only.

    Raises:
        Conflict: code `wrong_state`, when the table does not have this transition.
    """
    current = consignment.fulfilment_state
    if source not in (None, current):
        raise wrong_state(current, target)
    FULFILMENT.move(consignment, target, at=at, by=by.account_id, actor=by.role, reason=reason)
