"""What happens to a consignment between payment and the buyer's door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from core.errors import Conflict
from core.outbox.service import record
from shop.orders.events import (
    ConsignmentCancelled,
    ConsignmentConfirmed,
    ConsignmentDelivered,
    ConsignmentDispatched,
    ConsignmentLapsed,
    ConsignmentPacked,
    ConsignmentReturned,
    OrderCancelled,
    OrderPaid,
)
from shop.orders.models.tables import Consignment, Order
from shop.orders.rules.cash_on_delivery import CashParcel, outcome
from shop.orders.service.ledger_facts import append_sales
from shop.orders.service.transitions import (
    consignments_of,
    lines_of,
    locked_consignment,
    move_consignment,
    move_payment,
)
from shop.orders.states import MAY_LEAVE, SYSTEM, By, FulfilmentState, PaymentState
from shop.stock.service import movements as stock
from traceability import api as traceability


def confirm_consignment(consignment_id: int, *, at: datetime, by: By) -> None:
    """The grower has spoken with the buyer of a cash order: the plants are the buyer's, and may be packed.

    Raises:
        Conflict: code `wrong_state`, as when it was declined or its time has run out.
        OutOfStock: its time was over and others have the plants; the caller's transaction must roll back.
    """
    order, consignment = locked_consignment(consignment_id)
    waits = FulfilmentState.TO_CONFIRM
    move_consignment(consignment, FulfilmentState.TO_PACK, at=at, by=by, source=waits)
    stock.take(order.id, _variants_of(consignment))
    _settle_cash(order, at=at)
    record(ConsignmentConfirmed(consignment.id, consignment.number), at=at)


def end_unconfirmed(order: Order, *, at: datetime) -> bool:
    """Let go what no grower has confirmed of a locked cash order in time; whether there was anything."""
    open_ones = [
        consignment
        for consignment in consignments_of(order.id)
        if consignment.fulfilment_state == FulfilmentState.TO_CONFIRM
    ]
    for consignment in open_ones:
        move_consignment(consignment, FulfilmentState.CANCELLED, at=at, by=SYSTEM)
        _free(order, consignment)
        record(ConsignmentLapsed(consignment.id, consignment.number), at=at)
    _settle_cash(order, at=at)
    return bool(open_ones)


def _variants_of(consignment: Consignment) -> set[int]:
    return {line.variant_id for line in lines_of([consignment.id])[consignment.id]}


def _free(order: Order, consignment: Consignment) -> None:
    """A part that will not be sent: what was promised of it is free, what was taken is back in the nursery."""
    variants = _variants_of(consignment)
    stock.release(order.id, variants)
    stock.put_back(order.id, variants)


def mark_packed(consignment_id: int, *, at: datetime, by: By) -> None:
    """The parcel is ready for the courier.

    Raises:
        Conflict: code `wrong_state`.
    """
    _order, consignment = locked_consignment(consignment_id)
    move_consignment(consignment, FulfilmentState.PACKED, at=at, by=by)
    consignment.packed_at = at
    record(ConsignmentPacked(consignment.id, consignment.number), at=at)


def mark_unpacked(consignment_id: int, *, at: datetime, by: By, reason: str) -> None:
    """The parcel was opened again.

    Raises:
        Conflict: code `wrong_state`.
    """
    _order, consignment = locked_consignment(consignment_id)
    packed = FulfilmentState.PACKED
    move_consignment(consignment, FulfilmentState.TO_PACK, at=at, by=by, reason=reason, source=packed)
    consignment.packed_at = None


def mark_dispatched(consignment_id: int, *, courier: str, tracking_number: str, at: datetime, by: By) -> None:
    """The courier has the parcel. Codes and papers are the caller's to check in the same transaction.

    Raises:
        Conflict: code `wrong_state`, or `not_paid` when the order's payment does not let it leave.
    """
    order, consignment = locked_consignment(consignment_id)
    if order.payment_state not in MAY_LEAVE:
        raise Conflict(_("The order is not paid, so the parcel stays."), code="not_paid")
    move_consignment(consignment, FulfilmentState.DISPATCHED, at=at, by=by)
    consignment.courier = courier
    consignment.tracking_number = tracking_number
    consignment.dispatched_at = at
    record(ConsignmentDispatched(consignment.id, consignment.number), at=at)


def mark_delivered(consignment_id: int, *, at: datetime, by: By) -> None:
    """The buyer has the plants, so the parcel's codes are accepted. Cash due at the door has been taken: the
    ledger is told of this parcel.

    Raises:
        Conflict: code `wrong_state`.
    """
    order, consignment = locked_consignment(consignment_id)
    move_consignment(consignment, FulfilmentState.DELIVERED, at=at, by=by)
    consignment.delivered_at = at
    traceability.accept_codes(consignment.number, at=at, by=by.account_id)
    traceability.record_arrival(consignment.number, at=at, by=by.account_id)
    if order.payment_state == PaymentState.DUE_ON_DELIVERY:
        append_sales(order, [consignment], at=at)
    record(ConsignmentDelivered(consignment.id, consignment.number), at=at)
    _settle_cash(order, at=at)


def mark_returned(
    consignment_id: int,
    *,
    at: datetime,
    by: By,
    reason: str,
    counted: Mapping[int, int] | None = None,
    photo_key: str | None = None,
) -> None:
    """The parcel came back: its labels are used up, and the land's quota gets back what was counted alive, by lot.

    The plants are not sold again by themselves; money is the cashier's to give back.

    Raises:
        Conflict: code `wrong_state`.
        Invalid: no reason, or more counted than left.
    """
    order, consignment = locked_consignment(consignment_id)
    move_consignment(consignment, FulfilmentState.RETURNED, at=at, by=by, reason=reason)
    traceability.return_parcel(
        consignment.number, counted or {}, reason=reason, at=at, by=by.account_id, photo_key=photo_key
    )
    record(ConsignmentReturned(consignment.id, consignment.number), at=at)
    _settle_cash(order, at=at)


def cancel_consignment(consignment_id: int, *, at: datetime, by: By, reason: str) -> None:
    """Take one grower's part out of an order to be paid at the door; its stock is free again.

    A part that is paid for is cancelled by refunding it, one that waits for payment with its whole order.

    Raises:
        Conflict: code `wrong_state` when it has left, `refund_instead` or `cancel_the_order`.
    """
    order, consignment = locked_consignment(consignment_id)
    if order.payment_state in {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED}:
        raise Conflict(_("The order waits for payment: cancel it as a whole."), code="cancel_the_order")
    if order.payment_state != PaymentState.DUE_ON_DELIVERY:
        raise Conflict(_("This part is paid for: the branch's cashier refunds it."), code="refund_instead")
    move_consignment(consignment, FulfilmentState.CANCELLED, at=at, by=by, reason=reason)
    _free(order, consignment)
    record(ConsignmentCancelled(consignment.id, consignment.number), at=at)
    _settle_cash(order, at=at)


def _settle_cash(order: Order, *, at: datetime) -> None:
    """Bring a cash order to where its parcels are.

    Once every grower has decided it does not run out; once nothing is under way any more it is paid by what was handed
    over, less what went back of that, or cancelled.
    """
    if order.payment_state != PaymentState.DUE_ON_DELIVERY:
        return
    parcels = consignments_of(order.id)
    if all(parcel.fulfilment_state != FulfilmentState.TO_CONFIRM for parcel in parcels):
        order.expires_at = None
    target = outcome([cash_parcel(parcel) for parcel in parcels])
    if target is None:
        return
    move_payment(order, target, at=at, by=SYSTEM)
    if target is PaymentState.CANCELLED:
        record(OrderCancelled(order.id, order.number), at=at)
        return
    order.paid_at = at
    record(OrderPaid(order.id, order.number), at=at)


def cash_parcel(consignment: Consignment) -> CashParcel:
    """A part of a cash order as the rules look at it."""
    return CashParcel(
        FulfilmentState(consignment.fulfilment_state),
        consignment.delivered_at is not None,
        consignment.total_minor,
        consignment.refunded_minor,
    )
