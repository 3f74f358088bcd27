"""The state of long jobs, for the page that their owners watch."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import exists, select

from core.clock import to_shanghai
from core.database import locked, session, view_of
from core.errors import NotFound
from core.progress.models import JOB, OPEN, JobProgress
from core.sweeps import claimable
from core.work_claims import WorkClaim, find_claim


@dataclass(frozen=True)
class ProgressView:
    """`left_s` is the time left in seconds at the present pace, None when it cannot be said.

    A job whose worker died is `waiting` again, and so is one that failed and gets its next turn later.
    """

    public_id: str
    kind: str
    owner_account_id: int | None
    state: str
    total: int
    done: int
    message: str
    result_url: str | None
    left_s: int | None
    may_retry: bool


def get_row(public_id: str, *, lock: bool = False) -> JobProgress:
    """The row of one job.

    Raises:
        NotFound: no such job.
    """
    wanted = JobProgress.public_id == public_id
    row = locked(JobProgress, wanted) if lock else session.scalar(select(JobProgress).where(wanted))
    if row is None:
        raise NotFound(code="no_such_job")
    return row


def get_progress(public_id: str, *, at: datetime) -> ProgressView:
    """The state of one long job.

    Raises:
        NotFound: no such job.
    """
    row = get_row(public_id)
    state, message, left = row.state, row.message, None
    if state in OPEN:
        claim = find_claim(JOB, public_id)
        if claim is None or claim.claimed_until is None or claim.claimed_until <= at:
            message = _waits_for(state, message, claim, at)
            state = "waiting"
    if state == "running" and row.done and row.total > row.done:
        left = int((at - row.started_at).total_seconds() / row.done * (row.total - row.done))
    may_retry = row.state == "failed" and row.may_retry
    return view_of(ProgressView, row, state=state, message=message, left_s=left, may_retry=may_retry)


def _waits_for(state: str, message: str, claim: WorkClaim | None, at: datetime) -> str:
    if claim is not None and claim.token is None and claim.available_at > at:
        moment = to_shanghai(claim.available_at).strftime("%H:%M")
        return _("It did not work this time. It is tried again by itself after %(time)s.", time=moment)
    if state == "running":
        return _("It was interrupted and waits for its next turn.")
    return message


def dead_jobs(*, limit: int) -> list[str]:
    """The public ids of open jobs that failed too often to be tried again by themselves."""
    dead = exists().where(
        WorkClaim.kind == JOB, WorkClaim.key == JobProgress.public_id, WorkClaim.dead_at.is_not(None)
    )
    is_open = JobProgress.state.in_(OPEN)
    return list(session.scalars(select(JobProgress.public_id).where(is_open, dead).limit(limit)))


def silent_jobs(*, at: datetime, limit: int) -> list[tuple[str, int]]:
    """Open jobs of which nothing was heard for too long, and how often each was sent; their rows are locked."""
    silent = (
        select(JobProgress.public_id, JobProgress.sendings)
        .where(
            JobProgress.state.in_(OPEN),
            JobProgress.send_again_at <= at,
            claimable(JOB, JobProgress.public_id, at=at),
        )
        .order_by(JobProgress.send_again_at)
        .limit(limit)
    )
    rows = session.execute(silent.with_for_update(skip_locked=True))
    return [(row.public_id, row.sendings) for row in rows]
