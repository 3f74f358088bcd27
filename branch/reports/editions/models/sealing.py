"""What the public log keeps of a public edition: which report it shows, its words and files by their digests, its end."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from branch.reports.editions.models.tables import ReportEdition, ReportEditionFile
from branch.reports.models.tables import Report
from core import seal
from core.database import session

KIND = "report_edition"


def subject_of(public_id: str) -> str:
    """How the log calls an edition."""
    return f"report-edition/{public_id}"


def sealed_body(edition: ReportEdition, report: str, files: Sequence[ReportEditionFile]) -> dict[str, Any]:
    """The facts of an edition that must not be bent. Anybody may download them, so they name nobody."""
    return {
        "unit_id": edition.unit_id,
        "period": edition.period,
        "number": edition.number,
        "report": report,
        "state": str(edition.state),
        "published_at": seal.moment(edition.published_at),
        "ended_at": seal.moment(edition.ended_at) if edition.ended_at else None,
        "reason": sha256(edition.reason.encode()).hexdigest() if edition.reason else "",
        "files": {file.name: file.sha256 for file in sorted(files, key=lambda file: file.name)},
    }


def seal_edition(edition: ReportEdition) -> None:
    """Seal an edition as it stands now; it and its files are flushed."""
    report = session.scalars(select(Report.public_id).where(Report.id == edition.report_id)).one()
    seal.append(KIND, subject_of(edition.public_id), sealed_body(edition, report, _files(edition)))


def _files(edition: ReportEdition) -> Sequence[ReportEditionFile]:
    return session.scalars(
        select(ReportEditionFile)
        .where(ReportEditionFile.edition_id == edition.id)
        .execution_options(populate_existing=True)
    ).all()


def _bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    rows = session.execute(
        select(ReportEdition, Report.public_id)
        .join(Report, Report.id == ReportEdition.report_id)
        .order_by(ReportEdition.id)
        .execution_options(populate_existing=True)
    ).all()
    for edition, report in rows:
        yield subject_of(edition.public_id), sealed_body(edition, report, _files(edition))


SOURCE = seal.SealSource(kind=KIND, bodies=_bodies, tables=("report_edition", "report_edition_file"))
