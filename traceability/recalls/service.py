"""Recalling a lot takes two people: one asks, which stops the sale at once; another confirms, which reaches all that came of it.

Rows join the caller's transaction; nothing here commits.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core import seal
from core.clock import local_year
from core.database import locked, session
from core.errors import Conflict, NotFound
from core.ids import readable_number
from core.outbox import service as outbox
from core.settings import current_settings
from core.transitions import require_reason
from traceability.codes.queries.batches import CodesReached, codes_reached
from traceability.codes.service.lifecycle import recall_codes
from traceability.lots.models.sealing import recall_body, recall_subject, request_body, request_subject
from traceability.lots.models.tables import Lot, LotRecall, LotRecallPart, RecallRequest, RecallStop
from traceability.lots.queries.descent import descendants
from traceability.lots.queries.records import LotView, get_lot, lots_by_ids
from traceability.lots.service import change_state, lock_lots
from traceability.lots.states import LotState, RequestState
from traceability.recalls.events import LotRecalled
from traceability.recalls.queries import RecallView, get_recall, open_request

# Numbers of orders that hold plants of these lots, whether or not they have left: asked of the room above.
OrdersOfLots = Callable[[Collection[int]], set[str]]


@dataclass(frozen=True)
class RecallReach:
    """What a recall of a lot reaches."""

    lots: tuple[LotView, ...]
    codes: CodesReached
    orders: frozenset[str]


def init_recalls(app: Flask, orders_of_lots: OrdersOfLots) -> None:
    """Tell recalls who knows the orders; wired in `wsgi.py`."""
    app.extensions["recalls"] = orders_of_lots


def reach(lot_id: int) -> RecallReach:
    """What a recall of the lot would reach now: shown before it is done."""
    lots_by_id = lots_by_ids(descendants([lot_id]))
    lots = tuple(sorted(lots_by_id.values(), key=lambda lot: (lot.recorded_at, lot.id)))
    codes = codes_reached(lots_by_id)
    ask: OrdersOfLots = current_app.extensions["recalls"]
    return RecallReach(lots, codes, codes.orders | ask(set(lots_by_id)))


def lock_reached(lot_id: int) -> None:
    """Lock a lot and everything that came of it."""
    lock_lots({lot_id, *descendants([lot_id])})


def recall(lot_id: int, *, reason: str, at: datetime, by: int | None) -> RecallView:
    """Recall a lot and everything that came of it. It is final, and two people's: see `ask_for_recall`.

    Lots and codes say so from now on; buyers and growers are told after the commit (`LotRecalled`).

    Raises:
        NotFound: there is no such lot.
        Invalid: no reason.
        Conflict: the lot is recalled already (`lot_state`).
    """
    reason = require_reason(reason, _("Say why the lot is recalled; buyers will read it."))
    lock_reached(lot_id)
    lot = get_lot(id=lot_id)
    if lot.state == LotState.RECALLED:
        raise Conflict(_("The lot is recalled already."), code="lot_state")
    reached = reach(lot_id)
    for reached_lot in reached.lots:
        if reached_lot.state != LotState.RECALLED:
            change_state(reached_lot.id, LotState.RECALLED, reason=reason, at=at, by=by)
    ids = [reached_lot.id for reached_lot in reached.lots]
    codes = recall_codes(ids, reason=reason, at=at, by=by)
    row = LotRecall(
        number=readable_number("RC", local_year(at)),
        lot_id=lot_id,
        reason=reason,
        lots=len(ids),
        codes=codes,
        orders=len(reached.orders),
        at=at,
        by_account_id=by,
    )
    session.add(row)
    session.flush()
    session.add_all(LotRecallPart(recall_id=row.id, lot_id=reached_id) for reached_id in ids)
    session.flush()
    body = recall_body(row, lot.number, [reached_lot.number for reached_lot in reached.lots])
    seal.append("lot_recall", recall_subject(row), body)
    outbox.record(LotRecalled(row.number, lot.grower_id, lot.number), at=at)
    return get_recall(row.number)


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


def tell_grower_of_recall(event: LotRecalled, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: one message to each person who works for the grower."""
    recall = get_recall(event.recall_number)
    branch.tell_people(
        event.grower_id,
        key=f"{recall.number}:grower",
        template="lot_recalled_grower",
        context={
            "lot": recall.lot_number,
            "cultivar": recall.cultivar,
            "reason": recall.reason,
            "lots": recall.lots,
            "codes": recall.codes,
            "orders": recall.orders,
            "address": f"{current_settings().base_url}/seller/lots/{recall.lot_number}",
        },
    )
