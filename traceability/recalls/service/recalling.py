"""Recalling a lot: everything that came of it, every code, every order, in one action."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from flask_babel import gettext as _

from core import seal
from core.clock import local_year
from core.database import session
from core.errors import Conflict
from core.ids import readable_number
from core.outbox import service as outbox
from core.transitions import require_reason
from traceability.codes.queries.recalls import CodesReached, codes_reached
from traceability.codes.service.lifecycle import recall_codes
from traceability.lots.models.sealing import recall_body, recall_subject
from traceability.lots.models.tables import LotRecall, LotRecallPart
from traceability.lots.queries.descent import descendants
from traceability.lots.queries.records import LotView, get_lot, lots_by_ids
from traceability.lots.service import change_state, lock_lots
from traceability.lots.states import LotState
from traceability.recalls.events import LotRecalled
from traceability.recalls.queries import RecallView, get_recall

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
    """Recall a lot and everything that came of it. It is final, and two people's: see `recall_requests`.

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
