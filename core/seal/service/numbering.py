"""Leaves get their numbers. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from core.database import db, is_postgresql, session
from core.seal.models.leaves import SealState
from core.seal.models.log import SignedHead
from core.seal.queries.unsealed import LEFT_OUT_SQL

ADVISORY_LOCK = 0x5EA1
# The last condition is not written as `IS NULL`: PostgreSQL, which has seen few leaves waiting when it last counted,
# would look through the index of waiting ones once for each of them.
NUMBER = text(f"""
UPDATE seal_leaf SET number = :first + waiting.place
FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
    FROM (
        SELECT id FROM seal_leaf WHERE number IS NULL AND NOT {LEFT_OUT_SQL} ORDER BY id LIMIT :most
    ) AS next
) AS waiting
WHERE seal_leaf.id = waiting.id AND COALESCE(seal_leaf.number, -1) = -1
""")  # noqa: S608 - a word of ours


def give_numbers(first: int, most: int) -> None:
    """The leaves that wait get numbers from `first` on, `most` of them."""
    session.execute(NUMBER, {"first": first, "most": most})


def note_signed(signed: SignedHead) -> None:
    """Note in the database what was signed last."""
    state = session.get(SealState, 1)
    if state is None:
        state = SealState(id=1)
        session.add(state)
    state.size, state.root, state.signed_at = signed.size, signed.root.hex(), signed.at


@contextmanager
def database_lock(*, wanted: bool) -> Iterator[bool]:
    """PostgreSQL's advisory lock, for sequencers on several machines; SQLite needs no more than the file's."""
    if not wanted or not is_postgresql():
        yield wanted
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"key": ADVISORY_LOCK}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            yield False
            return
        try:
            yield True
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
