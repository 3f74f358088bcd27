"""Noting a programme, and withdrawing one that was noted wrongly."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _

from branch.organisation.queries.tree import require_unit_access
from branch.programmes.models.sealing import seal_programme
from branch.programmes.models.tables import Programme
from core.clock import local_day
from core.database import locked, session
from core.errors import Invalid, NotFound
from core.transitions import require_reason

NOTE = "programmes.note"


def note_programme(
    unit_id: int,
    *,
    name: str,
    started_on: date,
    note: str = "",
    noted_by: str,
    account_id: int | None = None,
    at: datetime,
) -> int:
    """Write down that a unit began something on a day that is not in the future. Adds to the caller's transaction.

    Without an account it is the command line of the server, which may note for every unit.

    Raises:
        Forbidden: the account may not note programmes of the unit.
        Invalid: `programme_without_name`, `programme_not_begun`.
    """
    if account_id is not None:
        require_unit_access(account_id, unit_id, NOTE)
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
        noted_by_account_id=account_id,
        noted_at=at,
        withdrawn_at=None,
        withdrawn_reason="",
    )
    session.add(row)
    session.flush()
    seal_programme(row)
    return row.id


def withdraw_programme(
    programme_id: int, *, reason: str, account_id: int | None = None, at: datetime
) -> None:
    """Take a programme out of later reports; the row and the reason stay.

    Raises:
        Forbidden: the account may not note programmes of its unit.
        Invalid: `programme_without_reason`.
        NotFound: no programme that stands has this number.
    """
    row = locked(Programme, Programme.id == programme_id)
    if row is not None and account_id is not None:
        require_unit_access(account_id, row.unit_id, NOTE)
    reason = require_reason(reason, _("Say why the programme is withdrawn."), code="programme_without_reason")
    if row is None or row.withdrawn_at is not None:
        raise NotFound(_("There is no such programme."), code="programme_unknown")
    row.withdrawn_at, row.withdrawn_reason, row.withdrawn_by_account_id = at, reason, account_id
    session.flush()
    seal_programme(row)
