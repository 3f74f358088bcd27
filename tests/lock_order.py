"""Rows are locked in one written order, so that no two transactions wait for each other (docs/adr).

`ORDER` is that order. On PostgreSQL every statement of the application is watched: a table of the list that is locked
for the first time in a transaction (SELECT ... FOR UPDATE, UPDATE, DELETE) while one behind it is locked already is an
inversion, and the test in which it happened fails. SQLite has one writer at a time, so nobody waits for two rows there.
A test may do in one transaction what people do in many: what it calls is judged call by call.

Rows of one table are locked by their ids. Rows that change only under the lock of another one have no place of their
own: parcels, payments and refunds under their order, promises of plants under the stock. `licence` is at the end, where
who decides about it has it alone; whoever sells takes it FOR SHARE at any time: shares do not wait for each other, and
who has it alone waits for nothing that stands before it.
"""

import inspect
import re
from types import FrameType
from typing import Any

import sqlalchemy as sa

from tests.dialects import PASSES_ON, ROOMS, ROOT

ORDER = (
    "recall_request",
    "void_proposal",
    "alarm",
    "inner_code",
    "order",
    "stock",
    "lot",
    "code",
    "counterfeit_case",
    "quota_account",
    "storefront",
    "licence",
)
TESTS = f"{ROOT}/tests/"
RANK = {table: rank for rank, table in enumerate(ORDER)}
WRITES = re.compile(r'\s*(?:UPDATE|DELETE FROM) "?(?P<table>\w+)"?')
LOCKS = re.compile(
    r'\bFROM "?(?P<table>\w+)"?.*\bFOR (?P<how>UPDATE|SHARE)(?: OF "?(?P<of>\w+)"?)?[^)]*$', re.DOTALL
)

inversions: list[str] = []


def table_locked_by(statement: str) -> str | None:
    """The table whose rows a statement locks; None when it locks none, or shares a licence."""
    locks = WRITES.match(statement) or LOCKS.search(statement)
    if locks is None:
        return None
    parts = locks.groupdict()
    table = str(parts.get("of") or parts["table"])
    return None if (table, parts.get("how")) == ("licence", "SHARE") else table


def behind(table: str, held: dict[str, str]) -> list[str]:
    """Which of the tables that are locked already stand behind this one in the order."""
    if table in held or table not in RANK:
        return []
    return [other for other in held if RANK[other] > RANK[table]]


def listen(engine: sa.Engine) -> None:
    """Watch from now on in which order transactions on `engine` lock their rows."""
    if engine.dialect.name != "postgresql":
        return

    def forget(connection: sa.Connection) -> None:
        if not connection.invalidated:  # one that was cut off holds nothing
            connection.info["locked"] = (None, {}, set())

    def watch(connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        table = table_locked_by(statement)
        frames = _ours() if table in RANK else []
        if table is None or not frames:
            return
        call, held, before = connection.info.get("locked", (None, {}, set()))
        if call is not frames[-1]:
            before |= set(held)
            call, held = frames[-1], {}
        if table in before and WRITES.match(
            statement
        ):  # what a call writes may have been locked by the one before
            return
        place = _named(frames[0])
        inversions.extend(
            f"{table} in {place}, after {other} in {held[other]}" for other in behind(table, held)
        )
        held.setdefault(table, place)
        connection.info["locked"] = (call, held, before)

    for moment in ("begin", "commit", "rollback"):
        sa.event.listen(engine, moment, forget)
    sa.event.listen(engine, "before_cursor_execute", watch)


def _ours() -> list[FrameType]:
    """The calls of ours between a test and a statement, the innermost first; none when a test sends it."""
    frames, frame = [], inspect.currentframe()
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(TESTS) and path != __file__:
            break
        if path.startswith(ROOMS) and path not in PASSES_ON:
            frames.append(frame)
        frame = frame.f_back
    return frames


def _named(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename[len(ROOT) + 1 :]}:{frame.f_code.co_qualname}"
