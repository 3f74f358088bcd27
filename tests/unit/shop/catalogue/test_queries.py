"""Reads: cards, the page, what the cart asks, what the index gets; and how many statements they take."""

from datetime import timedelta

import pytest

from core.database import transaction
from core.errors import NotFound
from shop.catalogue.queries import drafts as catalogue_drafts
from shop.catalogue.queries.for_sale import variants_for_sale
from shop.catalogue.queries.index_documents import documents_for_index
from shop.catalogue.queries.listing_page import get_listing
from shop.catalogue.queries.listings import listing_cards, listings_of_grower, own_listings, recent_listings
from shop.catalogue.rules.measures import Size
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.sellable import reason_not_for_sale
from shop.catalogue.service import publishing as service
from shop.stock.models import Stock
from shop.stock.service import movements as stock
from tests.factories.catalogue import make_draft, make_listing, make_offer, make_variant_offer
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower

BUNDLES = make_variant_offer(
    size=Size(height_cm_min=30, height_cm_max=40, root_ball_cm=10),
    unit="bundle",
    plants_per_unit=50,
    rule=QuantityRule(2, 2),
    tiers=(Tier(2, 4_000), Tier(10, 3_900)),
    on_hand=3,
)


@pytest.fixture
def listed(session, at):
    """Three listings of two growers, the second one with two grades."""
    with transaction():
        grower = make_grower(at=at)
        first = make_listing(at=at, grower=grower)
        second = make_listing(at=at, grower=grower, offer=make_offer(make_variant_offer(), BUNDLES), photos=2)
        third = make_listing(at=at)
    return [first, second, third]


def test_cards_come_in_the_order_in_which_they_were_asked_for(listed, at):
    ids = [listing.id for listing in listed]
    for wanted in (ids, ids[::-1], [ids[1]], []):
        assert [card.id for card in listing_cards(wanted, at)] == wanted
    assert [card.id for card in listing_cards([10**9, ids[0]], at)] == [ids[0]]


@pytest.mark.parametrize("how_many", [1, 3])
def test_any_number_of_cards_takes_five_statements(listed, at, count_statements, how_many):
    ids = [listing.id for listing in listed][:how_many]
    with count_statements() as seen:
        listing_cards(ids, at)
    assert len(seen) == 5, seen


def test_the_page_of_a_listing_takes_six_statements(listed, at, count_statements):
    with count_statements() as seen:
        page = get_listing(listed[1].slug, at)
    assert len(seen) == 6, seen
    assert len(page.photos) == 2


def test_what_the_cart_asks_takes_five_statements(listed, at, count_statements):
    skus = [card.variants[0].sku for card in listing_cards([one.id for one in listed], at)]
    with count_statements() as seen:
        found = variants_for_sale(at=at, skus=skus)
    assert len(seen) == 5, seen
    assert set(found) == set(skus)
    assert all(sale.saleable for sale in found.values())


def test_the_cart_may_ask_by_id_and_hears_of_withdrawn_grades(listed, at):
    gone = get_listing(listed[1].slug, at).card.variants[1]
    kept = get_listing(listed[1].slug, at).card.variants[0]
    with transaction():
        listing = catalogue_drafts.own_listing(listed[1].slug, listed[1].grower_id)
        offer = make_offer(make_variant_offer(sku=kept.sku))
        service.publish(listing, offer, listing.lot_id, at=at, by_account_id=None)
    found = variants_for_sale(at=at, ids=[gone.id, kept.id, 10**9])
    assert {key: sale.reason for key, sale in found.items()} == {gone.id: "withdrawn", kept.id: None}
    assert found[kept.id].size_class == "D8–8.4"
    assert found[gone.id].size_class == "H30–40"
    assert variants_for_sale(at=at, skus=[]) == {}


def test_a_card_counts_plants_and_names_the_cheapest(listed, at):
    card = get_listing(listed[1].slug, at).card
    assert card.available_plants == 200 + 3 * 50
    assert card.cheapest.plants_per_unit == 50
    bundle = card.variants[1]
    assert (bundle.most_orderable, bundle.sold_out, bundle.price_minor, bundle.lowest_price_minor) == (
        2,
        False,
        4_000,
        3_900,
    )


def test_what_is_held_for_a_buyer_is_not_available(session, listed, at):
    variant = get_listing(listed[1].slug, at).card.variants[1]
    with transaction():
        session.get(Stock, variant.id).held = 2
    bundle = get_listing(listed[1].slug, at).card.variants[1]
    assert (bundle.on_hand, bundle.available, bundle.most_orderable, bundle.sold_out) == (3, 1, 0, True)


def test_drafts_are_private(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, at=at)
        draft = make_draft(grower, at=at, typed={"title": ["半成品"]})
    assert listing_cards([draft.id], at) == []
    assert listings_of_grower(grower.id, at) == []
    assert [card.title for card in own_listings(grower.id, at)] == ["半成品"]
    with pytest.raises(NotFound):
        get_listing(draft.slug, at)


def test_recent_listings_can_be_bought(session, listed, at):
    with transaction():
        listing = catalogue_drafts.own_listing(listed[0].slug, listed[0].grower_id)
        service.pause(listing, at=at, by_account_id=None)
        stock.set_on_hand(get_listing(listed[2].slug, at).card.variants[0].id, 0)
    assert [card.id for card in recent_listings(at)] == [listed[1].id]


def test_the_sale_window_opens_and_closes(session, at):
    with transaction():
        offer = make_offer(sale_from=at + timedelta(days=1), sale_until=at + timedelta(days=2))
        listing = make_listing(at=at, offer=offer)
    reasons = [get_listing(listing.slug, at + timedelta(days=day)).card.reason for day in (0, 1, 2)]
    assert reasons == ["sale_not_begun", None, "sale_over"]


def test_a_presale_promises_its_week(session, at):
    with transaction():
        listing = make_listing(at=at, offer=make_offer(presale_week="2026-W45"))
    assert get_listing(listing.slug, at).card.dispatch.kind == "presale"


def test_documents_say_what_may_be_found(listed, at, session):
    documents = {document.id: document for document in documents_for_index(at=at)}
    assert all(document.visible and document.in_stock for document in documents.values())
    document = documents[listed[1].id]
    assert document.plant_price_minor == 80
    assert document.weeks == (*range(8, 15), *range(44, 51))
    assert document.unit_path.endswith("/guihua-bamboo/")
    with transaction():
        listing = catalogue_drafts.own_listing(listed[1].slug, listed[1].grower_id)
        service.end(listing, at=at + timedelta(hours=1), by_account_id=None)
    changed = list(documents_for_index(at=at, since=at + timedelta(minutes=1)))
    assert [(one.id, one.visible) for one in changed] == [(listed[1].id, False)]
    assert [one.id for one in documents_for_index(at=at, ids=[listed[2].id])] == [listed[2].id]


def test_ten_documents_take_no_more_statements_than_one(listed, at, count_statements):
    with count_statements() as seen:
        assert len(list(documents_for_index(at=at))) == 3
    assert len(seen) == 6, seen


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": "paused"}, "not_published"),
        ({"state": "ended", "licence_valid": False}, "ended"),
        ({"licence_valid": False, "state": "paused"}, "licence_not_valid"),
        ({"lot_open": False}, "lot_not_saleable"),
        ({"grower_admitted": False, "licence_valid": False}, "grower_left"),
    ],
)
def test_the_weightiest_reason_is_named(at, changes, reason):
    sound = {
        "state": "published",
        "sale_from": None,
        "sale_until": None,
        "grower_admitted": True,
        "licence_valid": True,
        "lot_open": True,
        "at": at,
    }
    assert reason_not_for_sale(**(sound | changes)) == reason
