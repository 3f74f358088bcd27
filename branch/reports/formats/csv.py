"""A report's tables as one file of comma-separated values."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from branch.reports.document import Cell, Column, Document, Row, Table
from branch.reports.formats.html import head_of_log
from core.csv_export import csv_bytes, guarded


def number(column: Column, value: Cell) -> str | int | float | None:
    """What a spreadsheet gets: yuan for amounts, ratios as ratios, points as points, texts as texts."""
    if value is None:
        return None
    if isinstance(value, str):
        return guarded(value)
    if column.kind in {"money", "price"}:
        return float(Decimal(value) / 100)
    if column.kind == "points":
        return float(Decimal(value) * 100)
    return float(value) if isinstance(value, Decimal) else value


def render_csv(document: Document) -> bytes:
    """Every number of the report, one a line, UTF-8 with a byte-order mark for spreadsheets.

    What ties a sealed report to the log stands in columns of its own at the end of each line, so that it remains one table.
    """
    tied = [[_("Digest of the data annex (SHA-256)"), document.annex_digest], *head_of_log()]
    if not document.annex_digest:
        tied = []
    rows: list[list[str]] = [
        [
            _("Report number"),
            _("Section"),
            _("Table"),
            _("Row"),
            _("Column"),
            _("Value"),
            _("Unit of the value"),
            *(name for name, _value in tied),
        ]
    ]
    ends = [value for _name, value in tied]
    for section in document.sections:
        for table in section.tables:
            for row in table.all_rows():
                rows += [
                    [document.number, section.title, table.title, *line, *ends] for line in _lines(table, row)
                ]
    return csv_bytes(rows)


def _lines(table: Table, row: Row) -> list[list[str]]:
    units = {"count": "1", "money": "CNY", "price": "CNY", "ratio": "1", "points": "pp"}
    name = str(row.cells[0]) if row.cells[0] is not None else row.key
    lines = []
    for column, value in zip(table.columns, row.cells, strict=True):
        if column.is_number and value is not None:
            lines.append([name, column.title, _plain(column, value), units[column.kind]])
    return lines


def _plain(column: Column, value: Cell) -> str:
    if column.kind in {"money", "price"}:
        return (
            f"{Decimal(value or 0) / 100:.4f}"
            if column.kind == "price"
            else f"{Decimal(value or 0) / 100:.2f}"
        )
    if column.kind == "points":
        return f"{Decimal(value or 0) * 100:.4f}"
    return f"{Decimal(value or 0):.6f}" if column.kind == "ratio" else str(value)
