"""Recalls take two people: one asks, which stops the sale at once; another confirms, which is the recall.

Rows join the caller's transaction; nothing here commits.
"""

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core import seal
from core.clock import local_year
from core.database import locked, session
from core.errors import Conflict, NotFound
from core.ids import readable_number
from core.transitions import require_reason
from traceability.lots.models.sealing import request_body, request_subject
from traceability.lots.models.tables import Lot, LotRecall, RecallRequest, RecallStop
from traceability.lots.queries.descent import descendants
from traceability.lots.queries.records import get_lot
from traceability.lots.service import change_state, lock_lots
from traceability.lots.states import LotState, RequestState
from traceability.recalls.queries import RecallView, open_request
from traceability.recalls.service.recalling import lock_reached, recall

RECALL = branch.TwoPersons(
    own=lambda: Conflict(_("Whoever asked for the recall cannot decide it."), code="same_person"),
    earlier=lambda row: [row.asked_by_account_id],
    seal=lambda row: _seal(row, get_lot(id=row.lot_id).number),
)


def ask_for_recall(lot_id: int, *, reason: str, at: datetime, by: int) -> str:
    """Ask to recall a lot and stop the sale of it and of everything that came of it; the request's number.

    Raises:
        NotFound: there is no such lot.
        Invalid: no reason.
        Conflict: the lot is recalled (`lot_state`), or a recall of it was asked for already (`recall_asked`).
    """
    reason = require_reason(reason, _("Say why the lot is recalled; buyers will read it."))
    lock_reached(lot_id)
    lot = get_lot(id=lot_id)
    if lot.state == LotState.RECALLED:
        raise Conflict(_("The lot is recalled already."), code="lot_state")
    if open_request(lot_id) is not None:
        raise Conflict(_("A recall of this lot was asked for already."), code="recall_asked")
    row = RecallRequest(
        number=readable_number("RQ", local_year(at)),
        lot_id=lot_id,
        grower_id=lot.grower_id,
        reason=reason,
        asked_by_account_id=by,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    reached = descendants([lot_id])
    stopped = _stopped_already(reached)
    for stopped_id in _in_state(reached, LotState.OPEN):
        change_state(stopped_id, LotState.CLOSED, reason=row.reason, at=at, by=by)
        stopped.add(stopped_id)
    session.add_all(RecallStop(request_id=row.id, lot_id=stopped_id) for stopped_id in sorted(stopped))
    session.flush()
    _seal(row, lot.number)
    return row.number


def confirm_recall(number: str, *, at: datetime, by: int) -> RecallView:
    """Another person confirms: codes, orders, buyers and growers are reached now. It is final.

    Raises:
        NotFound: no such request.
        Conflict: it is decided (`recall_decided`), or the same person asked (`same_person`).
        Forbidden: by another account of his, or he works for the lot's grower (`own_grower`).
    """
    row = _undecided(number, by=by)
    done = recall(row.lot_id, reason=row.reason, at=at, by=by)
    recall_id = session.scalar(select(LotRecall.id).where(LotRecall.number == done.number))
    RECALL.sign(row, at=at, by=by, state=str(RequestState.DONE), recall_id=recall_id)
    return done


def refuse_recall(number: str, *, reason: str, at: datetime, by: int) -> None:
    """Another person finds no ground for it: what the request stopped is on sale again.

    A lot that another open request covers too stays closed.

    Raises:
        NotFound, Conflict: as `confirm_recall`.
        Invalid: no reason.
    """
    reason = require_reason(reason, _("Say why the recall is refused."))
    row = _undecided(number, by=by)
    RECALL.sign(row, at=at, by=by, state=str(RequestState.REFUSED), decision_reason=reason)
    stopped = set(session.scalars(select(RecallStop.lot_id).where(RecallStop.request_id == row.id)))
    lock_lots(stopped)  # then who asks for a recall of one of them has asked, or has to wait
    others = session.scalars(select(RecallRequest.lot_id).where(RecallRequest.state == "open")).all()
    still = descendants(others) if others else set()
    for lot_id in _in_state(stopped - set(still), LotState.CLOSED):
        change_state(lot_id, LotState.OPEN, reason=row.decision_reason, at=at, by=by)


def _stopped_already(lot_ids: Collection[int]) -> set[int]:
    """Those of the lots that an open request keeps closed: on sale again when the last of its kind is refused."""
    query = (
        select(RecallStop.lot_id)
        .join(RecallRequest, RecallRequest.id == RecallStop.request_id)
        .where(RecallStop.lot_id.in_(list(lot_ids)), RecallRequest.state == str(RequestState.OPEN))
    )
    return set(session.scalars(query))


def _undecided(number: str, *, by: int) -> RecallRequest:
    row = locked(RecallRequest, RecallRequest.number == number.strip().upper())
    if row is None:
        raise NotFound(_("There is no such request."), code="no_such_request")
    if row.state != RequestState.OPEN:
        raise Conflict(_("This recall is decided already."), code="recall_decided")
    RECALL.require_another(row, by, grower_id=row.grower_id)
    return row


def _seal(row: RecallRequest, lot_number: str) -> None:
    seal.append("recall_request", request_subject(row), request_body(row, lot_number))


def _in_state(lot_ids: Collection[int], state: LotState) -> list[int]:
    query = select(Lot.id).where(Lot.id.in_(list(lot_ids)), Lot.state == str(state)).order_by(Lot.id)
    return list(session.scalars(query))
