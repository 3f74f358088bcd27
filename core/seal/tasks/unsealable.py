"""Leaves of which no entry can be made: they are left out, each with its failure noted, and the others are sealed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from core.clock import now
from core.database import roll_back_after, session
from core.database_errors import words_of
from core.seal.queries.standing import entry_of
from core.seal.queries.unsealed import LEAF, leaves_with_ids, next_leaf_ids, next_leaves
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
        for row in next_leaves(most):
            entry_of(row)
    except Exception as error:  # noqa: BLE001 - a leaf may be bad in any way; what ends the run goes on
        roll_back_after(error)
        log_of_events.warning("seal_leaf_unsealable", error=words_of(error))
        ids = next_leaf_ids(most)
        session.rollback()
        all_or_each(LEAF, ids, _compose)


def _compose(ids: Sequence[int]) -> None:
    for row in leaves_with_ids(ids):
        entry_of(row)
