"""Tables of text and workbooks, as rows of text: measured as they are unpacked, before anything is laid out in memory.

Seen in real exports: GB18030 without a mark, UTF-8 with one, workbooks of both kinds.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

import python_calamine

from core.intake.rules import bounds
from core.intake.rules.wire import Refused, WireMessage

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
CHUNK = 256 * 1024
# A cell that holds something, with the place it claims; a cell that is only painted ends with `/>`.
_PLACED = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,8})["'][^<>]*(?<!/)>""")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_LONGEST_TAG = 400
# A large table is mostly filled; what spans more than this much for each filled cell is none.
SPREAD_FROM_CELLS, MOST_SPREAD = 1_000_000, 20


def parse(data: bytes, _options: dict[str, Any]) -> WireMessage:
    """All rows of a table of text, or of the first sheet of a workbook that holds any: `{rows: [[number, cell, ...]]}`."""
    if not data.strip():
        raise Refused("empty")
    rows = _workbook(data) if data.startswith((ZIP, OLE)) else _text(data)
    return WireMessage({"rows": [[number, *cells] for number, cells in _counted(rows)]})


def _counted(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    cells_so_far = 0
    for count, (number, cells) in enumerate(rows, start=1):
        cells_so_far += len(cells)
        if count > bounds.MOST_ROWS:
            raise Refused("too_many_rows")
        if len(cells) > bounds.MOST_COLUMNS:
            raise Refused("too_many_columns")
        if cells_so_far > bounds.MOST_CELLS:
            raise Refused("too_many_cells")
        if any(len(cell) > bounds.LONGEST_CELL for cell in cells):
            raise Refused("cell_too_long")
        yield number, cells


def _text(data: bytes) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(bounds.LONGEST_CELL)
    reader = csv.reader(io.StringIO(_decoded(data), newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise Refused("cell_too_long") from None


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("encoding_unknown")


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if data.startswith(ZIP):
        _measure(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            _bound(sheet.total_height, sheet.total_width)
            rows = sheet.to_python()
            if rows:
                yield from ((number, _cells(cells)) for number, cells in enumerate(rows, start=1))
                return
    except python_calamine.CalamineError:
        raise Refused("workbook_unreadable") from None
    raise Refused("empty")


def _measure(data: bytes) -> None:
    """Unpack the whole archive once, keeping nothing: how much it holds, and how far apart the cells of each sheet lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > bounds.MOST_ZIP_ENTRIES:
                raise Refused("zip_bomb")
            packed = sum(entry.compress_size for entry in entries)
            claimed = sum(entry.file_size for entry in entries)
            if _is_bomb(packed, claimed):
                raise Refused("zip_bomb")
            unpacked = 0
            for entry in entries:
                unpacked += _measure_entry(archive, entry, left=bounds.MOST_UNPACKED_BYTES - unpacked)
                if _is_bomb(len(data), unpacked):
                    raise Refused("zip_bomb")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Refused("workbook_unreadable") from None


def _is_bomb(packed: int, unpacked: int) -> bool:
    return unpacked > bounds.MOST_UNPACKED_BYTES or (
        unpacked > bounds.RATIO_COUNTS_FROM_BYTES and unpacked > packed * bounds.MOST_RATIO
    )


def _measure_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, left: int) -> int:
    is_sheet = _SHEET.fullmatch(entry.filename) is not None
    seen, tail, rows, columns, filled = 0, b"", 0, 0, 0
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            seen += len(chunk)
            if seen > left:
                raise Refused("zip_bomb")
            if not is_sheet:
                continue
            text = tail + chunk
            end = 0
            for match in _PLACED.finditer(text):
                rows, columns = max(rows, int(match[2])), max(columns, _column(match[1]))
                filled, end = filled + 1, match.end()
            tail = text[max(end, len(text) - _LONGEST_TAG) :]
    _bound(rows, columns)
    if rows * columns > max(SPREAD_FROM_CELLS, filled * MOST_SPREAD):
        raise Refused("too_many_cells")
    return seen


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _bound(rows: int, columns: int) -> None:
    """Refuse a sheet by the corner that its farthest cells span: that much is laid out, however few are filled."""
    if rows * columns > bounds.MOST_CELLS:
        raise Refused("too_many_cells")
    if rows > bounds.MOST_ROWS:
        raise Refused("too_many_rows")
    if columns > bounds.MOST_COLUMNS:
        raise Refused("too_many_columns")


def _cells(cells: list[Any]) -> list[str]:
    """A row as text; nothing for a row that holds nothing."""
    return [_cell(cell) for cell in cells] if any(cells) else []


def _cell(cell: object) -> str:
    """A workbook's cell as text; a number of more than 15 digits has already lost some: it shows as 3.5E+16."""
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return f"{cell:.10g}".upper() if abs(cell) < 1e15 else f"{cell:.4E}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
