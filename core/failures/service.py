"""What an operator does about work that failed: have it tried again, or set it aside with a reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, update

from core.database import after_commit, changed, session
from core.errors import Conflict, Invalid, NotFound
from core.failures.models import FailureDecision
from core.failures.queries import Failure, get_failure
from core.jobs import send_soon
from core.messaging.models import Message
from core.messaging.queries import not_being_sent
from core.outbox.models import OutboxEvent
from core.progress.models import JOB
from core.progress.queries import get_row
from core.progress.service import retrying
from core.work_claims import WorkClaim

LONGEST_REASON = 500
# Every sweep has come by several times since: nobody wants this row any more.
SETTLED_AFTER = timedelta(days=7)
TASK_OF = {"event": "core.outbox.deliver", "message": "core.messaging.send"}


def try_again(kind: str, number: int, *, at: datetime, by: int | None) -> Failure:
    """Make it due now, with all its attempts before it, whatever became of it; also what was set aside.

    Events and messages go out after the commit, a row of a sweep in its next run. A message that got stuck may
    reach its receiver twice.

    Raises:
        NotFound: there is no such thing, or it is done meanwhile.
        Conflict: it is in work.
    """
    failure = get_failure(kind, number, at=at)
    if kind == "event":
        done = changed(
            update(OutboxEvent)
            .where(OutboxEvent.id == number, OutboxEvent.done_at.is_(None))
            .values(available_at=at, attempts=0, dead_at=None, set_aside_at=None)
        )
    elif kind == "message":
        done = changed(
            update(Message)
            .where(Message.id == number, not_being_sent(at))
            .values(state="waiting", available_at=at, attempts=0, set_aside_at=None)
        )
    elif failure.name == JOB:
        done = _job_again(failure.key, at)
    else:
        done = _work_again(number, at)
    if not done:
        raise Conflict(
            _("This is being worked on at the moment. Please wait until it is done."), code="in_work"
        )
    if kind in TASK_OF:
        after_commit(lambda: _poke(kind), key=f"failures {kind}")
    _note(failure, "again", reason="", at=at, by=by)
    return failure


def try_each_again(failures: Sequence[tuple[str, int]], *, at: datetime, by: int | None) -> int:
    """`try_again` for each kind and number; how many. What was done or taken in hand meanwhile keeps no other."""
    tried = 0
    for kind, number in failures:
        try:
            with session.begin_nested():
                try_again(kind, number, at=at, by=by)
        except (Conflict, NotFound):
            continue
        tried += 1
    return tried


def set_aside(kind: str, number: int, *, reason: str, at: datetime, by: int | None) -> Failure:
    """Nobody tries it any more, and it is counted no more; it can be found again and tried.

    Raises:
        NotFound: there is no such thing, or it is done meanwhile.
        Invalid: no reason.
        Conflict: it is in work.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Invalid(_("Say in a sentence why nobody needs this any more."), code="reason_missing")
    failure = get_failure(kind, number, at=at)
    if kind == "event":
        done = changed(
            update(OutboxEvent)
            .where(OutboxEvent.id == number, OutboxEvent.done_at.is_(None))
            .values(dead_at=at, set_aside_at=at)
        )
    elif kind == "message":
        done = changed(
            update(Message)
            .where(Message.id == number, not_being_sent(at))
            .values(state="failed", set_aside_at=at)
        )
    else:
        done = changed(update(WorkClaim).where(*_not_held(number, at)).values(dead_at=at, set_aside_at=at))
    if not done:
        raise Conflict(
            _("This is being worked on at the moment. Please wait until it is done."), code="in_work"
        )
    _note(failure, "aside", reason=words, at=at, by=by)
    return failure


def forget_settled(*, at: datetime) -> int:
    """Drop what is noted about rows that no sweep has asked for in a week: it was settled some other way; how many."""
    return changed(
        delete(WorkClaim).where(
            WorkClaim.failed_at.is_not(None),
            WorkClaim.dead_at.is_(None),
            WorkClaim.available_at < at - SETTLED_AFTER,
            or_(WorkClaim.claimed_until.is_(None), WorkClaim.claimed_until < at - SETTLED_AFTER),
        )
    )


def _not_held(number: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (WorkClaim.id == number, or_(WorkClaim.claimed_until.is_(None), WorkClaim.claimed_until <= at))


def _work_again(number: int, at: datetime) -> int:
    values = {"available_at": at, "attempts": 0, "dead_at": None, "set_aside_at": None}
    return changed(
        update(WorkClaim).where(*_not_held(number, at)).values(token=None, claimed_until=None, **values)
    )


def _job_again(public_id: str, at: datetime) -> bool:
    row = get_row(public_id, lock=True)
    if row.state == "failed":
        retrying.again(public_id)
        return True
    row.send_again_at = at
    return bool(
        changed(
            update(WorkClaim)
            .where(WorkClaim.kind == JOB, WorkClaim.key == public_id, WorkClaim.claimed_until.is_(None))
            .values(available_at=at, attempts=0, dead_at=None, set_aside_at=None)
        )
    )


def _poke(kind: str) -> None:
    send_soon(TASK_OF[kind])


def _note(failure: Failure, step: str, *, reason: str, at: datetime, by: int | None) -> None:
    session.add(
        FailureDecision(
            kind=failure.kind,
            subject=failure.id,
            what=f"{failure.name} {failure.key}"[:300],
            step=step,
            reason=reason,
            by_account_id=by,
            at=at,
        )
    )
    session.flush()
