from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.database import transaction
from core.errors import Invalid
from shop.stock.models import Stock
from shop.stock.queries import available, stock_of
from shop.stock.service import movements as stock
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_order, make_variant


@pytest.fixture
def shelf(session, at):
    """Two variants with 10 units each, and a function that makes orders."""
    with transaction():
        return [make_variant(at=at, on_hand=10).id for _ in range(2)]


def an_order(at):
    with transaction():
        return make_order(at=at).id


def figures(variant_id):
    seen = stock_of([variant_id])[variant_id]
    return seen.on_hand, seen.held, seen.sold


def hold(order_id, *lines, at, minutes=40):
    with transaction():
        stock.hold(order_id, lines, at=at, expires_at=at + timedelta(minutes=minutes))


def test_held_units_are_no_longer_available(shelf, at):
    hold(an_order(at), (shelf[0], 4), at=at)
    assert available(shelf) == {shelf[0]: 6, shelf[1]: 10}


def test_every_short_line_is_named_and_nothing_is_held(shelf, at):
    order = an_order(at)
    with pytest.raises(OutOfStock) as caught, transaction():
        stock.hold(order, [(shelf[1], 12), (shelf[0], 11)], at=at, expires_at=None)
    assert [(line.wanted, line.available) for line in caught.value.lines] == [(11, 10), (12, 10)]
    assert all(line.sku.startswith("SKU") for line in caught.value.lines)
    assert available(shelf) == {shelf[0]: 10, shelf[1]: 10}


@pytest.mark.both
def test_a_caller_who_goes_on_after_a_short_line_has_held_nothing(shelf, at):
    order = an_order(at)
    with transaction(), pytest.raises(OutOfStock):
        stock.hold(order, [(shelf[0], 3), (shelf[1], 11)], at=at, expires_at=None)
    assert available(shelf) == {shelf[0]: 10, shelf[1]: 10}


def test_lines_of_the_same_variant_count_together(shelf, at):
    with pytest.raises(OutOfStock):
        hold(an_order(at), (shelf[0], 6), (shelf[0], 5), at=at)
    hold(an_order(at), (shelf[0], 6), (shelf[0], 4), at=at)
    assert figures(shelf[0]) == (10, 10, 0)


def test_a_variant_without_stock_is_short(session, at):
    with transaction():
        variant = make_variant(at=at, on_hand=0)
        session.execute(sa.delete(Stock))
    with pytest.raises(OutOfStock) as caught:
        hold(an_order(at), (variant.id, 1), at=at)
    assert caught.value.lines[0].available == 0


def test_taking_sells_what_is_held_once(shelf, at):
    order = an_order(at)
    hold(order, (shelf[0], 4), (shelf[1], 1), at=at)
    for _ in range(2):
        with transaction():
            stock.take(order)
    assert figures(shelf[0]) == (6, 0, 4)
    assert figures(shelf[1]) == (9, 0, 1)


def test_releasing_frees_what_is_held_once(shelf, at):
    order = an_order(at)
    hold(order, (shelf[0], 4), at=at)
    for _ in range(2):
        with transaction():
            stock.release(order)
    assert figures(shelf[0]) == (10, 0, 0)
    with transaction():
        stock.take(order)
    assert figures(shelf[0]) == (10, 0, 0)


def test_a_promise_that_ran_out_makes_room_for_the_next_buyer(shelf, at):
    first, second = an_order(at), an_order(at)
    hold(first, (shelf[0], 8), at=at, minutes=40)
    with pytest.raises(OutOfStock):
        hold(second, (shelf[0], 5), at=at + timedelta(minutes=39))
    hold(second, (shelf[0], 5), at=at + timedelta(minutes=40))
    assert figures(shelf[0]) == (10, 5, 0)


def test_a_lost_promise_is_taken_again_while_there_is_stock(shelf, at):
    first, second = an_order(at), an_order(at)
    hold(first, (shelf[0], 5), at=at)
    hold(second, (shelf[0], 6), at=at + timedelta(hours=1))
    with pytest.raises(OutOfStock) as caught, transaction():
        stock.take(first)
    assert (caught.value.lines[0].wanted, caught.value.lines[0].available) == (5, 4)
    with transaction():
        stock.release(second)
    with transaction():
        stock.take(first)
    assert figures(shelf[0]) == (5, 0, 5)


def test_a_lapsed_order_may_come_back_but_a_released_one_may_not(shelf, at):
    late, cancelled = an_order(at), an_order(at)
    hold(late, (shelf[0], 2), at=at)
    hold(cancelled, (shelf[0], 3), at=at)
    with transaction():
        stock.let_lapse(late)
        stock.release(cancelled)
    with transaction():
        stock.take(late)
        stock.take(cancelled)
    assert figures(shelf[0]) == (8, 0, 2)


def test_a_promise_without_an_end_does_not_run_out(shelf, at):
    first, second = an_order(at), an_order(at)
    hold(first, (shelf[0], 8), at=at)
    with transaction():
        stock.extend(first, expires_at=None)
    with pytest.raises(OutOfStock):
        hold(second, (shelf[0], 5), at=at + timedelta(days=30))


def test_what_was_bought_is_put_back_once_and_by_variant(shelf, at):
    order = an_order(at)
    hold(order, (shelf[0], 4), (shelf[1], 2), at=at)
    with transaction():
        stock.take(order)
    for _ in range(2):
        with transaction():
            stock.put_back(order, {shelf[0]})
    assert figures(shelf[0]) == (10, 0, 0)
    assert figures(shelf[1]) == (8, 0, 2)


def test_the_stock_cannot_be_set_below_what_is_promised(shelf, at):
    hold(an_order(at), (shelf[0], 4), at=at)
    with pytest.raises(Invalid) as caught, transaction():
        stock.set_on_hand(shelf[0], 3)
    assert caught.value.details["held"] == 4
    with transaction():
        stock.set_on_hand(shelf[0], 4)
    assert available(shelf)[shelf[0]] == 0


def test_a_negative_stock_is_refused(shelf):
    with pytest.raises(Invalid), transaction():
        stock.set_on_hand(shelf[0], -1)


@pytest.mark.parametrize("broken", [{"held": -1}, {"held": 11}, {"sold": -1}, {"on_hand": -1}], ids=str)
def test_the_database_itself_refuses_impossible_figures(session, shelf, broken):
    with pytest.raises(IntegrityError), transaction():
        session.execute(sa.update(Stock).where(Stock.variant_id == shelf[0]).values(**broken))


def test_a_quantity_of_nothing_is_a_mistake_of_the_caller(shelf, at):
    with pytest.raises(ValueError, match="above zero"):
        hold(an_order(at), (shelf[0], 0), at=at)
