"""What an operator does about work that failed: have it tried again, or set it aside with a reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Update, delete, or_, update

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
from core.progress.service import starting
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
    values: dict[str, Any] = {"available_at": at, "attempts": 0, "set_aside_at": None}
    if kind == "work" and failure.name == JOB:
        _require(_job_again(failure.key, at))
    elif kind == "message":
        _change(kind, number, at, values | {"state": "waiting"})
    elif kind == "event":
        _change(kind, number, at, values | {"dead_at": None})
    else:
        _change(kind, number, at, values | {"dead_at": None, "token": None, "claimed_until": None})
    if kind in TASK_OF:
        after_commit(partial(send_soon, TASK_OF[kind]), key=f"failures {kind}")
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
    ended = {"state": "failed"} if kind == "message" else {"dead_at": at}
    _change(kind, number, at, ended | {"set_aside_at": at})
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


def _change(kind: str, number: int, at: datetime, values: dict[str, Any]) -> None:
    """Set these columns of what nobody works at.

    Raises:
        Conflict: somebody does.
    """
    free: dict[str, Update] = {
        "event": update(OutboxEvent).where(OutboxEvent.id == number, OutboxEvent.done_at.is_(None)),
        "message": update(Message).where(Message.id == number, not_being_sent(at)),
        "work": update(WorkClaim).where(
            WorkClaim.id == number, or_(WorkClaim.claimed_until.is_(None), WorkClaim.claimed_until <= at)
        ),
    }
    _require(changed(free[kind].values(values)))


def _require(done: int) -> None:
    if not done:
        raise Conflict(
            _("This is being worked on at the moment. Please wait until it is done."), code="in_work"
        )


def _job_again(public_id: str, at: datetime) -> bool:
    row = get_row(public_id, lock=True)
    if row.state == "failed":
        starting.again(public_id)
        return True
    row.send_again_at = at
    return bool(
        changed(
            update(WorkClaim)
            .where(WorkClaim.kind == JOB, WorkClaim.key == public_id, WorkClaim.claimed_until.is_(None))
            .values(available_at=at, attempts=0, dead_at=None, set_aside_at=None)
        )
    )


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
