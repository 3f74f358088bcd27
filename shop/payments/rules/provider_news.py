"""What is true of a payment whatever the order in which one hears of it. Pure.

Stripe's events come twice, late and out of order. So an event only adds to what is **known** of a payment,
by rules under which the order of hearing does not matter; what is **done** follows from what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

# Stripe refuses sessions that end sooner than 30 minutes from now; two minutes are for clocks and wires.
SHORTEST_SESSION = timedelta(minutes=32)
# The stock hold outlives the session by at least this, so that a payment of the last second finds its plants.
HOLD_AFTER_SESSION = timedelta(minutes=3)
LEAST_STRIPE_MINOR = 400  # of CNY
MAX_ATTEMPTS = 4


class Heard(IntEnum):
    """How far the provider says that a session is; what ranks higher is later and wins."""

    NOTHING = 0
    OPEN = 1
    EXPIRED = 2
    PROCESSING = 3
    FAILED = 4
    PAID = 5


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What the provider says of one session; `payment_ref` and `order_number` are what we gave it."""

    session_id: str
    heard: Heard
    amount_minor: int | None
    currency: str | None
    payment_ref: str | None
    order_number: str | None
    provider_payment_id: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a session must say for its money to be ours to book."""

    amount_minor: int
    currency: str
    order_number: str
    payment_ref: str


def heard_of(status: str | None, payment_status: str | None, *, failed: bool = False) -> Heard:
    """Rank Stripe's `status` and `payment_status`; `failed` comes only from the event of that name."""
    if payment_status in {"paid", "no_payment_required"}:
        return Heard.PAID
    if failed:
        return Heard.FAILED
    return {"complete": Heard.PROCESSING, "expired": Heard.EXPIRED, "open": Heard.OPEN}.get(
        status or "", Heard.NOTHING
    )


def disagreements(expected: Expected, news: SessionNews) -> tuple[str, ...]:
    """In which of amount, currency, order and payment the provider disagrees with us."""
    fields = []
    if news.amount_minor != expected.amount_minor:
        fields.append("amount")
    if (news.currency or "").upper() != expected.currency:
        fields.append("currency")
    if news.order_number != expected.order_number:
        fields.append("order")
    if news.payment_ref != expected.payment_ref:
        fields.append("payment")
    return tuple(fields)


def session_end(*, at: datetime, hold_until: datetime) -> tuple[datetime, datetime]:
    """When a session started `at` should end, and until when the stock must be held for it.

    The session ends before the hold; where too little of the hold is left for Stripe's shortest session,
    the hold moves.
    """
    end = max(hold_until - HOLD_AFTER_SESSION, at + SHORTEST_SESSION)
    end = min(end, at + timedelta(hours=23))
    return end, max(hold_until, end + HOLD_AFTER_SESSION)


def seen_elsewhere(
    *, heard_minor: int, mirrored_minor: int, mirrored_failed_minor: int, ours_minor: int, left_minor: int
) -> int:
    """How much the provider gave back that no refund of ours accounts for.

    Args:
        heard_minor: the highest `amount_refunded` that any event of the charge named.
        mirrored_minor: the sum of the provider's refunds known one by one that did not fail.
        mirrored_failed_minor: the sum of those that failed, which `heard_minor` may still contain.
        ours_minor: the sum of all our refunds through the provider, those still to be sent included.
        left_minor: what came in and has not gone out by any way; never more than that.
    """
    given_back = max(mirrored_minor, heard_minor - mirrored_failed_minor)
    return max(0, min(given_back - ours_minor, left_minor))


def share_of_line(net_minor: int, quantity: int, already: int, more: int) -> int:
    """What `more` units of a line are worth after `already` were refunded; all parts sum to `net_minor`.

    Rounds the running total down, so that the last unit takes what is left.
    """
    if not 0 <= already <= already + more <= quantity:
        raise ValueError("more units than were bought")
    return net_minor * (already + more) // quantity - net_minor * already // quantity
