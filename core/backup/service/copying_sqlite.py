"""A copy of an SQLite database by its own online backup: one moment of it, while others go on writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from core.backup.models.manifest import DatabaseFacts
from core.backup.service.writing import Writer

KIND = "sqlite"
FILE = "database.sqlite"
PATIENCE_S = 30


def copy_out(database: Path, writer: Writer) -> DatabaseFacts:
    """Copy the database in one step: every transaction is in it whole or not at all, nobody waits for it.

    Copied page by page in several steps, it would begin again with each change from another process.
    """
    target = writer.path_of(FILE)
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(database, timeout=PATIENCE_S)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        copy.execute(
            "PRAGMA synchronous=OFF"
        )  # all of it is brought to the disk before the backup gets its name
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without the two of WAL beside it
        facts = facts_of(copy)
    writer.note(FILE)
    return facts


def size_of(database: Path) -> int:
    """Bytes that a copy may take."""
    wal = database.with_name(database.name + "-wal")
    return database.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def facts_of(connection: sqlite3.Connection) -> DatabaseFacts:
    """What a database holds; an empty revision says that it was never migrated."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
    counts = {name: _single_number(connection, f"SELECT count(*) FROM {quoted[name]}") for name in names}  # noqa: S608 - quoted
    version = "SELECT group_concat(version_num, ' ') FROM alembic_version"
    signed = (
        connection.execute("SELECT size, root FROM seal_state").fetchone() if "seal_state" in names else None
    )
    return DatabaseFacts(
        kind=KIND,
        version=sqlite3.sqlite_version,
        revision=str(_single_number(connection, version) or "") if "alembic_version" in names else "",
        tables=counts,
        numbered=_single_number(connection, "SELECT count(number) FROM seal_leaf")
        if "seal_leaf" in names
        else 0,
        signed_size=signed[0] if signed else 0,
        signed_root=signed[1] if signed else "",
    )


def check(folder: Path, facts: DatabaseFacts) -> Iterator[str]:
    """What is wrong with the copy in a backup's folder."""
    with closing(sqlite3.connect(f"{(folder / FILE).as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        try:
            copy.execute("PRAGMA trusted_schema=OFF")  # whatever its tables say, it is only read
            lines = [line for (line,) in copy.execute("PRAGMA integrity_check(10)")]
            yield from (f"{FILE}: {line}" for line in lines if line != "ok")
            orphans = copy.execute("PRAGMA foreign_key_check").fetchall()
            yield from (f"{FILE}: a row of {orphan[0]} points to nothing" for orphan in orphans[:10])
            copied_facts = facts_of(copy)
        except sqlite3.DatabaseError as error:
            yield f"{FILE}: {error}"
            return
    if copied_facts.revision != facts.revision:
        yield f"{FILE} is of revision {copied_facts.revision}, the manifest says {facts.revision}"
    for name in sorted(copied_facts.tables.keys() | facts.tables.keys()):
        if copied_facts.tables.get(name) != facts.tables.get(name):
            yield f"{FILE} has {copied_facts.tables.get(name)} rows of {name}, the manifest says {facts.tables.get(name)}"


def _single_number(connection: sqlite3.Connection, query: str) -> int:
    value: int = connection.execute(query).fetchone()[0]
    return value
