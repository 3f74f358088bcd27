"""How long an order that nobody has paid may keep plants from others: for paying, confirming and checking."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import to_shanghai
from core.settings import current_settings
from shop.orders.states import PaymentMethod

SATURDAY = 5


def working_days_after(moment: datetime, days: int) -> datetime:
    """The same time of day so many working days later; Saturdays and Sundays in Shanghai do not count."""
    while days > 0:
        moment += timedelta(days=1)
        days -= to_shanghai(moment).weekday() < SATURDAY
    return moment


def longest_hold(placed_at: datetime) -> datetime:
    """When the plants of an unpaid order are free again, whatever was sent, refused or promised meanwhile."""
    return placed_at + timedelta(days=current_settings().hold_longest_days)


def pay_by(method: PaymentMethod, *, at: datetime, placed_at: datetime | None = None) -> datetime:
    """Until when an order waits that is to be paid, or, when cash at the door pays it, to be confirmed by its growers.

    Args:
        method: how it is paid.
        at: the moment from which the buyer has time.
        placed_at: when it was placed; `at` when that is now.
    """
    settings = current_settings()
    if method is PaymentMethod.CASH_ON_DELIVERY:
        return at + timedelta(hours=settings.cash_confirm_hours)
    time = (
        timedelta(hours=settings.transfer_hold_hours)
        if method is PaymentMethod.OFFLINE_TRANSFER
        else timedelta(minutes=settings.hold_minutes)
    )
    return max(at, min(at + time, longest_hold(placed_at or at)))


def check_by(*, at: datetime, placed_at: datetime, holds: bool) -> datetime:
    """Until when the cashier looks for a transfer that was shown at `at`; an order that holds plants ends with its hold."""
    end = working_days_after(at, current_settings().proof_check_days)
    return min(end, longest_hold(placed_at)) if holds else end
