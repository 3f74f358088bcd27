"""Money of an order that several branches share: each cashier agrees for the part of his own growers, and the last one decides.

Nothing here commits.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.database import session
from shop.payments.models.tables import PaymentAgreement
from shop.payments.queries import cashier_scope
from shop.payments.queries.doubts import (
    PERMISSION_OF,
    Agreed,
    Step,
    agreed_on,
    cashiers_without_word,
    takes_from_growers,
)
from shop.payments.service import doubts, notices
from shop.payments.service.row_locks import locked_payment


def decide(payment_id: int, step: Step, *, by_account_id: int, at: datetime) -> Agreed:
    """Agree to a step for one's own growers' parts; it is taken once every part has somebody's word.

    Only money that takes nothing from any grower (all of the price came, or more) is accepted by one alone. Whose role
    ended since has no word any more.

    Raises:
        Forbidden: no grower of the order is the account's.
        Conflict: as `doubts.accept` and `doubts.give_back`.
    """
    order, payment = locked_payment(payment_id)
    cashier_scope.require_some_part(by_account_id, order.id, PERMISSION_OF[step])
    doubts.check(payment, accepted=step is Step.ACCEPT)
    row = session.scalars(
        select(PaymentAgreement).where(
            PaymentAgreement.payment_id == payment_id, PaymentAgreement.by_account_id == by_account_id
        )
    ).one_or_none()
    if row is None:
        row = PaymentAgreement(payment_id=payment_id, by_account_id=by_account_id, step=step, at=at)
        session.add(row)
    row.step, row.at = step, at
    session.flush()
    agreed = agreed_on(payment, step)
    if agreed.missing and takes_from_growers(payment, step):
        notices.part_waits(order, payment, step, cashiers_without_word(payment, step))
        return agreed
    verb = doubts.accept if step is Step.ACCEPT else doubts.give_back
    verb(payment_id, by_account_id=by_account_id, at=at)
    return Agreed(step, agreed.by, ())
