"""What is known of events that wait."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from core.database import session
from core.outbox.models import OutboxDelivery, OutboxEvent


def waiting() -> int:
    """How many events are still to be delivered; the dead ones wait for an operator instead."""
    undelivered = OutboxEvent.done_at.is_(None), OutboxEvent.dead_at.is_(None)
    return session.scalar(select(func.count()).where(*undelivered)) or 0


def is_due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """The SQL conditions of events that are to be delivered now."""
    return (
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
        OutboxEvent.available_at <= moment,
    )


def due_events(*, limit: int, at: datetime) -> list[int]:
    """The ids of events that are to be delivered now, oldest first."""
    due = select(OutboxEvent.id).where(*is_due(at)).order_by(OutboxEvent.id).limit(limit)
    return list(session.scalars(due))


def heard_by(row_id: int) -> set[str]:
    """The names of the handlers that have heard an event."""
    heard = select(OutboxDelivery.handler).where(OutboxDelivery.event_row_id == row_id)
    return set(session.scalars(heard))


def contents_of(row_id: int) -> tuple[str, str, str]:
    """`event_id`, `name` and `body` of an event."""
    row = select(OutboxEvent.event_id, OutboxEvent.name, OutboxEvent.body).where(OutboxEvent.id == row_id)
    event_id, name, body = session.execute(row).one()
    return event_id, name, body
