"""What is known of events that wait."""

from sqlalchemy import func, select

from core.database import session
from core.outbox.models import OutboxEvent


def waiting() -> int:
    """How many events are still to be delivered; the dead ones wait for an operator instead."""
    return (
        session.scalar(
            select(func.count()).where(OutboxEvent.done_at.is_(None), OutboxEvent.dead_at.is_(None))
        )
        or 0
    )
