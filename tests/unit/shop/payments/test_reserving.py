"""What is still to be given back of one payment: to the last fen, once, and never of another."""

import pytest
import sqlalchemy as sa

from core.errors import Conflict
from shop.payments.models.tables import Payment
from shop.payments.service.row_locks import reserve_refund
from tests.factories.orders import make_order


@pytest.fixture
def payments(session, at):
    """Two payments of 100 fen that came in."""
    made = []
    for _ in range(2):
        order = make_order(at=at)
        made.append(
            Payment(
                public_id=f"p{order.id}",
                order_id=order.id,
                attempt=1,
                method="stripe",
                state="received",
                amount_minor=100,
                received_minor=100,
                currency="CNY",
                idempotency_key=f"k{order.id}",
                created_at=at,
            )
        )
    session.add_all(made)
    session.flush()
    return [one.id for one in made]


def given_back(session):
    return list(session.scalars(sa.select(Payment.refunded_minor).order_by(Payment.id)))


@pytest.mark.parametrize(
    ("amounts", "refused"),
    [((100,), False), ((101,), True), ((60, 40), False), ((60, 41), True), ((1,) * 3, False)],
)
def test_no_more_is_given_back_than_came_in(session, payments, amounts, refused):
    *before, last = amounts
    for amount in before:
        reserve_refund(payments[0], amount)
    if refused:
        with pytest.raises(Conflict) as conflict:
            reserve_refund(payments[0], last)
        assert conflict.value.code == "more_than_paid"
    else:
        reserve_refund(payments[0], last)
    assert given_back(session) == [sum(before) + last * (not refused), 0]
