"""A cart fills and empties; a visitor who signs in brings it along, once, and touches nobody else's."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.cart import service
from shop.cart.models import Cart, CartLine
from shop.cart.queries.contents import EMPTY, find_cart
from shop.cart.queries.offers import basket
from shop.cart.rules import ProblemCode
from shop.catalogue.models import Listing
from tests.factories.accounts import make_account
from tests.factories.orders import make_seller, make_variant


@pytest.fixture
def goods(session, at):
    """The keys of three variants: 100 of each, sold one by one."""
    grower = make_seller(at=at)
    return [make_variant(at=at, grower=grower).id for _ in range(3)]


@pytest.fixture
def account(session, at):
    return make_account(at=at).id


@pytest.fixture
def fill(session, at):
    """`fill(items, account_id=...)` makes a cart that holds (variant id -> quantity)."""

    def make(items, *, account_id=None, province=None):
        cart = service.open_cart(token=None, account_id=account_id, at=at)
        for variant_id, quantity in items.items():
            service.add_item(cart, variant_id, quantity, at=at)
        cart.province_code = province
        session.flush()
        return cart

    return make


def of_account(account_id):
    return find_cart(token=None, account_id=account_id)


def sign_in(guest, account_id, at):
    return service.open_cart(token=guest.token, account_id=account_id, at=at)


@pytest.mark.parametrize(
    ("guests", "own", "together"),
    [
        ({}, {}, {}),
        ({0: 2}, {}, {0: 2}),
        ({}, {0: 2}, {0: 2}),
        ({0: 2}, {1: 3}, {1: 3, 0: 2}),
        ({0: 2}, {0: 2}, {0: 2}),
        ({0: 2}, {0: 3}, {0: 3}),
        ({0: 3}, {0: 2}, {0: 3}),
        ({0: 1, 1: 9}, {1: 1, 2: 5}, {1: 9, 2: 5, 0: 1}),
        ({0: 1, 1: 9}, {0: 9, 1: 1}, {0: 9, 1: 9}),
    ],
)
def test_of_the_same_goods_the_larger_quantity_stays_and_the_rest_is_added(
    fill, goods, account, at, guests, own, together
):
    def keyed(items):
        return {goods[place]: quantity for place, quantity in items.items()}

    fill(keyed(own), account_id=account)
    sign_in(fill(keyed(guests)), account, at)
    assert of_account(account).items == keyed(together)
    assert list(of_account(account).items) == list(keyed(together))  # what lay there longest stands first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    guests=st.dictionaries(st.integers(0, 2), st.integers(1, 500)),
    own=st.dictionaries(st.integers(0, 2), st.integers(1, 500)),
)
def test_nothing_that_either_cart_held_is_less_after_signing_in(fill, goods, session, at, guests, own):
    account = make_account(at=at).id
    fill({goods[place]: quantity for place, quantity in own.items()}, account_id=account)
    sign_in(fill({goods[place]: quantity for place, quantity in guests.items()}), account, at)
    for place in range(3):
        held = of_account(account).items.get(goods[place], 0)
        assert held == max(guests.get(place, 0), own.get(place, 0))


def test_a_cart_is_brought_along_once(fill, goods, account, at, session):
    fill({goods[0]: 1}, account_id=account)
    guest = fill({goods[0]: 5, goods[1]: 2})
    token = guest.token
    for _ in range(3):
        service.open_cart(token=token, account_id=account, at=at)
        assert of_account(account).items == {goods[0]: 5, goods[1]: 2}
    assert find_cart(token=token, account_id=None) == EMPTY
    assert session.scalar(sa.select(sa.func.count(Cart.id))) == 1


@pytest.mark.both
def test_what_was_taken_out_after_signing_in_does_not_come_back(fill, goods, account, at):
    own = fill({goods[0]: 1}, account_id=account)
    guest = fill({goods[1]: 2})
    token = guest.token
    sign_in(guest, account, at)
    service.remove_item(own, goods[1], at=at)
    service.open_cart(token=token, account_id=account, at=at)
    assert of_account(account).items == {goods[0]: 1}


def test_the_first_cart_of_an_account_is_the_visitors_own(fill, goods, account, at):
    guest = fill({goods[0]: 2}, province="330000")
    assert sign_in(guest, account, at).id == guest.id
    assert (of_account(account).items, of_account(account).province_code) == ({goods[0]: 2}, "330000")
    assert find_cart(token=guest.token, account_id=None) == EMPTY


def test_other_visitors_and_accounts_keep_their_carts(fill, goods, account, at):
    other_account = make_account(at=at).id
    stranger = fill({goods[0]: 7, goods[2]: 1})
    fill({goods[0]: 8}, account_id=other_account)
    fill({goods[0]: 1}, account_id=account)
    sign_in(fill({goods[0]: 3, goods[1]: 3}), account, at)
    assert find_cart(token=stranger.token, account_id=None).items == {goods[0]: 7, goods[2]: 1}
    assert of_account(other_account).items == {goods[0]: 8}
    assert of_account(account).items == {goods[0]: 3, goods[1]: 3}


def test_the_token_of_an_accounts_cart_opens_it_to_nobody_else(fill, goods, account, at):
    """A cookie that was left in a shared browser, or that somebody else brings along."""
    owned = fill({goods[0]: 7}, account_id=account)
    other = make_account(at=at).id
    assert find_cart(token=owned.token, account_id=None) == EMPTY
    assert service.open_cart(token=owned.token, account_id=None, at=at).id != owned.id
    service.open_cart(token=owned.token, account_id=other, at=at)
    assert of_account(other).items == {}
    assert of_account(account).items == {goods[0]: 7}


@pytest.mark.parametrize(
    ("guests", "own", "kept"),
    [
        ("330000", "320000", "320000"),
        ("330000", None, "330000"),
        (None, "320000", "320000"),
        (None, None, None),
    ],
)
def test_the_accounts_province_counts_and_the_visitors_fills_a_gap(
    fill, goods, account, at, guests, own, kept
):
    fill({goods[0]: 1}, account_id=account, province=own)
    sign_in(fill({goods[1]: 1}, province=guests), account, at)
    assert of_account(account).province_code == kept


def test_a_merged_cart_was_touched_when_it_was_merged(fill, goods, account, at):
    own = fill({goods[0]: 1}, account_id=account)
    later = at + timedelta(days=3)
    sign_in(fill({goods[1]: 1}), account, later)
    assert own.updated_at == later


def test_an_ended_listing_comes_along_and_says_that_it_cannot_be_bought(fill, goods, account, at, session):
    fill({goods[0]: 1}, account_id=account)
    gone = make_variant(at=at)
    guest = fill({gone.id: 2})
    session.execute(sa.update(Listing).where(Listing.id == gone.listing_id).values(state="ended"))
    sign_in(guest, account, at)
    merged = basket(of_account(account).items, province_code=None, at=at)
    assert {line.offer.variant_id: line.problem and line.problem.code for line in merged.lines} == {
        goods[0]: None,
        gone.id: ProblemCode.NOT_ON_SALE,
    }
    assert not merged.orderable


@pytest.mark.parametrize(
    ("guests", "own", "problem"),
    [
        (10, 15, None),
        (30, 10, None),
        (7, 5, ProblemCode.QUANTITY),
        (12, 10, ProblemCode.QUANTITY),
        (35, 10, ProblemCode.SHORT),
        (10, 35, ProblemCode.SHORT),
    ],
)
def test_a_merged_quantity_is_held_against_minimum_step_and_stock_again(
    fill, account, at, session, guests, own, problem
):
    """Sold from 10 on in steps of 5, 30 on hand: each cart may have been filled on another day."""
    variant = make_variant(at=at, on_hand=30, minimum_quantity=10, increment=5, tiers=((10, 2_50),))
    fill({variant.id: own}, account_id=account)
    sign_in(fill({variant.id: guests}), account, at)
    [line] = basket(of_account(account).items, province_code=None, at=at).lines
    assert line.quantity == max(guests, own)
    assert (line.problem.code if line.problem else None) == problem


@pytest.mark.both
def test_putting_in_adds_changing_sets_and_nothing_takes_out(fill, goods, at):
    cart = fill({goods[0]: 2, goods[1]: 1})
    other = fill({goods[0]: 9})
    service.add_item(cart, goods[0], 3, at=at)
    assert find_cart(token=cart.token, account_id=None).items == {goods[0]: 5, goods[1]: 1}
    service.change_item(cart, goods[0], 4, at=at)
    assert find_cart(token=cart.token, account_id=None).items == {goods[0]: 4, goods[1]: 1}
    service.change_item(cart, goods[0], 1, at=at)
    assert find_cart(token=cart.token, account_id=None).items == {goods[0]: 1, goods[1]: 1}
    service.change_item(cart, goods[0], 0, at=at)
    assert find_cart(token=cart.token, account_id=None).items == {goods[1]: 1}
    assert find_cart(token=other.token, account_id=None).items == {goods[0]: 9}


def test_emptying_keeps_the_province_and_leaves_others_alone(fill, goods, at):
    cart, other = fill({goods[0]: 2, goods[1]: 1}), fill({goods[0]: 9})
    service.choose_province(cart.id, "330000", at=at)
    later = at + timedelta(hours=1)
    service.empty(cart.id, at=later)
    found = find_cart(token=cart.token, account_id=None)
    assert (found.items, found.province_code) == ({}, "330000")
    other_found = find_cart(token=other.token, account_id=None)
    assert (other_found.items, other_found.province_code) == ({goods[0]: 9}, None)


@pytest.mark.parametrize("verb", ["add", "change", "remove", "province", "empty"])
@pytest.mark.both
def test_whatever_is_done_with_a_cart_is_dated(fill, goods, at, session, verb):
    cart, other = fill({goods[0]: 2}), fill({goods[0]: 2})
    later = at + timedelta(hours=1)
    {
        "add": lambda: service.add_item(cart, goods[0], 1, at=later),
        "change": lambda: service.change_item(cart, goods[0], 3, at=later),
        "remove": lambda: service.remove_item(cart, goods[0], at=later),
        "province": lambda: service.choose_province(cart.id, "330000", at=later),
        "empty": lambda: service.empty(cart.id, at=later),
    }[verb]()
    session.flush()
    dates = dict(session.execute(sa.select(Cart.id, Cart.updated_at)).all())
    assert dates == {cart.id: later, other.id: at}


def test_a_visitor_without_a_cookie_gets_a_new_cart_each_time(session, at):
    first, second = (service.open_cart(token=None, account_id=None, at=at) for _ in range(2))
    assert first.token != second.token
    assert service.open_cart(token=first.token, account_id=None, at=at).id == first.id
    assert service.open_cart(token="made-up", account_id=None, at=at).token != "made-up"


def test_an_account_comes_back_to_its_cart(fill, goods, account, at, session):
    cart = fill({goods[0]: 2}, account_id=account)
    assert service.open_cart(token=None, account_id=account, at=at).id == cart.id
    assert of_account(account).items == {goods[0]: 2}
    assert session.scalar(sa.select(sa.func.count(CartLine.id))) == 1
