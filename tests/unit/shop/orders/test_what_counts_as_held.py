"""Which orders of a buyer count against the limits, and how much of each."""

import pytest
import sqlalchemy as sa

from core.database import transaction
from shop.freight.rules.addresses import resolve
from shop.orders.models.tables import Consignment, HoldAllowance, Order
from shop.orders.queries.unpaid_limits import account_is_known, held_by, is_known
from shop.orders.rules.order_request import Buyer, ShipTo
from shop.orders.rules.unpaid_limits import Amount, Holder, Way
from shop.orders.service.refusals import HoldLimit
from shop.orders.states import FulfilmentState
from tests.factories.accounts import make_account
from tests.factories.orders import make_order, make_variant, place

CASH = "cash_on_delivery"
ELSEWHERE = ShipTo(resolve("浙江省", "杭州市", "西湖区"), "别处 2 号")
OTHER = Buyer("别人", "+8613900000000")
NETWORK = "203.0.112.7"


@pytest.fixture
def variants(growers, at):
    """A size of each grower, 4 fen a plant."""
    with transaction():
        return [make_variant(at=at, grower=grower, on_hand=9_000, tiers=((1, 4),)) for grower in growers]


@pytest.fixture
def held(session, variants, at):
    """`held(way)`: what the usual buyer holds besides a further order of his."""
    with transaction():
        further = make_order(at=at).id

    def ask(way=Way.CASH):
        session.expire_all()
        return sum(held_by(session.get_one(Order, further), way)[Holder.PHONE].values(), Amount())

    return ask


def set_order(order, state):
    with transaction() as current:
        current.execute(sa.update(Order).where(Order.id == order.id).values(payment_state=state))


def set_parcel(order, state):
    """Bring the first parcel to a state, whatever led there."""
    with transaction() as current:
        first = Consignment.id == order.consignments[0].id
        current.execute(sa.update(Consignment).where(first).values(fulfilment_state=state))


def test_a_part_counts_until_it_is_with_its_buyer_or_will_not_leave(held, variants, at):
    order = place((variants[0].sku, 30), (variants[1].sku, 20), at=at, method=CASH)
    for state in FulfilmentState:
        set_parcel(order, state)
        ended = state in {FulfilmentState.DELIVERED, FulfilmentState.RETURNED, FulfilmentState.CANCELLED}
        assert held() == (Amount(20, 80) if ended else Amount(50, 200)), state


def test_cash_and_money_that_is_to_come_are_counted_apart_until_it_came(held, variants, at):
    place((variants[0].sku, 30), at=at, method=CASH)
    order = place((variants[0].sku, 7), at=at)
    for state in ("awaiting_payment", "proof_submitted", "paid", "expired", "cancelled"):
        set_order(order, state)
        waits = state in {"awaiting_payment", "proof_submitted"}
        assert (held(Way.CASH), held(Way.UNPAID)) == (Amount(30, 120), Amount(7, 28) if waits else Amount())


def test_a_discount_is_taken_off_and_freight_left_out(held, variants, at):
    place((variants[0].sku, 100), at=at, discount_minor=90)
    assert held(Way.UNPAID) == Amount(100, 310)


def test_only_who_received_and_paid_is_known_by_his_account_or_his_number_at_his_door(session, variants, at):
    with transaction():
        account_id = make_account().id
    before = place((variants[0].sku, 1), at=at, account_id=account_id)
    by_door = place((variants[0].sku, 1), at=at).id
    by_account = place((variants[0].sku, 1), at=at, buyer=OTHER, ship_to=ELSEWHERE, account_id=account_id).id
    stranger = place((variants[0].sku, 1), at=at, buyer=OTHER, ship_to=ELSEWHERE).id
    for payment, fulfilment, known in (
        ("paid", "delivered", True),
        ("partly_refunded", "delivered", True),
        ("paid", "to_pack", False),
        ("paid", "dispatched", False),
        ("paid", "returned", False),
        ("refunded", "delivered", False),
        ("disputed", "delivered", False),
        ("due_on_delivery", "delivered", False),
    ):
        set_order(before, payment)
        set_parcel(before, fulfilment)
        session.expire_all()
        found = [is_known(session.get_one(Order, one)) for one in (by_door, by_account, stranger)]
        assert found == [known, known, False], (payment, fulfilment)
        assert account_is_known(account_id) is known


def refused(*lines, at, **values):
    with pytest.raises(HoldLimit) as caught:
        place(*lines, at=at, **values)
    return caught.value.details


def test_the_share_of_a_listing_counts_plants_of_bundles_and_what_a_grower_confirmed(growers, at):
    with transaction():
        bundle = make_variant(at=at, grower=growers[0], on_hand=60, plants_per_unit=10, tiers=((1, 1),))
    place((bundle.sku, 20), at=at, method=CASH, confirmed=True)
    details = refused((bundle.sku, 11), at=at)
    assert (details["limit"], details["allowed_plants"], details["held_plants"]) == ("unpaid_share", 200, 200)


def test_neighbours_behind_one_network_share_no_listing(growers, at):
    with transaction():
        few = make_variant(at=at, grower=growers[0], on_hand=400, tiers=((1, 1),))
    place((few.sku, 150), at=at, network=NETWORK)
    place((few.sku, 150), at=at, network=NETWORK, buyer=OTHER, ship_to=ELSEWHERE)


def allow(grower, phone, *, plants, at):
    with transaction() as current:
        current.add(
            HoldAllowance(grower_id=grower.id, phone=phone, plants=plants, value_minor=100_00, given_at=at)
        )


def test_what_a_grower_allows_is_counted_with_what_is_held_of_his_plants(growers, variants, at):
    allow(growers[0], "+8613800000000", plants=2_000, at=at)
    place((variants[0].sku, 1_500), at=at, method=CASH)
    details = refused((variants[0].sku, 501), at=at, method=CASH)
    assert (details["allowed_plants"], details["held_plants"]) == (2_000, 1_500)
    # What is held of them leaves all that a stranger may hold of others' plants.
    place((variants[1].sku, 1_000), at=at, method=CASH)


def test_what_a_grower_allows_one_number_helps_no_other(growers, variants, at):
    allow(growers[0], OTHER.phone, plants=5_000, at=at)
    assert refused((variants[0].sku, 1_001), at=at, method=CASH)["allowed_plants"] == 1_000
