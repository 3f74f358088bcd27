"""Money in doubt: what may be decided about it, and which cashiers have agreed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.database import session
from shop.orders.models.tables import Consignment
from shop.payments.models.tables import Payment, PaymentAgreement
from shop.payments.queries import cashier_scope as parts
from shop.payments.rules.attention import disagreements_of
from shop.payments.states import Stage


def may_accept(payment: Payment) -> bool:
    """Whether only the amount differs: then a cashier may take it as the payment of its order."""
    return (
        payment.state == Stage.DOUBTFUL
        and disagreements_of(payment.attention or "") == {"amount"}
        and bool(payment.heard_amount_minor)
    )


class Step(StrEnum):
    """What the cashiers of an order decide about money in doubt."""

    ACCEPT = "accept"
    GIVE_BACK = "give_back"


PERMISSION_OF = {Step.ACCEPT: "payments.confirm", Step.GIVE_BACK: "payments.refund"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who agreed to a step, by name, and the growers, by name, whose cashiers have not; nobody is missing when it is done."""

    step: Step
    by: tuple[str, ...]
    missing: tuple[str, ...]


def takes_from_growers(payment: Payment, step: Step) -> bool:
    """Whether growers would have less by it than was bought of them."""
    return step is Step.GIVE_BACK or (payment.heard_amount_minor or 0) < payment.amount_minor


def agreed_on(payment: Payment, step: Step) -> Agreed:
    """Who agreed to a step about a payment, and whose part has nobody's word."""
    words = _words(payment.id, step)
    missing = _without_word(payment, step, words)
    names = display_names(words)
    by, growers = tuple(names[one] for one in words), tuple(one.name for one in missing)
    return Agreed(step, by, growers)


def _words(payment_id: int, step: Step) -> list[int]:
    return list(
        session.scalars(
            select(PaymentAgreement.by_account_id)
            .where(PaymentAgreement.payment_id == payment_id, PaymentAgreement.step == step)
            .order_by(PaymentAgreement.at, PaymentAgreement.id)
        )
    )


def _without_word(payment: Payment, step: Step, words: Iterable[int]) -> list[branch.GrowerView]:
    ids = set(session.scalars(select(Consignment.grower_id).where(Consignment.order_id == payment.order_id)))
    growers = sorted(branch.growers_by_ids(ids).values(), key=lambda one: one.id)
    held = list(words)
    permission = PERMISSION_OF[step]
    return [
        grower
        for grower in growers
        if not any(branch.may(account_id, permission, grower.unit_id) for account_id in held)
    ]


def cashiers_without_word(payment: Payment, step: Step) -> set[int]:
    missing = _without_word(payment, step, _words(payment.id, step))
    return {
        account_id for grower in missing for account_id in parts.nearest(grower.unit_id, PERMISSION_OF[step])
    }
