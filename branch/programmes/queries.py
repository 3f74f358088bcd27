"""Reads of programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from branch.organisation.models import Unit
from branch.programmes.models import Programme
from core.database import session


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
