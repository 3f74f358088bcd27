"""The printed form, typeset by Typst with the report font; the same document gives the same bytes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import typst
from flask_babel import gettext as _

from branch.ledger.rules.periods import parse_period
from branch.reports.charts import drawing
from branch.reports.document import Document, Row, Section, Table
from branch.reports.formats.html import trace
from branch.reports.wording import numbers
from core.garbage_collection import without_collecting
from core.languages import language_of
from core.unseen_characters import seen

TEMPLATE = Path(__file__).with_name("typst") / "report.typ"
ANNEX_NAME = "annex.json"
# Names longer than this many letters go over two lines; no column is narrower than the latter.
LONGEST_NAME = 28
LEAST_LETTERS = 4


@without_collecting()
def render_pdf(
    document: Document, frozen: bytes | None = None, *, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """An A4 PDF of `document` with its frozen annex attached. Texts of the frame are in the active locale.

    `pictures` are the SVG forms of its charts by their keys, where they are drawn already.

    Raises:
        MissingGlyphError: a text holds a character that the font cannot print.
    """
    content = _content(document) | {"annex": "" if frozen is None else ANNEX_NAME}
    text = json.dumps(seen(content), ensure_ascii=False)
    drawing.require_glyphs(text)
    made = _day(document)
    with tempfile.TemporaryDirectory(prefix="gy-report-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "report.json").write_text(text, encoding="utf-8")
        if frozen is not None:
            (folder / ANNEX_NAME).write_bytes(frozen)
        for section in document.sections:
            for chart in section.charts:
                svg = drawing.draw_for_print(chart) if pictures is None else pictures[chart.key]
                (folder / f"{chart.key}.svg").write_bytes(svg)
        return typst.compile(
            str(folder / "report.typ"),
            root=name,
            font_paths=[str(drawing.FONT_FILE.parent)],
            ignore_system_fonts=True,
            format="pdf",
            # Tagged for readers who listen (PDF/UA), and for archives with the annex inside (PDF/A-3).
            pdf_standards=["ua-1", "a-3a"],
            timestamp=int(datetime.combine(made, time(), UTC).timestamp()),
        )


def _day(document: Document) -> date:
    """The date in the file's properties: the last day of the window, never the time of the run."""
    return parse_period(document.period_key).last_day


def _content(document: Document) -> dict[str, Any]:
    made = _day(document)
    return {
        "lang": language_of(document.locale).tag.split("-")[0],
        "title": document.title,
        "unit_name": document.unit_name,
        "period_label": document.period_label,
        "number": document.number,
        "standing": document.standing,
        "standing_word": _("preliminary") if document.preliminary else _("final"),
        "trace": trace(document),
        "date": [made.year, made.month, made.day],
        "words": {
            "changed": _("What changed"),
            "doubtful": _("What is doubtful"),
            "contents": _("Contents"),
            "note": _("Footnote"),
            "notes": _("Notes"),
            "back": _("back to"),
            "definitions": _("Definitions"),
            "sign_off": _("Sign-off"),
            "at_a_glance": _("At a glance"),
            "annex": _("Data annex: inputs, settings and every figure")
            if document.annex_digest
            else _("Every figure of this edition, for programs"),
            "definition_heads": [_("Term"), _("Meaning")],
        },
        "front": [
            [_("Report number"), document.number],
            [_("Version"), str(document.version)],
            [_("Standing of the figures"), document.standing],
            [_("Records held at"), document.cut_off],
            *(
                [[_("Digest of the data annex (SHA-256)"), document.annex_digest]]
                if document.annex_digest
                else []
            ),
        ],
        "headline": [
            {
                "label": figure.label,
                "value": figure.value,
                "grade": figure.grade,
                "grade_name": figure.grade_name,
                "remark": figure.remark,
            }
            for figure in document.headline
        ],
        "changed": list(document.changed),
        "doubtful": list(document.doubtful) or [_("Nothing that the rules of this report look for.")],
        "sections": [_section(section, document.notes_of(section)) for section in document.sections],
        "notes": [
            {"number": note.number, "text": note.text, "sections": list(note.sections)}
            for note in document.notes
        ],
        "definitions": [[definition.term, definition.meaning] for definition in document.definitions],
        "sign_off": [_("Prepared by"), _("Checked by"), _("Branch secretary (seal)"), _("Date")],
    }


def _section(section: Section, notes: tuple[int, ...]) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "paragraphs": list(section.paragraphs),
        "charts": [{"file": f"{chart.key}.svg", "alt": chart.alt} for chart in section.charts],
        "tables": [_table(table) for table in section.tables],
        "notes": list(notes),
        "annex": section.private,
    }


def _table(table: Table) -> dict[str, Any]:
    rows = [_cells(table, row) for row in table.rows]
    total = [] if table.total is None else _cells(table, table.total)
    written = [*rows, total] if total else rows
    return {
        "title": table.title,
        "columns": [
            {
                "title": column.title,
                "number": column.is_number,
                "width": _room(column.title, [row[at] for row in written], breaks=not column.is_number),
            }
            for at, column in enumerate(table.columns)
        ],
        "rows": rows,
        "total": total,
    }


def _room(title: str, cells: list[str], *, breaks: bool) -> int:
    """The share of the line that a column is given, in letters: a figure stays whole, titles and names may break."""
    longest = max(map(_letters, cells), default=0)
    return max(min(longest, LONGEST_NAME) if breaks else longest, _letters(title) // 2, LEAST_LETTERS) + 2


def _letters(text: str) -> int:
    """How wide a text is, a Chinese character counted as two letters."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _cells(table: Table, row: Row) -> list[str]:
    return [numbers.cell(column, value) for column, value in zip(table.columns, row.cells, strict=True)]
