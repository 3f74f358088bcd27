"""Verbs on refunds. A refund is booked in the order and the ledger when it is decided; the money follows.

Deciding is one transaction: the amount is taken out of what may be given back, the order, its lines, its
stock and the ledger are told. Sending is a call outside any transaction with a key made from the refund's
row; a process that dies in between leaves a row `due`, which the sweep sends again with the same key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from core.database import session
from core.errors import Conflict, Invalid
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.rules.cash_on_delivery import taken_minor
from shop.orders.service import refunding
from shop.orders.service.fulfilling import cash_parcel
from shop.orders.service.transitions import consignments_of, lines_of, locked_consignment
from shop.orders.states import By, PaymentMethod
from shop.payments.models.tables import Payment, Refund, RefundLine
from shop.payments.queries.refundable import units_refunded
from shop.payments.rules.provider_news import share_of_line
from shop.payments.service.attempts import new_attempt
from shop.payments.service.refund_progress import add_refund
from shop.payments.service.row_locks import attempts_of, receipt_of, refuse_disputed
from shop.payments.states import RefundKind, Stage


def open_refund(
    consignment_id: int,
    *,
    units: Mapping[int, int],
    freight: bool,
    reduction_minor: int = 0,
    reason: str,
    by: By,
    at: datetime,
) -> Refund:
    """Decide to give money back for one consignment.

    Args:
        consignment_id: whose money.
        units: how many units of which line, by the line's id; their share of the price goes back.
        freight: whether what is left of the freight goes back too.
        reduction_minor: a reduction of price on top, for plants that are kept.
        reason: a sentence that the buyer reads.
        by: who decides.
        at: now.

    Raises:
        Invalid: `nothing_to_refund`, `refund_too_large`.
        Conflict: `not_paid`, `more_than_paid`, `disputed` while the buyer's bank disputes the payment.
    """
    order, consignment = locked_consignment(consignment_id)
    payment = _receipt(order, at=at)
    refuse_disputed(payment)
    lines = {line.id: line for line in lines_of([consignment_id])[consignment_id]}
    amounts = _line_amounts(lines, units)
    freight_minor = _freight_left(consignment, lines.values()) if freight else 0
    amount = sum(amounts.values()) + freight_minor + reduction_minor
    if amount <= 0:
        raise Invalid(_("Choose what is to be refunded."), code="nothing_to_refund")
    if amount > consignment.total_minor - consignment.refunded_minor:
        raise Invalid(
            _("That is more than was paid for this parcel and not yet given back."), code="refund_too_large"
        )
    refund = add_refund(
        payment,
        amount_minor=amount,
        kind=RefundKind.AGREED,
        reason=reason,
        by=by,
        at=at,
        consignment_id=consignment_id,
        freight_minor=freight_minor,
    )
    session.add_all(
        RefundLine(refund_id=refund.id, order_line_id=line_id, quantity=units[line_id], amount_minor=part)
        for line_id, part in amounts.items()
    )
    refunding.apply_refund(
        order.id,
        amount_minor=amount,
        at=at,
        reference=refund.number,
        by=by,
        consignment_id=consignment_id,
        reason=reason,
        lines_minor=amounts if not reduction_minor else None,
        units_back=dict(units),
    )
    return refund


def open_whole(consignment_id: int, *, reason: str, by: By, at: datetime) -> Refund:
    """Give back all that is left of a consignment; one that has not left is cancelled by that.

    Raises:
        Invalid: `nothing_to_refund`.
        Conflict: `not_paid`, `disputed`.
    """
    locked_consignment(consignment_id)
    lines = lines_of([consignment_id])[consignment_id]
    before = units_refunded([line.id for line in lines])
    units = {line.id: line.quantity - before.get(line.id, 0) for line in lines}
    named = sum(_line_amounts({line.id: line for line in lines}, units).values())
    return open_refund(
        consignment_id,
        units={line_id: count for line_id, count in units.items() if count},
        freight=True,
        reduction_minor=max(0, _goods_left(lines) - named),
        reason=reason,
        by=by,
        at=at,
    )


def _line_amounts(lines: Mapping[int, OrderLine], units: Mapping[int, int]) -> dict[int, int]:
    """What each line's units are worth, never more than is left of the line."""
    if set(units) - set(lines):
        raise Invalid(_("A line does not belong to this parcel."), code="foreign_line")
    before = units_refunded(list(units))
    amounts = {}
    for line_id, count in units.items():
        line = lines[line_id]
        if not 0 <= count <= line.quantity - before.get(line_id, 0):
            raise Invalid(_("More units than were bought and not yet refunded."), code="refund_too_large")
        net = line.line_total_minor - line.discount_minor
        worth = share_of_line(net, line.quantity, before.get(line_id, 0), count)
        amounts[line_id] = min(worth, net - line.refunded_minor)
    return {line_id: amount for line_id, amount in amounts.items() if units[line_id]}


def _freight_left(consignment: Consignment, lines: Iterable[OrderLine]) -> int:
    return consignment.total_minor - consignment.refunded_minor - _goods_left(lines)


def _goods_left(lines: Iterable[OrderLine]) -> int:
    return sum(line.line_total_minor - line.discount_minor - line.refunded_minor for line in lines)


def _receipt(order: Order, *, at: datetime) -> Payment:
    """The payment that the order was paid by. Cash taken at the doors becomes one when first asked for.

    Raises:
        Conflict: code `not_paid`.
    """
    cash = order.payment_method == PaymentMethod.CASH_ON_DELIVERY
    payment = receipt_of(order.id)
    parcels = [cash_parcel(consignment) for consignment in consignments_of(order.id)] if cash else []
    if payment is None and not any(parcel.handed_over for parcel in parcels):
        raise Conflict(_("Nothing was paid for this order, so nothing can be given back."), code="not_paid")
    if cash:
        payment = payment or next(reversed(attempts_of(order.id)), None)
        payment = payment or new_attempt(
            order, 1, at=at, cause="cash taken", state=Stage.RECEIVED, arrived_at=order.paid_at or at
        )
        payment.received_minor = taken_minor(parcels)
        payment.state = Stage.RECEIVED
        session.flush()
    assert payment is not None
    return payment
