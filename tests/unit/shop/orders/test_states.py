import pytest

from core.errors import Conflict
from shop.orders.states import (
    BEFORE_DISPATCH,
    FULFILMENT_TRANSITIONS,
    OPEN_PAYMENT,
    PAYMENT_TRANSITIONS,
    FulfilmentState,
    PaymentMethod,
    PaymentState,
    check_fulfilment,
    check_payment,
    first_payment_state,
    fulfilment_sources,
    payment_sources,
)


def test_every_state_has_a_line_in_its_table():
    assert set(PAYMENT_TRANSITIONS) == set(PaymentState)
    assert set(FULFILMENT_TRANSITIONS) == set(FulfilmentState)


@pytest.mark.parametrize("current", PaymentState)
@pytest.mark.parametrize("target", PaymentState)
def test_a_payment_moves_only_along_its_table(current, target):
    if target in PAYMENT_TRANSITIONS[current]:
        check_payment(current, target)
        assert current in payment_sources(target)
    else:
        with pytest.raises(Conflict) as caught:
            check_payment(current, target)
        assert caught.value.code == "wrong_state"


@pytest.mark.parametrize("current", FulfilmentState)
@pytest.mark.parametrize("target", FulfilmentState)
def test_a_consignment_moves_only_along_its_table(current, target):
    if target in FULFILMENT_TRANSITIONS[current]:
        check_fulfilment(current, target)
        assert current in fulfilment_sources(target)
    else:
        with pytest.raises(Conflict):
            check_fulfilment(current, target)


def test_what_has_left_cannot_be_cancelled():
    can_be_cancelled = fulfilment_sources(FulfilmentState.CANCELLED)
    assert can_be_cancelled == BEFORE_DISPATCH
    assert FulfilmentState.DISPATCHED not in can_be_cancelled


def test_a_paid_order_is_refunded_not_cancelled():
    assert payment_sources(PaymentState.CANCELLED) == OPEN_PAYMENT


def test_a_refunded_or_cancelled_order_is_at_its_end():
    assert not PAYMENT_TRANSITIONS[PaymentState.REFUNDED]
    assert not PAYMENT_TRANSITIONS[PaymentState.CANCELLED]


@pytest.mark.parametrize("target", PaymentState)
def test_every_payment_state_can_be_reached_from_a_first_one(target):
    reached = {first_payment_state(method) for method in PaymentMethod}
    while True:
        wider = reached.union(*(PAYMENT_TRANSITIONS[state] for state in reached))
        if wider == reached:
            break
        reached = wider
    assert target in reached


def test_cash_is_due_at_the_door_and_all_else_is_awaited():
    assert first_payment_state(PaymentMethod.CASH_ON_DELIVERY) == PaymentState.DUE_ON_DELIVERY
    assert first_payment_state(PaymentMethod.STRIPE) == PaymentState.AWAITING_PAYMENT
    assert first_payment_state(PaymentMethod.OFFLINE_TRANSFER) == PaymentState.AWAITING_PAYMENT
