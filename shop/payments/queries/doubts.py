"""Money in doubt: what may be decided about it, and which cashiers have agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.database import session
from shop.orders.models.tables import Consignment
from shop.payments.models.tables import Payment, PaymentAgreement
from shop.payments.queries import cashier_scope
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
    words = _agreeing_account_ids([payment.id])[payment.id, step]
    return _agreed(
        step, words, _without_word([payment], step, {payment.id: words})[payment.id], display_names(words)
    )


def agreements_on(payments: Sequence[Payment]) -> dict[int, tuple[Agreed, ...]]:
    """By payment the steps to which somebody has agreed, as `agreed_on` tells them."""
    words = _agreeing_account_ids(payment.id for payment in payments)
    names = display_names(account_id for of_step in words.values() for account_id in of_step)
    agreed: dict[int, tuple[Agreed, ...]] = {payment.id: () for payment in payments}
    for step in Step:
        pending = [payment for payment in payments if words[payment.id, step]]
        of_step = {payment.id: words[payment.id, step] for payment in pending}
        for payment_id, missing in _without_word(pending, step, of_step).items():
            agreed[payment_id] += (_agreed(step, of_step[payment_id], missing, names),)
    return agreed


def _agreed(
    step: Step, words: Sequence[int], missing: Sequence[branch.GrowerView], names: Mapping[int | None, str]
) -> Agreed:
    return Agreed(
        step, tuple(names[account_id] for account_id in words), tuple(grower.name for grower in missing)
    )


def _agreeing_account_ids(payment_ids: Iterable[int]) -> dict[tuple[int, Step], list[int]]:
    """The accounts that agreed, by payment and step, in the order in which they did."""
    words: dict[tuple[int, Step], list[int]] = {
        (payment_id, step): [] for payment_id in payment_ids for step in Step
    }
    for row in session.scalars(
        select(PaymentAgreement)
        .where(PaymentAgreement.payment_id.in_({payment_id for payment_id, _step in words}))
        .order_by(PaymentAgreement.at, PaymentAgreement.id)
    ):
        words[row.payment_id, Step(row.step)].append(row.by_account_id)
    return words


def _without_word(
    payments: Sequence[Payment], step: Step, words: Mapping[int, Sequence[int]]
) -> dict[int, list[branch.GrowerView]]:
    """By payment the growers whose cashiers have not agreed; with as few statements as for one."""
    parcels = session.execute(
        select(Consignment.order_id, Consignment.grower_id).where(
            Consignment.order_id.in_({payment.order_id for payment in payments})
        )
    ).all()
    growers = branch.growers_by_ids(grower_id for _order_id, grower_id in parcels)
    roles = branch.roles_of(account_id for of_step in words.values() for account_id in of_step)

    def agreed(grower: branch.GrowerView, accounts: Sequence[int]) -> bool:
        return any(
            branch.roles_allow(roles[account_id], PERMISSION_OF[step], grower.unit_path)
            for account_id in accounts
        )

    return {
        payment.id: [
            growers[grower_id]
            for grower_id in sorted(
                {owner_id for order_id, owner_id in parcels if order_id == payment.order_id}
            )
            if grower_id in growers and not agreed(growers[grower_id], words[payment.id])
        ]
        for payment in payments
    }


def cashiers_without_word(payment: Payment, step: Step) -> set[int]:
    """The accounts of the nearest cashiers of growers for whose part nobody has agreed yet."""
    words = {payment.id: _agreeing_account_ids([payment.id])[payment.id, step]}
    missing = _without_word([payment], step, words)[payment.id]
    return {
        account_id
        for grower in missing
        for account_id in cashier_scope.nearest(grower.unit_id, PERMISSION_OF[step])
    }
