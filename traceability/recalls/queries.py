"""Reads of recalls, and of those that were asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import NotFound
from traceability.lots.models.tables import Lot, LotRecall, LotRecallPart, RecallRequest
from traceability.lots.queries.records import LotView, view
from traceability.lots.states import RequestState

SHOWN = 30


@dataclass(frozen=True)
class RequestView:
    """A recall that was asked for, with the names of who asked and who decided."""

    number: str
    lot: LotView
    grower_id: int
    reason: str
    state: RequestState
    asked_by_account_id: int
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    recall_number: str | None


def open_request(lot_id: int) -> RequestView | None:
    """The recall of this lot that waits for a second person."""
    requests = _views(_select().where(RecallRequest.lot_id == lot_id, RecallRequest.state == "open"))
    return requests[0] if requests else None


def requests_of_lot(lot_id: int) -> list[RequestView]:
    """Every recall that was asked for this lot, the newest first."""
    return _views(_select().where(RecallRequest.lot_id == lot_id))


def requests_of_growers(grower_ids: Collection[int]) -> list[RequestView]:
    """Recalls asked for lots of these growers, those that wait first, then the newest."""
    query = _select().where(RecallRequest.grower_id.in_(list(grower_ids))).limit(SHOWN)
    return sorted(_views(query), key=lambda recall_request: recall_request.state != RequestState.OPEN)


def get_request(number: str) -> RequestView:
    """The request with this number.

    Raises:
        NotFound: there is none.
    """
    requests = _views(_select().where(RecallRequest.number == number.strip().upper()))
    if not requests:
        raise NotFound(_("There is no such request."), code="no_such_request")
    return requests[0]


def _select() -> Select[RecallRequest, Lot, str]:
    return (
        select(RecallRequest, Lot, LotRecall.number)
        .join(Lot, Lot.id == RecallRequest.lot_id)
        .outerjoin(LotRecall, LotRecall.id == RecallRequest.recall_id)
        .order_by(RecallRequest.id.desc())
        .execution_options(populate_existing=True)
    )


def _views(query: Select[RecallRequest, Lot, str]) -> list[RequestView]:
    rows = session.execute(query).all()
    names = display_names(
        account_id
        for row, _lot, _recall in rows
        for account_id in (row.asked_by_account_id, row.decided_by_account_id)
    )
    return [
        view_of(
            RequestView,
            row,
            lot=view(lot),
            state=RequestState(row.state),
            asked_by=names[row.asked_by_account_id],
            decided_by=names[row.decided_by_account_id],
            recall_number=recall_number,
        )
        for row, lot, recall_number in rows
    ]


@dataclass(frozen=True)
class RecallView:
    """A recall that was carried out."""

    number: str
    lot_number: str
    cultivar: str
    grower_id: int
    reason: str
    lot_ids: tuple[int, ...]
    lots: int
    codes: int
    orders: int
    at: datetime


def get_recall(number: str) -> RecallView:
    """The recall with this number.

    Raises:
        NotFound: there is none.
    """
    record = session.execute(
        select(LotRecall, Lot).join(Lot, Lot.id == LotRecall.lot_id).where(LotRecall.number == number)
    ).one_or_none()
    if record is None:
        raise NotFound(_("There is no recall with this number."), code="no_such_recall")
    row, lot = record
    ids = session.scalars(select(LotRecallPart.lot_id).where(LotRecallPart.recall_id == row.id)).all()
    return view_of(
        RecallView,
        row,
        lot_number=lot.number,
        cultivar=lot.cultivar,
        grower_id=lot.grower_id,
        lot_ids=tuple(sorted(ids)),
    )
