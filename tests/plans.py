"""How PostgreSQL would run the statements that the application really sends."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.dialects import speaker

SAMPLES = 3  # of the values of one statement: who asks for most of a table once is no full scan
Sent = dict[str, dict[str, list[str]]]


@contextmanager
def write_down(engine: sa.Engine) -> Iterator[Sent]:
    """What functions of the rooms send meanwhile: function -> statement -> the statement with values written into it."""
    sent: Sent = defaultdict(dict)

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        function = speaker()
        if function:
            values = parameters[0] if isinstance(parameters, list) else parameters
            samples = sent[function].setdefault(statement, [])
            if len(samples) < SAMPLES:
                samples.append(psycopg.ClientCursor(cursor.connection).mogrify(statement, values or None))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def read_whole(plan: dict[str, Any], tables: set[str], *, limited: bool = False) -> Iterator[str]:
    """Which of the tables a plan reads from end to end: row by row, or along an index without any condition.

    What stops after the first rows (`limited`) reads no table whole unless it leaves rows out on the way.
    """
    kind, name = plan["Node Type"], plan.get("Relation Name", "")
    limited = kind == "Limit" or (limited and kind not in {"Sort", "Aggregate", "Hash"})
    if name in tables:
        searched = "Index Cond" in plan or kind.startswith("Bitmap")
        if kind == "Seq Scan" and not (limited and "Filter" not in plan):
            yield name
        if kind.startswith("Index") and not searched and not limited:
            yield name
    for below in plan.get("Plans", ()):
        yield from read_whole(below, tables, limited=limited)


def scans(
    connection: psycopg.Connection[Any], sent: Sent, tables: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Function, table and statement of whatever reads one of the tables whole, each time that it was sent."""
    for function, statements in sorted(sent.items()):
        for samples in statements.values():
            found = [set(read_whole(_plan(connection, one), tables)) for one in samples if _is_planned(one)]
            for table in sorted(set.intersection(*found)) if found else ():
                yield function, table, " ".join(samples[0].split())


def _is_planned(statement: str) -> bool:
    return statement.split(None, 1)[0].upper() in {"SELECT", "WITH", "UPDATE", "DELETE", "INSERT"}


def _plan(connection: psycopg.Connection[Any], statement: str) -> dict[str, Any]:
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    plan: dict[str, Any] = (json.loads(row[0]) if isinstance(row[0], str) else row[0])[0]["Plan"]  # type: ignore[index]
    return plan
