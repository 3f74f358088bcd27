"""What the worker does about events: deliver them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from flask import current_app

from core.clock import now
from core.database import roll_back_after, session, transaction
from core.database_errors import DatabaseError, RuleBroken, database_away, words_of
from core.errors import Unavailable
from core.outbox import queries, service
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
    due = queries.due_events(limit=limit, at=now())
    session.rollback()
    return sum(_deliver_or_pass(row_id, claim_for) for row_id in due)


def _deliver_or_pass(row_id: int, claim_for: timedelta) -> bool:
    """As `_deliver`; what cannot even be claimed or noted, being locked by others, keeps nobody waiting."""
    try:
        return _deliver(row_id, claim_for)
    except Exception as error:
        roll_back_after(error)
        log.exception("outbox_event_passed_over", row=row_id)
        return False


def _deliver(row_id: int, claim_for: timedelta) -> bool:
    """Let every handler hear one event that has not heard it; a handler that fails keeps no other from hearing."""
    with transaction():
        attempt = service.claim(row_id, claim_for)
        already = queries.heard_by(row_id) if attempt else set()
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
            _run_handler(handler, name, row_id, event, event_id)
        except Exception as error:
            _unless_away(row_id, error)
            log.exception("outbox_handler_failed", handler=name, event_name=type(event).__name__)
            failures.append(f"{name}: {words_of(error)}")
            last &= not isinstance(error, Unavailable)
    if failures:
        return _postpone(row_id, attempt, "; ".join(failures), last=last)
    with transaction():
        service.note_done(row_id)
    return True


def _read(row_id: int) -> tuple[str, Any, Sequence[Handler]]:
    """The event of a row with those who hear it.

    Raises:
        UnreadableEvent, ValueError: as `from_body`; the body is no JSON; nobody knows the name.
    """
    try:
        event_id, name, body = queries.contents_of(row_id)
    finally:
        session.rollback()
    if name not in current_app.extensions["outbox"]:
        raise UnreadableEvent(f"no line for {name} in the table of handlers")
    kind, handlers = current_app.extensions["outbox"][name]
    return event_id, from_body(kind, body), handlers


def _run_handler(handler: Handler, name: str, row_id: int, event: Any, event_id: str) -> None:
    try:
        if getattr(handler, "outside_transaction", False):
            session.rollback()
            handler(event, event_id=event_id)
            with transaction():
                service.note_heard(row_id, name)
        else:
            with transaction():
                service.note_heard(row_id, name)
                handler(event, event_id=event_id)
    except RuleBroken as error:
        # Another worker, which took over too early, was first to let this handler hear the event.
        if "outbox_delivery" not in str(error.orig):
            raise


def _unless_away(row_id: int, error: Exception) -> None:
    """End the run when the database is away: that is no fault of the event, which is due again as it was."""
    session.rollback()
    if not database_away(error):
        return
    try:
        with transaction():
            service.give_back(row_id)
    except DatabaseError as second:
        log.warning("outbox_claim_not_given_back", row=row_id, error=words_of(second))
    raise error


def _postpone(row_id: int, attempt: int, error: str, *, last: bool) -> bool:
    with transaction():
        service.postpone(row_id, error, wait=RETRY.wait(attempt), last=last)
    return False


@shared_task(name="core.outbox.deliver")
def deliver_outbox() -> int:
    """Deliver what is due; sent after each commit that recorded something, and every few seconds."""
    return deliver_pending()
