"""A cash order waits for its growers' word: what is confirmed is sold, what is not ends by itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.database import transaction
from core.errors import Conflict
from core.messaging.models import Message
from shop.orders.queries.due import due_to_expire, due_to_remind
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import fulfilling as orders
from shop.orders.service.paying import cancel_order, expire_order
from shop.orders.states import SYSTEM, By
from shop.orders.tasks import expire, remind
from shop.orders.wording.state_names import timeline
from shop.stock import queries as stock
from shop.stock.service.out_of_stock import OutOfStock
from tests.at_once import at_once
from tests.factories.accounts import make_account
from tests.factories.orders import make_seller, make_variant, place

GROWER, BUYER = By("grower"), By("buyer")
TIME = timedelta(hours=48)


@pytest.fixture
def variants(session, at):
    with transaction():
        return [make_variant(at=at, grower=make_seller(at=at), on_hand=10) for _ in range(2)]


@pytest.fixture
def cash(variants, at):
    return place((variants[0].sku, 4), (variants[1].sku, 1), at=at, method="cash_on_delivery")


def do(verb, *arguments, **values):
    with transaction():
        return verb(*arguments, **values)


def figures(variant):
    seen = stock.stock_of([variant.id])[variant.id]
    return seen.on_hand, seen.held, seen.sold


@pytest.mark.both
def test_what_is_confirmed_is_sold_and_may_be_packed_and_the_rest_still_waits(cash, variants, at):
    first, second = cash.consignments
    do(orders.confirm_consignment, first.id, at=at, by=GROWER)
    assert [figures(one) for one in variants] == [(6, 0, 4), (10, 1, 0)]
    assert order_by_id(cash.id).expires_at == at + TIME
    do(orders.mark_packed, first.id, at=at, by=GROWER)
    with pytest.raises(Conflict):
        do(orders.mark_packed, second.id, at=at, by=GROWER)
    do(orders.confirm_consignment, second.id, at=at, by=GROWER)
    assert order_by_id(cash.id).expires_at is None
    assert due_to_expire(at=at + timedelta(days=365)) == []


@pytest.mark.both
def test_what_nobody_confirms_ends_by_itself_and_the_rest_goes_on(cash, variants, clock, at):
    do(orders.confirm_consignment, cash.consignments[0].id, at=at, by=GROWER)
    clock.to(at + TIME - timedelta(seconds=1))
    assert expire() == 0
    clock.to(at + TIME)
    assert (expire(), expire()) == (1, 0)
    seen = order_by_id(cash.id)
    assert (seen.state, seen.expires_at) == ("due_on_delivery", None)
    assert [one.state for one in seen.consignments] == ["to_pack", "cancelled"]
    assert [figures(one) for one in variants] == [(6, 0, 4), (10, 0, 0)]
    assert seen.consignments[1].changes[-1].actor == SYSTEM.role
    assert timeline(seen, seen.consignments[1])[-1]["note"]


def test_an_order_that_nobody_confirms_is_cancelled(cash, variants, at):
    do(expire_order, cash.id, at=at + TIME)
    assert order_by_id(cash.id).state == "cancelled"
    assert [figures(one) for one in variants] == [(10, 0, 0), (10, 0, 0)]
    with pytest.raises(Conflict):
        do(orders.confirm_consignment, cash.consignments[0].id, at=at + TIME, by=GROWER)


def test_a_growers_word_opens_no_way_around_payment_and_unpacks_nothing(variants, at):
    unpaid = place((variants[0].sku, 1), at=at)
    packed = place((variants[0].sku, 1), at=at, method="cash_on_delivery", confirmed=True)
    do(orders.mark_packed, packed.consignments[0].id, at=at, by=GROWER)
    for order, state in ((unpaid, "waiting"), (packed, "packed")):
        with pytest.raises(Conflict):
            do(orders.confirm_consignment, order.consignments[0].id, at=at, by=GROWER)
        assert order_by_id(order.id).consignments[0].state == state


@pytest.mark.parametrize("who", ["grower", "buyer"])
def test_declining_and_cancelling_free_the_plants_at_once(cash, variants, at, who):
    if who == "grower":
        for part in cash.consignments:
            do(orders.cancel_consignment, part.id, at=at, by=GROWER, reason="nobody reached")
    else:
        do(cancel_order, cash.id, at=at, by=BUYER)
    assert order_by_id(cash.id).state == "cancelled"
    assert [figures(one) for one in variants] == [(10, 0, 0), (10, 0, 0)]


def test_a_word_that_comes_late_counts_while_there_are_plants(cash, variants, at):
    late = at + TIME + timedelta(minutes=1)
    place((variants[0].sku, 8), at=late)  # the sweep has not come: a buyer calls the lapsed promise back
    with pytest.raises(OutOfStock):
        do(orders.confirm_consignment, cash.consignments[0].id, at=late, by=GROWER)
    assert order_by_id(cash.id).consignments[0].state == "to_confirm"
    do(orders.confirm_consignment, cash.consignments[1].id, at=late, by=GROWER)


@pytest.mark.both
@pytest.mark.parametrize("other", ["expire", "cancel", "decline"])
def test_of_a_word_and_an_end_at_the_same_moment_one_counts(app, session, cash, variants, at, other):
    part = cash.consignments[0]
    ends = {
        "expire": lambda: expire_order(cash.id, at=at + TIME),
        "cancel": lambda: cancel_order(cash.id, at=at, by=BUYER),
        "decline": lambda: orders.cancel_consignment(part.id, at=at, by=GROWER, reason="-"),
    }

    def attempt(verb):
        def run():
            with app.app_context():
                try:
                    with transaction():
                        verb()
                except Conflict:
                    return False
                return True

        return run

    at_once(
        [
            attempt(ends[other]),
            attempt(lambda: orders.confirm_consignment(part.id, at=at, by=GROWER)),
            attempt(ends[other]),
            attempt(lambda: orders.confirm_consignment(part.id, at=at, by=GROWER)),
        ]
    )
    session.rollback()
    state = order_by_id(cash.id).consignments[0].state
    assert figures(variants[0]) == {"to_pack": (6, 0, 4), "cancelled": (10, 0, 0)}[state]


@pytest.mark.both
def test_orders_of_one_buyer_at_the_same_moment_hold_no_more_than_one_may(app, session, at):
    with transaction():
        several = [make_variant(at=at, on_hand=5_000, tiers=((1, 1),)) for _ in range(6)]

    def order(variant):
        def run():
            with app.app_context():
                try:
                    place((variant.sku, 300), at=at, method="cash_on_delivery")
                except Conflict as refused:
                    return refused.code
                return "placed"

        return run

    answers = at_once([order(variant) for variant in several])
    assert sorted(answers) == ["hold_limit"] * 3 + ["placed"] * 3


@pytest.mark.both
def test_growers_are_told_at_once_and_reminded_once(variants, session, clock, at, run_jobs):
    from branch.growers.models.tables import GrowerMember
    from shop.catalogue.models import Listing

    with transaction():
        grower_id = session.get_one(Listing, variants[0].listing_id).grower_id
        person = make_account(email="grower@example.org")
        session.add(GrowerMember(grower_id=grower_id, account_id=person.id, role="owner", since=at))
    order = place((variants[0].sku, 4), at=at, method="cash_on_delivery")
    clock.to(at + timedelta(hours=23))
    assert remind() == 0
    clock.to(at + timedelta(hours=24))
    assert (remind(), remind()) == (1, 0)
    run_jobs()
    session.rollback()
    told = session.scalars(
        sa.select(Message.template)
        .where(Message.receiver == "grower@example.org", Message.template.like("parcel%"))
        .order_by(Message.id)
    ).all()
    assert told == ["parcel_to_confirm", "parcel_to_confirm"]
    do(orders.confirm_consignment, order.consignments[0].id, at=at, by=GROWER)
    assert due_to_remind(at=at + timedelta(hours=30)) == []
