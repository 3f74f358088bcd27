"""The one sequencer: numbers leaves, writes tiles and entries durably, then signs.

An edge: it opens its own transactions. Each step may be the last one before the machine stops; the next
run finds what the steps before it left, and goes on from there:

1. leaves get their numbers (committed);
2. entry bundles and tiles are written, beyond what is signed, so nobody relies on them yet;
3. the file beside the key remembers the size and root that are about to be signed;
4. the checkpoint is signed and published;
5. the database notes what was signed.
"""

from __future__ import annotations

import structlog

from core.clock import now
from core.database import db, is_postgresql, session, transaction
from core.seal.models.log import Log, SignedHead, this_log
from core.seal.queries.standing import Standing, current_standing, entry_of
from core.seal.queries.unsealed import anything_waits, numbered_leaves
from core.seal.rules import merkle
from core.seal.rules.note import Checkpoint
from core.seal.rules.tiles import WIDTH, Tile, TreeReader, changed_tiles
from core.seal.service.numbering import NUMBER, database_lock, give_numbers, note_signed
from core.seal.tasks.unsealable import leave_out_bad

log_of_events = structlog.get_logger(__name__)

# Leaves in one round: forty tiles, a few megabytes, a second of work.
ROUND = 40 * WIDTH


def fault_point(step: str) -> None:
    """A step is done and durable."""
    log_of_events.debug("seal_step", step=step)


def sequence(*, most: int = ROUND) -> int | None:
    """Take in what waits and sign, until nothing waits.

    Returns:
        How many entries were added; None when another process is at it.

    Raises:
        SealRefused: signing could contradict what was signed before.
    """
    log = this_log()
    with log.store.only_one() as first, database_lock(wanted=first) as alone:
        if not alone:
            return None
        added = 0
        while True:
            gained = _sequence_batch(log, most)
            added += gained
            if gained < most:
                return added


def _sequence_batch(log: Log, most: int) -> int:
    session.rollback()
    standing = current_standing(log)
    if standing.numbered == standing.size:
        leave_out_bad(most)
        if not anything_waits():
            _finish(log, standing)
            return 0
        _give_numbers(standing.numbered, most)
        fault_point("numbered")
    entries = _numbered_entries(standing.size, most)
    size = standing.size + len(entries)
    root, full = _write_tiles(log, standing.size, entries)
    fault_point("written")
    signed = SignedHead(size, root, now())
    log.signed_head_file.write(signed)
    fault_point("remembered")
    _publish(log, signed)
    _note(signed)
    fault_point("noted")
    for tile in full:
        log.store.drop_partials(tile)
    return len(entries)


def _give_numbers(first: int, most: int) -> None:
    if not is_postgresql():
        _write_through({"first": first, "most": most})
        return
    with transaction():
        give_numbers(first, most)


def _write_through(values: dict[str, int]) -> None:
    """Number on SQLite with a commit that reaches the disk, and everything before it: what is signed must not be lost with the power."""
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(NUMBER.text, values)
            cursor.execute("COMMIT")
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")
    finally:
        raw.close()


def _numbered_entries(first: int, most: int) -> list[bytes]:
    session.rollback()
    entries: list[bytes] = []
    for row in numbered_leaves(first, most):
        if row.number != first + len(entries):
            raise AssertionError(f"the numbers after {first} have a gap")
        entries.append(entry_of(row))
    return entries


def _write_tiles(log: Log, size: int, entries: list[bytes]) -> tuple[bytes, list[Tile]]:
    """The root of the tree with `entries`, and the tiles that are full now."""
    fresh = changed_tiles(size, log.store.load, entries)
    for tile, data in fresh:
        log.store.write(tile, data)
        fault_point("tile")
    written = dict(fresh)

    def load(tile: Tile) -> bytes:
        return written[tile] if tile in written else log.store.load(tile)

    after = size + len(entries)
    root = merkle.root(after, TreeReader(after, load).read)
    return root, [tile for tile in written if tile.width == WIDTH]


def _publish(log: Log, signed: SignedHead) -> None:
    log.store.publish(Checkpoint(log.origin, signed.size, signed.root).signed(log.signer))
    fault_point("signed")


def _finish(log: Log, standing: Standing) -> None:
    """Complete what a run that ended early has left: the checkpoint or the note of it; sign the empty log once."""
    signed = SignedHead(standing.size, standing.root, now())
    if not standing.published:
        _publish(log, signed)
    if not standing.noted:
        _note(signed)


def _note(signed: SignedHead) -> None:
    with transaction():
        note_signed(signed)
