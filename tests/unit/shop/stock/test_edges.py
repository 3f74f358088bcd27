"""The edges of stock: the last unit, what is promised, other orders and other goods."""

from datetime import timedelta

import pytest

from core.errors import Invalid
from shop.stock.queries import stock_of
from shop.stock.service import movements as stock
from shop.stock.service.movements import lapse
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_order, make_variant

HOUR = timedelta(hours=1)


@pytest.fixture
def shelf(session, at):
    """Two variants with 10 units each."""
    return [make_variant(at=at, on_hand=10).id for _ in range(2)]


@pytest.fixture
def orders(session, at):
    return [make_order(at=at).id for _ in range(3)]


def figures(variant_id):
    seen = stock_of([variant_id])[variant_id]
    return seen.on_hand, seen.held, seen.sold


@pytest.fixture
def sold(shelf, orders, at):
    """The first order bought 4 of the first goods and 2 of the second; the second order 3 of the first."""
    stock.hold(orders[0], [(shelf[0], 4), (shelf[1], 2)], at=at, expires_at=None)
    stock.hold(orders[1], [(shelf[0], 3)], at=at, expires_at=None)
    stock.take(orders[0])
    stock.take(orders[1])
    assert [figures(one) for one in shelf] == [(3, 0, 7), (8, 0, 2)]
    return orders


@pytest.mark.parametrize(("wanted", "held"), [(1, True), (9, True), (10, True), (11, False)])
def test_the_last_unit_can_be_promised_and_no_more(shelf, orders, at, wanted, held):
    if held:
        stock.hold(orders[0], [(shelf[0], wanted)], at=at, expires_at=None)
        assert figures(shelf[0]) == (10, wanted, 0)
    else:
        with pytest.raises(OutOfStock):
            stock.hold(orders[0], [(shelf[0], wanted)], at=at, expires_at=None)
        assert figures(shelf[0]) == (10, 0, 0)
    assert figures(shelf[1]) == (10, 0, 0)


@pytest.mark.both
@pytest.mark.parametrize(
    ("difference", "left"), [(5, 15), (1, 11), (0, 10), (-1, 9), (-6, 4), (-7, None), (-11, None)]
)
def test_the_nursery_never_has_less_than_what_is_promised(shelf, orders, at, difference, left):
    stock.hold(orders[0], [(shelf[0], 4)], at=at, expires_at=None)
    if left is None:
        with pytest.raises(Invalid) as refused:
            stock.change_on_hand(shelf[0], difference)
        assert (refused.value.code, refused.value.details["held"]) == ("below_held", 4)
    else:
        stock.change_on_hand(shelf[0], difference)
    assert figures(shelf[0]) == (10 if left is None else left, 4, 0)
    assert figures(shelf[1]) == (10, 0, 0)


@pytest.mark.parametrize(("counted", "written"), [(20, True), (4, True), (3, False), (0, False)])
def test_what_was_counted_is_written_down_unless_more_is_promised(shelf, orders, at, counted, written):
    stock.hold(orders[0], [(shelf[0], 4)], at=at, expires_at=None)
    if written:
        stock.set_on_hand(shelf[0], counted)
    else:
        with pytest.raises(Invalid) as refused:
            stock.set_on_hand(shelf[0], counted)
        assert refused.value.details["held"] == 4
    assert figures(shelf[0]) == (counted if written else 10, 4, 0)


def test_counting_again_forgets_nothing_that_was_sold(sold, shelf):
    stock.set_on_hand(shelf[0], 0)
    assert figures(shelf[0]) == (0, 0, 7)


@pytest.mark.parametrize(
    ("before_the_end", "room"), [(timedelta(seconds=1), False), (timedelta(0), True), (-HOUR, True)]
)
def test_a_promise_ends_at_its_moment(shelf, orders, at, before_the_end, room):
    stock.hold(orders[0], [(shelf[0], 8)], at=at, expires_at=at + HOUR)
    assert lapse(shelf[0], at=at + HOUR - before_the_end) == room
    assert figures(shelf[0]) == (10, 0 if room else 8, 0)
    assert not lapse(shelf[0], at=at + HOUR - before_the_end)


def test_only_the_promises_on_these_goods_that_ran_out_are_called_back(shelf, orders, at):
    stock.hold(orders[0], [(shelf[0], 1), (shelf[1], 2)], at=at, expires_at=at + HOUR)
    stock.hold(orders[1], [(shelf[0], 4)], at=at, expires_at=at + 2 * HOUR)
    stock.hold(orders[2], [(shelf[0], 3)], at=at, expires_at=at + HOUR)
    assert lapse(shelf[0], at=at + HOUR)
    assert [figures(one) for one in shelf] == [(10, 4, 0), (10, 2, 0)]


def test_an_end_is_moved_for_one_order_and_only_for_what_it_still_holds(shelf, orders, at):
    stock.hold(orders[0], [(shelf[0], 1)], at=at, expires_at=at + HOUR)
    stock.hold(orders[1], [(shelf[0], 2)], at=at, expires_at=at + HOUR)
    stock.extend(orders[0], expires_at=at + 3 * HOUR)
    lapse(shelf[0], at=at + 2 * HOUR)
    assert figures(shelf[0]) == (10, 1, 0)
    stock.extend(orders[1], expires_at=at + 9 * HOUR)  # it ran out already and stays so
    assert figures(shelf[0]) == (10, 1, 0)
    lapse(shelf[0], at=at + 3 * HOUR)
    assert figures(shelf[0]) == (10, 0, 0)


@pytest.mark.parametrize(
    "verb", [stock.take, stock.release, stock.let_lapse, stock.put_back], ids=lambda verb: verb.__name__
)
def test_what_is_done_with_one_order_leaves_the_others_alone(shelf, orders, at, verb):
    stock.hold(orders[1], [(shelf[0], 3), (shelf[1], 3)], at=at, expires_at=None)
    stock.hold(orders[0], [(shelf[0], 1)], at=at, expires_at=None)
    verb(orders[0])
    on_hand, held, sold = figures(shelf[0])
    assert held - 3 == {stock.put_back: 1}.get(verb, 0)
    assert (on_hand, sold) == ((9, 1) if verb is stock.take else (10, 0))
    assert figures(shelf[1]) == (10, 3, 0)


def test_a_promise_that_ran_out_is_taken_from_what_nobody_else_holds(shelf, orders, at):
    stock.hold(orders[0], [(shelf[0], 5)], at=at, expires_at=at)
    lapse(shelf[0], at=at)
    stock.hold(orders[1], [(shelf[0], 5)], at=at, expires_at=None)
    stock.take(orders[0])  # exactly as many as are left
    assert figures(shelf[0]) == (5, 5, 5)


@pytest.mark.parametrize(
    ("units", "left"),
    [
        ({0: 1}, [(4, 0, 6), (8, 0, 2)]),
        ({0: 3}, [(6, 0, 4), (8, 0, 2)]),
        ({0: 4}, [(7, 0, 3), (8, 0, 2)]),
        ({0: 4, 1: 1}, [(7, 0, 3), (9, 0, 1)]),
        ({1: 2}, [(3, 0, 7), (10, 0, 0)]),
        ({1: 0}, [(3, 0, 7), (8, 0, 2)]),
        ({}, [(3, 0, 7), (8, 0, 2)]),
    ],
)
def test_some_units_come_back_and_the_rest_stays_sold(sold, shelf, units, left):
    stock.put_back_units(sold[0], {shelf[place]: count for place, count in units.items()})
    assert [figures(one) for one in shelf] == left


@pytest.mark.parametrize("count", [5, 100])
def test_no_more_units_come_back_than_were_bought(sold, shelf, count):
    with pytest.raises(ValueError, match=f"has not bought {count}"):
        stock.put_back_units(sold[0], {shelf[0]: count})
    assert figures(shelf[0]) == (3, 0, 7)


@pytest.mark.both
def test_units_come_back_in_parts_until_none_is_left(sold, shelf):
    for count in (1, 2, 1):
        stock.put_back_units(sold[0], {shelf[0]: count})
    assert figures(shelf[0]) == (7, 0, 3)
    with pytest.raises(ValueError, match="has not bought"):
        stock.put_back_units(sold[0], {shelf[0]: 1})


@pytest.mark.parametrize("state", ["held", "lapsed"])
def test_units_that_were_never_paid_for_do_not_come_back(shelf, orders, at, state):
    stock.hold(orders[0], [(shelf[0], 4)], at=at, expires_at=at)
    if state == "lapsed":
        lapse(shelf[0], at=at)
    for count in (1, 4):
        with pytest.raises(ValueError, match="has not bought"):
            stock.put_back_units(orders[0], {shelf[0]: count})


def test_all_that_was_bought_comes_back_once(sold, shelf):
    for _ in range(2):
        stock.put_back(sold[0])
        assert [figures(one) for one in shelf] == [(7, 0, 3), (10, 0, 0)]


def test_an_order_that_was_given_up_after_its_promise_ran_out_buys_nothing_any_more(shelf, orders, at):
    stock.hold(orders[0], [(shelf[0], 4)], at=at, expires_at=at + HOUR)
    stock.let_lapse(orders[0])
    stock.release(orders[0])
    stock.take(orders[0])
    assert figures(shelf[0]) == (10, 0, 0)
