"""Verbs on a buyer's wish to cancel what is paid and has not left; unpaid orders end at once."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Conflict
from core.ids import random_id
from shop.orders.service.transitions import locked_consignment
from shop.orders.states import BEFORE_DISPATCH, SETTLED, By
from shop.payments.models.tables import CancelRequest, Refund
from shop.payments.queries.lookups import get_wish
from shop.payments.service import notices, refunds
from shop.payments.states import WishState


def request_cancellation(consignment_id: int, *, reason: str, at: datetime) -> CancelRequest:
    """The buyer asks the grower to cancel; asking again while that is open changes nothing.

    Raises:
        Conflict: `left_already` when it has been dispatched, `not_paid` when there is nothing to give back.
    """
    order, consignment = locked_consignment(consignment_id)
    if consignment.fulfilment_state not in BEFORE_DISPATCH:
        raise Conflict(_("This parcel has left or was cancelled already."), code="left_already")
    if order.payment_state not in SETTLED:
        raise Conflict(_("This order is not paid; it can be cancelled as a whole."), code="not_paid")
    open_wish = session.scalars(
        select(CancelRequest).where(
            CancelRequest.consignment_id == consignment_id, CancelRequest.state == WishState.OPEN
        )
    ).one_or_none()
    if open_wish is not None:
        return open_wish
    wish = CancelRequest(
        public_id=random_id(20),
        consignment_id=consignment_id,
        reason=reason,
        created_at=at,
    )
    session.add(wish)
    session.flush()
    return wish


def grant(public_id: str, *, by: By, at: datetime) -> Refund:
    """Cancel the consignment and give all of its money back.

    Raises:
        Conflict: `wish_decided`, `left_already`.
    """
    wish = _open_wish(public_id)
    _order, consignment = locked_consignment(wish.consignment_id)
    if consignment.fulfilment_state not in BEFORE_DISPATCH:
        raise Conflict(_("This parcel has left or was cancelled already."), code="left_already")
    refund = refunds.open_whole(wish.consignment_id, reason=wish.reason, by=by, at=at)
    _decide(wish, WishState.GRANTED, by=by, at=at)
    return refund


def decline(public_id: str, *, answer: str, by: By, at: datetime) -> None:
    """Keep the consignment; the buyer is told why.

    Raises:
        Conflict: `wish_decided`.
    """
    wish = _open_wish(public_id)
    order, consignment = locked_consignment(wish.consignment_id)
    wish.answer = answer
    _decide(wish, WishState.DECLINED, by=by, at=at)
    notices.cancel_declined(order, wish.public_id, consignment.number, answer)


def _open_wish(public_id: str) -> CancelRequest:
    wish = get_wish(public_id)
    locked_consignment(wish.consignment_id)
    session.refresh(wish)
    if wish.state != WishState.OPEN:
        raise Conflict(_("This request was answered before."), code="wish_decided")
    return wish


def _decide(wish: CancelRequest, state: WishState, *, by: By, at: datetime) -> None:
    wish.state = state
    wish.decided_at = at
    wish.decided_by = by.account_id
