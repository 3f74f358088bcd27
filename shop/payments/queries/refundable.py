"""A parcel as the refund form shows it: what of it may still be given back."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from branch import api as branch
from core.database import session, view_of
from core.errors import existing
from shop.orders.models.tables import Consignment, Order
from shop.orders.service.transitions import lines_of
from shop.orders.states import BEFORE_DISPATCH
from shop.payments.models.tables import RefundLine


@dataclass(frozen=True, slots=True)
class RefundableLine:
    """What of a line may still be given back; amounts in fen."""

    id: int
    title: str
    size: str
    unit: str
    unit_price_minor: int
    quantity: int
    units_left: int
    amount_left_minor: int


@dataclass(frozen=True, slots=True)
class Refundable:
    """One consignment as the refund form shows it."""

    consignment_id: int
    consignment_number: str
    order_number: str
    grower_id: int
    grower_name: str
    state: str
    has_left: bool
    method: str
    currency: str
    total_minor: int
    refunded_minor: int
    left_minor: int
    freight_left_minor: int
    lines: tuple[RefundableLine, ...]


def refundable(consignment_number: str) -> Refundable:
    """A consignment and what of it may still be given back.

    Raises:
        NotFound: no such consignment.
    """
    return _refundable(Consignment.number == consignment_number)


def refundable_of(consignment_id: int) -> Refundable:
    """As `refundable`, by the consignment's id."""
    return _refundable(Consignment.id == consignment_id)


def _refundable(which: ColumnElement[bool]) -> Refundable:
    query = select(Consignment, Order).join(Order, Order.id == Consignment.order_id).where(which)
    row = session.execute(query).one_or_none()
    consignment, order = existing(row, _l("There is no such parcel."), code="no_such_consignment")
    lines = lines_of([consignment.id])[consignment.id]
    before = units_refunded([line.id for line in lines])
    views = tuple(
        view_of(
            RefundableLine,
            line,
            size=line.grade,
            units_left=line.quantity - max(before.get(line.id, 0), line.units_back),
            amount_left_minor=line.line_total_minor - line.discount_minor - line.refunded_minor,
        )
        for line in lines
    )
    left = consignment.total_minor - consignment.refunded_minor
    grower = branch.get_grower(id=consignment.grower_id)
    return view_of(
        Refundable,
        consignment,
        order,
        consignment_id=consignment.id,
        consignment_number=consignment.number,
        order_number=order.number,
        grower_name=grower.name,
        state=consignment.fulfilment_state,
        has_left=consignment.fulfilment_state not in BEFORE_DISPATCH,
        method=order.payment_method,
        left_minor=left,
        freight_left_minor=left - sum(line.amount_left_minor for line in views),
        lines=views,
    )


def units_refunded(line_ids: list[int]) -> dict[int, int]:
    """How many units of each line were refunded already."""
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.quantity))
        .where(RefundLine.order_line_id.in_(line_ids))
        .group_by(RefundLine.order_line_id)
    )
    return {line_id: int(count) for line_id, count in rows}
