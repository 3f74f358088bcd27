"""Files as the platforms and spreadsheets write them, turned into rows of text. Pure.

Seen in real exports: GB18030 without a mark, UTF-8 with one, workbooks; cells written `="123"` to keep a
spreadsheet from ruining long numbers; header names with blanks at their ends; a title line above the header;
rows with one cell more than the header.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import python_calamine

MAX_BYTES = 64 * 1024 * 1024
HEADER_WITHIN = 5
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
ARMOUR = ("=", "'")
EQUALS = re.compile(r'^=?"?(.*?)"?$', re.DOTALL)


class UnreadableFile(ValueError):  # noqa: N818 - it is the file that is at fault
    """The bytes are neither text in a known encoding nor a workbook; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Row:
    """One row with the number it has in the file, counted from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


def raw_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """All rows of a CSV file or of the first sheet of a workbook that holds any, each with its number; not yet cleaned.

    Raises:
        UnreadableFile: empty, too large, not text and not a workbook, or a cell that never ends.
    """
    if not data.strip():
        raise UnreadableFile("file_empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file_too_large")
    if data.startswith(WORKBOOK_STARTS):
        return _workbook_rows(data)
    reader = csv.reader(io.StringIO(_decode(data), newline=""))
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        raise UnreadableFile("cell_too_long") from None


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("encoding_unknown")


def _workbook_rows(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except python_calamine.CalamineError:
        raise UnreadableFile("workbook_unreadable") from None
    for sheet in sheets:
        if sheet:
            return [(number, [_cell_text(cell) for cell in cells]) for number, cells in enumerate(sheet, 1)]
    raise UnreadableFile("file_empty")


def _cell_text(cell: object) -> str:
    """A workbook's cell as text; a number of more than 15 digits has already lost some: it shows as 3.5E+16."""
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return f"{cell:.10g}".upper() if abs(cell) < 1e15 else f"{cell:.4E}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def cleaned(cells: Iterable[str]) -> tuple[str, ...]:
    """Cells without the armour of spreadsheets."""
    return tuple(map(clean, cells))


def clean(cell: str) -> str:
    """The cell without the armour of spreadsheets: `="..."`, a leading apostrophe or tab, blanks around."""
    text = cell.strip()
    if not text.startswith(ARMOUR):
        return text
    if text.startswith("="):
        match = EQUALS.match(text)
        text = match.group(1) if match else text
    return text.removeprefix("'").strip()


def fold(name: str) -> str:
    """A header's name as it is compared: full width folded, no blanks, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).lower()


def find_header(rows: Sequence[Row], required: frozenset[str]) -> tuple[int, dict[str, int]] | None:
    """Where the header is: its index in `rows` and the column of each folded name; None when it is not there.

    The first of several columns with one name counts.
    """
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[str, int] = {}
        for column, name in enumerate(row.cells):
            columns.setdefault(fold(name), column)
        if required <= columns.keys():
            return index, columns
    return None
