"""The public edition that a file belongs to, and what the log should hold of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch.organisation.queries.tree import unit_by_id
from branch.reports.editions.models.sealing import sealed_body, subject_of
from branch.reports.editions.models.tables import ReportEdition, ReportEditionFile
from branch.reports.editions.states import EditionState
from branch.reports.models.tables import Report
from core.database import session, view_of


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """A public edition as it stands; `ended_at` and `reason` are there once it does not."""

    label: str
    state: str
    published_at: datetime
    ended_at: datetime | None
    reason: str

    @property
    def stands(self) -> bool:
        """Whether it is published now."""
        return self.state == EditionState.PUBLISHED


@dataclass(frozen=True, slots=True)
class SealedEdition:
    """The edition of a file, the report behind it, and under which words the log should hold it."""

    edition: KeptEdition
    report_id: int
    file: str
    subject: str
    body: dict[str, Any]


def find(digest: str) -> SealedEdition | None:
    """The newest edition that has a file of these bytes.

    What was withdrawn and then published again without a change is the same file: the newer edition speaks for it.
    """
    row = session.execute(
        select(ReportEdition, ReportEditionFile.name, Report.public_id)
        .join(ReportEditionFile, ReportEditionFile.edition_id == ReportEdition.id)
        .join(Report, Report.id == ReportEdition.report_id)
        .where(ReportEditionFile.sha256 == digest)
        .order_by(ReportEdition.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    edition: ReportEdition = row.ReportEdition
    files = session.scalars(select(ReportEditionFile).where(ReportEditionFile.edition_id == edition.id)).all()
    return SealedEdition(
        view_of(
            KeptEdition,
            edition,
            label=f"{unit_by_id(edition.unit_id).code}/{edition.period}/P{edition.number}",
        ),
        edition.report_id,
        row.name,
        subject_of(edition.public_id),
        sealed_body(edition, row.public_id, files),
    )
