"""Keeping the key figures of a report when it is submitted. Nothing here commits."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from branch.reports.document import Document, Table, from_json
from branch.reports.models.tables import Report
from branch.reports.review.models import ReportKeyFigures
from core.database import session
from core.languages import FIRST


def note_figures(report: Report) -> None:
    """Write down what the report says in sum; once, since what a report says never changes."""
    known = select(ReportKeyFigures.id).where(ReportKeyFigures.report_id == report.id)
    if FIRST.code not in report.documents or session.scalar(known) is not None:
        return
    document = from_json(report.documents[FIRST.code])
    totals = _table(document, "overall", "totals")
    if totals is None:
        return
    compared = _table(document, "comparison", "comparison")
    session.add(
        ReportKeyFigures(
            report_id=report.id,
            net_minor=int(_cell(totals, "all", "net") or 0),
            plants=int(_cell(totals, "all", "plants") or 0),
            growth=_ratio(compared, "all"),
            like_growth=_ratio(compared, "like_for_like"),
        )
    )


def _table(document: Document, section_key: str, table_key: str) -> Table | None:
    return next(
        (
            table
            for section in document.sections
            if section.key == section_key
            for table in section.tables
            if table.key == table_key
        ),
        None,
    )


def _cell(table: Table, row_key: str, column_key: str) -> Decimal | None:
    place = next((place for place, column in enumerate(table.columns) if column.key == column_key), None)
    row = next((row for row in table.all_rows() if row.key == row_key), None)
    if row is None or place is None or row.cells[place] is None:
        return None
    return Decimal(row.cells[place] or 0)


def _ratio(table: Table | None, row_key: str) -> Decimal | None:
    value = None if table is None else _cell(table, row_key, "growth")
    return None if value is None else value.quantize(Decimal("0.000001"))
