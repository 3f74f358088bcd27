"""How a cash order ends, told from its parcels alone."""

import pytest

from shop.orders.rules.cash_on_delivery import CLOSED, CashParcel, outcome, taken_minor
from shop.orders.states import FulfilmentState, PaymentState

CANCELLED = CashParcel(FulfilmentState.CANCELLED, False, 70, 0)
NEVER_TAKEN = CashParcel(FulfilmentState.RETURNED, False, 70, 0)


def handed_over(back=0, state=FulfilmentState.DELIVERED):
    return CashParcel(state, True, 100, back)


@pytest.mark.parametrize(
    ("parcels", "state"),
    [
        ([CANCELLED, CANCELLED], PaymentState.CANCELLED),
        ([CANCELLED, NEVER_TAKEN], PaymentState.CANCELLED),
        ([handed_over(), CANCELLED], PaymentState.PAID),
        ([handed_over(), NEVER_TAKEN], PaymentState.PAID),
        ([handed_over(state=FulfilmentState.RETURNED), CANCELLED], PaymentState.PAID),
        ([handed_over(100, FulfilmentState.RETURNED), CANCELLED], PaymentState.REFUNDED),
        ([handed_over(100), NEVER_TAKEN], PaymentState.REFUNDED),
        ([handed_over(100), handed_over()], PaymentState.PARTLY_REFUNDED),
        ([handed_over(99), CANCELLED], PaymentState.PARTLY_REFUNDED),
        ([handed_over(100), handed_over(100)], PaymentState.REFUNDED),
    ],
)
def test_what_was_handed_over_was_paid_and_what_never_was_counts_for_nothing(parcels, state):
    assert outcome(parcels) is state
    assert outcome(parcels[::-1]) is state
    assert taken_minor(parcels) == 100 * sum(one.handed_over for one in parcels)


@pytest.mark.parametrize("state", sorted(set(FulfilmentState) - CLOSED))
def test_nothing_ends_while_a_parcel_is_under_way(state):
    assert outcome([handed_over(), CashParcel(state, False, 70, 0)]) is None
