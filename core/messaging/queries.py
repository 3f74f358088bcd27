"""What is known of messages that are not sent."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core.database import session
from core.messaging.models import STUCK_AFTER, UNSENT, Message


def is_stuck(at: datetime) -> ColumnElement[bool]:
    """The SQL condition for a message in `sending` for longer than any channel takes: its worker died."""
    return and_(Message.state == "sending", Message.available_at <= at - STUCK_AFTER)


def not_being_sent(at: datetime) -> ColumnElement[bool]:
    """The SQL condition for a message that is not being sent `at` this moment, and was not sent."""
    return or_(Message.state.in_(("waiting", "failed")), is_stuck(at))


def unsent(*, at: datetime) -> dict[str, int]:
    """How many messages are not sent, by state; `stuck` as of `is_stuck`."""
    rows = session.execute(
        select(Message.state, func.count(), func.count(case((is_stuck(at), 1))))
        .where(Message.state.in_(UNSENT), Message.set_aside_at.is_(None))
        .group_by(Message.state)
    )
    counted = dict.fromkeys(UNSENT, 0)
    for state, number, stuck in rows:
        counted[state] = number - stuck
        counted["stuck"] += stuck
    return counted


def waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The SQL conditions of messages that are to be sent now."""
    return (Message.state == "waiting", Message.available_at <= at)


def due_messages(*, limit: int, at: datetime) -> list[int]:
    """The ids of messages that are to be sent now, the oldest first."""
    return list(session.scalars(select(Message.id).where(*waits(at)).order_by(Message.id).limit(limit)))


def attempts_at(message_id: int) -> int | None:
    """How often a message was tried; None when it is gone."""
    return session.scalar(select(Message.attempts).where(Message.id == message_id))


def read_message(message_id: int) -> Message:
    """A message as it stands in the database now."""
    return session.get_one(Message, message_id, populate_existing=True)
