"""Tables whose rows seal themselves: whoever adds, changes or removes one through the session appends its leaf.

    PAPERS = SealedRows("paper", Paper, columns=("public_id", "kind", "number"), besides=("file_key",))

A feature names the columns once; the leaf is appended in the flush, or by the UPDATE or DELETE of many rows, in the
same transaction. What is written as text past the session is not seen here: the tests refuse to commit it, and the
audit names it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app, has_app_context
from sqlalchemy import Table, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from core.seal.queries.sources import Body, SealSource
from core.seal.rules.entries import REMOVED, moment
from core.seal.service.appending import append_many

if TYPE_CHECKING:
    from sqlalchemy import Delete, Update

AT_A_TIME = 500
FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class SealedRows:
    """One table, each row of which stands in the log as it is.

    Args:
        kind: the only thing besides the time that the public log tells.
        model: the table; its key is the one column `id`.
        columns: what is sealed as it stands; what is empty is left out.
        digests: what is sealed by its digest: long texts, and what names persons.
        besides: what may change without a word. A test holds that no column is forgotten.
        added: rows are sealed when they come and go; `columns` and `digests` never change.
    """

    kind: str
    model: type[Any]
    columns: tuple[str, ...]
    digests: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    added: bool = False

    @property
    def table(self) -> Table:
        """The table of the model."""
        table: Table = self.model.__table__
        return table

    def subject(self, row_id: int) -> str:
        """What the leaf of a row is about, as `paper/7`."""
        return f"{self.kind}/{row_id}"

    def body(self, row: Any) -> dict[str, Any]:
        """What is sealed of a row."""
        plain = {name: _plain(getattr(row, name)) for name in self.columns}
        digests = {name: _digest(self.kind, getattr(row, name)) for name in self.digests}
        return {name: value for name, value in (plain | digests).items() if value is not None}

    def bodies(self) -> Iterator[tuple[str, Body]]:
        """Every row as it stands now."""
        from core.database import session

        rows = session.scalars(
            select(self.model)
            .order_by(self.model.id)
            .execution_options(yield_per=AT_A_TIME, populate_existing=True)
        )
        for row in rows:
            yield self.subject(row.id), self.body(row)
            session.expunge(row)

    def source(self) -> SealSource:
        """As the list of `wsgi.py` wants it."""
        return SealSource(self.kind, self.bodies, (self.table.name,), self.besides)

    def touched(self, row: Any) -> bool:
        """Whether a flush changed something that is sealed."""
        history = inspect(row).attrs
        return any(history[name].history.has_changes() for name in (*self.columns, *self.digests))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        return str(value)
    return value


def forgotten(kind: str, value: Any) -> dict[str, Any]:
    """What stands instead of a value that is forgotten: its digest, by which the leaf still agrees with the row."""
    return value if _is_forgotten(value) else {FORGOTTEN: _digest(kind, value)}


def _is_forgotten(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {FORGOTTEN}


def _digest(kind: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    if _is_forgotten(value):
        digest: str | None = value[FORGOTTEN]
        return digest
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()


def init_rows(app: Flask, rows: Iterable[SealedRows]) -> tuple[SealSource, ...]:
    """Let these tables seal themselves; their sources, for the audit."""
    given = tuple(rows)
    by_model: dict[type[Any], list[SealedRows]] = defaultdict(list)
    for sealed_rows in given:
        by_model[sealed_rows.model].append(sealed_rows)
    app.extensions["sealed_rows"] = dict(by_model)
    return tuple(sealed_rows.source() for sealed_rows in given)


def _sealed(model: type[Any]) -> list[SealedRows]:
    if not has_app_context():
        return []
    known: Mapping[type[Any], list[SealedRows]] = current_app.extensions.get("sealed_rows", {})
    return known.get(model, [])


def _append(leaves: Mapping[str, list[tuple[str, Body]]]) -> None:
    for kind, of_kind in leaves.items():
        if of_kind:
            append_many(kind, of_kind)


@event.listens_for(Session, "after_flush")
def _seal_flushed(session: Session, _context: Any) -> None:
    leaves: dict[str, list[tuple[str, Body]]] = defaultdict(list)
    for row in session.new:
        for sealed_rows in _sealed(type(row)):
            leaves[sealed_rows.kind].append((sealed_rows.subject(row.id), sealed_rows.body(row)))
    for row in session.dirty:
        for sealed_rows in _sealed(type(row)):
            if not sealed_rows.added and sealed_rows.touched(row):
                leaves[sealed_rows.kind].append((sealed_rows.subject(row.id), sealed_rows.body(row)))
    for row in session.deleted:
        for sealed_rows in _sealed(type(row)):
            leaves[sealed_rows.kind].append((sealed_rows.subject(row.id), REMOVED))
    _append(leaves)


@event.listens_for(Session, "do_orm_execute")
def _seal_executed(state: ORMExecuteState) -> Any:
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return None
    kinds = [
        sealed_rows
        for sealed_rows in _sealed(state.bind_mapper.class_)
        if state.is_delete or not sealed_rows.added
    ]
    if not kinds:
        return None
    model, where = state.bind_mapper.class_, cast("Update | Delete", state.statement).whereclause
    query = select(model.id).order_by(model.id)
    parameters: Any = state.parameters or {}
    ids = state.session.scalars(query if where is None else query.where(where), parameters).all()
    before = {sealed_rows.kind: dict(_bodies_of(state.session, sealed_rows, ids)) for sealed_rows in kinds}
    result = state.invoke_statement()
    leaves: dict[str, list[tuple[str, Body]]] = {}
    for sealed_rows in kinds:
        after = dict(_bodies_of(state.session, sealed_rows, ids))
        leaves[sealed_rows.kind] = [
            (subject, after.get(subject, REMOVED))
            for subject, body in before[sealed_rows.kind].items()
            if not sealed_rows.besides or after.get(subject) != body
        ]
    _append(leaves)
    return result


def _bodies_of(session: Session, sealed_rows: SealedRows, ids: Sequence[int]) -> Iterator[tuple[str, Body]]:
    """Subject and body of these rows, as they stand in the database."""
    columns = [
        getattr(sealed_rows.model, name) for name in ("id", *sealed_rows.columns, *sealed_rows.digests)
    ]
    for start in range(0, len(ids), AT_A_TIME):
        chunk = ids[start : start + AT_A_TIME]
        for row in session.execute(
            select(*columns).where(sealed_rows.model.id.in_(chunk)).order_by(sealed_rows.model.id)
        ):
            yield sealed_rows.subject(row.id), sealed_rows.body(row)
