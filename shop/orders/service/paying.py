"""What payment does to an order. Whoever calls holds no other order's row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Invalid
from core.money import allocate
from core.outbox.service import record
from shop.orders.events import (
    ConsignmentCancelled,
    OrderCancelled,
    OrderExpired,
    OrderNearsEnd,
    OrderPaid,
    OrderRefunded,
)
from shop.orders.models.tables import Consignment, Order, OrderChange
from shop.orders.queries.due import REMIND_BEFORE
from shop.orders.rules.splitting import Refundable, RefundShare, share_refund
from shop.orders.service.deadlines import check_by
from shop.orders.service.fulfilling import end_unconfirmed
from shop.orders.service.ledger_facts import append_refunds, append_sales
from shop.orders.service.transitions import (
    consignments_of,
    lines_of,
    locked_order,
    move_consignment,
    move_payment,
    note_payment,
)
from shop.orders.states import (
    BEFORE_DISPATCH,
    OPEN_PAYMENT,
    PROVIDER,
    SETTLED,
    SYSTEM,
    WAITS_FOR_US,
    By,
    FulfilmentState,
    PaymentMethod,
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
        one for one in consignments_of(order_id) if one.fulfilment_state != FulfilmentState.CANCELLED
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


def open_dispute(order_id: int, *, at: datetime, reference: str, reason: str = "") -> None:
    """The buyer's bank took the money back for now; nothing more leaves until it is settled.

    Raises:
        Conflict: code `wrong_state`.
    """
    move_payment(
        locked_order(order_id),
        PaymentState.DISPUTED,
        at=at,
        by=PROVIDER,
        reason=reason,
        reference=f"{reference}:opened",
    )


def close_dispute(order_id: int, *, at: datetime, reference: str) -> None:
    """The dispute was won and the money stays; a lost one is `apply_refund`.

    Raises:
        Conflict: code `wrong_state`.
    """
    order = locked_order(order_id)
    target = PaymentState.PARTLY_REFUNDED if order.refunded_minor else PaymentState.PAID
    move_payment(order, target, at=at, by=PROVIDER, reference=f"{reference}:closed")


def apply_refund(
    order_id: int,
    *,
    amount_minor: int,
    at: datetime,
    reference: str,
    by: By = PROVIDER,
    consignment_id: int | None = None,
    reason: str = "",
    lines_minor: Mapping[int, int] | None = None,
    units_back: Mapping[int, int] | None = None,
) -> bool:
    """Money has gone back to the buyer: share it over lines and freight, tell the ledger, free the stock.

    A consignment that is refunded whole before it has left is cancelled and its stock put back. Without
    `consignment_id` the refund is shared over all of them by what is left of each. With `lines_minor` (of that
    one consignment, by the line's id) it is shared as named and the rest is freight; `units_back` are the units
    that the buyer does not want any more, which are free again when the parcel has not left.

    Returns:
        False when this `reference` was applied before; nothing changes then.

    Raises:
        Invalid: code `refund_too_large`, more than is left.
        Conflict: code `wrong_state`, when nothing was paid.
    """
    order = locked_order(order_id)
    known = select(OrderChange.id).where(OrderChange.order_id == order_id, OrderChange.reference == reference)
    if session.scalar(known) is not None:
        return False
    every = consignments_of(order_id)
    targets = [one for one in every if consignment_id in (None, one.id)]
    left = [_left_minor(order, one) for one in targets]
    if not 0 < amount_minor <= sum(left):
        raise Invalid(
            _("A refund is above zero and at most what is left."),
            code="refund_too_large",
            left_minor=sum(left),
        )
    whole = amount_minor == sum(_left_minor(order, one) for one in every)
    disputed = order.payment_state == PaymentState.DISPUTED and not whole
    if disputed or order.payment_state == PaymentState.DUE_ON_DELIVERY:
        # Other parcels are under way, or the bank has not decided: how the payment ends is told when that has ended.
        note_payment(order, at=at, by=by, reason=reason, reference=reference)
    else:
        target = PaymentState.REFUNDED if whole else PaymentState.PARTLY_REFUNDED
        move_payment(order, target, at=at, by=by, reason=reason, reference=reference)
    order.refunded_minor += amount_minor
    for consignment, share in zip(targets, allocate(amount_minor, left), strict=True):
        if share:
            _refund_consignment(
                order,
                consignment,
                share,
                at=at,
                reference=reference,
                by=by,
                reason=reason,
                lines_minor=lines_minor,
                units_back=units_back or {},
            )
    record(OrderRefunded(order.id, order.number, amount_minor, reference), at=at)
    return True


def _left_minor(order: Order, consignment: Consignment) -> int:
    """What was paid for a consignment and not given back; cash was paid only for what was delivered."""
    if order.payment_method == PaymentMethod.CASH_ON_DELIVERY and consignment.delivered_at is None:
        return 0
    return consignment.total_minor - consignment.refunded_minor


def _refund_consignment(
    order: Order,
    consignment: Consignment,
    amount_minor: int,
    *,
    at: datetime,
    reference: str,
    by: By,
    reason: str,
    lines_minor: Mapping[int, int] | None,
    units_back: Mapping[int, int],
) -> None:
    lines = {line.id: line for line in lines_of([consignment.id])[consignment.id]}
    net_left = {
        one.id: one.line_total_minor - one.discount_minor - one.refunded_minor for one in lines.values()
    }
    freight_left = consignment.total_minor - consignment.refunded_minor - sum(net_left.values())
    if lines_minor is None:
        shares = share_refund(Refundable(net_left, freight_left), amount_minor)
    else:
        shares = RefundShare(lines_minor, amount_minor - sum(lines_minor.values()))
    consignment.refunded_minor += amount_minor
    never_left = consignment.fulfilment_state in BEFORE_DISPATCH
    cancelled = never_left and consignment.refunded_minor == consignment.total_minor
    if cancelled or consignment.fulfilment_state == FulfilmentState.RETURNED:
        units_back = {line.id: line.quantity - line.units_back for line in lines.values()}
    elif not never_left:
        units_back = {}
    for line_id, part in shares.lines_minor.items():
        lines[line_id].refunded_minor += part
    for line_id, count in units_back.items():
        lines[line_id].units_back += count
    append_refunds(
        order,
        consignment,
        {lines[line_id]: part for line_id, part in shares.lines_minor.items()},
        reference=reference,
        plants_back={one: count * lines[one].plants_per_unit for one, count in units_back.items()},
        at=at,
    )
    if cancelled:
        move_consignment(consignment, FulfilmentState.CANCELLED, at=at, by=by, reason=reason)
        stock.put_back(order.id, {line.variant_id for line in lines.values()})
        record(ConsignmentCancelled(consignment.id, consignment.number), at=at)
    elif never_left and units_back:
        stock.put_back_units(order.id, {lines[one].variant_id: count for one, count in units_back.items()})
