"""What a buyer holds unpaid, and what he may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from core.database import session
from core.settings import current_settings
from shop.orders.models.tables import Consignment, HoldAllowance, Order, OrderLine
from shop.orders.rules.unpaid_limits import Amount, Holder, Limits, LineHolding, Way
from shop.orders.states import ENDED, OPEN_PAYMENT, FulfilmentState, PaymentMethod, PaymentState
from shop.stock.models import HoldState, Stock, StockHold


def limits() -> Limits:
    """What the settings allow."""
    settings = current_settings()
    return Limits(
        most={
            Way.CASH: Amount(settings.cash_hold_plants, settings.cash_hold_yuan * 100),
            Way.UNPAID: Amount(settings.unpaid_hold_plants, settings.unpaid_hold_yuan * 100),
        },
        share_percent=settings.hold_share_percent,
        share_free=settings.hold_share_free,
        known_times=settings.known_buyer_times,
    )


def known_by(order: Order) -> dict[Holder, object]:
    """Everything by which the buyer of an order is known."""
    traits: dict[Holder, object] = {Holder.PHONE: order.buyer_phone, Holder.ADDRESS: order.address_key}
    if order.account_id is not None:
        traits[Holder.ACCOUNT] = order.account_id
    if order.network_key is not None:
        traits[Holder.NETWORK] = order.network_key
    return traits


def _conditions(order: Order) -> dict[Holder, ColumnElement[bool]]:
    columns = {
        Holder.PHONE: Order.buyer_phone,
        Holder.ADDRESS: Order.address_key,
        Holder.ACCOUNT: Order.account_id,
        Holder.NETWORK: Order.network_key,
    }
    return {holder: columns[holder] == value for holder, value in known_by(order).items()}


def _still_held(way: Way) -> list[ColumnElement[bool]]:
    cash = Order.payment_method == PaymentMethod.CASH_ON_DELIVERY
    return [
        Order.payment_state.in_(OPEN_PAYMENT),
        cash if way is Way.CASH else ~cash,
        Consignment.fulfilment_state.not_in(ENDED),
    ]


def held_by(order: Order, way: Way) -> Sums:
    """What the buyer of an order holds besides it: by each thing the buyer is known by, per grower."""
    conditions = _conditions(order)
    goods = OrderLine.line_total_minor - OrderLine.discount_minor
    columns = []
    for holder, condition in conditions.items():
        columns += [
            _sum_where(condition, OrderLine.plants).label(f"{holder}_plants"),
            _sum_where(condition, goods).label(f"{holder}_minor"),
        ]
    rows = session.execute(
        select(Consignment.grower_id, *columns)
        .join(Order, Order.id == Consignment.order_id)
        .join(OrderLine, OrderLine.consignment_id == Consignment.id)
        .where(or_(*conditions.values()), *_still_held(way), Order.id != order.id)
        .group_by(Consignment.grower_id)
    ).mappings()
    sums: Sums = {holder: {} for holder in conditions}
    for row in rows:
        for holder in conditions:
            amount = Amount(int(row[f"{holder}_plants"]), int(row[f"{holder}_minor"]))
            sums[holder][row["grower_id"]] = amount
    return sums


def _sum_where(condition: ColumnElement[bool], amount: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, amount), else_=0)), 0)


def amounts_granted(phone: str, grower_ids: Collection[int]) -> dict[int, Amount]:
    """What each of these growers allows a buyer whom he knows."""
    rows = session.execute(
        select(HoldAllowance.grower_id, HoldAllowance.plants, HoldAllowance.value_minor).where(
            HoldAllowance.phone == phone, HoldAllowance.grower_id.in_(grower_ids)
        )
    )
    return {row.grower_id: Amount(row.plants, row.value_minor) for row in rows}


def is_known(order: Order) -> bool:
    """Whether this account, or this telephone at this address, has received and paid for an order before."""
    same_door = (Order.buyer_phone == order.buyer_phone) & (Order.address_key == order.address_key)
    return _has_received(
        same_door if order.account_id is None else same_door | (Order.account_id == order.account_id)
    )


def account_is_known(account_id: int) -> bool:
    """Whether an account has received and paid for an order before."""
    return _has_received(Order.account_id == account_id)


def _has_received(buyer: ColumnElement[bool]) -> bool:
    known = select(Order.id).join(Consignment, Consignment.order_id == Order.id)
    return session.scalar(known.where(buyer, *RECEIVED_AND_PAID).limit(1)) is not None


RECEIVED_AND_PAID = (
    Order.payment_state.in_([PaymentState.PAID, PaymentState.PARTLY_REFUNDED]),
    Consignment.fulfilment_state == FulfilmentState.DELIVERED,
)


def sizes_held(order: Order, wishes: Sequence[Wish]) -> list[LineHolding]:
    """The order's lines with what is held of each size; the stock's rows are this transaction's already."""
    own = or_(
        *(condition for holder, condition in _conditions(order).items() if holder is not Holder.NETWORK)
    )
    of_others = Order.payment_state.in_(OPEN_PAYMENT) & (Order.id != order.id)
    unconfirmed = (Order.payment_state == PaymentState.DUE_ON_DELIVERY) & (StockHold.state == HoldState.HELD)
    rows = session.execute(
        select(
            Stock.variant_id,
            Stock.on_hand,
            _sum_where(of_others & own, StockHold.quantity).label("own"),
            _sum_where(of_others & unconfirmed, StockHold.quantity).label("unconfirmed"),
        )
        .outerjoin(
            StockHold,
            (StockHold.variant_id == Stock.variant_id)
            & StockHold.state.in_([HoldState.HELD, HoldState.TAKEN]),
        )
        .outerjoin(Order, Order.id == StockHold.order_id)
        .where(Stock.variant_id.in_([line.variant_id for line in wishes]))
        .group_by(Stock.variant_id, Stock.on_hand)
    )
    stock_by_variant = {row.variant_id: row for row in rows}
    return [
        LineHolding(
            line.sku,
            line.plants,
            *(int(units) * line.plants_per_unit for units in stock_by_variant[line.variant_id][1:]),
        )
        for line in wishes
    ]


Sums = dict[Holder, dict[int, Amount]]


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of a new order whose stock is held by now; `value_minor` is of the goods, discount taken off."""

    grower_id: int
    variant_id: int
    sku: str
    plants: int
    plants_per_unit: int
    value_minor: int
