"""Reads of programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import UnitView, require_unit_access, unit_name, units_where
from branch.programmes.models.tables import Programme
from core.clock import local_day
from core.database import session, view_of
from core.errors import NotFound

# A date noted this much later may have been chosen for what the sales did after it.
LATE_AFTER_DAYS = 31


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """A programme that stands, with the code of its unit."""

    id: int
    unit_code: str
    name: str
    started_on: date
    note: str
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A programme as its page shows it, also when it was withdrawn."""

    id: int
    unit_name: str
    name: str
    started_on: date
    note: str
    noted_by: str
    noted_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @property
    def noted_late(self) -> bool:
        """Whether it was written down when its sales could be known already."""
        return local_day(self.noted_at) - self.started_on > timedelta(days=LATE_AFTER_DAYS)


def programmes_for(account_id: int) -> list[ProgrammeLine]:
    """The programmes of all units at which the account may see them, the latest date first; withdrawn ones too."""
    units = {unit.id: unit for unit in units_where(account_id, "programmes.view")}
    rows = session.scalars(
        select(Programme)
        .where(Programme.unit_id.in_(units))
        .order_by(Programme.started_on.desc(), Programme.id.desc())
    )
    return [_line(row, units[row.unit_id]) for row in rows]


def programme_for(account_id: int, programme_id: int) -> ProgrammeLine:
    """One programme that stands, for somebody who may withdraw it.

    Raises:
        NotFound: no programme that stands has this number.
        Forbidden: the account may not note programmes of its unit.
    """
    row = session.get(Programme, programme_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound(_("There is no such programme."), code="programme_unknown")
    return _line(row, require_unit_access(account_id, row.unit_id, "programmes.note"))


def _line(row: Programme, unit: UnitView) -> ProgrammeLine:
    return view_of(ProgrammeLine, row, unit_name=unit_name(unit))


def programmes_of(unit_ids: Sequence[int]) -> list[ProgrammeView]:
    """The programmes of these units that are not withdrawn, in the order of their dates."""
    rows = session.execute(
        select(
            Programme.id, Unit.code, Programme.name, Programme.started_on,
            Programme.note, Programme.noted_by, Programme.noted_at,
        )
        .join(Unit, Unit.id == Programme.unit_id)
        .where(Programme.unit_id.in_(unit_ids), Programme.withdrawn_at.is_(None))
        .order_by(Programme.started_on, Programme.id)
    )  # fmt: skip
    return [ProgrammeView(*row) for row in rows]
