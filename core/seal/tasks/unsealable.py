"""Leaves of which no entry can be made: they are left out, each with its failure noted, and the others are sealed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, exists, select

from core.clock import now
from core.database import read_columns, session
from core.database_errors import database_away, words_of
from core.seal.models.leaves import SealLeaf
from core.seal.queries.standing import entry_of
from core.sweeps import all_or_each, due_again
from core.work_claims import WorkClaim

log_of_events = structlog.get_logger(__name__)

LEAF = "core.seal.leaf"
# As `left_out` says it, for the statement that gives numbers.
LEFT_OUT_SQL = (
    f"EXISTS (SELECT 1 FROM work_claim WHERE work_claim.kind = '{LEAF}' "  # noqa: S608 - the word above
    "AND work_claim.key = CAST(seal_leaf.id AS VARCHAR(20)))"
)
COLUMNS = (
    SealLeaf.id, SealLeaf.kind, SealLeaf.at, SealLeaf.subject, SealLeaf.salt, SealLeaf.body, SealLeaf.entry,
)  # fmt: skip


def left_out() -> ColumnElement[bool]:
    """The SQL condition of leaves that were found to be bad."""
    return exists().where(WorkClaim.kind == LEAF, WorkClaim.key == cast(SealLeaf.id, String(20)))


NEXT = (
    select(*COLUMNS)
    .where(SealLeaf.number.is_(None), ~left_out())
    .order_by(SealLeaf.id)
    .limit(bindparam("most", type_=Integer()))
)


def anything_waits() -> bool:
    """Whether a leaf waits for its number, bad ones left out."""
    waiting = select(SealLeaf.id).where(SealLeaf.number.is_(None), ~left_out())
    return session.scalar(waiting.limit(1)) is not None


def leave_out_bad(most: int) -> None:
    """Look at the leaves that get their numbers next, and at bad ones whose turn it is; an edge.

    A number cannot be taken back, and an entry without contents could never be signed.
    """
    again = [int(key) for key in due_again(LEAF, at=now())]
    session.rollback()
    all_or_each(LEAF, again, _compose)
    try:
        for row in read_columns(NEXT, {"most": most}):
            entry_of(row)
    except Exception as error:
        session.rollback()
        if database_away(error):
            raise
        log_of_events.warning("seal_leaf_unsealable", error=words_of(error))
        waiting = select(SealLeaf.id).where(SealLeaf.number.is_(None), ~left_out())
        ids = session.scalars(waiting.order_by(SealLeaf.id).limit(most)).all()
        session.rollback()
        all_or_each(LEAF, ids, _compose)


def _compose(ids: Sequence[int]) -> None:
    for row in session.execute(select(*COLUMNS).where(SealLeaf.id.in_(ids))):
        entry_of(row)
