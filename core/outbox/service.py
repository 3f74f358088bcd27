"""Transactional outbox: events written with the change they tell of, delivered after the commit, at least once.

An event is a frozen dataclass of JSON-able fields. Which handler hears which event stands in one table
in `wsgi.py`. A handler `(event, *, event_id)` runs in a transaction of its own, together with the note
that it ran, so a crash in between repeats it or does not need to. A handler that talks to the network is
marked with `@outside_transaction`: it is called first and noted afterwards, so it must be idempotent.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, insert, select, update

from core import jobs
from core.clock import now
from core.database import after_commit, changed, session
from core.outbox.models import OutboxDelivery, OutboxEvent
from core.outbox.queries import is_due
from core.outbox.rules import to_body

Handler = Callable[..., None]


def outside_transaction(handler: Handler) -> Handler:
    """Mark a handler that talks to the network and therefore must not hold a transaction open."""
    handler.outside_transaction = True  # type: ignore[attr-defined]
    return handler


def record(event: Any, *, at: datetime | None = None) -> str:
    """Write `event` into the caller's transaction and have it delivered after the commit.

    Returns:
        The event's id, a UUID.
    """
    moment = at or now()
    event_id = str(uuid.uuid4())
    session.add(
        OutboxEvent(
            event_id=event_id,
            name=type(event).__name__,
            body=to_body(event),
            recorded_at=moment,
            available_at=moment,
            attempts=0,
        )
    )
    after_commit(partial(jobs.send_soon, "core.outbox.deliver"), key="outbox")
    return event_id


def init_outbox(app: Flask, handlers: Mapping[type, Sequence[Handler]]) -> None:
    """Give the application its table of events and handlers."""
    app.extensions["outbox"] = {kind.__name__: (kind, tuple(hears)) for kind, hears in handlers.items()}


def secret_events() -> list[str]:
    """The names of events that hold what is forgotten once it was heard: their class says `secret = True`."""
    table: dict[str, tuple[type, Any]] = current_app.extensions["outbox"]
    return sorted(name for name, (kind, _handlers) in table.items() if getattr(kind, "secret", False))


def claim(row_id: int, claim_for: timedelta) -> int:
    """Take one event for a while, unless another worker has it; which attempt this is, 0 when it is not ours."""
    moment = now()
    taken = changed(
        update(OutboxEvent)
        .where(OutboxEvent.id == row_id, *is_due(moment))
        .values(available_at=moment + claim_for, attempts=OutboxEvent.attempts + 1)
    )
    attempt = select(OutboxEvent.attempts).where(OutboxEvent.id == row_id)
    return (session.scalar(attempt) or 0) if taken else 0


def note_heard(row_id: int, handler_name: str) -> None:
    """A handler has heard an event; whoever was first to note it keeps the note."""
    session.execute(insert(OutboxDelivery).values(event_row_id=row_id, handler=handler_name, at=now()))


def note_done(row_id: int) -> None:
    """Every handler has heard an event."""
    _change(row_id, done_at=now(), last_error=None, failed_at=None)


def give_back(row_id: int) -> None:
    """An event that nobody could try is due again as it was."""
    _change(row_id, available_at=now(), attempts=OutboxEvent.attempts - 1)


def postpone(row_id: int, error: str, *, wait: timedelta, last: bool) -> None:
    """An event failed: its next turn is after `wait`, and after the last one it is an operator's."""
    moment = now()
    _change(
        row_id,
        available_at=moment + wait,
        last_error=error[:2000],
        failed_at=func.coalesce(OutboxEvent.failed_at, moment),
        dead_at=moment if last else None,
    )


def _change(row_id: int, **values: Any) -> None:
    session.execute(update(OutboxEvent).where(OutboxEvent.id == row_id).values(values))
