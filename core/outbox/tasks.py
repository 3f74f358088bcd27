"""What the worker does about events: deliver them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from flask import current_app
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from core.clock import now
from core.database import changed, session, transaction
from core.database_errors import database_away, words_of
from core.errors import Unavailable
from core.outbox.models import OutboxDelivery, OutboxEvent
from core.outbox.rules import UnreadableEvent, from_body
from core.outbox.service import Handler
from core.work_claims import Retry

log = structlog.get_logger(__name__)

# A day and a half: the last two dozen attempts are an hour apart.
ATTEMPTS = 40

RETRY = Retry(first=timedelta(seconds=5), longest=timedelta(hours=1), attempts=ATTEMPTS)

# A worker that died leaves its events to others after this time.
CLAIM_FOR = timedelta(minutes=2)


def deliver_pending(*, limit: int = 200, claim_for: timedelta = CLAIM_FOR) -> int:
    """Deliver events that are due, oldest first; an edge: opens its own transactions.

    One that cannot be read, or whose handler fails, waits for its next turn, and the others are delivered.

    Args:
        limit: how many at most in this call.
        claim_for: how long an event stays ours; after that others take over from a worker that died.

    Returns:
        How many events were completed.

    Raises:
        DBAPIError: the database went away; no event is marked for it.
    """
    session.rollback()
    due = list(
        session.scalars(select(OutboxEvent.id).where(*_due(now())).order_by(OutboxEvent.id).limit(limit))
    )
    session.rollback()
    return sum(_deliver_or_pass(row_id, claim_for) for row_id in due)


def _deliver_or_pass(row_id: int, claim_for: timedelta) -> bool:
    """As `_deliver`; what cannot even be claimed or noted, being locked by others, keeps nobody waiting."""
    try:
        return _deliver(row_id, claim_for)
    except Exception as error:
        session.rollback()
        if database_away(error):
            raise
        log.exception("outbox_event_passed_over", row=row_id)
        return False


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxEvent.done_at.is_(None),
        OutboxEvent.dead_at.is_(None),
        OutboxEvent.available_at <= moment,
    )


def _claim(row_id: int, claim_for: timedelta) -> int:
    """Take one event for a while, unless another worker has it; which attempt this is, 0 when it is not ours."""
    moment = now()
    taken = changed(
        update(OutboxEvent)
        .where(OutboxEvent.id == row_id, *_due(moment))
        .values(available_at=moment + claim_for, attempts=OutboxEvent.attempts + 1)
    )
    attempt = select(OutboxEvent.attempts).where(OutboxEvent.id == row_id)
    return (session.scalar(attempt) or 0) if taken else 0


def _deliver(row_id: int, claim_for: timedelta) -> bool:
    """Let every handler hear one event that has not heard it; a handler that fails keeps no other from hearing."""
    heard = select(OutboxDelivery.handler).where(OutboxDelivery.event_row_id == row_id)
    with transaction():
        attempt = _claim(row_id, claim_for)
        already = set(session.scalars(heard)) if attempt else set()
    if not attempt:
        return False
    if attempt > ATTEMPTS:
        return _postpone(
            row_id, attempt, "the worker that delivered it ended in the middle, each time", last=True
        )
    try:
        event_id, event, handlers = _read(row_id)
    except Exception as error:
        _unless_away(row_id, error)
        log.exception("outbox_event_unreadable", row=row_id)
        return _postpone(row_id, attempt, words_of(error), last=attempt >= ATTEMPTS)
    failures: list[str] = []
    last = attempt >= ATTEMPTS
    for handler in handlers:
        name = f"{handler.__module__}.{handler.__qualname__}"
        if name in already:
            continue
        try:
            _hear(handler, name, row_id, event, event_id)
        except Exception as error:
            _unless_away(row_id, error)
            log.exception("outbox_handler_failed", handler=name, event_name=type(event).__name__)
            failures.append(f"{name}: {words_of(error)}")
            last &= not isinstance(error, Unavailable)
    if failures:
        return _postpone(row_id, attempt, "; ".join(failures), last=last)
    with transaction():
        session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id == row_id)
            .values(done_at=now(), last_error=None, failed_at=None)
        )
    return True


def _read(row_id: int) -> tuple[str, Any, Sequence[Handler]]:
    """The event of a row with those who hear it.

    Raises:
        UnreadableEvent, ValueError: as `from_body`; the body is no JSON; nobody knows the name.
    """
    row = select(OutboxEvent.event_id, OutboxEvent.name, OutboxEvent.body).where(OutboxEvent.id == row_id)
    try:
        event_id, name, body = session.execute(row).one()
    finally:
        session.rollback()
    if name not in current_app.extensions["outbox"]:
        raise UnreadableEvent(f"no line for {name} in the table of handlers")
    kind, handlers = current_app.extensions["outbox"][name]
    return event_id, from_body(kind, body), handlers


def _hear(handler: Handler, name: str, row_id: int, event: Any, event_id: str) -> None:
    try:
        if getattr(handler, "outside_transaction", False):
            session.rollback()
            handler(event, event_id=event_id)
            with transaction():
                _note(row_id, name)
        else:
            with transaction():
                _note(row_id, name)
                handler(event, event_id=event_id)
    except IntegrityError as error:
        # Another worker, which took over too early, was first to let this handler hear the event.
        if "outbox_delivery" not in str(error.orig):
            raise


def _note(row_id: int, handler_name: str) -> None:
    session.execute(insert(OutboxDelivery).values(event_row_id=row_id, handler=handler_name, at=now()))


def _unless_away(row_id: int, error: Exception) -> None:
    """End the run when the database is away: that is no fault of the event, which is due again as it was."""
    session.rollback()
    if not database_away(error):
        return
    try:
        with transaction():
            session.execute(
                update(OutboxEvent)
                .where(OutboxEvent.id == row_id)
                .values(available_at=now(), attempts=OutboxEvent.attempts - 1)
            )
    except SQLAlchemyError as second:
        log.warning("outbox_claim_not_given_back", row=row_id, error=words_of(second))
    raise error


def _postpone(row_id: int, attempt: int, error: str, *, last: bool) -> bool:
    moment = now()
    with transaction():
        session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id == row_id)
            .values(
                available_at=moment + RETRY.wait(attempt),
                last_error=error[:2000],
                failed_at=func.coalesce(OutboxEvent.failed_at, moment),
                dead_at=moment if last else None,
            )
        )
    return False


@shared_task(name="core.outbox.deliver")
def deliver_outbox() -> int:
    """Deliver what is due; sent after each commit that recorded something, and every few seconds."""
    return deliver_pending()
