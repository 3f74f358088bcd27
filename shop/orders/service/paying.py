"""What payment does to an order. Whoever calls holds no other order's row."""

from __future__ import annotations

from datetime import datetime

from core.outbox.service import record
from shop.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderNearsEnd,
    OrderPaid,
)
from shop.orders.models.tables import Order
from shop.orders.queries.due import REMIND_BEFORE
from shop.orders.service.deadlines import check_by
from shop.orders.service.fulfilling import end_unconfirmed
from shop.orders.service.ledger_facts import append_sales
from shop.orders.service.transitions import (
    consignments_of,
    locked_order,
    move_consignment,
    move_payment,
)
from shop.orders.states import (
    OPEN_PAYMENT,
    PROVIDER,
    SETTLED,
    SYSTEM,
    WAITS_FOR_US,
    By,
    FulfilmentState,
    PaymentState,
)
from shop.stock.service import movements as stock


def mark_paid(order_id: int, *, at: datetime, reference: str, by: By = PROVIDER, reason: str = "") -> bool:
    """The whole amount has arrived: sell the held stock, let the growers pack, tell the ledger.

    An order that ran out meanwhile is revived when its stock can be taken again.

    Returns:
        False when it had been paid before; nothing changes then.

    Raises:
        OutOfStock: the hold was lost and others have the plants; roll back, then give the money back.
        Conflict: code `wrong_state`, as for a cancelled order; give the money back.
    """
    order = locked_order(order_id)
    if order.payment_state in SETTLED or order.payment_state == PaymentState.REFUNDED:
        return False
    move_payment(order, PaymentState.PAID, at=at, by=by, reason=reason, reference=reference)
    stock.take(order_id)
    order.paid_at = at
    order.expires_at = None
    order.payment_reference = reference
    consignments = [
        consignment
        for consignment in consignments_of(order_id)
        if consignment.fulfilment_state != FulfilmentState.CANCELLED
    ]
    for consignment in consignments:
        if consignment.fulfilment_state == FulfilmentState.WAITING:
            move_consignment(consignment, FulfilmentState.TO_PACK, at=at, by=by)
    append_sales(order, consignments, at=at)
    record(OrderPaid(order.id, order.number), at=at)
    return True


def submit_proof(order_id: int, *, at: datetime, by: By) -> None:
    """The buyer says a transfer was made: the stock stays held while the cashier looks, for some working days.

    Stock that an order had lost by then is not held again; the cashier's word takes it while there is some.

    Raises:
        Conflict: code `wrong_state`.
    """
    order = locked_order(order_id)
    holds = order.payment_state == PaymentState.AWAITING_PAYMENT
    move_payment(order, PaymentState.PROOF_SUBMITTED, at=at, by=by)
    _end_at(order, check_by(at=at, placed_at=order.placed_at, holds=holds))


def _end_at(order: Order, expires_at: datetime) -> None:
    """Give an open order and its stock a new end, and whoever is reminded a new reminder."""
    order.expires_at = expires_at
    order.reminded_at = None
    stock.extend(order.id, expires_at=expires_at)


def refuse_proof(order_id: int, *, at: datetime, by: By, reason: str, expires_at: datetime) -> None:
    """The transfer was not found: the buyer has until `expires_at` to pay or to send another proof.

    Raises:
        Conflict: code `wrong_state`.
    """
    order = locked_order(order_id)
    move_payment(order, PaymentState.AWAITING_PAYMENT, at=at, by=by, reason=reason)
    _end_at(order, expires_at)


def expire_order(order_id: int, *, at: datetime) -> bool:
    """Let an order run out that was not paid, confirmed or looked at in time, and free its stock; whether it did."""
    order = locked_order(order_id)
    if order.payment_state not in OPEN_PAYMENT or order.expires_at is None or order.expires_at > at:
        return False
    if order.payment_state == PaymentState.DUE_ON_DELIVERY:
        return end_unconfirmed(order, at=at)
    move_payment(order, PaymentState.EXPIRED, at=at, by=SYSTEM)
    stock.let_lapse(order_id)
    record(OrderExpired(order.id, order.number), at=at)
    return True


def remind_of_end(order_id: int, *, at: datetime) -> bool:
    """Have whoever has the next word on an order told that its time is nearly over, once per end; whether it was due."""
    order = locked_order(order_id)
    due = (
        order.payment_state in WAITS_FOR_US
        and order.reminded_at is None
        and order.expires_at is not None
        and at < order.expires_at <= at + REMIND_BEFORE
    )
    if due:
        order.reminded_at = at
        record(OrderNearsEnd(order.id, order.number), at=at)
    return due


def cancel_order(order_id: int, *, at: datetime, by: By, reason: str = "") -> None:
    """End an order that nobody has paid and of which nothing has left; its stock is free again.

    Raises:
        Conflict: code `wrong_state` when paid (refund it instead) or when a parcel has left.
    """
    order = locked_order(order_id)
    move_payment(order, PaymentState.CANCELLED, at=at, by=by, reason=reason)
    for consignment in consignments_of(order_id):
        if consignment.fulfilment_state != FulfilmentState.CANCELLED:
            move_consignment(consignment, FulfilmentState.CANCELLED, at=at, by=by, reason=reason)
    stock.release(order_id)
    stock.put_back(order_id)
    order.expires_at = None
    record(OrderCancelled(order.id, order.number), at=at)


def open_dispute(order_id: int, *, at: datetime, reference: str) -> None:
    """The buyer's bank took the money back for now; nothing more leaves until it is settled.

    Raises:
        Conflict: code `wrong_state`.
    """
    order = locked_order(order_id)
    move_payment(order, PaymentState.DISPUTED, at=at, by=PROVIDER, reference=f"{reference}:opened")


def close_dispute(order_id: int, *, at: datetime, reference: str) -> None:
    """The dispute was won and the money stays; a lost one is `apply_refund`.

    Raises:
        Conflict: code `wrong_state`.
    """
    order = locked_order(order_id)
    target = PaymentState.PARTLY_REFUNDED if order.refunded_minor else PaymentState.PAID
    move_payment(order, target, at=at, by=PROVIDER, reference=f"{reference}:closed")
