"""Reads of inspections."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Row, select

from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import NotFound
from traceability.inspections.models.tables import Inspection
from traceability.inspections.rules import is_believable
from traceability.lots.models.tables import Lot
from traceability.lots.queries.records import LotView, view

MOST = 50
MOST_LOTS = 500


@dataclass(frozen=True)
class InspectionView:
    """One inspection with its lot and who made it; `by_device` says that `seen_at` is the device's word."""

    number: str
    lot: LotView
    conformant: bool
    seen: str
    plants_counted: int | None
    plants_unhealthy: int | None
    photo_key: str | None
    seen_at: datetime
    device_at: datetime | None
    received_at: datetime
    event_id: str
    by: str

    @property
    def by_device(self) -> bool:
        """Whether `seen_at` is what the device said."""
        return is_believable(self.device_at, received_at=self.received_at)


def latest_inspections(grower_ids: Collection[int]) -> list[InspectionView]:
    """The latest inspections at these growers, the newest receipt first."""
    return _views(
        session.execute(
            select(Inspection, Lot)
            .join(Lot, Lot.id == Inspection.lot_id)
            .where(Lot.grower_id.in_(list(grower_ids)))
            .order_by(Inspection.id.desc())
            .limit(MOST)
        ).all()
    )


def get_inspection(number: str) -> InspectionView:
    """The inspection with this number.

    Raises:
        NotFound: there is none.
    """
    rows = session.execute(
        select(Inspection, Lot)
        .join(Lot, Lot.id == Inspection.lot_id)
        .where(Inspection.number == number.strip().upper())
    ).all()
    if not rows:
        raise NotFound(_("There is no inspection with this number."), code="no_such_inspection")
    return _views(rows)[0]


def lots_to_inspect(grower_ids: Collection[int]) -> list[LotView]:
    """The open lots of these growers, the newest first; the page carries them into the field."""
    rows = session.scalars(
        select(Lot)
        .where(Lot.grower_id.in_(list(grower_ids)), Lot.state == "open")
        .order_by(Lot.id.desc())
        .limit(MOST_LOTS)
    )
    return [view(row) for row in rows]


def _views(rows: Sequence[Row[Inspection, Lot]]) -> list[InspectionView]:
    names = display_names(row.by_account_id for row, _lot in rows)
    return [view_of(InspectionView, row, lot=view(lot), by=names[row.by_account_id]) for row, lot in rows]
