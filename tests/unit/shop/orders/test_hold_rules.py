"""Where each limit on what is held unpaid begins, to the plant and to the fen."""

from dataclasses import replace

import pytest

from shop.orders.rules.unpaid_limits import (
    NETWORK_TIMES,
    Amount,
    Holder,
    Limits,
    LineHolding,
    Measure,
    Way,
    allowed_of,
    exceeded_share,
    exceeded_sum,
    way_of,
)
from shop.orders.states import PaymentMethod

MOST = Amount(100, 50_00)
LIMITS = Limits({Way.CASH: MOST, Way.UNPAID: MOST.times(10)}, share_percent=50, share_free=10, known_times=3)


@pytest.mark.parametrize("holder", Holder)
@pytest.mark.parametrize(
    ("held", "wanted", "measure"),
    [
        (Amount(60, 0), Amount(40, 0), None),
        (Amount(60, 0), Amount(41, 0), Measure.PLANTS),
        (Amount(0, 30_00), Amount(0, 20_00), None),
        (Amount(0, 30_00), Amount(0, 20_01), Measure.VALUE),
        (Amount(), Amount(100, 50_00), None),
    ],
)
def test_what_is_held_and_what_is_wanted_are_one_sum(holder, held, wanted, measure):
    times = NETWORK_TIMES if holder is Holder.NETWORK else 1
    # Behind a network so many may hold as much each, and the last of them no more than anybody.
    before = Amount(
        held.plants + (times - 1) * MOST.plants, held.value_minor + (times - 1) * MOST.value_minor
    )
    found = exceeded_sum({holder: before}, wanted, way=Way.CASH, allowed=MOST)
    assert (found and (found.measure, found.holder)) == (measure and (measure, holder))


def test_each_thing_that_a_buyer_is_known_by_is_looked_at():
    held = dict.fromkeys(Holder, Amount()) | {Holder.ACCOUNT: MOST}
    found = exceeded_sum(held, Amount(1, 1), way=Way.CASH, allowed=MOST)
    assert found is not None
    assert found.holder is Holder.ACCOUNT


A_PIECE = LineHolding("SKU", plants=5, in_nursery=100, own_held=0, unconfirmed=0)


@pytest.mark.parametrize(
    ("changed", "way", "measure"),
    [
        ({"plants": 50}, Way.UNPAID, None),
        ({"plants": 51}, Way.UNPAID, Measure.SHARE),
        ({"own_held": 45}, Way.CASH, None),
        ({"own_held": 46}, Way.CASH, Measure.SHARE),
        ({"unconfirmed": 45}, Way.CASH, None),
        ({"unconfirmed": 46}, Way.CASH, Measure.STRANGERS),
        ({"unconfirmed": 46}, Way.UNPAID, None),
        ({"plants": 10, "in_nursery": 10}, Way.CASH, None),
        ({"plants": 11, "in_nursery": 20}, Way.CASH, Measure.SHARE),
    ],
)
def test_of_one_listing_one_buyer_holds_a_share_and_strangers_for_cash_no_more_together(
    changed, way, measure
):
    piece = replace(A_PIECE, **changed)
    found = exceeded_share(piece, way=way, limits=LIMITS, known=False)
    assert (found and found.measure) == measure
    assert exceeded_share(piece, way=way, limits=LIMITS, known=True) is None


def test_a_known_buyer_may_hold_a_multiple_of_either_kind():
    assert allowed_of(LIMITS, Way.CASH, known=False) == MOST
    assert allowed_of(LIMITS, Way.CASH, known=True) == Amount(300, 150_00)
    assert [way_of(method) for method in PaymentMethod] == [Way.UNPAID, Way.CASH, Way.UNPAID]
