"""Search engines find what is on sale and nothing that belongs to one person."""

import re

import pytest

from core.clock import now
from core.database import transaction
from tests.factories.catalogue import make_listing


@pytest.mark.both
def test_the_sitemap_names_what_is_on_sale(client, session):
    with transaction():
        slug = make_listing(at=now()).slug
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    places = re.findall("<loc>([^<]+)</loc>", answer.get_data(as_text=True))
    assert f"http://127.0.0.1:8000/listings/{slug}" in places
    assert len(places) == 7


def test_the_feed_of_products_names_each_size_grade_with_the_price_of_its_smallest_order(client, session):
    with transaction():
        listing = make_listing(at=now())
        hidden = make_listing(at=now())
        hidden.state = "paused"
    answer = client.get("/feeds/products.xml")
    assert answer.mimetype == "application/rss+xml"
    text = answer.get_data(as_text=True)
    assert f"<link>http://127.0.0.1:8000/listings/{listing.slug}</link>" in text
    assert hidden.slug not in text
    card = client.get(f"/api/v1/listings/{listing.slug}").json
    for variant in card["variants"]:
        assert f"<g:id>{variant['sku']}</g:id>" in text
        whole = variant["price_tiers"][0]["unit_price_minor"] * variant["minimum_quantity"]
        assert f"<g:price>{whole // 100}.{whole % 100:02d} CNY</g:price>" in text


def test_robots_are_kept_from_private_pages(client):
    text = client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /orders/" in text
    assert "Disallow: /C/" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_description_of_the_api_names_every_route_of_version_1(app, client):
    paths = client.get("/api/openapi.json").json["paths"]
    described = {path for path in paths if path.startswith("/api/v1/")}
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert served == described
