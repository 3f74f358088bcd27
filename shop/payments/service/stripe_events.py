"""Stripe's events as rows: each is written once, with what came of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.database import after_commit, insert_into, session
from core.jobs import send_soon
from shop.payments.models.tables import StripeEvent
from shop.payments.queries.lookups import has_due_refund


def store(**values: Any) -> bool:
    """Write an event's row of these columns; False when it stands there already. A second delivery waits for the first."""
    written = session.scalar(
        insert_into(StripeEvent)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[StripeEvent.id])
        .returning(StripeEvent.id)
    )
    return written is not None


def note_effect(event_id: str, payment_id: int | None, result: str) -> None:
    """Note which payment an event changed, and how; refunds that it made due are sent soon after the commit."""
    row = session.get_one(StripeEvent, event_id)
    row.payment_id = payment_id
    row.result = result
    if payment_id is not None and has_due_refund(payment_id):
        after_commit(partial(send_soon, "shop.payments.send_refunds"), key="refunds")
