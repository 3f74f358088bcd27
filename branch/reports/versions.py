"""Which version of a report comes next, and which one stood before it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from branch.ledger.periods import Period
from branch.reports.document import Document, from_json
from branch.reports.models import Report
from core.database import session


@dataclass(frozen=True, slots=True)
class Place:
    """A report's number among the versions of its window, and what the version before it says, by language."""

    version: int
    earlier: dict[str, Document]
    earlier_annex: str | None


FIRST = Place(1, {}, None)


def place_of(unit_id: int, period: Period, digest: str) -> Place:
    """Where a report computed from `digest` stands: the latest version's place when that says the same, else the next."""
    newest = session.scalars(
        select(Report)
        .where(Report.unit_id == unit_id, Report.period == period.key)
        .order_by(Report.version.desc())
        .limit(2)
    ).all()
    if not newest:
        return FIRST
    same = newest[0].input_digest == digest
    earlier = (newest[1] if len(newest) > 1 else None) if same else newest[0]
    version = newest[0].version if same else newest[0].version + 1
    if earlier is None:
        return Place(version, {}, None)
    documents = {language: from_json(data) for language, data in earlier.documents.items()}
    return Place(version, documents, earlier.annex_sha256)
