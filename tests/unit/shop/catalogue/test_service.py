"""Publishing, changing and ending a listing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from branch.licences.service import decisions as licences
from core.database import transaction
from core.errors import Conflict, NotFound
from core.outbox.models import OutboxEvent
from shop.catalogue.models import ListingChange, Photo
from shop.catalogue.queries import drafts as catalogue_drafts
from shop.catalogue.queries.listing_page import get_listing
from shop.catalogue.rules.measures import Size
from shop.catalogue.rules.offers import Offer
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.service import drafts
from shop.catalogue.service import publishing as service
from shop.stock.service import movements as stock
from tests.factories.catalogue import TREE, make_draft, make_listing, make_offer, make_variant_offer
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_lot
from traceability.lots.service import change_state
from traceability.lots.states import LotState


@pytest.fixture
def grower(session, at):
    with transaction():
        return make_grower(at=at)


@pytest.fixture
def lot(grower, at):
    with transaction():
        make_licence(grower, at=at)
        return make_lot(grower=grower, at=at)


def publish(grower, lot, at, offer: Offer | None = None, photos=1):
    with transaction():
        listing = make_draft(grower, at=at, photos=photos)
    with transaction():
        listing = catalogue_drafts.own_listing(listing.slug, grower.id)
        return service.publish(listing, offer or make_offer(), lot.id, at=at, by_account_id=None)


def again(listing):
    return catalogue_drafts.own_listing(listing.slug, listing.grower_id)


def events(session):
    names = ("ListingPublished", "ListingChanged", "ListingWithdrawn")
    return list(
        session.scalars(select(OutboxEvent.name).where(OutboxEvent.name.in_(names)).order_by(OutboxEvent.id))
    )


def test_a_published_listing_says_what_its_lot_says(session, grower, lot, at):
    listing = publish(grower, lot, at)
    card = get_listing(listing.slug, at).card
    assert card.saleable
    assert (card.cultivar_group, card.cultivar, card.age_code, card.root) == (
        "dangui",
        "朱砂丹桂",
        "6(8)-3",
        "root_ball",
    )
    assert card.slug.startswith("zhu-sha-dan-gui-8-gong-fen-dai-tu-qiu-")
    assert [tier.unit_price_minor for tier in card.variants[0].tiers] == [68_000, 64_000, 60_000]
    assert card.variants[0].available == 200
    assert card.variants[0].title
    assert card.variants[0].weight_g > 100_000, "a tree with a ball of 80 cm was weighed by its size"
    assert events(session) == ["ListingPublished"]


def test_without_a_photo_nothing_is_published(grower, lot, at):
    with pytest.raises(service.OfferRefused) as caught:
        publish(grower, lot, at, photos=0)
    assert list(caught.value.fields) == ["photos"]


@pytest.mark.parametrize(
    ("offer", "paths"),
    [
        (make_offer(title="桂"), ["title"]),
        (make_offer(variants=[]), ["variants-0-ground_diameter"]),
        (make_offer(make_variant_offer(tiers=())), ["variants-0-tiers-0-unit_price"]),
        (
            make_offer(make_variant_offer(tiers=(Tier(1, 100), Tier(10, 110)), tier_rows=(0, 3))),
            ["variants-0-tiers-3-unit_price"],
        ),
        (make_offer(make_variant_offer(rule=QuantityRule(3, 2), row=4)), None),
        (make_offer(make_variant_offer(size=Size(height_cm_min=300), row=2)), ["variants-2-root_ball_cm"]),
        (make_offer(make_variant_offer(unit="bundle", plants_per_unit=1)), ["variants-0-plants_per_unit"]),
        (make_offer(make_variant_offer(on_hand=-1)), ["variants-0-on_hand"]),
        (make_offer(make_variant_offer(weight_g=0)), ["variants-0-weight_kg"]),
        (make_offer(presale_week="2026-W01"), ["presale_week"]),
        (make_offer(presale_week="soon"), ["presale_week"]),
    ],
)
def test_what_is_wrong_is_named_by_its_field(grower, lot, at, offer, paths):
    with pytest.raises(service.OfferRefused) as caught:
        publish(grower, lot, at, offer)
    assert all(caught.value.fields.values())
    if paths is None:
        assert "variants-4-minimum_quantity" in caught.value.fields
    else:
        assert list(caught.value.fields) == paths


def test_the_line_of_the_ladder_is_named(grower, lot, at):
    offer = make_offer(make_variant_offer(tiers=(Tier(1, 100), Tier(10, 110))))
    with pytest.raises(service.OfferRefused) as caught:
        publish(grower, lot, at, offer)
    sentence = caught.value.fields["variants-0-tiers-1-unit_price"]
    assert "2" in sentence
    assert "¥1.10" in sentence
    assert "¥1.00" in sentence


def test_a_sale_window_must_not_be_upside_down(grower, lot, at):
    offer = make_offer(sale_from=at, sale_until=at - timedelta(days=1))
    with pytest.raises(service.OfferRefused) as caught:
        publish(grower, lot, at, offer)
    assert list(caught.value.fields) == ["sale_until"]


def test_nobody_publishes_from_a_foreign_lot(grower, lot, at):
    with transaction():
        foreign = make_lot(at=at)
    with pytest.raises(NotFound):
        publish(grower, foreign, at)


def test_nobody_opens_a_foreign_listing(grower, lot, at):
    listing = publish(grower, lot, at)
    with transaction():
        other = make_grower(at=at)
    with pytest.raises(NotFound):
        catalogue_drafts.own_listing(listing.slug, other.id)
    with pytest.raises(NotFound), transaction():
        drafts.save_draft(listing.draft_key, other.id, {"title": ["mine now"]}, at=at)


@pytest.mark.parametrize("state", ["applied", "suspended", "withdrawn"])
def test_without_a_valid_licence_nothing_is_published(session, at, state):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, state=state, at=at)
        lot = make_lot(grower=grower, at=at)
    with pytest.raises(Conflict) as caught:
        publish(grower, lot, at)
    assert caught.value.code == "not_on_sale"


def test_a_lot_sells_no_more_plants_than_it_has(grower, lot, at):
    assert lot.quantity_on_hand == 500
    with pytest.raises(Conflict) as caught:
        publish(grower, lot, at, make_offer(make_variant_offer(on_hand=501)))
    assert caught.value.code == "not_on_sale"
    with pytest.raises(Conflict):
        publish(
            grower, lot, at, make_offer(make_variant_offer(on_hand=51, unit="bundle", plants_per_unit=10))
        )


def test_a_recalled_lot_publishes_nothing_and_stops_what_is_on_sale(grower, lot, at):
    listing = publish(grower, lot, at)
    with transaction():
        change_state(lot.id, LotState.RECALLED, reason="disease", at=at, by=None)
    assert get_listing(listing.slug, at).card.reason == "lot_not_saleable"
    with pytest.raises(Conflict):
        publish(grower, lot, at)


def test_a_suspended_licence_stops_the_sale_at_once(session, grower, lot, at):
    listing = publish(grower, lot, at)
    card = get_listing(listing.slug, at).card
    with transaction():
        licences.suspend(card.licence.number, reason="inspection", by_account_id=None, at=at)
    assert get_listing(listing.slug, at).card.reason == "licence_not_valid"


def test_an_expired_licence_stops_the_sale_by_its_date_alone(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, valid_until=at.date() + timedelta(days=3), at=at)
        listing = make_listing(at=at, grower=grower)
    assert get_listing(listing.slug, at + timedelta(days=3)).card.saleable
    assert get_listing(listing.slug, at + timedelta(days=4)).card.reason == "licence_not_valid"


def test_pause_resume_end(session, grower, lot, at):
    listing = publish(grower, lot, at)
    for verb, reason in ((service.pause, "not_published"), (service.resume, None)):
        with transaction():
            verb(again(listing), at=at, by_account_id=None)
        assert get_listing(listing.slug, at).card.reason == reason
    with transaction():
        service.end(again(listing), at=at, by_account_id=None, reason="sold")
    assert get_listing(listing.slug, at).card.reason == "ended"
    with pytest.raises(Conflict), transaction():
        service.resume(again(listing), at=at, by_account_id=None)
    steps = list(
        session.execute(select(ListingChange.from_state, ListingChange.to_state).order_by(ListingChange.id))
    )
    assert steps == [
        ("draft", "published"),
        ("published", "paused"),
        ("paused", "published"),
        ("published", "ended"),
    ]
    assert events(session) == ["ListingPublished", "ListingWithdrawn", "ListingPublished", "ListingWithdrawn"]


def test_a_paused_listing_resumes_only_with_a_valid_licence(grower, lot, at):
    listing = publish(grower, lot, at)
    number = get_listing(listing.slug, at).card.licence.number
    with transaction():
        service.pause(again(listing), at=at, by_account_id=None)
        licences.suspend(number, reason="inspection", by_account_id=None, at=at)
    with pytest.raises(Conflict) as caught, transaction():
        service.resume(again(listing), at=at, by_account_id=None)
    assert caught.value.code == "not_on_sale"


def test_publishing_again_changes_grades_in_place_and_withdraws_the_rest(grower, lot, at):
    small = make_variant_offer(size=Size(height_cm_min=200, root_ball_cm=40))
    listing = publish(grower, lot, at, make_offer(small, make_variant_offer()))
    before = get_listing(listing.slug, at).card
    kept = make_variant_offer(sku=before.variants[1].sku, title="大苗", tiers=(Tier(1, 70_000),))
    with transaction():
        service.publish(again(listing), make_offer(kept), lot.id, at=at, by_account_id=None)
    card = get_listing(listing.slug, at).card
    assert card.slug == before.slug
    assert [(v.sku, v.title, v.price_minor) for v in card.variants] == [
        (before.variants[1].sku, "大苗", 70_000)
    ]
    assert card.size.height_cm_min == 300


def test_prices_and_stock_change_together_and_leave_a_row(session, grower, lot, at):
    listing = publish(grower, lot, at)
    sku = get_listing(listing.slug, at).card.variants[0].sku
    dearer = make_variant_offer(
        sku=sku, tiers=(Tier(2, 70_000), Tier(10, 65_000)), rule=QuantityRule(2, 2), on_hand=20
    )
    with transaction():
        service.change_prices(again(listing), [dearer], at=at, by_account_id=None)
    variant = get_listing(listing.slug, at).card.variants[0]
    assert [(tier.from_quantity, tier.unit_price_minor) for tier in variant.tiers] == [
        (2, 70_000),
        (10, 65_000),
    ]
    assert (variant.minimum_quantity, variant.increment, variant.available) == (2, 2, 20)
    row = session.scalars(select(ListingChange).where(ListingChange.what == "price")).one()
    assert row.detail["prices"][sku]["before"] == [[1, 68_000], [10, 64_000], [50, 60_000]]
    assert row.detail["on_hand"] == {sku: 20}


def test_a_wrong_price_changes_nothing(grower, lot, at):
    listing = publish(grower, lot, at)
    sku = get_listing(listing.slug, at).card.variants[0].sku
    wrong = make_variant_offer(sku=sku, tiers=(Tier(1, 100), Tier(5, 200)), on_hand=7)
    with pytest.raises(service.OfferRefused), transaction():
        service.change_prices(again(listing), [wrong], at=at, by_account_id=None)
    variant = get_listing(listing.slug, at).card.variants[0]
    assert (variant.price_minor, variant.available) == (68_000, 200)


def test_what_was_sold_meanwhile_stays_sold(grower, lot, at):
    listing = publish(grower, lot, at)
    variant = get_listing(listing.slug, at).card.variants[0]
    with transaction():
        stock.set_on_hand(variant.id, 190)
    counted = make_variant_offer(sku=variant.sku, on_hand=250, on_hand_shown=200)
    with transaction():
        service.change_prices(again(listing), [counted], at=at, by_account_id=None)
    assert get_listing(listing.slug, at).card.variants[0].available == 240
    untouched = make_variant_offer(sku=variant.sku, on_hand=200, on_hand_shown=200)
    with transaction():
        service.change_prices(again(listing), [untouched], at=at, by_account_id=None)
    assert get_listing(listing.slug, at).card.variants[0].available == 240


@pytest.mark.both
def test_a_draft_is_thrown_away_a_listing_is_not(session, grower, lot, at):
    with transaction():
        draft = make_draft(grower, at=at)
    with transaction():
        drafts.discard_draft(catalogue_drafts.own_listing(draft.slug, grower.id))
    assert session.scalars(select(Photo)).all() == []
    listing = publish(grower, lot, at)
    with pytest.raises(Conflict), transaction():
        drafts.discard_draft(again(listing))


@pytest.mark.both
def test_the_last_photo_of_a_listing_stays(grower, lot, at):
    listing = publish(grower, lot, at, photos=2)
    first, second = (photo.public_id for photo in again(listing).photos)
    with transaction():
        drafts.show_first(again(listing), second)
    assert get_listing(listing.slug, at).card.photo.public_id == second
    with transaction():
        drafts.remove_photo(again(listing), first)
    with pytest.raises(Conflict), transaction():
        drafts.remove_photo(again(listing), second)


def test_the_same_picture_twice_is_one_photo(grower, at):
    with transaction():
        listing = make_draft(grower, at=at)
        photo = listing.photos[0]
        same = drafts.StoredPhoto(photo.key_small, photo.key_medium, photo.key_large, 800, 600)
        assert drafts.attach_photo(listing, same, at=at) is photo


def test_a_listing_has_room_for_twelve_photos(grower, at):
    with transaction():
        listing = make_draft(grower, at=at, photos=drafts.MAX_PHOTOS)
        with pytest.raises(Conflict):
            drafts.attach_photo(listing, drafts.StoredPhoto("a", "b", "c", 1, 1), at=at)


def test_a_tree_that_weighs_what_the_grower_says(grower, lot, at):
    listing = publish(grower, lot, at, make_offer(make_variant_offer(size=TREE, weight_g=180_000)))
    assert get_listing(listing.slug, at).card.variants[0].weight_g == 180_000
