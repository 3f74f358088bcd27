"""A database that is older than the log takes over the entries that it lacks. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import insert, select, update

from core.database import session
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import Log
from core.seal.queries.standing import NothingToRepair, entry_of, published_entry
from core.seal.rules.entries import entry_time, read_entry
from core.seal.rules.tiles import ENTRIES, WIDTH, Tile, unpack


def require_beginning(log: Log, numbered: int, size: int) -> None:
    """The first and the last numbered leaf of this database are entries of this log.

    Raises:
        NothingToRepair: they are not.
        TileDamaged: a file of the log is missing or cut short.
    """
    for number in sorted({0, numbered - 1} if numbered else set()):
        leaf = session.scalar(select(SealLeaf).where(SealLeaf.number == number))
        if leaf is None or entry_of(leaf) != published_entry(log, number, size):
            raise NothingToRepair(
                f"Entry {number} of the log is not the one in this database: they do not belong together."
            )


def take_over_entries(log: Log, numbered: int, size: int) -> tuple[int, int]:
    """Give the entries from `numbered` to `size` their leaves, or what the log tells of them; how many were found again, and how many are lost."""
    rows = session.scalars(
        select(SealLeaf).where(SealLeaf.number.is_(None)).execution_options(yield_per=CHUNK)
    )
    waiting = {entry_of(leaf): leaf.id for leaf in rows}
    recovered = lost = 0
    for number, entry in _entries(log, numbered, size):
        leaf_id = waiting.pop(entry, None)
        if leaf_id is not None:
            session.execute(update(SealLeaf).where(SealLeaf.id == leaf_id).values(number=number))
            recovered += 1
            continue
        kind = read_entry(entry)["kind"]
        session.execute(
            insert(SealLeaf).values(kind=kind, at=entry_time(entry), entry=entry.decode(), number=number)
        )
        lost += 1
    return recovered, lost


def _entries(log: Log, numbered: int, size: int) -> Iterator[tuple[int, bytes]]:
    for index in range(numbered // WIDTH, -(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        for number, entry in enumerate(unpack(log.store.load(Tile(ENTRIES, index, width))), index * WIDTH):
            if number >= numbered:
                yield number, entry


CHUNK = 500
