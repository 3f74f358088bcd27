"""Reads of public editions: what everybody may see, and what the committee sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import get_unit, unit_name, unit_view
from branch.reports.document import Document, from_json
from branch.reports.editions.models.tables import ReportEdition, ReportEditionFile
from branch.reports.editions.states import EditionState
from branch.reports.models.tables import Report
from core.database import session, view_of
from core.errors import NotFound
from core.languages import FIRST


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition as a line of a list."""

    public_id: str
    unit_code: str
    unit_name: str
    period: str
    number: int
    version: int
    state: str
    published_at: datetime
    ended_at: datetime | None
    reason: str

    @property
    def label(self) -> str:
        """How the edition is called: to be read aloud, and to be quoted."""
        return f"{self.unit_code}/{self.period}/P{self.number}"


@dataclass(frozen=True, slots=True)
class EditionFile:
    """A file of an edition; `size` in bytes."""

    name: str
    format: str
    locale: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition with what it says; `document` is None once it is not published any more."""

    line: EditionLine
    document: Document | None
    files: tuple[EditionFile, ...]
    earlier: tuple[EditionLine, ...]

    def picture(self, chart_key: str) -> str:
        """The name of a chart's picture in the language of the document."""
        assert self.document is not None
        ending = f"-{chart_key}-{self.document.locale}.png"
        return next(file.name for file in self.files if file.name.endswith(ending))


def editions(*, unit_code: str = "", limit: int = 200) -> list[EditionLine]:
    """The newest edition of each unit and period, the latest published first; withdrawn ones stay in the list."""
    newest: dict[tuple[str, str], EditionLine] = {}
    for line in _lines(unit_code=unit_code):
        newest.setdefault((line.unit_code, line.period), line)
    return sorted(newest.values(), key=lambda line: (line.period, line.published_at), reverse=True)[:limit]


def edition_of(unit_code: str, period: str, *, language: str) -> EditionView:
    """The newest edition of a unit's report of a period, for everybody.

    Raises:
        NotFound: nothing was ever published of it.
    """
    unit = get_unit(unit_code)
    lines = _lines(unit_code=unit.code, period=period)
    if not lines:
        raise NotFound(_("No report of this period has been published."), code="edition_unknown")
    newest = lines[0]
    if newest.state != EditionState.PUBLISHED:
        return EditionView(newest, None, (), tuple(lines[1:]))
    documents = session.scalars(
        select(Report.documents)
        .join(ReportEdition, ReportEdition.report_id == Report.id)
        .where(ReportEdition.public_id == newest.public_id)
    ).one()
    files = session.scalars(
        select(ReportEditionFile)
        .join(ReportEdition, ReportEdition.id == ReportEditionFile.edition_id)
        .where(ReportEdition.public_id == newest.public_id)
        .order_by(ReportEditionFile.locale.desc(), ReportEditionFile.id)
    )
    return EditionView(
        newest,
        from_json(documents.get(f"public-{language}") or documents[f"public-{FIRST.code}"]),
        tuple(view_of(EditionFile, file) for file in files),
        tuple(lines[1:]),
    )


def editions_of_report(unit_id: int, period: str) -> list[EditionLine]:
    """All editions of a unit's report of a period, the newest first."""
    code = session.scalars(select(Unit.code).where(Unit.id == unit_id)).one()
    return _lines(unit_code=code, period=period)


def file_key(unit_code: str, period: str, name: str) -> str:
    """Where a file of the edition that is published now lies.

    Raises:
        NotFound: nothing is published, or it has no such file.
    """
    key = session.scalar(
        select(ReportEditionFile.file_key)
        .join(ReportEdition, ReportEdition.id == ReportEditionFile.edition_id)
        .join(Unit, Unit.id == ReportEdition.unit_id)
        .where(
            Unit.code == unit_code,
            ReportEdition.period == period,
            ReportEdition.state == EditionState.PUBLISHED,
            ReportEditionFile.name == name,
        )
    )
    if key is None:
        raise NotFound(_("There is no such file."), code="report_file_unknown")
    return key


def _lines(*, unit_code: str = "", period: str = "") -> list[EditionLine]:
    query = (
        select(ReportEdition, Unit, Report.version)
        .join(Unit, Unit.id == ReportEdition.unit_id)
        .join(Report, Report.id == ReportEdition.report_id)
        .order_by(ReportEdition.number.desc(), ReportEdition.id.desc())
    )
    if unit_code:
        query = query.where(Unit.code == unit_code)
    if period:
        query = query.where(ReportEdition.period == period)
    return [
        view_of(
            EditionLine, edition, unit_code=unit.code, unit_name=unit_name(unit_view(unit)), version=version
        )
        for edition, unit, version in session.execute(query)
    ]
