"""Orders whose time is over, or nearly so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from core.database import session
from core.sweeps import claimable
from shop.orders.models.tables import Order
from shop.orders.states import OPEN_PAYMENT, WAITS_FOR_US, PaymentState

EXPIRY, REMINDING = "shop.orders.expire", "shop.orders.remind"

REMIND_BEFORE = timedelta(hours=24)
MOST_AT_ONCE = 200


def due_to_expire(*, at: datetime, limit: int = MOST_AT_ONCE) -> list[int]:
    """Orders whose time to be paid, confirmed or looked at is over by `at`, oldest first; without what failed lately."""
    return _due(EXPIRY, OPEN_PAYMENT, Order.expires_at <= at, at=at, limit=limit)


def due_to_remind(*, at: datetime) -> list[int]:
    """Orders that wait for a grower or the cashier, of whose end in less than `REMIND_BEFORE` nobody was reminded."""
    soon = (Order.expires_at > at) & (Order.expires_at <= at + REMIND_BEFORE)
    return _due(REMINDING, WAITS_FOR_US, soon, Order.reminded_at.is_(None), at=at)


def _due(
    sweep: str,
    states: Collection[PaymentState],
    *conditions: ColumnElement[bool],
    at: datetime,
    limit: int = MOST_AT_ONCE,
) -> list[int]:
    due = select(Order.id).where(
        Order.payment_state.in_(states), *conditions, claimable(sweep, Order.id, at=at)
    )
    return list(session.scalars(due.order_by(Order.expires_at).limit(limit)))
