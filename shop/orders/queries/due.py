"""Orders whose time is over, or nearly so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from core.database import session
from core.sweeps import claimable
from shop.orders.models.tables import Order
from shop.orders.states import OPEN_PAYMENT, WAITS_FOR_US

EXPIRY, REMINDING = "shop.orders.expire", "shop.orders.remind"

REMIND_BEFORE = timedelta(hours=24)


def due_to_expire(*, at: datetime, limit: int = 200) -> list[int]:
    """Orders whose time to be paid, confirmed or looked at is over by `at`, oldest first; without what failed lately."""
    return list(
        session.scalars(
            select(Order.id)
            .where(
                Order.payment_state.in_(OPEN_PAYMENT),
                Order.expires_at <= at,
                claimable(EXPIRY, Order.id, at=at),
            )
            .order_by(Order.expires_at)
            .limit(limit)
        )
    )


def due_to_remind(*, at: datetime, limit: int = 200) -> list[int]:
    """Orders that wait for a grower or the cashier, of whose end in less than `REMIND_BEFORE` nobody was reminded."""
    return list(
        session.scalars(
            select(Order.id)
            .where(
                Order.payment_state.in_(WAITS_FOR_US),
                Order.expires_at > at,
                Order.expires_at <= at + REMIND_BEFORE,
                Order.reminded_at.is_(None),
                claimable(REMINDING, Order.id, at=at),
            )
            .order_by(Order.expires_at)
            .limit(limit)
        )
    )
