"""Reads of orders, as frozen views for pages, messages and programs."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from branch import api as branch
from core.database import session, view_of
from core.errors import NotFound, existing
from core.scopes import Scope, note_checked
from core.web.rules.pagination import Page
from shop.cart.rules import rounded_weight_g
from shop.orders.models.tables import Consignment, ConsignmentChange, Order, OrderChange, OrderLine
from shop.orders.states import FulfilmentState, PaymentMethod, PaymentState

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as it was bought; prices in fen, the weight in grams."""

    sku: str
    slug: str
    title: str
    grade: str
    cultivar_group: str
    cultivar: str
    root: str
    photo_key: str | None
    lot_id: int | None
    unit: str
    plants_per_unit: int
    quantity: int
    plants: int
    weight_g: int
    unit_price_minor: int
    line_total_minor: int
    discount_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One step of an order or a parcel: who made it, when and why."""

    from_state: str | None
    to_state: str
    at: datetime
    actor: str
    by_account_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    """One grower's part of an order; money in fen, the weight in grams."""

    id: int
    number: str
    grower_id: int
    grower_name: str
    grower_slug: str
    state: FulfilmentState
    goods_minor: int
    discount_minor: int
    freight_minor: int
    total_minor: int
    refunded_minor: int
    weight_g: int
    courier: str | None
    tracking_number: str | None
    packed_at: datetime | None
    dispatched_at: datetime | None
    delivered_at: datetime | None
    lines: tuple[LineView, ...]
    changes: tuple[ChangeView, ...]

    @property
    def plants(self) -> int:
        return sum(line.plants for line in self.lines)

    @property
    def shown_weight_g(self) -> int:
        return rounded_weight_g(self.weight_g)


@dataclass(frozen=True, slots=True)
class OrderView:
    """A whole order. Personal fields are for its buyer, its growers' labels and the branch's cashier."""

    id: int
    number: str
    access_token: str
    account_id: int | None
    state: PaymentState
    method: PaymentMethod
    currency: str
    goods_minor: int
    discount_minor: int
    freight_minor: int
    total_minor: int
    refunded_minor: int
    placed_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    buyer_name: str
    buyer_phone: str
    buyer_email: str | None
    province_code: str
    province: str
    city: str
    district: str
    street: str
    postcode: str | None
    note: str
    locale: str
    consignments: tuple[ConsignmentView, ...]
    changes: tuple[ChangeView, ...]

    @property
    def awaits_payment(self) -> bool:
        return self.state == PaymentState.AWAITING_PAYMENT

    @property
    def address(self) -> str:
        """As a label writes it; a municipality is named once."""
        parts = [self.province, self.city, self.district]
        return "".join(dict.fromkeys(parts)) + self.street


def get_order(number: str, *, token: str | None = None, account_id: int | None = None) -> OrderView:
    """The order of this number, for whoever holds its token or bought it with this account.

    Raises:
        NotFound: no such order, or neither fits; which of them is not told.
    """
    row = session.scalar(select(Order).where(Order.number == number.strip().upper()))
    if row is not None and _may_see(row, token=token, account_id=account_id):
        note_checked(Scope.TOKEN)
        return _view([row])[0]
    raise NotFound(
        _("There is no order under this address. Use the link from your message."), code="no_such_order"
    )


def _may_see(order: Order, *, token: str | None, account_id: int | None) -> bool:
    if token is not None and hmac.compare_digest(token.encode(), order.access_token.encode()):
        return True
    return account_id is not None and order.account_id == account_id


def order_by_id(order_id: int) -> OrderView:
    """Raises NotFound when there is none."""
    row = existing(session.get(Order, order_id), _l("There is no such order."), code="no_such_order")
    return _view([row])[0]


def orders_of_account(account_id: int, *, page: int) -> Page[OrderView]:
    """What an account has bought, newest first."""
    return _page(Order.account_id == account_id, page=page)


def orders_of_growers(
    grower_ids: Sequence[int], *, states: Sequence[FulfilmentState] = (), page: int
) -> Page[OrderView]:
    """Orders with a consignment of these growers, newest first; `states` are the consignment's."""
    wanted = select(Consignment.order_id).where(Consignment.grower_id.in_(grower_ids))
    if states:
        wanted = wanted.where(Consignment.fulfilment_state.in_(states))
    return _page(Order.id.in_(wanted), page=page)


def count_by_state(grower_ids: Sequence[int]) -> dict[FulfilmentState, int]:
    """How many consignments of these growers stand in each state."""
    rows = session.execute(
        select(Consignment.fulfilment_state, func.count())
        .where(Consignment.grower_id.in_(grower_ids))
        .group_by(Consignment.fulfilment_state)
    ).all()
    counts = {FulfilmentState(state): count for state, count in rows}
    return {state: counts.get(state, 0) for state in FulfilmentState}


def order_of_consignment(number: str, *, grower_id: int) -> tuple[OrderView, ConsignmentView]:
    """A grower's own consignment with its order.

    Raises:
        NotFound: no such consignment, or another grower's.
    """
    order_id = session.scalar(
        select(Consignment.order_id).where(Consignment.number == number, Consignment.grower_id == grower_id)
    )
    order = order_by_id(existing(order_id, _l("There is no such parcel."), code="no_such_consignment"))
    return order, next(consignment for consignment in order.consignments if consignment.number == number)


def last_order_of(account_id: int) -> OrderView | None:
    """For filling in the next checkout."""
    row = session.scalar(
        select(Order).where(Order.account_id == account_id).order_by(Order.id.desc()).limit(1)
    )
    return _view([row])[0] if row else None


def _page(condition: ColumnElement[bool], *, page: int) -> Page[OrderView]:
    total = session.scalar(select(func.count()).select_from(Order).where(condition)) or 0
    rows = session.scalars(
        select(Order)
        .where(condition)
        .order_by(Order.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return Page(_view(rows), total, page, PAGE_SIZE)


def _view(rows: Sequence[Order]) -> list[OrderView]:
    """Views of orders in the given order, in five statements for any number."""
    order_ids = [row.id for row in rows]
    consignments = session.scalars(
        select(Consignment).where(Consignment.order_id.in_(order_ids)).order_by(Consignment.id)
    ).all()
    ids = [consignment.id for consignment in consignments]
    lines: dict[int, list[LineView]] = {consignment_id: [] for consignment_id in ids}
    for line in session.scalars(
        select(OrderLine).where(OrderLine.consignment_id.in_(ids)).order_by(OrderLine.position)
    ):
        lines[line.consignment_id].append(view_of(LineView, line))
    order_changes: dict[int, list[ChangeView]] = {order_id: [] for order_id in order_ids}
    for change in session.scalars(
        select(OrderChange).where(OrderChange.order_id.in_(order_ids)).order_by(OrderChange.id)
    ):
        order_changes[change.order_id].append(view_of(ChangeView, change))
    parcel_changes: dict[int, list[ChangeView]] = {consignment_id: [] for consignment_id in ids}
    for moved in session.scalars(
        select(ConsignmentChange)
        .where(ConsignmentChange.consignment_id.in_(ids))
        .order_by(ConsignmentChange.id)
    ):
        parcel_changes[moved.consignment_id].append(view_of(ChangeView, moved))
    growers = branch.growers_by_ids({consignment.grower_id for consignment in consignments})
    views: dict[int, list[ConsignmentView]] = {order_id: [] for order_id in order_ids}
    for consignment in consignments:
        grower = growers[consignment.grower_id]
        views[consignment.order_id].append(
            view_of(
                ConsignmentView,
                consignment,
                grower_name=grower.name,
                grower_slug=grower.slug,
                state=FulfilmentState(consignment.fulfilment_state),
                lines=tuple(lines[consignment.id]),
                changes=tuple(parcel_changes[consignment.id]),
            )
        )
    return [
        view_of(
            OrderView,
            row,
            state=PaymentState(row.payment_state),
            method=PaymentMethod(row.payment_method),
            consignments=tuple(views[row.id]),
            changes=tuple(order_changes[row.id]),
        )
        for row in rows
    ]
