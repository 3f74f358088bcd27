"""Progress of long tasks: a row that the task moves and `/jobs/<id>` shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, pk, session, transaction
from core.errors import NotFound
from core.ids import random_id


class JobProgress(Base):
    """How far a long job has come, for the page that its owner watches."""

    __tablename__ = "job_progress"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("total >= 0 AND done >= 0", name="counts_not_negative"),
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
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True)
class ProgressView:
    """`left_s` is the time left in seconds at the present pace, None when it cannot be said."""

    public_id: str
    kind: str
    owner_account_id: int | None
    state: str
    total: int
    done: int
    message: str
    result_url: str | None
    left_s: int | None


def start(kind: str, *, total: int = 0, owner_account_id: int | None = None, message: str = "") -> str:
    """Add a row in the caller's transaction; returns its public id for the page and the task."""
    moment = now()
    row = JobProgress(
        public_id=random_id(20),
        kind=kind,
        owner_account_id=owner_account_id,
        state="waiting",
        total=total,
        message=message,
        started_at=moment,
        updated_at=moment,
    )
    session.add(row)
    session.flush()
    return row.public_id


def _move(public_id: str, **values: object) -> None:
    """An edge of its own, so that watchers see each step while the task goes on."""
    with transaction():
        session.execute(
            update(JobProgress).where(JobProgress.public_id == public_id).values(updated_at=now(), **values)
        )


def advance(public_id: str, done: int, *, total: int | None = None, message: str = "") -> None:
    """Say how far the task is; call it between transactions, never inside one."""
    values: dict[str, object] = {"state": "running", "done": done, "message": message}
    if total is not None:
        values["total"] = total
    _move(public_id, **values)


def finish(public_id: str, *, result_url: str | None = None, message: str = "") -> None:
    """The task is done; the page leads to `result_url`."""
    _move(public_id, state="done", result_url=result_url, message=message)


def fail(public_id: str, message: str) -> None:
    """The task gave up; `message` says in the user's words what to do."""
    _move(public_id, state="failed", message=message)


def get_progress(public_id: str, *, at: datetime) -> ProgressView:
    """The state of one long task.

    Raises:
        NotFound: no such task.
    """
    row = session.scalars(select(JobProgress).where(JobProgress.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(code="no_such_job")
    left = None
    if row.state == "running" and row.done and row.total > row.done:
        left = int((at - row.started_at).total_seconds() / row.done * (row.total - row.done))
    return ProgressView(
        public_id=row.public_id,
        kind=row.kind,
        owner_account_id=row.owner_account_id,
        state=row.state,
        total=row.total,
        done=row.done,
        message=row.message,
        result_url=row.result_url,
        left_s=left,
    )
