"""Files as the platforms and spreadsheets write them, turned into rows of text by `core.intake`.

Seen in real exports: GB18030 without a mark, UTF-8 with one, workbooks; cells written `="123"` to keep a
spreadsheet from ruining long numbers; header names with blanks at their ends; a title line above the header;
rows with one cell more than the header.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from core.intake.documents import table_rows
from core.intake.refusals import FileRefused

MAX_BYTES = 64 * 1024 * 1024
HEADER_WITHIN = 5
ARMOUR = ("=", "'")
EQUALS = re.compile(r'^=?"?(.*?)"?$', re.DOTALL)


class UnreadableFile(ValueError):  # noqa: N818 - it is the file that is at fault
    """The bytes are neither text in a known encoding nor a workbook, or too much of it: `code` says which, `message` tells people."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Row:
    """One row with the number it has in the file, counted from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


def raw_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """All rows of a CSV file or of the first sheet of a workbook that holds any, each with its number; not yet cleaned.

    Raises:
        UnreadableFile: empty, too large, not text and not a workbook, or nothing that is read within bounds.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file_too_large", _l("The file is larger than 64 MB; export a shorter period."))
    try:
        return table_rows(data)
    except FileRefused as refused:
        code = "file_empty" if refused.reason == "empty" else refused.reason
        raise UnreadableFile(code, refused.message) from None


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
