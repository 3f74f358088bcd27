"""The full self-audit: files, leaves and today's rows are compared one by one, and whatever differs is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from core.clock import now
from core.database import session
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import Log, this_log
from core.seal.queries.newest import newest_ids
from core.seal.queries.sources import Sealed, SealSource, SealStory, sources
from core.seal.queries.standing import SealRefused, entry_of, signed_heads
from core.seal.queries.unsigned import audit_lost, audit_unsigned
from core.seal.queries.witnesses import witnesses_of
from core.seal.rules import merkle
from core.seal.rules.entries import (
    REMOVED,
    NotSealable,
    Opening,
    canonical,
    entry_time_text,
    read_entry,
    salted_digest,
)
from core.seal.rules.findings import Finding
from core.seal.rules.tiles import ENTRIES, WIDTH, Tile, TileDamaged, hashes_of, unpack

CHUNK = 500
# What reading a row raises that no code of ours has written: a word that is none, a row that points to nothing.
BENT = (LookupError, ValueError, TypeError, AttributeError)
WHOLE = canonical(dict(REMOVED))


def audit(log: Log, given: tuple[Sealed, ...], *, at: datetime) -> Iterator[Finding]:
    """Everything that does not agree. Reads one snapshot when the caller has opened one."""
    yield from audit_files_and_leaves(log)
    yield from audit_unsigned(log, at=at)
    for source in given:
        yield from audit_source(source)


def check_seal(*, leave_out: Collection[str] = ()) -> Iterator[Finding]:
    """The whole audit of this log, without the kinds that another check looks after."""
    log = this_log()
    yield from audit(log, tuple(source for source in sources() if source.kind not in leave_out), at=now())
    for witness in witnesses_of(log):
        if witness.alarm_at is not None:
            yield Finding("forked", f"witness {witness.name}", witness.trouble, "seal_witness")


def check_kinds(kinds: Collection[str]) -> Iterator[Finding]:
    """The rows of these kinds alone against their leaves."""
    for source in sources():
        if source.kind in kinds:
            yield from audit_source(source)


def audit_files_and_leaves(log: Log) -> Iterator[Finding]:
    """The tree made anew from the entries, against every tile, every signature's memory, and every leaf."""
    try:
        memories = [head for head in signed_heads(log) if head is not None]
    except SealRefused as error:
        yield Finding("unreadable", "what was signed last", str(error))
        return
    if not memories:
        return
    last = max(memories, key=lambda head: head.size)
    yield from audit_lost(last.size)
    if any(head.size == last.size and head.root != last.root for head in memories):
        yield Finding("forked", "what was signed last", f"there are two roots for entry {last.size}")
    first: list[bytes] = []
    for index in range(-(-last.size // WIDTH)):
        width = min(WIDTH, last.size - index * WIDTH)
        try:
            entries = unpack(log.store.load(Tile(ENTRIES, index, width)))
        except TileDamaged as error:
            yield Finding("file_damaged", f"{log.store.folder}", str(error))
            return
        yield from _audit_leaves(index * WIDTH, entries)
        hashes = [merkle.leaf_hash(entry) for entry in entries]
        yield from _audit_tile(log, Tile(0, index, width), hashes)
        first += hashes
    tree = merkle.Levels(first)
    level = 1
    while last.size >> (8 * level):
        hashes = tree.levels[8 * level][: last.size >> (8 * level)]
        for start in range(0, len(hashes), WIDTH):
            chunk = hashes[start : start + WIDTH]
            yield from _audit_tile(log, Tile(level, start // WIDTH, len(chunk)), chunk)
        level += 1
    for head in memories:
        if merkle.root(head.size, tree.read) != head.root:
            yield Finding(
                "root_differs", f"the root at entry {head.size}", "the entries do not lead to what was signed"
            )


def _audit_tile(log: Log, tile: Tile, hashes: list[bytes]) -> Iterator[Finding]:
    try:
        stored_hashes = hashes_of(log.store.load(tile))
    except TileDamaged as error:
        yield Finding("file_damaged", f"{log.store.folder}", str(error))
        return
    if stored_hashes != hashes:
        yield Finding(
            "file_damaged", f"{log.store.folder / tile.path}", "it does not hold the hashes of the entries"
        )


def _audit_leaves(first: int, entries: list[bytes]) -> Iterator[Finding]:
    rows = session.scalars(
        select(SealLeaf)
        .where(SealLeaf.number >= first, SealLeaf.number < first + len(entries))
        .execution_options(populate_existing=True)
    )
    leaves = {row.number: row for row in rows}
    for number, entry in enumerate(entries, first):
        leaf = leaves.pop(number, None)
        if leaf is None:
            yield Finding(
                "leaf_missing",
                f"entry {number}",
                "the log has it, but the database has no such leaf",
                "seal_leaf",
            )
        elif not _leaf_matches_entry(leaf, entry):
            what = f"{leaf.subject} (entry {number})"
            yield Finding("leaf_changed", what, _how_changed(leaf, entry), "seal_leaf")
    for between, leaf in leaves.items():
        text = f"its leaf stands between entries of the log, at {between}, and is none of them"
        yield Finding("leaf_unsigned", f"{leaf.subject}", text, "seal_leaf")
    session.expunge_all()


def _leaf_matches_entry(leaf: SealLeaf, entry: bytes) -> bool:
    try:
        return entry_of(leaf) == entry
    except NotSealable:
        return False


def _how_changed(leaf: SealLeaf, entry: bytes) -> str:
    sealed = read_entry(entry)
    if leaf.salt is None or leaf.subject is None or leaf.body is None:
        return "its leaf in the database was changed after it was sealed"
    opening = Opening(leaf.subject, leaf.salt, leaf.body)
    now = {
        "kind": leaf.kind,
        "at": entry_time_text(leaf.at),
        "subject": salted_digest("subject", opening.salt, opening.subject),
        "body": salted_digest("body", opening.salt, opening.body),
    }
    parts = [name for name, value in now.items() if sealed.get(name) != value]
    return f"its leaf in the database was changed after it was sealed ({', '.join(parts)})"


def audit_source(source: Sealed) -> Iterator[Finding]:
    """What of one kind does not agree with its leaves; rows that cannot even be read hide no other kind's."""
    try:
        yield from source.audit() if isinstance(source, SealStory) else audit_rows(source)
    except BENT as error:
        text = f"a row of it cannot be read, so those after it were not looked at: {error!r}"
        yield Finding("row_unreadable", f"every {source.kind}", text, next(iter(source.tables), source.kind))


def audit_rows(source: SealSource) -> Iterator[Finding]:
    """Every row as it stands today against the newest leaf of its subject, and every subject against the rows."""
    if never := _never_sealed(source):
        yield never
        return
    seen: set[bytes] = set()
    table = next(iter(source.tables), source.kind)
    bodies = source.bodies()
    while chunk := list(islice(bodies, CHUNK)):
        newest = newest_leaves(source.kind, [subject for subject, _body in chunk])
        for subject, body in chunk:
            seen.add(_subject_digest(subject))
            yield from _compare(table, subject, canonical(dict(body)), newest.get(subject))
    subjects = session.execute(
        select(SealLeaf.subject, SealLeaf.id)
        .where(SealLeaf.id.in_(newest_ids((SealLeaf.kind == source.kind) & SealLeaf.subject.is_not(None))))
        .order_by(SealLeaf.id)
        .execution_options(yield_per=CHUNK)
    )
    missing = [
        (subject, leaf_id)
        for subject, leaf_id in subjects
        if subject and _subject_digest(subject) not in seen
    ]
    for subject, leaf_id in missing:
        leaf = session.get_one(SealLeaf, leaf_id)
        if leaf.body != WHOLE:
            text = f"it was sealed {_leaf_place_text(leaf)}, but there is no such row any more"
            yield Finding("row_gone", subject, text, table)


def _never_sealed(source: SealSource) -> Finding | None:
    """Said once, not row by row, of rows that a version which did not seal them has left."""
    if session.scalar(select(SealLeaf.id).where(SealLeaf.kind == source.kind).limit(1)) is not None:
        return None
    count = sum(1 for _one in source.bodies())
    if not count:
        return None
    text = f"{count} rows stand in the database, none was ever sealed; `flask seal take-in` seals them as they stand"
    table = next(iter(source.tables), source.kind)
    return Finding("never_sealed", f"every {source.kind}", text, table)


def newest_leaves(kind: str, subjects: list[str]) -> dict[str, SealLeaf]:
    """The newest leaf of each subject, with one query."""
    newest = newest_ids(SealLeaf.subject.in_(subjects) & (SealLeaf.kind == kind))
    rows = session.scalars(
        select(SealLeaf).where(SealLeaf.id.in_(newest)).execution_options(populate_existing=True)
    )
    return {row.subject: row for row in rows if row.subject}


def _subject_digest(subject: str) -> bytes:
    return hashlib.blake2b(subject.encode(), digest_size=12).digest()


def _leaf_place_text(leaf: SealLeaf) -> str:
    return f"on {entry_time_text(leaf.at)}" + (f" as entry {leaf.number}" if leaf.number is not None else "")


def _compare(table: str, subject: str, today: str, leaf: SealLeaf | None) -> Iterator[Finding]:
    if leaf is None or leaf.body is None:
        yield Finding("never_sealed", subject, "the row stands in the database, but was never sealed", table)
    elif leaf.body != today:
        try:
            sealed, now = json.loads(leaf.body), json.loads(today)
        except ValueError:
            text = f"what was sealed of it cannot be read any more ({_leaf_place_text(leaf)})"
            yield Finding("row_changed", subject, text, table)
            return
        changes = "; ".join(
            f"{path} is {new}, sealed as {old}" for path, old, new in _differences(sealed, now)
        )
        yield Finding("row_changed", subject, f"{changes} ({_leaf_place_text(leaf)})", table)


def _differences(sealed: Any, now: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(sealed, dict) and isinstance(now, dict):
        for key in sorted(sealed.keys() | now.keys()):
            yield from _differences(sealed.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif sealed != now:
        yield path or "it", json.dumps(sealed, ensure_ascii=False), json.dumps(now, ensure_ascii=False)
