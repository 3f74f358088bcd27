"""Transactional outbox: events written with the change they tell of, delivered after the commit, at least once.

An event is a frozen dataclass of JSON-able fields. Which handler hears which event stands in one table
in `wsgi.py`. A handler `(event, *, event_id)` runs in a transaction of its own, together with the note
that it ran, so a crash in between repeats it or does not need to. A handler that talks to the network is
marked with `@outside_transaction`: it is called first and noted afterwards, so it must be idempotent.
"""

import dataclasses
import types
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, after_commit, fk, pk, session, transaction
from core.types import JSONType

log = structlog.get_logger(__name__)

Handler = Callable[..., None]
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
# A worker that died leaves its events to others after this time.
CLAIM_FOR = timedelta(minutes=2)


class OutboxEvent(Base):
    """Something that happened, written with its cause and delivered after it."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index("ix_outbox_event_open", "done_at", "available_at"),
    )

    id: Mapped[int] = pk()
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(JSONType)
    recorded_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]


class OutboxDelivery(Base):
    """One handler has heard one event."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (UniqueConstraint("event_row_id", "handler"),)

    id: Mapped[int] = pk()
    event_row_id: Mapped[int] = fk("outbox_event.id", index=False)
    handler: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]


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
            body=_to_json(dataclasses.asdict(event)),
            recorded_at=moment,
            available_at=moment,
            attempts=0,
        )
    )
    after_commit(_poke, key="outbox")
    return event_id


def _poke() -> None:
    from core.jobs import send_soon

    send_soon("core.outbox.deliver")


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _to_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_to_json(one) for one in value]
    return value


def _from_json(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _from_json(next(a for a in arguments if a is not type(None)), value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if origin is tuple:
        inner = arguments[0] if arguments else Any
        return tuple(_from_json(inner, one) for one in value)
    return value


def init_outbox(app: Flask, handlers: Mapping[type, Sequence[Handler]]) -> None:
    """Give the application its table of events and handlers."""
    app.extensions["outbox"] = {kind.__name__: (kind, tuple(hears)) for kind, hears in handlers.items()}


def deliver_pending(*, limit: int = 200, claim_for: timedelta = CLAIM_FOR) -> int:
    """Deliver events that are due, oldest first; an edge: opens its own transactions.

    Args:
        limit: how many at most in this call.
        claim_for: how long the events stay ours; after that others take over from a worker that died.

    Returns:
        How many events were completed.
    """
    with transaction():
        due = _claim(limit, claim_for)
    return sum(_deliver(*row) for row in due)


def _claim(limit: int, claim_for: timedelta) -> list[tuple[int, str, str, dict[str, Any]]]:
    """Take events that are due for a while, so that two workers do not deliver the same ones side by side."""
    moment = now()
    due = list(
        session.scalars(
            select(OutboxEvent)
            .where(OutboxEvent.done_at.is_(None), OutboxEvent.available_at <= moment)
            .order_by(OutboxEvent.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    for row in due:
        row.available_at = moment + claim_for
    return [(row.id, row.event_id, row.name, row.body) for row in due]


def _deliver(row_id: int, event_id: str, name: str, body: dict[str, Any]) -> bool:
    kind, handlers = current_app.extensions["outbox"].get(name, (None, ()))
    if kind is None:
        return _postpone(row_id, f"no line for {name} in the table of handlers")
    hints = typing.get_type_hints(kind)
    event = kind(**{f.name: _from_json(hints[f.name], body[f.name]) for f in dataclasses.fields(kind)})
    with transaction():
        heard = set(
            session.scalars(select(OutboxDelivery.handler).where(OutboxDelivery.event_row_id == row_id))
        )
    for handler in handlers:
        handler_name = f"{handler.__module__}.{handler.__qualname__}"
        if handler_name in heard:
            continue
        try:
            if getattr(handler, "outside_transaction", False):
                session.rollback()
                handler(event, event_id=event_id)
                with transaction():
                    _note(row_id, handler_name)
            else:
                with transaction():
                    _note(row_id, handler_name)
                    handler(event, event_id=event_id)
        except IntegrityError as error:
            if "outbox_delivery" not in str(error.orig):
                return _postpone(row_id, repr(error))
        except Exception as error:
            log.exception("outbox_handler_failed", handler=handler_name, event_name=name)
            return _postpone(row_id, repr(error)[:2000])
    with transaction():
        session.execute(
            update(OutboxEvent).where(OutboxEvent.id == row_id).values(done_at=now(), last_error=None)
        )
    return True


def _note(row_id: int, handler_name: str) -> None:
    session.execute(insert(OutboxDelivery).values(event_row_id=row_id, handler=handler_name, at=now()))


def _postpone(row_id: int, error: str) -> bool:
    with transaction():
        attempts = session.scalar(select(OutboxEvent.attempts).where(OutboxEvent.id == row_id)) or 0
        wait = min(FIRST_RETRY * 2 ** min(attempts, 12), LONGEST_RETRY)
        session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id == row_id)
            .values(attempts=attempts + 1, available_at=now() + wait, last_error=error)
        )
    return False


def waiting() -> int:
    """How many events are not yet delivered."""
    return session.scalar(select(func.count()).where(OutboxEvent.done_at.is_(None))) or 0
