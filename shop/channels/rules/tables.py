"""Files of a platform as tables of what an import reads, and nothing more: what is personal is left behind here. Pure.

This much is done in the request that brings the files; a worker understands the tables, row by row (`taobao.orders_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shop.channels.rules.layouts import LAYOUTS, Layout, UnknownLayout, recognise
from shop.channels.rules.rows import HEADER_WITHIN, Row, cleaned

ADDRESS = "address"
PLACE = re.compile(r"[\u4e00-\u9fff]{2,14}")


class UnknownFile(ValueError):  # noqa: N818 - it is the file that is unknown
    """A file that is no known export: its name and what it begins with."""

    def __init__(self, file: str, header: tuple[str, ...]) -> None:
        super().__init__(file)
        self.file = file
        self.header = header


@dataclass(frozen=True)
class Table:
    """One file: its rows that hold anything, each with the cells of the layout's words in their order."""

    file: str
    layout: Layout
    rows: tuple[Row, ...]

    def cell(self, row: Row, word: str) -> str:
        """The text under one of our words; empty when the file or its layout has no such column."""
        place = self.layout.place_of.get(word)
        return "" if place is None else row.cells[place]


def order_rows(brought: Iterable[Table]) -> int:
    """How many rows the tables that name orders hold: what a worker has to read."""
    return sum(len(table.rows) for table in brought if table.layout.kind != "items")


def table_of(name: str, rows: list[tuple[int, list[str]]], platform: str) -> Table:
    """A file's rows, numbered as a spreadsheet shows them, as a table of what an import reads.

    Raises:
        UnknownFile: its header is that of no known export.
    """
    head = [Row(number, cleaned(cells)) for number, cells in rows[:HEADER_WITHIN]]
    try:
        recognised = recognise(head, platform)
    except UnknownLayout as error:
        raise UnknownFile(name, error.header) from None
    below = rows[len(head) - len(recognised.rows) :]
    places = [recognised.column_of.get(word) for word in recognised.layout.columns]
    return Table(name, recognised.layout, tuple(_cut(recognised.layout, places, below)))


def _cut(layout: Layout, places: list[int | None], rows: list[tuple[int, list[str]]]) -> Iterator[Row]:
    address = layout.place_of.get(ADDRESS)
    for number, cells in rows:
        wide = len(cells)
        wanted_cells = cleaned(
            "" if place is None or place >= wide else _line(cells[place]) for place in places
        )
        if not any(wanted_cells) and not any(cleaned(cells)):
            continue
        if address is not None:
            wanted_cells = (
                *wanted_cells[:address],
                " ".join(place_in(wanted_cells[address])),
                *wanted_cells[address + 1 :],
            )
        yield Row(number, wanted_cells)


def _line(cell: str) -> str:
    """What stands before the first line break: behind a quote that nobody closed the rows of other people follow."""
    return next(iter(cell.strip().splitlines()), "")


def place_in(address: str) -> tuple[str, str]:
    """Province and city; whatever stands below them is not looked at."""
    parts = address.split(maxsplit=2)[:2]
    if len(parts) < 2 or not all(PLACE.fullmatch(part) for part in parts):
        return "", ""
    return parts[0], parts[1]


def to_json(table: Table) -> dict[str, Any]:
    """A table as it is laid down until a worker reads it."""
    words = list(table.layout.columns)
    rows = [[row.number, *row.cells] for row in table.rows]
    return {"file": table.file, "layout": table.layout.name, "words": words, "rows": rows}


def from_json(body: dict[str, Any]) -> Table:
    """The table that `to_json` wrote, maybe in another version, which knew other words."""
    layout = next(layout for layout in LAYOUTS if layout.name == body["layout"])
    stood = {word: place for place, word in enumerate(body["words"], start=1)}
    places = [stood.get(word) for word in layout.columns]
    rows = (
        Row(row[0], tuple("" if place is None else row[place] for place in places)) for row in body["rows"]
    )
    return Table(body["file"], layout, tuple(rows))
