"""Every table and column is sealed, derived, or named as not covered: the last table of `docs/threat-model.md`.

A row is made up in every table, with the database's own guards off; then each column of the sealed ones is changed by
SQL. What no source notices has to stand in the table's third column, and what one notices must not.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.checks.service import checks
from core.database import Base, db
from core.seal import SealSource, SealStory
from core.seal.queries.audit import BENT
from core.seal.queries.sources import sources
from core.seal.rules.entries import canonical
from core.types import UTCDateTime
from traceability.cases.rules.evidence import BEGINNING, digest_of
from traceability.cases.states import EvidenceKind

DOCUMENT = Path(__file__).parents[2] / "docs" / "threat-model.md"
HEADING = "## 9. Every table"
NAME = re.compile(r"`(\w+)`")
ALLOWED = re.compile(r"(\w+) IN \(([^)]*)\)")
AT = datetime(2026, 1, 1, tzinfo=UTC)
EVENT = '{"type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z", "action": "%s"}'
PIECE = digest_of("a", 1, next(iter(EvidenceKind)), {}, "a", AT, BEGINNING)
# What a row has to hold, beyond the type of its column, to be read at all: as it is, and as it is bent.
READABLE: dict[tuple[str, str], tuple[Any, Any]] = {
    ("epcis_event", "body"): (EVENT % "ADD", EVENT % "OBSERVE"),
    ("epcis_event", "context"): ('["a"]', '["b"]'),
    ("case_evidence", "position"): (1, 2),
    ("case_evidence", "body"): ({}, {"said": "x"}),
    ("case_evidence", "digest"): (PIECE, "b"),
    ("counterfeit_case", "evidence_head"): (PIECE, "b"),
    ("code_batch", "state"): ("made", "making"),
    ("plot_survey", "outline"): ([[1.0, 2.0]], [[1.0, 3.0]]),
}


def rows_of_the_table() -> Iterator[tuple[list[str], str, str]]:
    """Of each row of the document: the tables, by what they are held, and what is not."""
    text = DOCUMENT.read_text()
    for line in text[text.index(HEADING) :].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            yield NAME.findall(cells[0]), cells[1], cells[2]


def told() -> dict[str, tuple[str, str]]:
    """By table, what holds it and what is not covered, as the document says."""
    return {name: (by, but) for names, by, but in rows_of_the_table() for name in names}


def kinds_by_table() -> dict[str, set[str]]:
    """What is sealed of each table."""
    kinds: dict[str, set[str]] = {}
    for source in sources():
        for table in source.tables:
            kinds.setdefault(table, set()).add(source.kind)
    return kinds


def test_every_table_stands_in_the_document_once(app):
    named = [name for names, _by, _but in rows_of_the_table() for name in names]
    assert sorted(named) == sorted(set(named))
    assert set(named) == set(Base.metadata.tables)


def test_the_document_names_what_holds_each_table(app):
    with app.app_context():
        kinds, known = kinds_by_table(), {one.name for one in checks()}
    for table, (by, but) in told().items():
        words = set(NAME.findall(by))
        if by.startswith("sealed"):
            assert words == kinds.get(table, set()), table
        elif by.startswith("derived"):
            assert table not in kinds, table
            assert words, table
            assert words <= known, table
        else:
            assert by == "not covered", table
            assert table not in kinds, table
            assert but, table
        if by != "not covered":
            assert set(NAME.findall(but)) <= set(Base.metadata.tables[table].columns.keys()), table


# What an insider who owns the database would say first: what makes the statements that drop guards, and what is set off.
GUARDS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) "
    "FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace",
}
OFF = {
    "sqlite": (
        "PRAGMA ignore_check_constraints=ON",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA synchronous=OFF",
    ),
    "postgresql": ("SET session_replication_role = replica",),  # neither triggers nor foreign keys
}


def test_each_column_that_is_not_named_is_noticed_when_it_is_changed(session):
    behind = sa.create_engine(db.engine.url)
    sa.event.listen(behind, "connect", _without_guards)
    with behind.begin() as connection:
        for statement in connection.scalars(sa.text(GUARDS[behind.dialect.name])).all():
            connection.execute(sa.text(statement))
        for table in Base.metadata.tables.values():
            connection.execute(sa.insert(table).values({c.name: _values(c)[0] for c in table.columns}))
    unnoticed: dict[str, set[str]] = {}
    for table, kinds in kinds_by_table().items():
        given = [one for one in sources() if one.kind in kinds and isinstance(one, SealSource)]
        if not given:
            assert all(isinstance(one, SealStory) for one in sources() if one.kind in kinds)
            continue
        before = _standing(session, given)
        for column in Base.metadata.tables[table].columns:
            if column.name == "id":
                continue
            good, bent = _values(column)
            with behind.begin() as connection:
                connection.execute(sa.update(column.table).values({column.name: bent}))
            if _standing(session, given) == before:
                unnoticed.setdefault(table, set()).add(column.name)
            with behind.begin() as connection:
                connection.execute(sa.update(column.table).values({column.name: good}))
    behind.dispose()
    named = {name: set(NAME.findall(but)) for name, (by, but) in told().items() if by.startswith("sealed")}
    folded = {one.tables[0] for one in sources() if isinstance(one, SealStory)}
    assert {name: sorted(found) for name, found in unnoticed.items()} == {
        name: sorted(found) for name, found in named.items() if found and name not in folded
    }


def _without_guards(raw: Any, _record: Any) -> None:
    for statement in OFF[db.engine.dialect.name]:
        raw.execute(statement).close()


def _standing(session: Any, given: list[SealSource]) -> dict[str, Mapping[str, str]]:
    """What each source says of its rows now."""
    session.rollback()
    session.expunge_all()
    found: dict[str, Mapping[str, str]] = {}
    for one in given:
        try:
            found[one.kind] = {subject: canonical(dict(body)) for subject, body in one.bodies()}
        except BENT as error:  # the audit names the kind then
            found[one.kind] = {"unreadable": repr(error)}
    session.rollback()
    return found


def _values(column: sa.Column[Any]) -> tuple[Any, Any]:
    """A value that a column of this type can have, and another."""
    if (known := READABLE.get((column.table.name, column.name))) is not None:
        return known
    if column.name == "id" or column.foreign_keys:
        return 1, 2
    if words := _words(column):
        return words[0], words[1]
    kind = column.type
    if isinstance(kind, UTCDateTime):
        return AT, datetime(2026, 1, 2, tzinfo=UTC)
    if isinstance(kind, sa.Date):
        return date(2026, 1, 1), date(2026, 1, 2)
    if isinstance(kind, sa.Boolean):
        return False, True
    if isinstance(kind, sa.Integer | sa.Float | sa.Numeric):
        return 1, 2
    if isinstance(kind, sa.LargeBinary):
        return b"a", b"b"
    if isinstance(kind, sa.String):
        return "a", "b"
    listed = column.default is not None and getattr(column.default.arg, "__name__", "") == "list"
    return (["a"], ["b"]) if listed else ({"a": 1}, {"a": 2})


def _words(column: sa.Column[Any]) -> list[str]:
    """The words that the database allows in a column, where it lists them."""
    for constraint in column.table.constraints:
        if isinstance(constraint, sa.CheckConstraint) and str(constraint.name).endswith("known"):
            for name, words in ALLOWED.findall(str(constraint.sqltext)):
                if name == column.name:
                    return [word.strip().strip("'") for word in words.split(",")]
    return []
