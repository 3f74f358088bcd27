"""Leaves that have no entry in the log yet, and those of which none can be made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, exists, func, select

from core.database import session
from core.seal.models.leaves import SealLeaf
from core.work_claims import WorkClaim

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


# What `entry_of` reads, of the leaves that are numbered and not yet signed.
LEAVES = (
    select(
        SealLeaf.id, SealLeaf.number, SealLeaf.kind, SealLeaf.at, SealLeaf.subject, SealLeaf.salt, SealLeaf.body,
        SealLeaf.entry,
    )
    .where(SealLeaf.number >= bindparam("first"))
    .order_by(SealLeaf.number)
    .limit(bindparam("most", type_=Integer()))
)  # fmt: skip


def waiting() -> tuple[int, datetime | None]:
    """How many leaves have no number yet, and since when the oldest waits."""
    count, since = session.execute(
        select(func.count(), func.min(SealLeaf.at)).where(SealLeaf.number.is_(None))
    ).one()
    return count, since
