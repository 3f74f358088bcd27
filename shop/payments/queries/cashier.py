"""Reads of the cashier's desk and of refund forms, within the units that the cashier looks after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.accounts.models.account import Account
from core.database import session, view_of
from core.errors import existing
from shop.orders.models.tables import Consignment, Order
from shop.orders.states import PaymentMethod, PaymentState
from shop.payments.models.tables import CancelRequest, Payment, Refund, TransferProof
from shop.payments.queries import cashier_scope
from shop.payments.queries import doubts as in_doubt
from shop.payments.queries.doubts import Agreed
from shop.payments.queries.order_money import RefundView, WishView, refund_view, wish_views
from shop.payments.states import ProofState, RefundState, Stage, WishState

SHOWN = 100
PROOFS = select(TransferProof, Order).join(Order, Order.id == TransferProof.order_id)
REFUNDS = select(Refund, Order).join(Order, Order.id == Refund.order_id)
OPEN = CancelRequest.state == WishState.OPEN


@dataclass(frozen=True, slots=True)
class WaitingProof:
    """A transfer to look for on the account."""

    public_id: str
    order_id: int
    order_number: str
    buyer_name: str
    total_minor: int
    stated_minor: int
    currency: str
    note: str
    state: str
    submitted_at: datetime
    ends_at: datetime | None
    ended: bool
    file_key: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A payment that a person must look at."""

    public_id: str
    order_number: str
    state: str
    amount_minor: int
    heard_amount_minor: int | None
    heard_currency: str | None
    currency: str
    attention: str
    in_doubt: bool
    may_accept: bool
    agreed: tuple[Agreed, ...]


@dataclass(frozen=True, slots=True)
class CashierQueue:
    """What waits for a cashier, by kind."""

    proofs: tuple[WaitingProof, ...]
    refunds: tuple[RefundView, ...]
    doubts: tuple[Doubt, ...]
    wishes: tuple[WishView, ...]


def cashier_queue(account_id: int) -> CashierQueue:
    """What waits for the cashier: proofs, refunds to pay by hand, payments in doubt, wishes to cancel."""
    reach = cashier_scope.reach_of(account_id, "payments.confirm")
    proofs = session.execute(
        PROOFS.where(TransferProof.state == ProofState.SUBMITTED, cashier_scope.receipts(reach))
        .order_by(TransferProof.submitted_at)
        .limit(SHOWN)
    )
    by_hand = Payment.method != PaymentMethod.STRIPE
    refunds = session.execute(
        REFUNDS.join(Payment, Payment.id == Refund.payment_id)
        .where((Refund.state == RefundState.FAILED) | ((Refund.state == RefundState.DUE) & by_hand))
        .where(cashier_scope.refunds(reach))
        .order_by(Refund.id)
        .limit(SHOWN)
    )
    doubts = session.execute(
        select(Payment, Order.number)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.attention.is_not(None) | (Payment.state == Stage.DOUBTFUL),
            cashier_scope.has_part(reach),
        )
        .order_by(Payment.id.desc())
        .limit(SHOWN)
    ).all()
    agreed = in_doubt.agreements_on([payment for payment, _number in doubts])
    return CashierQueue(
        proofs=tuple(_waiting(proof, order) for proof, order in proofs),
        refunds=tuple(refund_view(refund, order) for refund, order in refunds),
        doubts=tuple(_doubt(payment, number, agreed[payment.id]) for payment, number in doubts),
        wishes=wish_views(OPEN, Consignment.grower_id.in_(reach.growers), limit=SHOWN),
    )


def _waiting(proof: TransferProof, order: Order) -> WaitingProof:
    return view_of(
        WaitingProof,
        proof,
        order,
        order_number=order.number,
        ends_at=order.expires_at,
        ended=order.payment_state != PaymentState.PROOF_SUBMITTED,
    )


def _doubt(payment: Payment, number: str, agreed: tuple[Agreed, ...]) -> Doubt:
    return view_of(
        Doubt,
        payment,
        order_number=number,
        attention=payment.attention or "",
        in_doubt=payment.state == Stage.DOUBTFUL,
        may_accept=in_doubt.may_accept(payment),
        agreed=agreed,
    )


def cashiers_of(order_id: int) -> list[Account]:
    """The nearest people who confirm the receipt that waits for an order."""
    payee = session.scalar(
        select(TransferProof.payee_account)
        .where(TransferProof.order_id == order_id)
        .order_by(TransferProof.id.desc())
        .limit(1)
    )
    cashier_ids = cashier_scope.cashiers_of(order_id, payee)
    return list(
        session.scalars(
            select(Account).where(Account.id.in_(cashier_ids), Account.active).order_by(Account.id)
        )
    )


def proof_for_cashier(account_id: int, public_id: str) -> WaitingProof:
    """One proof, for a cashier of the account to which it was transferred.

    Raises:
        NotFound: no such proof.
        Forbidden: outside of the cashier's units.
    """
    row = session.execute(PROOFS.where(TransferProof.public_id == public_id)).one_or_none()
    proof, order = existing(row, _l("There is no such proof."), code="no_such_proof")
    cashier_scope.require_receipt(account_id, proof.id)
    return _waiting(proof, order)


@dataclass(frozen=True, slots=True)
class GrowersPage:
    """Wishes to cancel and refunds of one grower's parcels, the latest first."""

    wishes: tuple[WishView, ...]
    refunds: tuple[RefundView, ...]


def of_grower(grower_id: int) -> GrowersPage:
    """What a grower sees of money going back."""
    refunds = session.execute(
        REFUNDS.join(Consignment, Consignment.id == Refund.consignment_id)
        .where(Consignment.grower_id == grower_id)
        .order_by(Refund.id.desc())
        .limit(SHOWN)
    )
    return GrowersPage(
        wishes=wish_views(OPEN, Consignment.grower_id == grower_id, limit=SHOWN),
        refunds=tuple(refund_view(refund, order) for refund, order in refunds),
    )
