from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from branch.api import licence_of
from branch.licences.models.tables import Licence
from branch.licences.service.decisions import suspend
from core.database import transaction
from core.outbox.models import OutboxEvent
from shop.catalogue.models import Listing
from shop.checkout.views.placing import place_once
from shop.freight.rules.rates import Rate
from shop.freight.service import write_table
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.service.placing import place_order
from shop.orders.service.refusals import InvalidOrder, KeyReused, NotOnSale, PriceChanged
from shop.stock import queries as stock
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_request, make_variant, place
from traceability.api import add_to_lot, get_lot

TIERS = ((1, 6_80), (10, 6_40), (50, 6_00))


@pytest.fixture
def variants(growers, at):
    """Two variants of the first grower, one of the second."""
    with transaction():
        return [make_variant(at=at, grower=growers[n], tiers=TIERS) for n in (0, 1, 0)]


def test_one_order_is_split_by_grower_and_its_parts_sum_to_it(variants, growers, at):
    order = place((variants[0].sku, 12), (variants[1].sku, 3), (variants[2].sku, 1), at=at)

    assert [one.grower_id for one in order.consignments] == [growers[0].id, growers[1].id]
    assert [len(one.lines) for one in order.consignments] == [2, 1]
    assert order.goods_minor == 12 * 6_40 + 3 * 6_80 + 6_80
    assert order.total_minor == sum(one.total_minor for one in order.consignments)
    assert order.freight_minor == sum(one.freight_minor for one in order.consignments) > 0
    assert order.state == "awaiting_payment"
    assert [one.state for one in order.consignments] == ["waiting", "waiting"]


def test_a_discount_is_shared_to_the_fen(variants, at):
    order = place(
        (variants[0].sku, 1), (variants[1].sku, 1), (variants[2].sku, 1), at=at, discount_minor=1_00
    )
    assert order.discount_minor == 1_00
    assert sum(line.discount_minor for one in order.consignments for line in one.lines) == 1_00
    assert order.total_minor == 3 * 6_80 - 1_00 + order.freight_minor


def test_an_order_holds_its_stock_until_it_runs_out(variants, at):
    order = place((variants[0].sku, 12), at=at, method="stripe")
    assert stock.available([variants[0].id]) == {variants[0].id: 88}
    assert order.expires_at == at + timedelta(minutes=40)


def test_a_transfer_has_days_and_cash_at_the_door_waits_for_the_grower(variants, at):
    assert place((variants[0].sku, 1), at=at).expires_at == at + timedelta(hours=72)
    cash = place((variants[0].sku, 2), at=at, method="cash_on_delivery")
    assert cash.expires_at == at + timedelta(hours=48)
    assert cash.state == "due_on_delivery"
    assert cash.consignments[0].state == "to_confirm"
    assert stock.stock_of([variants[0].id])[variants[0].id].sold == 0
    assert stock.available([variants[0].id]) == {variants[0].id: 97}


def test_every_state_of_a_new_order_has_its_row(variants, at):
    order = place((variants[0].sku, 1), (variants[1].sku, 1), at=at)
    assert [(one.from_state, one.to_state, one.actor) for one in order.changes] == [
        (None, "awaiting_payment", "buyer")
    ]
    for consignment in order.consignments:
        assert [one.to_state for one in consignment.changes] == ["waiting"]


def test_the_event_names_the_order_and_no_person(variants, session, at):
    order = place((variants[0].sku, 1), at=at)
    events = session.scalars(sa.select(OutboxEvent).where(OutboxEvent.name == "OrderPlaced")).all()
    assert [event.body for event in events] == [{"order_id": order.id, "order_number": order.number}]


def test_every_short_line_is_named_and_nothing_is_kept(variants, session, at):
    with pytest.raises(OutOfStock) as caught:
        place((variants[0].sku, 101), (variants[1].sku, 1), (variants[2].sku, 200), at=at)
    assert {(line.sku, line.wanted, line.available) for line in caught.value.lines} == {
        (variants[0].sku, 101, 100),
        (variants[2].sku, 200, 100),
    }
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_every_wrong_line_is_named(variants, at):
    with transaction():
        boxed = make_variant(at=at, minimum_quantity=10, increment=5, tiers=((10, 1_00),))
    with pytest.raises(InvalidOrder) as caught:
        place((variants[0].sku, 1), ("NOSUCH", 1), (boxed.sku, 12), at=at)
    assert set(caught.value.details["fields"]) == {"lines.1.sku", "lines.2.quantity"}


def test_a_paused_listing_is_not_sold(variants, session, at):
    with transaction():
        session.execute(sa.update(Listing).where(Listing.id == variants[0].listing_id).values(state="paused"))
    with pytest.raises(NotOnSale) as caught:
        place((variants[0].sku, 1), (variants[1].sku, 1), at=at)
    assert [(line["sku"], line["reason"]) for line in caught.value.details["lines"]] == [
        (variants[0].sku, "not_published")
    ]


def test_nothing_of_a_grower_is_sold_while_the_licence_is_suspended(variants, growers, session, at):
    with transaction():
        number = licence_of(growers[0].id, at=at).number
        suspend(number, reason="checked", by_account_id=None, at=at)
    with pytest.raises(NotOnSale) as caught:
        place((variants[0].sku, 1), (variants[1].sku, 1), (variants[2].sku, 1), at=at)
    assert {line["sku"] for line in caught.value.details["lines"]} == {variants[0].sku, variants[2].sku}


@pytest.mark.both
def test_a_licence_suspended_after_the_page_was_read_still_stops_the_order(
    variants, session, at, monkeypatch
):
    """What was read first says that all is well; the check with the row held does not believe it."""
    from shop.orders.service import placing

    def read_then_suspended(skus, *, at):
        offers = read(skus, at=at)
        session.execute(sa.update(Licence).values(state="suspended"))
        return offers

    read = placing.offers_by_sku
    monkeypatch.setattr(placing, "offers_by_sku", read_then_suspended)
    with pytest.raises(NotOnSale) as caught:
        place((variants[0].sku, 1), at=at)
    assert caught.value.details["lines"][0]["reason"] == "licence_not_valid"


def test_a_lot_with_too_few_plants_left_stops_the_order(variants, session, at):
    with transaction():
        lot_id = session.scalar(sa.select(Listing.lot_id).where(Listing.id == variants[0].listing_id))
        on_hand = get_lot(id=lot_id).quantity_on_hand
        add_to_lot(lot_id, 5 - on_hand, at=at, reason="counted")
    with pytest.raises(NotOnSale) as caught:
        place((variants[0].sku, 6), at=at)
    assert caught.value.details["lines"][0]["reason"] == "lot_not_saleable"


def test_a_province_that_a_grower_does_not_deliver_to_is_refused_by_name(variants, growers, at):
    with transaction():
        write_table(growers[1].id, [Rate(frozenset({"420000"}), 1_00, 1_00, 1_00)], at=at, by_account_id=None)
    with pytest.raises(InvalidOrder) as caught:
        place((variants[0].sku, 1), (variants[1].sku, 1), at=at)
    assert growers[1].name in caught.value.details["fields"]["ship_to.province"]


def test_a_price_that_changed_since_it_was_shown_stops_the_order(variants, at):
    shown = place((variants[0].sku, 1), at=at).total_minor
    place((variants[0].sku, 1), at=at, expected_total_minor=shown)
    with pytest.raises(PriceChanged) as caught:
        place((variants[0].sku, 1), at=at, expected_total_minor=shown - 1)
    assert caught.value.details == {"shown_minor": shown - 1, "total_minor": shown}


def test_the_same_attempt_gives_the_same_order(variants, session, at):
    request = make_request((variants[0].sku, 1))
    first = place_once(request, at=at)
    again = place_once(request, at=at + timedelta(minutes=1))
    assert first == (again[0], True)
    assert again[1] is False
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 1


def test_the_same_key_with_another_wish_is_refused(variants, at):
    request = make_request((variants[0].sku, 1))
    place_once(request, at=at)
    with pytest.raises(KeyReused):
        place_once(replace(request, lines=((variants[0].sku, 2),)), at=at)


def test_an_attempt_that_loses_the_race_for_its_key_finds_the_winner(variants, session, at, monkeypatch):
    """Both looked and found nothing; the unique key decides, and the loser answers the winner's order."""
    from shop.checkout.views import placing as attempts

    request = make_request((variants[0].sku, 1))
    winner, _new = place_once(request, at=at)
    looks = iter([None])
    real = attempts.find_by_key
    monkeypatch.setattr(attempts, "find_by_key", lambda key: next(looks, real(key)))
    assert place_once(request, at=at) == (winner, False)
    assert stock.available([variants[0].id]) == {variants[0].id: 99}


def test_what_goes_with_an_order_fails_with_it(variants, session, at):
    emptied = []
    with pytest.raises(OutOfStock):
        place_once(make_request((variants[0].sku, 500)), at=at, then=lambda: emptied.append("cart"))
    assert emptied == []


def test_a_line_keeps_what_was_bought_as_it_was(variants, session, at):
    order = place((variants[0].sku, 10), at=at)
    with transaction():
        session.execute(sa.update(Listing).values(title="renamed"))
    line = order_by_id(order.id).consignments[0].lines[0]
    assert line.title == "示范丹桂苗"
    assert (line.unit_price_minor, line.line_total_minor, line.plants) == (6_40, 64_00, 10)
    assert line.weight_g == 10 * 500


def test_placing_without_lines_is_refused(session, at):
    with pytest.raises(InvalidOrder), transaction():
        place_order(make_request(), at=at)
