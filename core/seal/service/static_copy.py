"""A static copy of the log that any web server can carry on, with the same addresses below its root."""

from __future__ import annotations

from pathlib import Path

from core.atomic import write_durably
from core.seal.models.log import Log
from core.seal.models.tile_store import TileStore
from core.seal.queries.standing import NothingToRepair
from core.seal.rules import merkle
from core.seal.rules.note import open_checkpoint
from core.seal.rules.tiles import TileDamaged, TreeReader, tiles_of

READ_ME = """\
The transparency log {origin}, at {size} entries: a copy of its public files as C2SP tlog-tiles has them.
Serve this folder under any address; `checkpoint` as text/plain, everything below `tile` as
application/octet-stream. The log's key is in `vkey`; do not trust the one in a copy, compare it.
"""


def export(log: Log, folder: Path) -> int:
    """Copy what the present checkpoint covers into `folder`, the checkpoint last; an older copy there goes on.

    Returns:
        The size of the copied log.

    Raises:
        NothingToRepair: nothing was signed yet, or `folder` holds a copy of another log or of a larger one.
        TileDamaged: the files do not lead to the root that was signed.
    """
    note = log.store.checkpoint()
    if note is None:
        raise NothingToRepair("Nothing has been signed yet.")
    head = open_checkpoint(note, log.verifier)
    copy = TileStore(folder)
    before = copy.checkpoint()
    if before is not None and open_checkpoint(before, log.verifier).size > head.size:
        raise NothingToRepair(f"{folder} holds a copy that is larger than the log.")
    if merkle.root(head.size, TreeReader(head.size, log.store.load).read) != head.root:
        raise TileDamaged("the files of the log do not lead to the root that was signed")
    for tile in tiles_of(head.size):
        copy.write(tile, log.store.load(tile))
    write_durably(folder / "vkey", f"{log.verifier}\n".encode())
    write_durably(folder / "README.txt", READ_ME.format(origin=log.origin, size=head.size).encode())
    copy.publish(note)
    return head.size
