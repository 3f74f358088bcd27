"""An open job moves: what is written on its row. Nothing here commits."""

from typing import Any

from sqlalchemy import select, update

from core.clock import now
from core.database import changed, session
from core.outbox import service as outbox
from core.progress.events import JobFailed
from core.progress.models import OPEN, JobProgress


def move(public_id: str, **values: Any) -> None:
    """Set these columns of an open job, and that it moved now."""
    change(public_id, updated_at=now(), **values)


def change(public_id: str, **values: Any) -> None:
    """Set these columns of an open job; one that has ended stays as it is."""
    ours = update(JobProgress).where(JobProgress.public_id == public_id, JobProgress.state.in_(OPEN))
    changed(ours.values(**values))


def tell_failed(public_id: str, message: str) -> None:
    """Record that it came to nothing, for whoever has to tidy up."""
    kind = session.scalars(select(JobProgress.kind).where(JobProgress.public_id == public_id)).one()
    outbox.record(JobFailed(kind=kind, public_id=public_id, message=message))
