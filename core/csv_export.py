"""Tables that leave the system: CSV, and cells of workbooks, which no spreadsheet takes for formulas (the one place for both).

A spreadsheet computes what begins with `=`, `+`, `-` or `@`, also behind blanks or quotes, also in full width; a name of a nursery
may begin so. Such a text gets an apostrophe before it. Numbers stay numbers, given as numbers or as plain text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from core.unseen_characters import without_unseen

BYTE_ORDER_MARK = "\ufeff"
FORMULA = frozenset("=+-@")
# What a spreadsheet passes over before it looks for a formula: blanks, quotes, marks of no width.
_PASSED_OVER = " \t\r\n\u00a0\u200b\u200c\u200d\u200e\u200f\u3000'\"`\u2018\u2019\u201c\u201d\uff02\uff07"
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?")


def guarded(value: Any) -> Any:
    """A cell as it may stand in a table: texts that would be computed behind an apostrophe, without what nobody sees."""
    if not isinstance(value, str):
        return value
    text = without_unseen(value)
    start = text.lstrip(_PASSED_OVER)[:1]
    if text[:1] in {"\t", "\r"} or (
        unicodedata.normalize("NFKC", start) in FORMULA and not _NUMBER.fullmatch(text)
    ):
        return f"'{text}"
    return text


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as comma separated values; each cell is guarded."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """As `csv_text`, in UTF-8 behind a byte-order mark, which spreadsheets need to read Chinese."""
    return (BYTE_ORDER_MARK + csv_text(rows)).encode()
