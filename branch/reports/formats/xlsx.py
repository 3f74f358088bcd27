"""The workbook and the flat file: numbers as numbers, definitions on a sheet of their own."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from branch.reports.document import Document, Table
from branch.reports.formats.csv import number
from branch.reports.formats.html import head_of_log
from branch.reports.formats.xlsx_formulas import formulas
from core.csv_export import guarded

FORMATS = {"count": "#,##0", "money": "#,##0.00", "price": "#,##0.00", "ratio": "0.0%", "points": "0.0"}
NO_MOMENT = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
LONGEST_SHEET_NAME = 31
APOSTROPHE = "'"


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

    What follows from other cells of its table is a formula with its result, and the definitions lead to the figures
    they define.
    """
    raw = io.BytesIO()
    with Workbook(raw, {"in_memory": True}) as book:
        book.set_properties({"author": document.unit_name, "title": document.title, "created": NO_MOMENT})
        for key, value in document_properties(document).items():
            book.set_custom_property(key, value, "text")
        looks = _Looks(book)
        taken: set[str] = set()
        _front(book.add_worksheet(_sheet_name(_("Summary"), taken)), document, looks)
        places: dict[str, _Place] = {}
        for section in document.sections:
            for table in section.tables:
                sheet = book.add_worksheet(_sheet_name(table.title, taken))
                filled = _fill(sheet, table, document, looks)
                places |= {f"{section.key}/{table.key}/{where}": place for where, place in filled.items()}
        _definitions(book.add_worksheet(_sheet_name(_("Definitions"), taken)), document, places, looks)
    return raw.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.figure = {form: book.add_format({"num_format": form}) for form in sorted(set(FORMATS.values()))}


def document_properties(document: Document) -> dict[str, str]:
    """What the file's properties say, so that a copy saved anew can still be told which report it came from."""
    return {
        "GuiyuanReport": document.number,
        "GuiyuanVersion": str(document.version),
        "GuiyuanAnnexSHA256": document.annex_digest,
    }


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that a spreadsheet takes: 31 characters, none of its own signs, no apostrophe at an end, once in any case."""
    plain = "".join("-" if character in r"[]:*?/\\" else character for character in title)
    name, number = plain[:LONGEST_SHEET_NAME].strip(APOSTROPHE) or "-", 2
    while name.casefold() in taken:
        name = f"{plain[: LONGEST_SHEET_NAME - 3].lstrip(APOSTROPHE)} {number}"
        number += 1
    taken.add(name.casefold())
    return name


def _front(sheet: Worksheet, document: Document, looks: _Looks) -> None:
    rows: list[Sequence[str]] = [
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
        (),
        *(
            (figure.label, figure.value, f"{figure.grade} {figure.grade_name}", figure.remark)
            for figure in document.headline
        ),
    ]
    for heading, lines in ((_("What changed"), document.changed), (_("What is doubtful"), document.doubtful)):
        rows += [(), (heading,), *(("", line) for line in lines)]
    sheet.write_string(0, 0, guarded(document.title), looks.title)
    for line, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            sheet.write_string(line, place, guarded(text))
    sheet.set_column("A:A", 34)
    sheet.set_column("B:B", 40)


def _fill(sheet: Worksheet, table: Table, document: Document, looks: _Looks) -> dict[str, _Place]:
    """Write a table; where each of its figures stands, by ``row/column``."""
    sheet.write_string(0, 0, guarded(f"{table.title} · {document.period_label}"), looks.bold)
    for place, column in enumerate(table.columns):
        sheet.write_string(1, place, guarded(column.title), looks.head)
        sheet.set_column(place, place, 16 if column.is_number else 26)
    top = 3
    live = formulas(table, top)
    places = {}
    for line, row in enumerate(table.all_rows(), start=top):
        for place, (column, value) in enumerate(zip(table.columns, row.cells, strict=True), start=1):
            plain, formula = number(column, value), live.get((line, place), "")
            form = FORMATS[column.kind] if column.is_number else ""
            look = looks.figure.get(form)
            if formula:
                sheet.write_formula(line - 1, place - 1, formula, look, plain)
            elif isinstance(plain, str):
                sheet.write_string(line - 1, place - 1, plain, look)
            elif plain is not None:
                sheet.write_number(line - 1, place - 1, plain, look)
            else:
                sheet.write_blank(line - 1, place - 1, None, look)
            if column.is_number and plain is not None:
                cell = xl_rowcol_to_cell(line - 1, place - 1)
                places[f"{row.key}/{column.key}"] = _Place(sheet.get_name(), cell, plain, form, formula)
    sheet.freeze_panes("B3")
    return places


def _definitions(sheet: Worksheet, document: Document, places: Mapping[str, _Place], looks: _Looks) -> None:
    """Terms with their meaning and, where one is a figure of the report, that figure by reference."""
    heads = (_("Term"), _("Meaning"), _("In this report"), _("Stands in"), _("Follows from"))
    for place, head in enumerate(heads):
        sheet.write_string(0, place, guarded(head), looks.bold)
    for line, definition in enumerate(document.definitions, start=1):
        sheet.write_string(line, 0, guarded(definition.term))
        sheet.write_string(line, 1, guarded(definition.meaning), looks.wrapped)
        stands = places.get(definition.figure)
        if stands is not None:
            title = stands.sheet.replace("'", "''")
            reference = f"='{title}'!{stands.cell}"
            sheet.write_formula(line, 2, reference, looks.figure[stands.form], stands.value)
            sheet.write_string(line, 3, guarded(f"{stands.sheet}, {stands.cell}"))
            sheet.write_string(line, 4, stands.formula.removeprefix("="))
    for place, width in enumerate((20, 80, 18, 30, 26)):
        sheet.set_column(place, place, width)
