"""The seal in tests: no transaction commits that writes a sealed table without appending to the log."""

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from core.database import db
from core.seal import Sealed
from core.seal.queries.audit import audit_source

WRITES = re.compile(r'\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
SETS = re.compile(r"\s*UPDATE\s+\S+\s+SET\s+(.*?)(?:\sWHERE\s|$)", re.IGNORECASE | re.DOTALL)
SET_COLUMN = re.compile(r"(?:^|,)\s*\"?(\w+)\"?\s*=")


class NotSealed(AssertionError):
    """A transaction wrote to a sealed table and appended no leaf of its kind."""


def watch_seals(engine: sa.Engine, sources: Iterable[Sealed]) -> None:
    """Refuse such commits on `engine`, whoever wrote: ORM, bulk inserts and plain SQL alike."""
    watch = Watch(sources)
    sa.event.listen(engine, "before_cursor_execute", watch.count)
    sa.event.listen(engine, "after_cursor_execute", watch.note)
    sa.event.listen(engine, "begin", watch.forget)
    sa.event.listen(engine, "rollback", watch.forget)
    sa.event.listen(engine, "commit", watch.judge)


class Watch:
    """What each connection's transaction wrote and appended so far."""

    def __init__(self, sources: Iterable[Sealed]) -> None:
        self.kinds: dict[str, set[str]] = {}
        self.free: dict[str, set[str]] = {}
        for source in sources:
            for table in source.tables:
                self.kinds.setdefault(table, set()).add(source.kind)
                self.free[table] = self.free.get(table, set(source.free)) & set(source.free)

    def count(self, connection: Any, *_rest: Any) -> None:
        connection.info["seal_changes"] = _changes(connection)

    def note(
        self, connection: Any, cursor: Any, statement: str, _values: Any, context: Any, _many: bool
    ) -> None:
        found = WRITES.match(statement)
        table = found.group(2).lower() if found else ""
        if found and self.free.get(table) and _columns_set(statement) <= self.free[table]:
            return
        if table == "seal_leaf" and context.compiled is not None:
            appended = connection.info.setdefault("seal_appended", set())
            appended |= {one["kind"] for one in context.compiled_parameters if "kind" in one}
        elif table in self.kinds:
            before, after = connection.info["seal_changes"], _changes(connection)
            # An insert that found its row there already has changed nothing.
            if cursor.rowcount != 0 if after is None else before != after:
                connection.info.setdefault("seal_written", {}).setdefault(table, statement)

    def forget(self, connection: Any) -> None:
        if connection.invalidated:  # cut off by the server: its notes went with it
            return
        connection.info.pop("seal_appended", None)
        connection.info.pop("seal_written", None)

    def judge(self, connection: Any) -> None:
        appended = connection.info.get("seal_appended", set())
        written = connection.info.get("seal_written", {})
        self.forget(connection)
        for table, statement in written.items():
            if not self.kinds[table] & appended:
                raise NotSealed(
                    f"{table} was written, but nothing of the kind {' or '.join(sorted(self.kinds[table]))} was "
                    f"appended to the seal in the same transaction: {statement[:200]}"
                )


def _columns_set(statement: str) -> set[str]:
    """The columns that an UPDATE sets; for anything else a word that is no column."""
    words = SETS.match(statement)
    return set(SET_COLUMN.findall(words.group(1))) if words else {"*"}


def _changes(connection: Any) -> int | None:
    """SQLite's own count of changed rows, which is right for statements that return rows too."""
    changes: int | None = getattr(connection.connection.dbapi_connection, "total_changes", None)
    return changes


def unwatched(current: Session, *kinds: str) -> None:
    """What the present transaction writes of these kinds needs no leaf: a test spoils rows as no code of ours does."""
    current.connection().info.setdefault("seal_appended", set()).update(kinds)


def behind_the_back(*statements: str) -> None:
    """Change rows with plain SQL on a connection of its own, as somebody would who has the database's password."""
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        raw.commit()
    finally:
        raw.close()


def not_as_sealed(*kinds: str) -> list[str]:
    """Rows that the log does not know as they stand, of these kinds or of all; in words, and without signing anything."""
    sources = current_app.extensions["seal_sources"]
    known = {one.kind for one in sources}
    if not set(kinds) <= known:
        raise LookupError(f"no source of the kinds {sorted(set(kinds) - known)}")
    return [
        str(finding)
        for source in sources
        if source.kind in kinds or not kinds
        for finding in audit_source(source)
    ]
