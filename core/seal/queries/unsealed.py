"""Leaves that have no entry in the log yet, and those of which none can be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, exists, func, select

from core.database import read_columns, session
from core.seal.models.leaves import SealLeaf, SealState
from core.seal.models.log import SignedHead
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
    return bool(next_leaf_ids(1))


# What `entry_of` reads, of the leaves that are numbered and not yet signed.
LEAVES = (
    select(*COLUMNS, SealLeaf.number)
    .where(SealLeaf.number >= bindparam("first"))
    .order_by(SealLeaf.number)
    .limit(bindparam("most", type_=Integer()))
)


def waiting() -> tuple[int, datetime | None]:
    """How many leaves have no number yet, and since when the oldest waits."""
    count, since = session.execute(
        select(func.count(), func.min(SealLeaf.at)).where(SealLeaf.number.is_(None))
    ).one()
    return count, since


def newest_leaf_id() -> int:
    """The id of the leaf that was added last; 0 when there is none."""
    return session.scalar(select(func.max(SealLeaf.id))) or 0


def next_leaves(most: int) -> Sequence[Any]:
    """What an entry is made of, of the leaves that get their numbers next."""
    return read_columns(NEXT, {"most": most}).all()


def next_leaf_ids(most: int) -> Sequence[int]:
    """The ids of the leaves that get their numbers next."""
    waiting = select(SealLeaf.id).where(SealLeaf.number.is_(None), ~left_out())
    return session.scalars(waiting.order_by(SealLeaf.id).limit(most)).all()


def leaves_with_ids(ids: Sequence[int]) -> Sequence[Any]:
    """What an entry is made of, of these leaves."""
    return session.execute(select(*COLUMNS).where(SealLeaf.id.in_(ids))).all()


def numbered_leaves(first: int, most: int) -> Iterable[Any]:
    """What an entry is made of, of the leaves that have numbers from `first` on, row by row."""
    return read_columns(LEAVES, {"first": first, "most": most})


def numbered_between(start: int, count: int) -> Sequence[SealLeaf]:
    """The leaves with `count` numbers from `start` on, as far as the database has them."""
    wanted = select(SealLeaf).where(SealLeaf.number >= start, SealLeaf.number < start + count)
    return session.scalars(wanted.order_by(SealLeaf.number)).all()


def count_numbered() -> int:
    """How many leaves have a number."""
    return session.scalar(select(func.count()).where(SealLeaf.number.is_not(None))) or 0


def noted_state() -> SignedHead | None:
    """What the database notes as signed last."""
    state = session.get(SealState, 1, populate_existing=True)
    return None if state is None else SignedHead(state.size, bytes.fromhex(state.root), state.signed_at)
