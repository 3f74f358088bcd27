"""Leaves of which no entry can be made: they are left out, each with its failure noted, and the others are sealed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select

from core.clock import now
from core.database import read_columns, session
from core.database_errors import database_away, words_of
from core.seal.models.leaves import SealLeaf
from core.seal.queries.standing import entry_of
from core.seal.queries.unsealed import COLUMNS, LEAF, NEXT, left_out
from core.sweeps import all_or_each, due_again

log_of_events = structlog.get_logger(__name__)


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
