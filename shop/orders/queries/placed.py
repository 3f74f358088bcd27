"""What leads a buyer, a second try or a recall to orders that were placed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from core.database import session
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.states import FulfilmentState, PaymentState


@dataclass(frozen=True, slots=True)
class Door:
    """What leads a buyer to an order just placed."""

    number: str
    access_token: str
    awaits_payment: bool


def door_of(order_id: int) -> Door:
    """The way to an order that exists."""
    row = session.execute(
        select(Order.number, Order.access_token, Order.payment_state).where(Order.id == order_id)
    ).one()
    return Door(row.number, row.access_token, row.payment_state == PaymentState.AWAITING_PAYMENT)


def find_by_key(key: str) -> tuple[int, str] | None:
    """The id and request digest of the order that was placed with an idempotency key."""
    row = session.execute(select(Order.id, Order.request_digest).where(Order.idempotency_key == key)).first()
    return (row.id, row.request_digest) if row else None


def orders_of_lots(lot_ids: Collection[int]) -> set[str]:
    """Numbers of the orders with lines of these lots, parcels that will not be sent left out."""
    return set(
        session.scalars(
            select(Order.number)
            .join(Consignment, Consignment.order_id == Order.id)
            .join(OrderLine, OrderLine.consignment_id == Consignment.id)
            .where(
                OrderLine.lot_id.in_(list(lot_ids)),
                Consignment.fulfilment_state != FulfilmentState.CANCELLED,
            )
        )
    )
