"""Reads of reports for their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.ledger.rules.periods import Period
from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import (
    UnitView,
    all_units,
    require_unit_access,
    unit_by_id,
    unit_name,
    units_where,
)
from branch.reports.document import Document, from_json
from branch.reports.models.tables import Report, ReportFile, ReportReview
from branch.reports.states import ReportState
from core.accounts.queries.same_person import same_person
from core.clock import local_moment
from core.database import session, view_of
from core.errors import NotFound
from core.languages import FIRST


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report as one line of a list."""

    public_id: str
    unit_name: str
    period: str
    version: int
    state: str
    preliminary: bool
    built_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One move: who, when, with which words; `by_name` is empty for the schedule."""

    from_state: str | None
    to_state: str
    by_name: str
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a report; `size` in bytes."""

    name: str
    format: str
    locale: str
    size: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of the report of a unit and window."""

    public_id: str
    version: int
    state: str
    built_at: datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with what it says in one language."""

    public_id: str
    unit_id: int
    unit_name: str
    period: str
    version: int
    state: str
    revision: int
    built_at: datetime
    document: Document
    reviews: tuple[ReviewView, ...]
    files: tuple[FileView, ...]
    versions: tuple[VersionView, ...]

    def picture(self, chart_key: str) -> str:
        """The name of a chart's picture in the language of the document."""
        ending = f"-{chart_key}-{self.document.locale}.png"
        return next(file.name for file in self.files if file.name.endswith(ending))


def find_report(public_id: str) -> Report:
    """The row of a report.

    Raises:
        NotFound: there is none.
    """
    report = session.scalars(select(Report).where(Report.public_id == public_id)).one_or_none()
    if report is None:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return report


def is_own(report: Report, account_id: int) -> bool:
    """Whether the account, or another one of the same person, built this version or ever submitted it.

    Such a one does not decide about it.
    """
    submitted = select(ReportReview.by_account_id).where(
        ReportReview.report_id == report.id,
        ReportReview.to_state == ReportState.SUBMITTED,
        ReportReview.by_account_id.is_not(None),
    )
    makers = {report.built_by_account_id, *session.scalars(submitted)}
    return any(maker is not None and same_person(account_id, maker) for maker in makers)


def reports_for(
    account_id: int, *, states: Sequence[str] | None = None, limit: int = 200
) -> list[ReportLine]:
    """The reports of all units at which the account may see reports, the latest period first."""
    units = [unit.id for unit in units_where(account_id, "reports.view")]
    query = (
        select(
            Report.public_id,
            Report.period,
            Report.version,
            Report.state,
            Report.preliminary,
            Report.built_at,
            Unit,
        )
        .join(Unit, Unit.id == Report.unit_id)
        .where(Report.unit_id.in_(units))
        .order_by(Report.period_start.desc(), Unit.path, Report.period, Report.version.desc())
        .limit(limit)
    )
    if states is not None:
        query = query.where(Report.state.in_(states))
    return [view_of(ReportLine, row, unit_name=unit_name(row.Unit)) for row in session.execute(query)]


def report_for(account_id: int, public_id: str, *, language: str) -> ReportView:
    """One report in `language` (``zh`` or ``en``), for somebody who may see it.

    Raises:
        NotFound: there is none.
        Forbidden: the account may not see reports of its unit.
    """
    report = find_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.view")
    reviews = session.scalars(
        select(ReportReview).where(ReportReview.report_id == report.id).order_by(ReportReview.revision)
    )
    files = session.scalars(
        select(ReportFile)
        .where(ReportFile.report_id == report.id)
        .order_by(ReportFile.locale.desc(), ReportFile.id)
    )
    return view_of(
        ReportView,
        report,
        unit_name=unit_name(unit_by_id(report.unit_id)),
        document=from_json(report.documents.get(language) or report.documents[FIRST.code]),
        reviews=tuple(view_of(ReviewView, review) for review in reviews),
        files=tuple(view_of(FileView, file) for file in files),
        versions=_versions(report.unit_id, report.period),
    )


def _versions(unit_id: int, period: str) -> tuple[VersionView, ...]:
    """All versions of a unit's report of a window, the newest first."""
    rows = session.execute(
        select(Report.public_id, Report.version, Report.state, Report.built_at)
        .where(Report.unit_id == unit_id, Report.period == period)
        .order_by(Report.version.desc())
    )
    return tuple(VersionView(*row) for row in rows)


def file_key(account_id: int, public_id: str, name: str) -> str:
    """Where a report's file lies, for somebody who may see the report.

    Raises:
        NotFound: there is no such report or file.
        Forbidden: the account may not see reports of its unit.
    """
    report = find_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.view")
    key = session.scalar(
        select(ReportFile.file_key).where(ReportFile.report_id == report.id, ReportFile.name == name)
    )
    if key is None:
        raise NotFound(_("There is no such file."), code="report_file_unknown")
    return key


def branches_without_report(period: Period) -> list[UnitView]:
    """Branches whose report of a period was not built since the period was over."""
    over = local_moment(period.end)
    built = set(
        session.scalars(select(Report.unit_id).where(Report.period == period.key, Report.built_at >= over))
    )
    return [unit for unit in all_units() if unit.kind == "branch" and unit.id not in built]
