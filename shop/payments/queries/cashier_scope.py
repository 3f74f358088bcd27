"""Whose part of an order's money a cashier acts on: that of his own growers, and receipts of his own unit's account.

An order can be shared by growers of several branches or towns. Nobody is cashier of all because he stands at a root.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from branch import api as branch
from core.database import session
from core.errors import Forbidden
from core.scopes import Scope, note_checked
from shop.orders.models.tables import Consignment, Order
from shop.orders.states import PaymentMethod
from shop.payees.models.tables import PayeeAccount
from shop.payees.queries import unit_of
from shop.payments.models.tables import Payment, Refund, TransferProof


@dataclass(frozen=True, slots=True)
class CashierScope:
    """The units where an account holds a permission, and the growers there, also those who have left."""

    units: frozenset[int]
    growers: frozenset[int]


def reach_of(account_id: int, permission: str) -> CashierScope:
    """Where the account holds `permission`."""
    units = frozenset(unit.id for unit in branch.units_where(account_id, permission))
    return CashierScope(units, frozenset(branch.growers_within(account_id, permission)))


def has_part(reach: CashierScope) -> ColumnElement[bool]:
    """Orders of which at least one parcel is of these growers."""
    return Order.id.in_(select(Consignment.order_id).where(Consignment.grower_id.in_(reach.growers)))


def own_orders(account_id: int, permission: str) -> ColumnElement[bool]:
    """Orders in which the account's growers have a part, for a change that looks at nothing else."""
    reach = reach_of(account_id, permission)
    note_checked(Scope.UNIT, of=account_id)
    return has_part(reach)


def _has_foreign_part(reach: CashierScope) -> ColumnElement[bool]:
    foreign = select(Consignment.id).where(
        Consignment.order_id == Order.id, Consignment.grower_id.not_in(reach.growers)
    )
    return foreign.exists()


def _is_account_of(reach: CashierScope, payee_account: Any) -> ColumnElement[bool]:
    return payee_account.in_(select(PayeeAccount.public_id).where(PayeeAccount.unit_id.in_(reach.units)))


def receipts(reach: CashierScope) -> ColumnElement[bool]:
    """Receipts of transfers to an account of these units; one to no known account needs all of its order's growers."""
    unknown = TransferProof.payee_account.is_(None)
    own = _is_account_of(reach, TransferProof.payee_account)
    return or_(own, and_(unknown, has_part(reach), ~_has_foreign_part(reach)))


def refunds(reach: CashierScope) -> ColumnElement[bool]:
    """Refunds of these growers' parcels; of a whole order, when the account is theirs, or a part of what Stripe took."""
    parcel = Refund.consignment_id.in_(select(Consignment.id).where(Consignment.grower_id.in_(reach.growers)))
    transferred = and_(Payment.method == PaymentMethod.OFFLINE_TRANSFER, Order.payee_account.is_not(None))
    whole = or_(
        and_(transferred, _is_account_of(reach, Order.payee_account)), and_(~transferred, has_part(reach))
    )
    return or_(parcel, and_(Refund.consignment_id.is_(None), whole))


def require_receipt(account_id: int, proof_id: int) -> None:
    """Raises Forbidden unless the receipt is of a transfer to an account of the cashier's units."""
    query = (
        select(TransferProof.id)
        .join(Order, Order.id == TransferProof.order_id)
        .where(TransferProof.id == proof_id, receipts(reach_of(account_id, "payments.confirm")))
    )
    _require(session.scalar(query) is not None)


def require_refund(account_id: int, refund_id: int) -> None:
    """Raises Forbidden unless the refund is of the cashier's own part."""
    query = (
        select(Refund.id)
        .join(Order, Order.id == Refund.order_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.id == refund_id, refunds(reach_of(account_id, "payments.refund")))
    )
    _require(session.scalar(query) is not None)


def require_grower_part(account_id: int, grower_id: int, permission: str) -> None:
    """Raises Forbidden unless the account holds `permission` where the grower of a parcel is at home."""
    branch.require_unit_access(account_id, branch.get_grower(id=grower_id).unit_id, permission)


def require_some_part(account_id: int, order_id: int, permission: str) -> None:
    """Raises Forbidden unless some part of the order is the account's; for what only tells that somebody has looked, or agreed for his part."""
    query = select(Order.id).where(Order.id == order_id, has_part(reach_of(account_id, permission)))
    _require(session.scalar(query) is not None)


def _require(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(_("This lies outside the units that you look after."), code="outside_your_units")
    note_checked(Scope.UNIT)


def cashiers_of(order_id: int, payee_account: str | None) -> Collection[int]:
    """The accounts of the nearest people who confirm receipts: at the payee account's unit, else above each grower."""
    if payee_account is not None:
        return nearest(unit_of(payee_account), "payments.confirm")
    grower_ids = set(session.scalars(select(Consignment.grower_id).where(Consignment.order_id == order_id)))
    homes = {grower.unit_id for grower in branch.growers_by_ids(grower_ids).values()}
    return {account_id for home in homes for account_id in nearest(home, "payments.confirm")}


def nearest(unit_id: int, permission: str) -> set[int]:
    """The accounts that hold `permission` by a role at the unit, or at the next one above where somebody does."""
    return branch.first_holders(branch.upwards(unit_id), permission)
