"""Long jobs that somebody waits for: a row that the worker moves and `/jobs/<id>` shows.

The row names its task, so that a job whose message was never sent, or whose worker died, is sent again by the
schedule (`core.progress.tasks.running`). Who is at it is told by its claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now, to_shanghai
from core.database import Base, after_commit, pk, session
from core.errors import NotFound
from core.ids import random_id
from core.types import BigInt, JSONType
from core.work_claims import WorkClaim, find_claim

JOB = "job"  # the kind of the claims of all jobs; their key is the public id
SEND_AGAIN_AFTER = timedelta(minutes=1)
OPEN = ("waiting", "running")


@dataclass(frozen=True)
class Authority:
    """What the owner of a job must hold whenever it runs: a permission anywhere, at a unit, or for the grower he works for."""

    permission: str
    unit_id: int | None = None
    grower_id: int | None = None


class JobProgress(Base):
    """How far a long job has come, for the page that its owner watches, and how to do it.

    `task` is called with the public id and then `args`. What its owner must still hold when it runs stands in `needs`
    (a permission), `needs_unit_id` and `needs_grower_id`. Without a word from it the message is sent again at
    `send_again_at`; `sendings` counts how often it was.
    """

    __tablename__ = "job_progress"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("total >= 0 AND done >= 0", name="counts_not_negative"),
        CheckConstraint("sendings >= 0", name="sendings_not_negative"),
        Index("ix_job_progress_state_send_again_at", "state", "send_again_at"),
    )

    id: Mapped[int] = pk()
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    owner_account_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    result_url: Mapped[str | None] = mapped_column(Text)
    task: Mapped[str] = mapped_column(String(80), default="")
    args: Mapped[list[Any]] = mapped_column(JSONType, default=list)
    needs: Mapped[str] = mapped_column(String(60), default="")
    needs_unit_id: Mapped[int | None] = mapped_column(BigInt)
    needs_grower_id: Mapped[int | None] = mapped_column(BigInt)
    locale: Mapped[str] = mapped_column(String(16), default="")
    may_retry: Mapped[bool] = mapped_column(default=False)
    sendings: Mapped[int] = mapped_column(BigInt, default=0)
    send_again_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True)
class JobFailed:
    """A job came to nothing: by a rule, or after its last attempt. Recorded with the state, for whoever has to tidy up."""

    kind: str
    public_id: str
    message: str


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


def start(
    kind: str,
    *,
    task: str,
    args: Sequence[Any] = (),
    total: int = 0,
    owner_account_id: int | None = None,
    needs: Authority | None = None,
    message: str = "",
    locale: str = "",
    send: bool = True,
) -> str:
    """Add a job in the caller's transaction, and send its task after the commit.

    Args:
        kind: a word for what is done, as `report`.
        task: the name of the Celery task, called with the job's public id and `args`.
        owner_account_id: who asks; the server's own console when left out.
        needs: what the owner must hold each time it is begun, and when its result is written.
        locale: the language of what it tells; the visitor's when left out.
        send: False for work that has to wait, as for somebody's approval: `send` it then.

    Returns:
        Its public id, for the page and the task.
    """
    moment = now()
    row = JobProgress(
        public_id=random_id(20),
        kind=kind,
        owner_account_id=owner_account_id,
        needs=needs.permission if needs else "",
        needs_unit_id=needs.unit_id if needs else None,
        needs_grower_id=needs.grower_id if needs else None,
        state="waiting",
        total=total,
        message=message,
        task=task,
        args=list(args),
        locale=locale or str(get_locale() or ""),
        started_at=moment,
        updated_at=moment,
        send_again_at=None,
    )
    session.add(row)
    session.flush()
    if send:
        send_after_commit(row)
    return row.public_id


def send_after_commit(row: JobProgress) -> None:
    """Send the job's task after the commit; from then on the schedule looks after it."""
    from core.jobs import send_soon

    row.send_again_at = now() + SEND_AGAIN_AFTER
    task, args = row.task, (row.public_id, *row.args)

    def poke() -> None:
        send_soon(task, *args)

    after_commit(poke, key=f"job {row.public_id}")


def send(public_id: str) -> None:
    """Send, in the caller's transaction, a job that was started with `send=False`; once is enough.

    Raises:
        NotFound: no such job.
    """
    row = get_row(public_id, lock=True)
    if row.state == "waiting" and row.send_again_at is None:
        send_after_commit(row)


def call_off(public_id: str, message: str) -> None:
    """End, in the caller's transaction, a job that was not begun; `message` says why."""
    row = get_row(public_id, lock=True)
    if row.state == "waiting":
        row.state, row.message, row.updated_at = "failed", message, now()


def get_row(public_id: str, *, lock: bool = False) -> JobProgress:
    """The row of one job.

    Raises:
        NotFound: no such job.
    """
    query = select(JobProgress).where(JobProgress.public_id == public_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
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
    return ProgressView(
        public_id=row.public_id,
        kind=row.kind,
        owner_account_id=row.owner_account_id,
        state=state,
        total=row.total,
        done=row.done,
        message=message,
        result_url=row.result_url,
        left_s=left,
        may_retry=row.state == "failed" and row.may_retry,
    )


def _waits_for(state: str, message: str, claim: WorkClaim | None, at: datetime) -> str:
    if claim is not None and claim.token is None and claim.available_at > at:
        moment = to_shanghai(claim.available_at).strftime("%H:%M")
        return _("It did not work this time. It is tried again by itself after %(time)s.", time=moment)
    if state == "running":
        return _("It was interrupted and waits for its next turn.")
    return message
