"""Rows of text: cells without the armour of spreadsheets, and where the header is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADER_WITHIN = 5


ARMOUR = ("=", "'")


EQUALS = re.compile(r'^=?"?(.*?)"?$', re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One row with the number it has in the file, counted from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


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
