"""The search page and the listings of the JSON API, with the engine there and away."""

import shutil

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from shop.catalogue.models import PriceTier
from shop.search.tasks import rebuilding
from shop.stock.models import Stock
from tests.factories.catalogue import make_listing


@pytest.fixture
def listing(app, session):
    with transaction():
        listing = make_listing(at=now())
        slug = listing.slug
    rebuilding.rebuild(at=now())
    yield slug
    shutil.rmtree(app.config["SETTINGS"].var / "search", ignore_errors=True)


def test_the_page_finds_by_pinyin_within_eight_statements(client, listing, count_statements):
    client.get("/search?q=dangui")
    with count_statements() as seen:
        page = client.get("/search?q=dangui").get_data(as_text=True)
    assert f"/listings/{listing}" in page
    assert len(seen) <= 8, "\n".join(seen)


def test_nothing_found_says_what_to_try(client, listing):
    page = client.get("/search?q=樱花&min_price=1").get_data(as_text=True)
    assert "没有找到" in page
    assert "/search?cultivar_group=" in page


@pytest.mark.both
def test_when_the_engine_is_away_the_database_answers_and_the_page_says_so(app, client, listing):
    shutil.rmtree(app.config["SETTINGS"].var / "search")
    page = client.get("/search?q=丹桂&min_diameter=7&sort=price").get_data(as_text=True)
    assert "搜索引擎暂时不可用" in page
    assert f"/listings/{listing}" in page
    assert client.get("/api/v1/listings?q=dangui").json["engine"] == "database"
    assert client.get("/api/v1/listings?q=jingui").json["total"] == 0


@pytest.mark.both
def test_the_api_answers_in_the_shape_of_the_contract(client, listing):
    body = client.get("/api/v1/listings?q=丹桂&min_price_minor=1&in_stock=1&sort=price").json
    assert (body["total"], body["page"], body["pages"], body["engine"]) == (1, 1, 1, "embedded")
    item = body["items"][0]
    assert item["slug"] == listing
    assert set(item["grower"]) == {"slug", "name", "licence_number"}
    variant = item["variants"][0]
    assert set(variant) >= {
        "sku", "title", "unit", "currency", "price_tiers", "minimum_quantity", "increment", "available",
    }  # fmt: skip
    assert variant["price_tiers"][0] == {"from_quantity": 1, "unit_price_minor": 68000}
    assert client.get(f"/api/v1/listings/{listing}").json == item
    assert client.get("/api/v1/listings/nothing").status_code == 404


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "min_price=abc", "sort=bad", "root=<script>", "q=%00", "ships=?"]
)
def test_nothing_in_the_address_breaks_the_page(client, listing, query):
    assert client.get(f"/search?{query}").status_code == 200


def test_a_card_that_was_shown_before_tells_a_new_price_and_its_end_at_once(client, listing):
    before = client.get("/search?q=dangui").text
    assert "¥123.45" not in before
    assert "已售完" not in before
    with client.application.app_context(), transaction() as session:
        session.execute(sa.update(PriceTier).values(unit_price_minor=12_345))
    assert "¥123.45" in client.get("/search?q=dangui").text
    with client.application.app_context(), transaction() as session:
        session.execute(sa.update(Stock).values(on_hand=0, held=0))
    assert "已售完" in client.get("/search?q=dangui").text


@pytest.mark.both
def test_an_index_that_is_missing_is_made_by_itself_and_whole(app, client, listing, at):
    folder = app.config["SETTINGS"].var / "search"
    shutil.rmtree(folder)
    with app.app_context():
        assert rebuilding.tend(at=now()) == 1
        assert rebuilding.tend(at=now()) == 0
    assert client.get("/api/v1/listings").json["engine"] == "embedded"

    shutil.rmtree(folder)
    with app.app_context():
        rebuilding.index_listings(
            [], at=now()
        )  # a change of another listing must not leave an index of that one alone
        assert client.get("/api/v1/listings").json["engine"] == "database"
        assert rebuilding.tend(at=now()) == 1
    found = client.get("/api/v1/listings").json
    assert (found["engine"], found["total"]) == ("embedded", 1)
