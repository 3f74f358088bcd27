"""Single sale facts of one grower, for his own eyes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from branch.ledger.models.sealing import subject_of
from branch.ledger.models.tables import SaleFactRow
from branch.ledger.rules.periods import Period
from core.database import session
from core.errors import NotFound
from core.web.queries import page_of
from core.web.rules.pagination import Page

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """One sale, refund or reversal as the ledger has it."""

    source: str
    source_ref: str
    kind: str
    channel: str
    occurred_at: datetime
    product_name: str
    order_ref: str
    plants: int
    net_minor: int
    currency: str

    @property
    def subject(self) -> str:
        """How the public log calls it."""
        return subject_of(self.source, self.source_ref)


COLUMNS = tuple(getattr(SaleFactRow, name) for name in SaleRecord.__dataclass_fields__)


def records_of(grower_id: int, period: Period, *, page: int) -> Page[SaleRecord]:
    """A grower's records of a window, the latest first."""
    wanted = (
        select(*COLUMNS)
        .where(
            SaleFactRow.grower_id == grower_id,
            SaleFactRow.local_day >= period.start,
            SaleFactRow.local_day < period.end,
        )
        .order_by(SaleFactRow.local_day.desc(), SaleFactRow.id.desc())
    )
    return page_of(wanted, SaleRecord, page=page, size=PAGE_SIZE)


def newest_day(grower_id: int) -> date | None:
    """The latest day on which a grower has a record."""
    return session.scalar(select(func.max(SaleFactRow.local_day)).where(SaleFactRow.grower_id == grower_id))


def require_record(grower_id: int, source: str, source_ref: str) -> SaleRecord:
    """One record of this grower.

    Raises:
        NotFound: there is none, or it is another grower's.
    """
    row = session.execute(
        select(*COLUMNS).where(
            SaleFactRow.grower_id == grower_id,
            SaleFactRow.source == source,
            SaleFactRow.source_ref == source_ref,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such record among your sales."), code="record_unknown")
    return SaleRecord(*row)
