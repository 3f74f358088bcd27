"""The public log in a backup: its signed heads, read before the database, and its tiles, read after it.

What was signed is in the database already (a leaf has its number, durably, before anything is signed), and its tiles
are on the disk already (they are written before the head is). So heads that are older than the copied database are
covered by it, and tiles that are younger than it cover whatever it says was signed. The other way round, a copy
could tell of more than the database has, and the log would rightly refuse to go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.backup.models.manifest import DatabaseFacts, LogFacts
from core.backup.service.writing import Writer
from core.seal.models.log import Log, SignedHeadFile
from core.seal.models.tile_store import TileStore
from core.seal.rules import merkle
from core.seal.rules.note import BadNote, Verifier, open_checkpoint
from core.seal.rules.tiles import ENTRIES, TileDamaged, TreeReader, tiles_of, unpack

FOLDER = "log"
MEMORY = "keys/seal_key.signed"
HEADS = ("checkpoint", "witnessed")


@dataclass(frozen=True, slots=True)
class Heads:
    """What was signed last, as it stood at one moment: the notes by their file's name, and the file beside the key."""

    notes: dict[str, str]
    memory: bytes | None


def read_heads(log: Log) -> Heads:
    """Read them before the database is copied."""
    notes = {"checkpoint": log.store.checkpoint(), "witnessed": log.store.witnessed()}
    memory = log.signed_head_file.path.read_bytes() if log.signed_head_file.path.exists() else None
    return Heads({name: note for name, note in notes.items() if note is not None}, memory)


def copy_out(log: Log, heads: Heads, database: DatabaseFacts, writer: Writer) -> tuple[LogFacts, list[str]]:
    """Copy the heads and every tile of the tree that any memory of it tells of; call it after the database was copied.

    Returns:
        What was copied, and what was wrong with the log itself.
    """
    for name, note in heads.notes.items():
        writer.put(f"{FOLDER}/{name}", [note.encode()])
    if heads.memory is not None:
        writer.put(MEMORY, [heads.memory])
    problems: list[str] = []
    size = _largest(log.verifier, writer.folder, database, problems)
    try:
        for tile in tiles_of(size):
            writer.put(f"{FOLDER}/{tile.path}", [log.store.load(tile)])
        root = merkle.root(size, TreeReader(size, TileStore(writer.folder / FOLDER).load).read)
    except TileDamaged as error:
        problems.append(f"the log: {error}")
        root = b""
    if database.numbered < size:
        problems.append(
            f"the database ends at entry {database.numbered}, but {size} entries of the log are signed"
        )
    facts = LogFacts(log.origin, str(log.verifier), size, root.hex())
    return facts, problems


def check(folder: Path, facts: LogFacts, database: DatabaseFacts) -> Iterator[str]:
    """What is wrong with the log in a backup's folder: the tree is made anew from the entries, and held against every head."""
    store = TileStore(folder / FOLDER)
    try:
        hashes = [
            merkle.leaf_hash(entry)
            for tile in tiles_of(facts.size)
            if tile.level == ENTRIES
            for entry in unpack(store.load(tile))
        ]
        reader = TreeReader(facts.size, store.load)
        root = merkle.root(facts.size, reader.read)
    except TileDamaged as error:
        yield f"the log: {error}"
        return
    tree = merkle.Levels(hashes)
    if not (len(hashes) == facts.size and tree.root.hex() == root.hex() == facts.root):
        yield f"the log does not lead to the root {facts.root} at entry {facts.size}"
    try:
        signed = list(_signed(Verifier.parse(facts.vkey), folder, database))
    except BadNote as error:
        yield f"the log: {error}"
        return
    for name, size, root_hex in signed:
        if size > facts.size or merkle.root(size, tree.read).hex() != root_hex:
            yield f"{name} tells of another log than the one in the backup, at entry {size}"


def _signed(verifier: Verifier, folder: Path, database: DatabaseFacts) -> Iterator[tuple[str, int, str]]:
    """Each memory of what was signed: where it stands, its size and its root in hexadecimal."""
    for name in HEADS:
        path = folder / FOLDER / name
        if path.exists():
            head = open_checkpoint(path.read_text(), verifier)
            yield name, head.size, head.root.hex()
    last_signed = SignedHeadFile(folder / MEMORY).read()
    if last_signed is not None:
        yield MEMORY, last_signed.size, last_signed.root.hex()
    if database.signed_size:
        yield "the database", database.signed_size, database.signed_root


def _largest(verifier: Verifier, folder: Path, database: DatabaseFacts, problems: list[str]) -> int:
    try:
        return max((size for _name, size, _root in _signed(verifier, folder, database)), default=0)
    except BadNote as error:
        problems.append(f"the log: {error}")
        return database.signed_size
