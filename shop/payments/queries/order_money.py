"""Reads of money: for the buyer's order page, the cashier's desk and the refund form."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from branch import api as branch
from core.clock import now
from core.database import session, view_of
from core.errors import NotFound
from core.scopes import Scope, note_checked
from shop.orders.models.tables import Consignment, Order
from shop.orders.service.transitions import consignments_of
from shop.orders.states import (
    BEFORE_DISPATCH,
    FulfilmentState,
    PaymentMethod,
    PaymentState,
)
from shop.orders.wording.state_names import phone_words
from shop.payees.queries import PaidTo, PayeeView, account_of_order
from shop.payments.models.tables import CancelRequest, Payment, Refund, TransferProof
from shop.payments.rules.standings import (
    BuyerAction,
    GrowerAct,
    MoneyOfOrder,
    Standing,
    grower_acts,
    money_of,
)
from shop.payments.states import Stage, WishState


@dataclass(frozen=True, slots=True)
class ProofView:
    """A receipt as its buyer sees it; the amount in fen."""

    public_id: str
    state: str
    stated_minor: int
    submitted_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as pages show it; the amount in fen."""

    number: str
    order_number: str
    amount_minor: int
    currency: str
    state: str
    kind: str
    reason: str
    created_at: datetime
    done_at: datetime | None
    buyer_name: str
    last_error: str | None


@dataclass(frozen=True, slots=True)
class WishView:
    """A request to cancel a parcel, and its answer."""

    public_id: str
    consignment_number: str
    order_number: str
    reason: str
    state: str
    answer: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    """What an order's page says about its money, and what the buyer may do there."""

    order_number: str
    token: str
    method: str
    state: str
    total_minor: int
    currency: str
    expires_at: datetime | None
    phone: str
    standing: Standing
    goes_back: bool
    arrived_minor: int | None
    arrived_currency: str | None
    can_pay_now: bool
    account: PayeeView | None
    account_changed: bool
    account_unit: str
    can_send_proof: bool
    proofs: tuple[ProofView, ...]
    refunds: tuple[RefundView, ...]
    can_cancel_order: bool
    can_ask_to_cancel: tuple[str, ...]
    wishes: tuple[WishView, ...]


def buyers_order(number: str, token: str | None, *, account_id: int | None = None) -> Order:
    """An order for whoever holds its token, or for the account that placed it.

    Raises:
        NotFound: no such order, or not theirs; the answer does not say which.
    """
    order = session.scalars(select(Order).where(Order.number == number)).one_or_none()
    if order is not None:
        by_link = token and hmac.compare_digest(order.access_token.encode(), token.encode())
        if by_link or (account_id is not None and order.account_id == account_id):
            note_checked(Scope.TOKEN)
            return order
    raise NotFound(
        _("There is no such order, or the link is not complete. Please open it from your message."),
        code="no_such_order",
    )


def panel(order_id: int) -> Panel:
    """Everything that an order's page shows about its money."""
    order = session.get_one(Order, order_id)
    payments = session.scalars(select(Payment).where(Payment.order_id == order_id)).all()
    wishes = cancel_requests_of(order_id)
    parcels = consignments_of(order_id)
    requested_numbers = {wish.consignment_number for wish in wishes if wish.state == WishState.OPEN}
    money = _money(order, (payment.state for payment in payments), parcels)
    doubtful = next((payment for payment in payments if payment.state == Stage.DOUBTFUL), None)
    transfer = order.payment_method == PaymentMethod.OFFLINE_TRANSFER
    growers = {parcel.grower_id for parcel in parcels}
    paid_to = account_of_order(order.payee_account, growers, at=now()) if transfer else PaidTo(None)
    return view_of(
        Panel,
        order,
        money,
        order_number=order.number,
        token=order.access_token,
        method=order.payment_method,
        state=order.payment_state,
        phone=phone_words(order.buyer_phone),
        arrived_minor=doubtful.heard_amount_minor if doubtful else None,
        arrived_currency=doubtful.heard_currency if doubtful else None,
        can_pay_now=BuyerAction.PAY in money.acts,
        account=paid_to.account,
        account_changed=paid_to.changed,
        account_unit=branch.unit_name(branch.unit_by_id(paid_to.account.unit_id)) if paid_to.account else "",
        can_send_proof=BuyerAction.SEND_RECEIPT in money.acts,
        proofs=proofs_of(order_id),
        refunds=refunds_of(order_id),
        can_cancel_order=BuyerAction.CANCEL_ORDER in money.acts,
        can_ask_to_cancel=tuple(
            parcel.number
            for parcel in parcels
            if BuyerAction.ASK_TO_CANCEL in money.acts
            and parcel.fulfilment_state in BEFORE_DISPATCH
            and parcel.number not in requested_numbers
        ),
        wishes=wishes,
    )


def at_parcel(order_id: int, consignment_id: int) -> tuple[Standing, frozenset[GrowerAct]]:
    """How the money of an order stands, and what the grower of one of its parcels may do about it."""
    order = session.get_one(Order, order_id)
    parcels = consignments_of(order_id)
    mine = next(consignment for consignment in parcels if consignment.id == consignment_id)
    state, method = PaymentState(order.payment_state), PaymentMethod(order.payment_method)
    stages = session.scalars(select(Payment.state).where(Payment.order_id == order_id))
    parcel = FulfilmentState(mine.fulfilment_state)
    return _money(order, stages, parcels).standing, grower_acts(
        state, method, parcel, handed_over=mine.delivered_at is not None
    )


def _money(order: Order, stages: Iterable[str], parcels: Iterable[Consignment]) -> MoneyOfOrder:
    return money_of(
        PaymentState(order.payment_state),
        PaymentMethod(order.payment_method),
        {Stage(stage) for stage in stages},
        [FulfilmentState(parcel.fulfilment_state) for parcel in parcels],
    )


def proofs_of(order_id: int) -> tuple[ProofView, ...]:
    """The receipts that an order's buyer sent, the first first."""
    rows = session.scalars(
        select(TransferProof).where(TransferProof.order_id == order_id).order_by(TransferProof.id)
    )
    return tuple(view_of(ProofView, row) for row in rows)


def refund_view(refund: Refund, order: Order) -> RefundView:
    """A refund with what of its order is shown beside it."""
    return view_of(RefundView, refund, order, order_number=order.number)


def refunds_of(order_id: int) -> tuple[RefundView, ...]:
    """The refunds of an order, the first first."""
    order = session.get_one(Order, order_id)
    rows = session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id))
    return tuple(refund_view(row, order) for row in rows)


def cancel_requests_of(order_id: int) -> tuple[WishView, ...]:
    """What the buyer of an order asked to cancel, the first first."""
    return wish_views(Order.id == order_id)


def wish_views(*conditions: ColumnElement[bool], limit: int | None = None) -> tuple[WishView, ...]:
    """The cancel requests that meet the conditions (on request, consignment and order), the first first."""
    rows = session.execute(
        select(CancelRequest, Consignment, Order.number)
        .join(Consignment, Consignment.id == CancelRequest.consignment_id)
        .join(Order, Order.id == Consignment.order_id)
        .where(*conditions)
        .order_by(CancelRequest.id)
        .limit(limit)
    )
    return tuple(
        view_of(WishView, wish, consignment_number=consignment.number, order_number=number)
        for wish, consignment, number in rows
    )
