"""Money that goes back, as the order and its parcels know it. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Invalid
from core.money import allocate
from core.outbox.service import record
from shop.orders.events import ConsignmentCancelled, OrderRefunded
from shop.orders.models.tables import Consignment, Order, OrderChange
from shop.orders.rules.splitting import Refundable, RefundShare, share_refund
from shop.orders.service.ledger_facts import append_refunds
from shop.orders.service.transitions import (
    consignments_of,
    lines_of,
    locked_order,
    move_consignment,
    move_payment,
    note_payment,
)
from shop.orders.states import BEFORE_DISPATCH, PROVIDER, By, FulfilmentState, PaymentMethod, PaymentState
from shop.stock.service import movements as stock


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
    targets = [parcel for parcel in every if consignment_id in (None, parcel.id)]
    left = [_left_minor(order, parcel) for parcel in targets]
    if not 0 < amount_minor <= sum(left):
        raise Invalid(
            _("A refund is above zero and at most what is left."),
            code="refund_too_large",
            left_minor=sum(left),
        )
    whole = amount_minor == sum(_left_minor(order, parcel) for parcel in every)
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
        line.id: line.line_total_minor - line.discount_minor - line.refunded_minor for line in lines.values()
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
        plants_back={
            line_id: count * lines[line_id].plants_per_unit for line_id, count in units_back.items()
        },
        at=at,
    )
    if cancelled:
        move_consignment(consignment, FulfilmentState.CANCELLED, at=at, by=by, reason=reason)
        stock.put_back(order.id, {line.variant_id for line in lines.values()})
        record(ConsignmentCancelled(consignment.id, consignment.number), at=at)
    elif never_left and units_back:
        stock.put_back_units(
            order.id, {lines[line_id].variant_id: count for line_id, count in units_back.items()}
        )
