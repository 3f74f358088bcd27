"""Licences whose time is over. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from branch.licences import events
from branch.licences.models.tables import Licence
from branch.licences.service.transitions import move
from branch.licences.states import LicenceState, Step
from core.clock import local_day
from core.database import session
from core.outbox.service import record
from core.sweeps import claimable

EXPIRY = "branch.licences.expire"


def _ran_out(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Licence.state == LicenceState.VALID, Licence.valid_until < local_day(at))


def ids_due_to_expire(*, at: datetime, limit: int) -> list[int]:
    """Licences whose last day has passed and whose expiry is not written down, for the sweep."""
    due = select(Licence.id).where(*_ran_out(at), claimable(EXPIRY, Licence.id, at=at))
    return list(session.scalars(due.order_by(Licence.id).limit(limit)))


def expire_due(
    *, at: datetime, grower_id: int | None = None, ids: Sequence[int] | None = None, limit: int = 500
) -> int:
    """Write down the expiry of licences whose last day has passed; they were worth nothing since then anyway.

    Args:
        at: now.
        grower_id: only this grower's.
        ids: only these.
        limit: how many at most.

    Returns:
        How many were written.
    """
    due = select(Licence).where(*_ran_out(at)).order_by(Licence.id).limit(limit).with_for_update()
    if grower_id is not None:
        due = due.where(Licence.grower_id == grower_id)
    if ids is not None:
        due = due.where(Licence.id.in_(ids))
    licences = list(session.scalars(due))
    for licence in licences:
        move(licence, Step.EXPIRE, by_account_id=None, at=at)
        record(events.LicenceExpired(number=licence.number, grower_id=licence.grower_id), at=at)
    return len(licences)
