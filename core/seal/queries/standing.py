"""Where the log stands: what was signed last, by every memory of it, and whether they agree.

Three things remember: the checkpoint among the files, the file beside the key, the row in the database. A
signature is given only when the tiles lead to every root that any of them remembers, and the database has
every entry that was signed. So neither a restored database nor restored files can make the log fork.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, select

from core.database import session
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import Log, SignedHead
from core.seal.queries.unsealed import noted_state
from core.seal.rules import merkle
from core.seal.rules.entries import NotSealable, Opening, compose
from core.seal.rules.note import BadNote, open_checkpoint
from core.seal.rules.tiles import ENTRIES, WIDTH, Tile, TileDamaged, TreeReader, unpack

SEE = "See docs/operations.md, section 'A restored backup and the log'."

# A checkpoint does not say when it was signed.
UNTOLD = datetime.fromtimestamp(0, UTC)


class SealRefused(RuntimeError):  # noqa: N818 - says what it is
    """Signing now could contradict what was signed before; `code` says which way, the text what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} {SEE}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """The tree that was signed last; `published` says whether the checkpoint says so, `noted` whether the database does."""

    size: int
    root: bytes
    published: bool
    noted: bool
    numbered: int


def entry_of(leaf: SealLeaf | Row[*tuple[Any, ...]]) -> bytes:
    """The public entry of a leaf, composed anew from what the row says; as it was kept only where nothing else is.

    Raises:
        NotSealable: a part of it is missing, or its kind is malformed.
    """
    if leaf.subject is None and leaf.salt is None and leaf.body is None and leaf.entry is not None:
        return leaf.entry.encode()
    if leaf.subject is None or leaf.salt is None or leaf.body is None:
        raise NotSealable(f"leaf {leaf.id} lacks what its entry is composed of")
    return compose(leaf.kind, leaf.at, Opening(leaf.subject, leaf.salt, leaf.body))


def published_entry(log: Log, number: int, size: int) -> bytes:
    """An entry as the files of a log of `size` have it.

    Raises:
        TileDamaged: its bundle is missing or cut short.
    """
    index, place = divmod(number, WIDTH)
    bundle = log.store.load(Tile(ENTRIES, index, min(WIDTH, size - index * WIDTH)))
    return unpack(bundle)[place]


def signed_heads(log: Log) -> tuple[SignedHead | None, SignedHead | None, SignedHead | None]:
    """What checkpoint, key file and database remember to have been signed last, in this order.

    Raises:
        SealRefused: one of them cannot be read.
    """
    try:
        note = log.store.checkpoint()
        checkpoint = open_checkpoint(note, log.verifier) if note is not None else None
        key_file_head = log.signed_head_file.read()
    except (BadNote, UnicodeDecodeError) as error:
        raise SealRefused(
            "unreadable", f"What was signed last cannot be read: {error}. Restore it from the newest copy."
        ) from None
    published = SignedHead(checkpoint.size, checkpoint.root, UNTOLD) if checkpoint else None
    return published, key_file_head, noted_state()


def current_standing(log: Log) -> Standing:
    """What the next signature has to continue.

    Raises:
        SealRefused: the files, the key's memory and the database do not agree.
    """
    checkpoint, key_file_head, state = signed_heads(log)
    memories = [head for head in (checkpoint, key_file_head, state) if head is not None]
    last = max(memories, key=lambda head: head.size, default=None)
    numbered = (session.scalar(select(func.max(SealLeaf.number))) or 0) + 1 if _any_number() else 0
    if last is None:
        return Standing(0, merkle.EMPTY_ROOT, published=False, noted=False, numbered=numbered)
    tree = TreeReader(last.size, log.store.load)
    for head in memories:
        _require_root(log, tree, head)
    if numbered < last.size:
        raise SealRefused(
            "database_behind",
            f"The database ends at entry {numbered}, but {last.size} entries are signed: it is older than the "
            "log, as after restoring a backup. Nothing is signed until it has caught up. Restore a newer "
            f"database, or let it continue after entry {last.size} with `flask seal adopt`; what was lost "
            "stays visible in the log.",
        )
    _require_entries_in_database(log, last.size)
    return Standing(
        last.size,
        last.root,
        published=checkpoint is not None and checkpoint.size == last.size,
        noted=state is not None and state.size == last.size,
        numbered=numbered,
    )


def _any_number() -> bool:
    return session.scalar(select(SealLeaf.id).where(SealLeaf.number == 0)) is not None


def _require_root(log: Log, tree: TreeReader, signed: SignedHead) -> None:
    try:
        root = merkle.root(signed.size, tree.read)
    except TileDamaged as error:
        raise SealRefused(
            "files_behind",
            f"The files of the log in {log.store.folder} do not reach entry {tree.size}, which is signed: {error}. "
            "Restore the newest copy of the folder, or write it anew from the database with `flask seal rebuild`.",
        ) from None
    if root != signed.root:
        raise SealRefused(
            "other_root",
            f"The files of the log in {log.store.folder} lead to another root at entry {signed.size} than the "
            "one that was signed: something in them was changed. Restore the newest copy of the folder, or "
            "write it anew from the database with `flask seal rebuild`.",
        )


def _require_entries_in_database(log: Log, size: int) -> None:
    """The first and the last signed entry are those of this database, not of another one."""
    for number in sorted({0, size - 1} if size else set()):
        leaf = session.scalar(select(SealLeaf).where(SealLeaf.number == number))
        try:
            entry = published_entry(log, number, size)
        except TileDamaged as error:
            raise SealRefused(
                "files_behind", f"{error}; write the files anew with `flask seal rebuild`."
            ) from None
        if leaf is None or entry_of(leaf) != entry:
            raise SealRefused(
                "another_database",
                f"Entry {number} of the log is not the one in this database: they do not belong together. "
                "Nothing is signed. Connect the database that this log was written from, or begin another log "
                "with another SEAL_KEY_FILE and SEAL_DIR.",
            )


class NothingToRepair(RuntimeError):  # noqa: N818 - says what it is
    """The command does not fit the state of things; the text says why."""


def signed_at(log: Log) -> datetime | None:
    """When the present checkpoint was signed, as the file beside the key remembers."""
    try:
        last_signed = log.signed_head_file.read()
    except BadNote:
        return None
    return last_signed.at if last_signed else None
