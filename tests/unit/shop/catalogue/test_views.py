"""The pages of listings and growers, and their budget of statements."""

import pytest

from branch.licences.service import decisions as licences
from core.clock import now
from core.database import transaction
from shop.catalogue.queries.listing_page import get_listing
from shop.stock.service import movements as stock
from tests.factories.catalogue import make_listing, make_offer, make_variant_offer
from tests.factories.licences import make_licence, make_storefront
from tests.factories.organisation import make_grower
from tests.unit.shop.catalogue.test_queries import BUNDLES

BUDGET = 10


@pytest.fixture
def card(app):
    with app.app_context(), transaction():
        listing = make_listing(at=now(), offer=make_offer(make_variant_offer(), BUNDLES), photos=2)
        return get_listing(listing.slug, now()).card


def text(answer):
    return answer.get_data(as_text=True)


def test_a_listing_page_keeps_its_budget(client, card, count_statements):
    for address in (
        f"/listings/{card.slug}",
        f"/listings/{card.slug}?province=330000&size={card.variants[1].sku}",
    ):
        with count_statements() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= BUDGET, seen


def test_a_listing_page_in_english(client, card):
    page = text(client.get(f"/listings/{card.slug}", headers={"Accept-Language": "en"}))
    for words in (
        "Ground diameter",
        "8–8.4 cm",
        "1 to 9 plants",
        "¥680.00",
        "Grower in Bamboo Shade village",
        "root ball 80 cm",
    ):
        assert words in page


def test_each_size_grade_has_its_prices_and_its_form(client, card):
    bundle = card.variants[1]
    page = text(client.get(f"/listings/{card.slug}?size={bundle.sku}"))
    assert f'value="{bundle.sku}"' in page
    assert 'min="2" step="2" max="2"' in page
    assert "每捆 50 株，每株低至 ¥0.78" in page
    assert 'aria-current="page"' in page


def test_freight_is_shown_for_a_province_before_anything_is_bought(client, card):
    page = text(client.get(f"/listings/{card.slug}?province=330000"))
    assert "运费 ¥" in page
    assert 'value="330000" selected' in page
    assert client.get(f"/listings/{card.slug}?province=nowhere").status_code == 200


def test_a_suspended_licence_says_why_and_offers_nothing(app, client, card):
    with app.app_context(), transaction():
        licences.suspend(card.licence.number, reason="inspection", by_account_id=None, at=now())
    page = text(client.get(f"/listings/{card.slug}"))
    assert "标志使用许可目前无效" in page
    assert "/cart/items" not in page
    assert "暂不能购买" in text(client.get(f"/growers/{card.grower.slug}"))


def test_sold_out_says_so_and_offers_nothing(app, client, card):
    with app.app_context(), transaction():
        for variant in card.variants:
            stock.set_on_hand(variant.id, 0)
    page = text(client.get(f"/listings/{card.slug}"))
    assert "暂时售完" in page
    assert "/cart/items" not in page


def test_an_unknown_listing_is_not_found(client):
    assert client.get("/listings/no-such-listing").status_code == 404


def test_a_title_cannot_smuggle_markup(app, client):
    with app.app_context(), transaction():
        listing = make_listing(at=now(), offer=make_offer(title="<script>alert(1)</script>"))
    assert "<script>alert" not in text(client.get(f"/listings/{listing.slug}"))


def test_a_growers_page_shows_papers_shops_and_listings(app, client, card):
    with app.app_context(), transaction():
        make_storefront(card.grower, shop_name="竹影苗圃", at=now())
        make_storefront(card.grower, shop_name="被停的店", state="suspended", at=now())
    page = text(client.get(f"/growers/{card.grower.slug}"))
    assert card.title in page
    assert card.licence.number in page
    assert "竹影苗圃" in page
    assert "被停的店" not in page


def test_a_grower_without_listings_has_a_page_too(app, client):
    with app.app_context(), transaction():
        grower = make_grower()
        make_licence(grower)
    assert "暂时没有在售商品" in text(client.get(f"/growers/{grower.slug}"))
    assert client.get("/growers/nobody").status_code == 404
