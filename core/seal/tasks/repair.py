"""The ways forward after a backup was restored, and after an upgrade: adopt, rebuild, take in. Edges, with their own transactions."""

from __future__ import annotations

import shutil
from itertools import islice

from core.clock import now, to_utc
from core.database import session, transaction
from core.seal.models.log import Log, SignedHead
from core.seal.models.tile_store import TileStore
from core.seal.queries.audit import newest_leaves
from core.seal.queries.sources import Sealed, SealSource, SealStory
from core.seal.queries.standing import NothingToRepair, SealRefused, current_standing, entry_of
from core.seal.queries.unsealed import count_numbered, noted_state, numbered_between
from core.seal.rules import merkle
from core.seal.rules.entries import ADOPTED
from core.seal.rules.note import BadNote, Checkpoint, open_checkpoint
from core.seal.rules.tiles import TreeReader, changed_tiles
from core.seal.service.adopting import CHUNK, require_beginning, take_over_entries
from core.seal.service.appending import append, append_many
from core.seal.tasks.sequencer import ROUND

TAKEN_IN = "seal_taken_in"


def _readable_heads(log: Log) -> list[SignedHead]:
    """Whatever can still be read of what was signed last."""
    heads = []
    try:
        note = log.store.checkpoint()
        if note is not None:
            head = open_checkpoint(note, log.verifier)
            heads.append(SignedHead(head.size, head.root, now()))
    except (BadNote, UnicodeDecodeError):
        pass  # A damaged checkpoint is why somebody repairs; the other memories are held against the tree.
    try:
        key_file_head = log.signed_head_file.read()
    except BadNote:
        key_file_head = None
    noted = noted_state()
    return [*heads, *(head for head in (key_file_head, noted) if head is not None)]


def adopt(log: Log) -> tuple[int, int]:
    """Let a database that is older than the log continue after the last signed entry.

    Leaves that the database still has, waiting, get the numbers that they have in the log; for those that
    it has lost, the public entry is kept alone. That it was done is sealed itself, with both counts.

    Returns:
        How many were found again, and how many are lost.

    Raises:
        NothingToRepair: the database is not behind, or belongs to another log.
        SealRefused: the files do not lead to what was signed.
    """
    with log.store.only_one() as alone:
        if not alone:
            raise NothingToRepair("The sequencer is at work; try again in a moment.")
        try:
            current_standing(log)
        except SealRefused as error:
            if error.code != "database_behind":
                raise
        else:
            raise NothingToRepair("The database has every signed entry; there is nothing to adopt.")
        last = max(_readable_heads(log), key=lambda head: head.size)
        with transaction():
            start = count_numbered()
            require_beginning(log, start, last.size)
            recovered, lost = take_over_entries(log, start, last.size)
            append(
                ADOPTED,
                f"log/adopted/{last.size}",
                {"from": start, "to": last.size, "found": recovered, "lost": lost},
            )
    return recovered, lost


def rebuild(log: Log) -> int:
    """Write the tiles anew from the database; they must lead to the root that was signed last.

    The folder's old tiles are kept beside the new ones under `tile.replaced`.

    Returns:
        The size of the log.

    Raises:
        NothingToRepair: nothing was signed, or the database does not lead to what was signed.
    """
    with log.store.only_one() as alone:
        if not alone:
            raise NothingToRepair("The sequencer is at work; try again in a moment.")
        memories = _readable_heads(log)
        last = max(memories, key=lambda head: head.size, default=None)
        if last is None or last.size == 0:
            raise NothingToRepair("Nothing that was signed is remembered; there is nothing to rebuild.")
        fresh = TileStore(log.store.folder / "rebuilding")
        shutil.rmtree(fresh.folder, ignore_errors=True)
        for start in range(0, last.size, ROUND):
            for tile, data in changed_tiles(
                start, fresh.load, _from_database(start, min(ROUND, last.size - start))
            ):
                fresh.write(tile, data)
        tree = TreeReader(last.size, fresh.load)
        for head in memories:
            if merkle.root(head.size, tree.read) != head.root:
                shutil.rmtree(fresh.folder)
                raise NothingToRepair(
                    f"The leaves in the database do not lead to the root that was signed at entry {head.size}: "
                    "`flask seal verify` names those that were changed. Restore the files of the log instead."
                )
        _swap(log, fresh)
        log.signed_head_file.write(last)
        log.store.publish(Checkpoint(log.origin, last.size, last.root).signed(log.signer))
    return last.size


def _from_database(start: int, count: int) -> list[bytes]:
    rows = numbered_between(start, count)
    if len(rows) != count:
        raise NothingToRepair(
            f"The database lacks entries after {start}. Restore the files of the log, then `flask seal adopt`."
        )
    entries = [entry_of(row) for row in rows]
    session.expunge_all()
    return entries


def _swap(log: Log, fresh: TileStore) -> None:
    old, replaced = log.store.folder / "tile", log.store.folder / "tile.replaced"
    if old.exists():  # not so when a rebuild was killed right here: what it put aside is still the old one
        shutil.rmtree(replaced, ignore_errors=True)
        old.rename(replaced)
    (fresh.folder / "tile").rename(old)
    shutil.rmtree(fresh.folder)


def seal_unsealed_rows(sources: tuple[Sealed, ...]) -> dict[str, int]:
    """Seal every row that never was, once after an upgrade; that it was done is sealed itself, with the counts.

    Returns:
        How many rows of each kind were sealed now.
    """
    counts: dict[str, int] = {}
    with transaction():
        for source in sources:
            count = source.take_in() if isinstance(source, SealStory) else _take_in_rows(source)
            if count:
                counts[source.kind] = count
        if counts:
            append(TAKEN_IN, f"log/taken-in/{to_utc(now()):%Y%m%dT%H%M%S}", counts)
    return counts


def _take_in_rows(source: SealSource) -> int:
    count = 0
    bodies = source.bodies()
    while chunk := list(islice(bodies, CHUNK)):
        sealed = newest_leaves(source.kind, [subject for subject, _body in chunk])
        fresh = [(subject, body) for subject, body in chunk if subject not in sealed]
        append_many(source.kind, fresh)
        count += len(fresh)
    return count
