"""The workbook and the flat file: numbers as numbers, definitions on a sheet of their own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from branch.reports.document import Document, Table
from branch.reports.formats.csv import number
from branch.reports.formats.html import head_of_log
from branch.reports.formats.xlsx_bytes import finished
from branch.reports.formats.xlsx_formulas import formulas
from core.csv_export import guarded

FORMATS = {"count": "#,##0", "money": "#,##0.00", "price": "#,##0.00", "ratio": "0.0%", "points": "0.0"}
NO_MOMENT = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
LONGEST_SHEET_NAME = 31


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a figure stands in the workbook, what it is, and its formula ("" for a plain number)."""

    sheet: str
    cell: str
    value: str | int | float
    form: str
    formula: str


def render_xlsx(document: Document) -> bytes:
    """One sheet of headline figures, one per table, one of definitions.

    What follows from other cells of its table is a formula, and the definitions lead to the figures they define.
    """
    book = Workbook()
    front = book.active
    assert isinstance(front, Worksheet)
    front.title = _sheet_name(_("Summary"), set())
    _front(front, document)
    taken = {front.title}
    places: dict[str, _Place] = {}
    results: dict[int, dict[str, str | int | float]] = {}
    for section in document.sections:
        for table in section.tables:
            sheet = book.create_sheet(_sheet_name(table.title, taken))
            taken.add(sheet.title)
            found = _fill(sheet, table, document)
            places |= {f"{section.key}/{table.key}/{where}": place for where, place in found.items()}
            results[len(book.worksheets)] = {
                place.cell: place.value for place in found.values() if place.formula
            }
    sheet = book.create_sheet(_sheet_name(_("Definitions"), taken))
    results[len(book.worksheets)] = _definitions(sheet, document, places)
    for key, value in said_of_itself(document).items():
        book.custom_doc_props.append(StringProperty(name=key, value=value))  # type: ignore[attr-defined]  # its stub lacks it
    book.properties.creator = document.unit_name
    book.properties.title = document.title
    book.properties.created = book.properties.modified = NO_MOMENT
    raw = io.BytesIO()
    book.save(raw)
    return finished(raw.getvalue(), results)


def said_of_itself(document: Document) -> dict[str, str]:
    """What the file's properties say, so that a copy saved anew can still be told which report it came from."""
    return {
        "GuiyuanReport": document.number,
        "GuiyuanVersion": str(document.version),
        "GuiyuanAnnexSHA256": document.annex_digest,
    }


def _sheet_name(title: str, taken: set[str]) -> str:
    name = "".join("-" if character in r"[]:*?/\\" else character for character in title)[:LONGEST_SHEET_NAME]
    number = 2
    while name in taken:
        name = f"{name[: LONGEST_SHEET_NAME - 3]} {number}"
        number += 1
    return name


def _front(sheet: Worksheet, document: Document) -> None:
    sheet.append([guarded(document.title)])
    sheet["A1"].font = Font(bold=True, size=14)
    for name, value in (
        (_("Report number"), document.number),
        (_("Reporting period"), document.period_label),
        (_("Standing of the figures"), document.standing),
        (_("Records held at"), document.cut_off),
        (_("Version"), str(document.version)),
        (_("Digest of the input (SHA-256)"), document.digest),
        (_("Digest of the data annex (SHA-256)"), document.annex_digest),
        (_("Made by (version / format / sources)"), document.code),
        *(head_of_log() if document.annex_digest else []),
        (_("To check this file"), "flask reports verify"),
    ):
        sheet.append([guarded(name), guarded(value)])
    sheet.append([])
    for figure in document.headline:
        sheet.append(
            [
                guarded(part)
                for part in (figure.label, figure.value, f"{figure.grade} {figure.grade_name}", figure.remark)
            ]
        )
    for heading, lines in ((_("What changed"), document.changed), (_("What is doubtful"), document.doubtful)):
        sheet.append([])
        sheet.append([guarded(heading)])
        for line in lines:
            sheet.append(["", guarded(line)])
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 40


def _fill(sheet: Worksheet, table: Table, document: Document) -> dict[str, _Place]:
    """Write a table; where each of its figures stands, by ``row/column``."""
    sheet.append([guarded(f"{table.title} · {document.period_label}")])
    sheet["A1"].font = Font(bold=True)
    sheet.append([guarded(column.title) for column in table.columns])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    top = 3
    live = formulas(table, top)
    places = {}
    for line, row in enumerate(table.all_rows(), start=top):
        for place, (column, value) in enumerate(zip(table.columns, row.cells, strict=True), start=1):
            formula = live.get((line, place), "")
            plain = number(column, value)
            cell = sheet.cell(line, place, formula or plain)
            if column.is_number:
                cell.number_format = FORMATS[column.kind]
                if plain is not None:
                    where = f"{row.key}/{column.key}"
                    places[where] = _Place(sheet.title, cell.coordinate, plain, cell.number_format, formula)
    sheet.freeze_panes = "B3"
    for index, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = 16 if column.is_number else 26
    return places


def _definitions(
    sheet: Worksheet, document: Document, places: Mapping[str, _Place]
) -> dict[str, str | int | float]:
    """Terms with their meaning and, where one is a figure of the report, that figure by reference; their results."""
    heads = (_("Term"), _("Meaning"), _("In this report"), _("Stands in"), _("Follows from"))
    sheet.append([guarded(head) for head in heads])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    results = {}
    for line, one in enumerate(document.definitions, start=2):
        sheet.cell(line, 1, guarded(one.term))
        sheet.cell(line, 2, guarded(one.meaning)).alignment = Alignment(wrap_text=True, vertical="top")
        place = places.get(one.figure)
        if place is not None:
            title = place.sheet.replace("'", "''")
            cell = sheet.cell(line, 3, f"='{title}'!{place.cell}")
            cell.number_format = place.form
            results[cell.coordinate] = place.value
            sheet.cell(line, 4, guarded(f"{place.sheet}, {place.cell}"))
            sheet.cell(line, 5, place.formula.removeprefix("="))
    for letter, width in zip("ABCDE", (20, 80, 18, 30, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    return results
