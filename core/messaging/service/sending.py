"""What is written on a message while it is sent. Nothing here commits."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, update

from core.database import changed
from core.messaging.models import Message
from core.messaging.queries import waits


def claim(message_id: int, attempts: int, *, at: datetime) -> bool:
    """Take a message that still waits, for this attempt; `at` tells the taking apart. False when another has it."""
    taken = update(Message).where(Message.id == message_id, *waits(at))
    return bool(changed(taken.values(state="sending", attempts=attempts, available_at=at)))


def note_sent(message_id: int, *, taken_at: datetime, at: datetime) -> None:
    """A message that was taken then went out."""
    sent = update(Message).where(*_in_our_hands(message_id, taken_at))
    changed(sent.values(state="sent", sent_at=at, last_error=None, failed_at=None))


def note_not_sent(
    message_id: int,
    attempts: int,
    error: str,
    *,
    taken_at: datetime | None,
    wait: timedelta | None,
    at: datetime,
) -> None:
    """A message failed: it waits for its next turn, and when there is none, no more.

    Args:
        taken_at: when it was taken; None when it failed before that.
        wait: until its next turn; None when nothing will change.
    """
    mine = _in_our_hands(message_id, taken_at) if taken_at else (Message.id == message_id, *waits(at))
    changed(
        update(Message)
        .where(*mine)
        .values(
            state="failed" if wait is None else "waiting",
            attempts=attempts,
            available_at=at + (wait or timedelta(0)),
            last_error=error,
            failed_at=func.coalesce(Message.failed_at, at),
        )
    )


def _in_our_hands(message_id: int, taken_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not sent by whoever tried again what was stuck here, nor in his hands."""
    return (Message.id == message_id, Message.state == "sending", Message.available_at == taken_at)
