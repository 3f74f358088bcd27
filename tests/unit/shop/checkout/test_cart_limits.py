"""What a cart is told of the limits before anything personal is asked, to the plant and to the fen."""

from types import SimpleNamespace

import pytest

from shop.checkout import wording as hold_page
from shop.checkout.wording import cart_limits


def basket(plants, goods_minor=1_00, *, bundles=9_000, plants_per_unit=10, problem=None):
    """A cart of one line, of whose size so many bundles are to be had."""
    offer = SimpleNamespace(
        available=bundles, plants_per_unit=plants_per_unit, title="示范丹桂苗", grade="一级"
    )
    line = SimpleNamespace(offer=offer, plants=plants, problem=problem)
    return SimpleNamespace(plants=plants, goods_minor=goods_minor, lines=[line])


@pytest.fixture
def told(app, monkeypatch):
    """`told(basket, known)`: the limits as a buyer hears them."""
    monkeypatch.setattr(hold_page, "account_is_known", lambda account_id: account_id == 7)

    def ask(cart, *, account_id=None):
        with app.test_request_context():
            return cart_limits(cart, account_id=account_id)

    return ask


@pytest.mark.parametrize(
    ("cart", "exceeded"),
    [
        (basket(1_000, 5_000_00), False),
        (basket(1_001, 1_00), True),
        (basket(1, 5_000_01), True),
    ],
)
def test_either_plants_or_money_may_be_too_much_for_cash(told, cart, exceeded):
    assert told(cart).cash_exceeded is exceeded
    assert told(cart, account_id=8).cash_exceeded is exceeded
    assert not told(cart, account_id=7).cash_exceeded


@pytest.mark.parametrize(
    ("cart", "notes", "notes_to_known"),
    [
        (basket(20_000, 50_000_00), 0, 0),
        (basket(20_001, 1_00), 1, 0),
        (basket(1, 50_000_01), 1, 0),
        (basket(300, bundles=60), 0, 0),
        (basket(301, bundles=60), 1, 0),
        (basket(301, bundles=60, problem="short"), 0, 0),
        (basket(100, bundles=1), 0, 0),
        (basket(101, bundles=1), 1, 0),
        (basket(20_001, 1_00, bundles=60), 2, 0),
        (basket(100_001, 1_00, bundles=60), 2, 1),
    ],
)
def test_the_share_of_a_listing_is_named_to_strangers_and_what_is_too_much_in_all_to_everybody(
    told, cart, notes, notes_to_known
):
    assert len(told(cart).notes) == notes
    assert len(told(cart, account_id=7).notes) == notes_to_known
