"""What is still to be given back of one payment: to the last fen, once, and never of another."""

import pytest
import sqlalchemy as sa

from core.errors import Conflict
from shop.payments.models.tables import Payment, Refund, RefundChange
from shop.payments.service.row_locks import move_refund, reserve_refund
from shop.payments.states import RefundState
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


@pytest.mark.both
def test_what_a_provider_says_at_length_is_kept_as_far_as_its_column_goes(session, payments, at):
    payment = session.get_one(Payment, payments[0])
    refund = Refund(
        number="RF-1",
        payment_id=payment.id,
        order_id=payment.order_id,
        kind="agreed",
        amount_minor=1,
        currency="CNY",
        idempotency_key="r1",
        next_attempt_at=at,
        created_at=at,
    )
    session.add(refund)
    session.flush()
    move_refund(refund, RefundState.FAILED, at=at, cause="no" * 200)
    session.flush()
    assert session.scalars(sa.select(RefundChange.cause)).one() == "no" * 100
