"""Long jobs that somebody waits for: a row that the worker moves and `/jobs/<id>` shows.

The row names its task, so that a job whose message was never sent, or whose worker died, is sent again by the
schedule (`core.progress.tasks`). Who is at it is told by its claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from core import jobs
from core.clock import now
from core.database import after_commit, session
from core.errors import Conflict
from core.ids import random_id
from core.progress.models import JOB, JobProgress
from core.progress.queries import get_row
from core.work_claims import forget

SEND_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Authority:
    """What the owner of a job must hold whenever it runs: a permission anywhere, at a unit, or for the grower he works for."""

    permission: str
    unit_id: int | None = None
    grower_id: int | None = None


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
    row.send_again_at = now() + SEND_AGAIN_AFTER
    poke = partial(jobs.send_soon, row.task, row.public_id, *row.args)
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


def again(public_id: str) -> None:
    """Try a failed job again, because its owner asks for it; in the caller's transaction.

    Raises:
        NotFound: no such job.
        Conflict: it did not fail, or cannot be repeated.
    """
    row = get_row(public_id, lock=True)
    if row.state != "failed" or not row.may_retry:
        raise Conflict(_("This is not waiting for another try."), code="job_not_failed")
    forget(JOB, public_id)
    row.state, row.message, row.done, row.may_retry = "waiting", "", 0, False
    row.started_at = row.updated_at = now()
    row.sendings = 0
    session.flush()
    send_after_commit(row)
