"""Activations that were refused: who tried, when, for how many plants, and what was missing.

A refusal undoes its own transaction, so the edge notes it in one of its own, with `note_refusal`; the note and its
seal stand or fall together, so that nobody can later take back what was tried.
"""

from datetime import datetime

from sqlalchemy import select

from core.database import session
from core.errors import Conflict, DomainError
from traceability.codes.models.sealing import append_refusal
from traceability.codes.models.tables import ActivationRefusal
from traceability.codes.states import OF_CODE, Refusal
from traceability.lots.models.tables import Lot
from traceability.quota.queries.shortage import Shortage


def reason_of(error: DomainError) -> Refusal | None:
    """Which refusal an error is; None for what was only mistyped."""
    if error.code == "quota_exceeded":
        return Refusal(Shortage(error.details["why"]))
    return OF_CODE.get(error.code)


def note_refusal(error: DomainError, *, grower_id: int, at: datetime, by: int | None) -> bool:
    """Keep and seal the trace of a refused activation, in a transaction of the caller's own; whether there was one.

    Errors that are no refusal of an activation leave nothing.
    """
    why = reason_of(error) if isinstance(error, Conflict) else None
    if why is None:
        return False
    tried = error.details.get("tried", {})
    row = ActivationRefusal(
        grower_id=grower_id,
        lot_id=tried.get("lot_id"),
        why=str(why),
        codes=tried.get("codes", len(error.details.get("codes", ()))),
        plants=tried.get("plants", 0),
        free=error.details.get("free"),
        by_account_id=by,
        at=at,
    )
    session.add(row)
    session.flush()
    number = session.scalar(select(Lot.number).where(Lot.id == row.lot_id))
    append_refusal(row, number)
    return True
