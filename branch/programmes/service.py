"""Noting a programme, and withdrawing one that was noted wrongly."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import update

from branch.programmes.models import Programme
from core.clock import local_day
from core.database import changed, session
from core.errors import Invalid, NotFound


def note_programme(
    unit_id: int, *, name: str, started_on: date, note: str = "", noted_by: str, at: datetime
) -> int:
    """Write down that a unit began something on a day that is not in the future. Adds to the caller's transaction.

    Raises:
        Invalid: `programme_without_name`, `programme_not_begun`.
    """
    if not name.strip():
        raise Invalid(_("A programme needs a name."), code="programme_without_name")
    if started_on > local_day(at):
        raise Invalid(_("A programme is noted when it has begun."), code="programme_not_begun")
    row = Programme(
        unit_id=unit_id,
        name=name.strip(),
        started_on=started_on,
        note=note.strip(),
        noted_by=noted_by,
        noted_at=at,
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def withdraw_programme(programme_id: int, *, reason: str, at: datetime) -> None:
    """Take a programme out of later reports; the row and the reason stay.

    Raises:
        Invalid: `programme_without_reason`.
        NotFound: no programme that stands has this number.
    """
    if not reason.strip():
        raise Invalid(_("Say why the programme is withdrawn."), code="programme_without_reason")
    found = changed(
        update(Programme)
        .where(Programme.id == programme_id, Programme.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_reason=reason.strip())
    )
    if not found:
        raise NotFound(_("There is no such programme."), code="programme_unknown")
