"""Reads of the cashier's desk and of refund forms, within the units that the cashier looks after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from branch import api as branch
from core.accounts.models import Account
from core.accounts.scopes import Scope, note_checked
from core.database import session
from core.errors import Forbidden, NotFound
from shop.orders.models import Consignment, Order
from shop.orders.states import PaymentMethod
from shop.payments.models import CancelWish, Payment, Refund, TransferProof
from shop.payments.queries import RefundView, WishView, refund_view, wish_view
from shop.payments.states import ProofState, RefundState, WishState
from shop.payments.wording import attention_words

SHOWN = 100


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
    what: str


@dataclass(frozen=True, slots=True)
class Desk:
    proofs: tuple[WaitingProof, ...]
    refunds: tuple[RefundView, ...]
    doubts: tuple[Doubt, ...]
    wishes: tuple[WishView, ...]


def _growers_of(account_id: int, permission: str) -> set[int] | None:
    """The growers whose orders an account may handle; None when it looks after the whole tree."""
    units = branch.units_where(account_id, permission)
    found: set[int] = set()
    for unit in units:
        if unit.parent_id is None:
            return None
        found |= {grower.id for grower in branch.growers_in(unit.id)}
    return found


def _in_scope(query: Select, growers: Collection[int] | None) -> Select:
    """Orders of which at least one part belongs to these growers: one transfer pays all of an order."""
    if growers is None:
        return query
    return query.where(Order.id.in_(select(Consignment.order_id).where(Consignment.grower_id.in_(growers))))


def desk(account_id: int) -> Desk:
    """What waits for the cashier: proofs, refunds to pay by hand, payments in doubt, wishes to cancel."""
    growers = _growers_of(account_id, "payments.confirm")
    proofs = session.execute(
        _in_scope(
            select(TransferProof, Order)
            .join(Order, Order.id == TransferProof.order_id)
            .where(TransferProof.state == ProofState.SUBMITTED)
            .order_by(TransferProof.submitted_at)
            .limit(SHOWN),
            growers,
        )
    )
    by_hand = Payment.method != PaymentMethod.STRIPE
    refunds = session.execute(
        _in_scope(
            select(Refund, Order)
            .join(Order, Order.id == Refund.order_id)
            .join(Payment, Payment.id == Refund.payment_id)
            .where((Refund.state == RefundState.FAILED) | ((Refund.state == RefundState.DUE) & by_hand))
            .order_by(Refund.id)
            .limit(SHOWN),
            growers,
        )
    )
    doubts = session.execute(
        _in_scope(
            select(Payment, Order.number)
            .join(Order, Order.id == Payment.order_id)
            .where(Payment.attention.is_not(None))
            .order_by(Payment.id.desc())
            .limit(SHOWN),
            growers,
        )
    )
    wishes = session.execute(
        _in_scope(
            select(CancelWish, Consignment, Order.number)
            .join(Consignment, Consignment.id == CancelWish.consignment_id)
            .join(Order, Order.id == Consignment.order_id)
            .where(CancelWish.state == WishState.OPEN)
            .order_by(CancelWish.id)
            .limit(SHOWN),
            growers,
        )
    )
    return Desk(
        proofs=tuple(_waiting(proof, order) for proof, order in proofs),
        refunds=tuple(refund_view(refund, order) for refund, order in refunds),
        doubts=tuple(_doubt(payment, number) for payment, number in doubts),
        wishes=tuple(wish_view(*row) for row in wishes),
    )


def _waiting(proof: TransferProof, order: Order) -> WaitingProof:
    return WaitingProof(
        public_id=proof.public_id,
        order_id=order.id,
        order_number=order.number,
        buyer_name=order.buyer_name,
        total_minor=order.total_minor,
        stated_minor=proof.stated_minor,
        currency=order.currency,
        note=proof.note,
        state=proof.state,
        submitted_at=proof.submitted_at,
        file_key=proof.file_key,
    )


def _doubt(payment: Payment, number: str) -> Doubt:
    return Doubt(
        public_id=payment.public_id,
        order_number=number,
        state=payment.state,
        amount_minor=payment.amount_minor,
        heard_amount_minor=payment.heard_amount_minor,
        heard_currency=payment.heard_currency,
        currency=payment.currency,
        what=attention_words(payment.attention or ""),
    )


def require_order_in_scope(account_id: int, order_id: int, permission: str) -> None:
    """Refuse an account that looks after none of an order's growers.

    Raises:
        Forbidden: code `outside_your_units`.
    """
    growers = _growers_of(account_id, permission)
    note_checked(Scope.UNIT)
    if growers is None:
        return
    of_order = set(session.scalars(select(Consignment.grower_id).where(Consignment.order_id == order_id)))
    if not of_order & growers:
        raise Forbidden(_("This lies outside the units that you look after."), code="outside_your_units")


def cashiers_of(order_id: int) -> list[Account]:
    """The nearest people above each grower of an order who confirm payments."""
    grower_ids = set(session.scalars(select(Consignment.grower_id).where(Consignment.order_id == order_id)))
    by_id = {unit.id: unit for unit in branch.all_units()}
    found: set[int] = set()
    for grower in branch.growers_by_ids(grower_ids).values():
        unit = by_id.get(grower.unit_id)
        while unit is not None:
            here = {
                member.account_id
                for member in branch.members_of([unit])
                if branch.may(member.account_id, "payments.confirm", unit.id)
            }
            if here:
                found |= here
                break
            unit = by_id.get(unit.parent_id) if unit.parent_id else None
    return list(
        session.scalars(select(Account).where(Account.id.in_(found), Account.active).order_by(Account.id))
    )


def proof_for_cashier(account_id: int, public_id: str) -> WaitingProof:
    """One proof, for a cashier who looks after its order.

    Raises:
        NotFound: no such proof.
        Forbidden: outside of the cashier's units.
    """
    found = session.execute(
        select(TransferProof, Order)
        .join(Order, Order.id == TransferProof.order_id)
        .where(TransferProof.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such proof."), code="no_such_proof")
    require_order_in_scope(account_id, found[1].id, "payments.confirm")
    return _waiting(*found)


@dataclass(frozen=True, slots=True)
class GrowersPage:
    """Wishes to cancel and refunds of one grower's parcels, the latest first."""

    wishes: tuple[WishView, ...]
    refunds: tuple[RefundView, ...]


def of_grower(grower_id: int) -> GrowersPage:
    """What a grower sees of money going back."""
    wishes = session.execute(
        select(CancelWish, Consignment, Order.number)
        .join(Consignment, Consignment.id == CancelWish.consignment_id)
        .join(Order, Order.id == Consignment.order_id)
        .where(Consignment.grower_id == grower_id, CancelWish.state == WishState.OPEN)
        .order_by(CancelWish.id)
        .limit(SHOWN)
    )
    refunds = session.execute(
        select(Refund, Order)
        .join(Order, Order.id == Refund.order_id)
        .join(Consignment, Consignment.id == Refund.consignment_id)
        .where(Consignment.grower_id == grower_id)
        .order_by(Refund.id.desc())
        .limit(SHOWN)
    )
    return GrowersPage(
        wishes=tuple(wish_view(*row) for row in wishes),
        refunds=tuple(refund_view(refund, order) for refund, order in refunds),
    )
