"""Secrets that were told and opened something are forgotten: once they are sent or heard, or good no more.

A code, a link of recovery or an invitation, and whom a recovery was asked for. Of the row stays the digest that was
sealed (`core.seal.service.sealed_rows.forgotten`), so the log agrees with it as before.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, or_, select

from core.clock import now
from core.database import session
from core.messaging.models import Message
from core.outbox.models import OutboxEvent
from core.outbox.service import secret_events
from core.seal.service.appending import append_many
from core.seal.service.sealed_rows import FORGOTTEN, SealedRows, forgotten
from core.sealed_tables import EVENTS, MESSAGES
from core.sweeps import batch_by_batch, claimable

FORGETTING = "core.messaging.forget"
FORGETTING_EVENTS = "core.outbox.forget"
# An event of recovery that could not be heard in this time is answered by nobody who still waits.
UNHEARD_KEPT_FOR = timedelta(days=1)
AT_ONCE = 200


def forget_secrets() -> int:
    """Forget what was told in secret and is of no more use; how many rows. An edge, every few minutes."""
    messages = batch_by_batch(FORGETTING, _messages, _forget_messages)
    events = batch_by_batch(FORGETTING_EVENTS, _events, _forget_events)
    return (messages + events).counted


def _messages() -> list[int]:
    at = now()
    over = or_(Message.state == "sent", Message.forget_at <= at)
    in_hand = Message.state == "sending"
    due = select(Message.id).where(
        Message.forget_at.is_not(None), over, ~in_hand, claimable(FORGETTING, Message.id, at=at)
    )
    return list(session.scalars(due.order_by(Message.id).limit(AT_ONCE)))


def _forget_messages(ids: Sequence[int]) -> int:
    """One that was not sent would open nothing any more: nobody tries it, and nobody has to look at it."""
    at = now()
    rows = session.scalars(select(Message).where(Message.id.in_(ids)).with_for_update()).all()
    for row in rows:
        row.context = forgotten(MESSAGES.kind, row.context)
        row.forget_at = None
        if row.state != "sent":
            row.state, row.set_aside_at = "failed", at
    return _sealed(MESSAGES, rows)


def _events() -> list[int]:
    at = now()
    text = cast(OutboxEvent.body, String)
    over = or_(OutboxEvent.done_at.is_not(None), OutboxEvent.recorded_at <= at - UNHEARD_KEPT_FOR)
    due = select(OutboxEvent.id).where(
        OutboxEvent.name.in_(secret_events()),
        text.not_like(f'{{"{FORGOTTEN}"%'),
        over,
        claimable(FORGETTING_EVENTS, OutboxEvent.id, at=at),
    )
    return list(session.scalars(due.order_by(OutboxEvent.id).limit(AT_ONCE)))


def _forget_events(ids: Sequence[int]) -> int:
    at = now()
    rows = session.scalars(select(OutboxEvent).where(OutboxEvent.id.in_(ids)).with_for_update()).all()
    for row in rows:
        row.body = forgotten(EVENTS.kind, row.body)
        if row.done_at is None:
            row.dead_at = row.set_aside_at = at
    return _sealed(EVENTS, rows)


def _sealed(kind: SealedRows, rows: Sequence[Any]) -> int:
    """That a row was emptied stands in the log with the digest of what it said."""
    session.flush()
    append_many(kind.kind, [(kind.subject(row.id), kind.body(row)) for row in rows])
    return len(rows)
