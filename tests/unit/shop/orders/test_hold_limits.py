"""What one buyer may keep from others unpaid: the first limit that an order passes is named, and nothing is held."""

from dataclasses import replace

import pytest

from core.database import transaction
from shop.catalogue.models import Listing
from shop.checkout.views.placing import place_once
from shop.freight.rules.addresses import resolve
from shop.orders.models.tables import HoldAllowance, Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.rules.order_request import Buyer, ShipTo
from shop.orders.rules.unpaid_limits import plain_street
from shop.orders.service.buyer_keys import network_key
from shop.orders.service.fulfilling import mark_delivered, mark_dispatched, mark_packed
from shop.orders.service.paying import cancel_order
from shop.orders.service.refusals import HoldLimit
from shop.orders.states import By
from shop.stock import queries as stock
from tests.factories.accounts import make_account
from tests.factories.orders import make_request, make_seller, make_variant, place

HANGZHOU = resolve("浙江省", "杭州市", "西湖区")
CASH = "cash_on_delivery"
STAFF = By("staff")


def buyer(number):
    return Buyer("示范买家", f"+86138000{number:05d}")


def door(street):
    return ShipTo(HANGZHOU, street)


@pytest.fixture
def nursery(session, at):
    """A grower with 17,569 seedlings at a fen each, and the same of another size."""
    with transaction():
        grower = make_seller(at=at)
        return [make_variant(at=at, grower=grower, on_hand=17_569, tiers=((1, 1),)) for _ in range(2)]


def refused(*lines, at, **values):
    with pytest.raises(HoldLimit) as caught:
        place(*lines, at=at, **values)
    return caught.value.details


@pytest.mark.both
def test_no_stranger_takes_a_whole_nursery_for_cash(nursery, at):
    details = refused((nursery[0].sku, 17_560), at=at, method=CASH)
    assert (details["limit"], details["counted_by"]) == ("cash_plants", "phone")
    assert (details["allowed_plants"], details["held_plants"], details["wanted_plants"]) == (1000, 0, 17_560)
    assert stock.available([nursery[0].id]) == {nursery[0].id: 17_569}


@pytest.mark.both
@pytest.mark.parametrize(
    ("second", "counted_by"),
    [
        ({"ship_to": door("示范路 2 号")}, "phone"),
        ({"buyer": buyer(2)}, "address"),
        ({"buyer": buyer(2), "ship_to": door("示 范路１号。")}, "address"),
        ({"buyer": buyer(2), "ship_to": door("示范路 2 号"), "account": True}, "account"),
    ],
)
def test_what_is_held_counts_by_everything_the_buyer_is_known_by(nursery, at, second, counted_by):
    values = dict(second)
    account_id = None
    if values.pop("account", False):
        with transaction():
            account_id = make_account().id
    first = {"buyer": buyer(1), "ship_to": door("示范路 1 号"), "account_id": account_id}
    place((nursery[0].sku, 600), at=at, method=CASH, **first)
    details = refused((nursery[1].sku, 500), at=at, method=CASH, **(first | values))
    assert (details["limit"], details["counted_by"], details["held_plants"]) == (
        "cash_plants",
        counted_by,
        600,
    )
    place((nursery[1].sku, 400), at=at, method=CASH, **(first | values))


def test_behind_one_network_stand_several_buyers_but_not_any_number(nursery, at):
    for number in range(5):
        place(
            (nursery[number % 2].sku, 1_000),
            at=at,
            method=CASH,
            buyer=buyer(number),
            ship_to=door(f"示范路 {number} 号"),
            network="203.0.112.7",
        )
    other = {"buyer": buyer(9), "ship_to": door("示范路 9 号")}
    details = refused((nursery[0].sku, 1), at=at, method=CASH, network="203.0.112.7", **other)
    assert details["counted_by"] == "network"
    place((nursery[0].sku, 1), at=at, method=CASH, network="203.0.112.8", **other)


def test_money_is_bounded_as_well_as_plants(session, at):
    with transaction():
        tree = make_variant(at=at, on_hand=100, tiers=((1, 680_00),))
    details = refused((tree.sku, 8), at=at, method=CASH)
    assert (details["limit"], details["allowed_minor"], details["wanted_minor"]) == (
        "cash_value",
        5_000_00,
        8 * 680_00,
    )
    place((tree.sku, 7), at=at, method=CASH)


def test_of_one_listing_a_buyer_holds_a_share_and_always_a_few(nursery, session, at):
    details = refused((nursery[0].sku, 8_785), at=at)
    assert (details["limit"], details["allowed_plants"], details["sku"]) == (
        "unpaid_share",
        8_784,
        nursery[0].sku,
    )
    place((nursery[0].sku, 8_784), at=at)
    with transaction():
        few = make_variant(at=at, on_hand=60, tiers=((1, 1),))
    place((few.sku, 60), at=at, buyer=buyer(2), ship_to=door("2"))


@pytest.mark.both
def test_strangers_together_hold_a_share_of_a_listing_until_growers_confirm(session, at):
    with transaction():
        variant = make_variant(at=at, on_hand=400, tiers=((1, 1),))

    def order(number, quantity, **values):
        return place(
            (variant.sku, quantity),
            at=at,
            method=CASH,
            buyer=buyer(number),
            ship_to=door(f"{number}"),
            **values,
        )

    orders = [order(number, 50) for number in range(4)]
    with pytest.raises(HoldLimit) as caught:
        order(9, 1)
    assert caught.value.details["limit"] == "cash_strangers"
    with transaction():
        cancel_order(orders[0].id, at=at, by=STAFF)
    order(9, 50, confirmed=True)  # a grower's word makes room as well
    order(10, 25)


@pytest.mark.both
def test_who_received_and_paid_before_may_hold_more(nursery, at):
    order = place((nursery[0].sku, 900), at=at, method=CASH, confirmed=True)
    refused((nursery[0].sku, 900), at=at, method=CASH)
    part = order.consignments[0]
    with transaction():
        mark_packed(part.id, at=at, by=STAFF)
        mark_dispatched(part.id, courier="顺丰", tracking_number="SF1", at=at, by=STAFF)
        mark_delivered(part.id, at=at, by=STAFF)
    assert order_by_id(order.id).state == "paid"
    place((nursery[0].sku, 4_900), at=at, method=CASH)
    # The number alone proves nothing: anybody can type it.
    assert (
        refused((nursery[1].sku, 1_001), at=at, method=CASH, ship_to=door("别处"))["limit"] == "cash_plants"
    )


@pytest.mark.both
def test_a_grower_allows_a_buyer_more_of_his_own_plants_only(nursery, session, at):
    with transaction():
        other = make_variant(at=at, on_hand=5_000, tiers=((1, 1),))
        grower_id = session.get_one(Listing, nursery[0].listing_id).grower_id
        session.add(
            HoldAllowance(
                grower_id=grower_id, phone="+8613800000000", plants=12_000, value_minor=1_000_00, given_at=at
            )
        )
    place((nursery[0].sku, 11_000), at=at, method=CASH)
    assert refused((nursery[1].sku, 1_001), at=at, method=CASH)["allowed_plants"] == 12_000
    assert refused((other.sku, 1_001), at=at, method=CASH)["allowed_plants"] == 1_000
    place((other.sku, 1_000), (nursery[1].sku, 1_000), at=at, method=CASH)


def test_what_was_delivered_or_ended_is_held_no_more(nursery, at):
    order = place((nursery[0].sku, 1_000), at=at, method=CASH)
    with transaction():
        cancel_order(order.id, at=at, by=STAFF)
    place((nursery[0].sku, 1_000), at=at, method=CASH)


def test_a_network_is_forgotten_when_an_order_has_ended(nursery, session, at):
    order = place((nursery[0].sku, 1), at=at, network="203.0.112.7")
    assert session.get_one(Order, order.id).network_key
    with transaction():
        cancel_order(order.id, at=at, by=STAFF)
    assert session.get_one(Order, order.id).network_key is None


@pytest.mark.parametrize("address", [None, "", "127.0.0.1", "10.1.2.3", "fe80::1", "not an address"])
def test_an_address_that_names_no_visitor_counts_nobody(session, address):
    assert network_key(address) is None


def test_a_network_is_a_whole_64_and_a_mapped_address_its_own(session):
    assert network_key("2400:3200::1") == network_key("2400:3200::ffff:2")
    assert network_key("2400:3200::1") != network_key("2400:3200:0:1::1")
    assert network_key("::ffff:203.0.112.7") == network_key("203.0.112.7")


@pytest.mark.parametrize(
    "typed", ["示范路 1 号", "示范路１号", "示范路一号", " 示范路1号。", "示范路-1-号", "示范路〔1〕号"]
)
def test_a_door_is_one_door_however_it_is_typed(typed):
    assert plain_street(typed) == "示范路1号"


def test_the_limits_follow_the_settings(nursery, at, app, monkeypatch):
    given = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", given.model_copy(update={"cash_hold_plants": 10}))
    assert refused((nursery[0].sku, 11), at=at, method=CASH)["allowed_plants"] == 10


def test_a_repeated_attempt_answers_its_order_though_nothing_more_may_be_held(nursery, at):
    wish = make_request((nursery[0].sku, 1_000), method=CASH)
    first, is_new = place_once(wish, at=at)
    assert is_new
    assert place_once(replace(wish, network="203.0.112.7"), at=at) == (first, False)
