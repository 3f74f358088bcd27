"""The report as one HTML file that needs nothing beside it: charts inside, each with its table."""

from __future__ import annotations

from base64 import b64encode

from flask import render_template

from branch.reports import charts, wording
from branch.reports.document import Document, Row, Table


def render_html(document: Document) -> bytes:
    """A page to keep or send on; opened from a disk, it looks the same without a network."""
    pictures = {
        chart.key: "data:image/png;base64," + b64encode(charts.draw(chart)).decode()
        for section in document.sections
        for chart in section.charts
    }
    page = render_template("branch/reports/standalone.html", report=document, pictures=pictures, cells=cells)
    return page.encode()


def cells(table: Table, row: Row) -> list[str]:
    """The texts of a row."""
    return [wording.cell(column, value) for column, value in zip(table.columns, row.cells, strict=True)]
