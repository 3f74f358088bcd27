"""Search engines find what is on sale and nothing that belongs to one person."""

import re

from core.clock import now
from core.database import transaction
from tests.factories.catalogue import make_listing


def test_the_sitemap_names_what_is_on_sale(client, session):
    with transaction():
        slug = make_listing(at=now()).slug
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    places = re.findall("<loc>([^<]+)</loc>", answer.get_data(as_text=True))
    assert f"http://127.0.0.1:8000/listings/{slug}" in places
    assert len(places) == 7


def test_robots_are_kept_from_private_pages(client):
    text = client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /orders/" in text
    assert "Disallow: /C/" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_description_of_the_api_names_every_route_of_version_1(app, client):
    described = set(client.get("/api/openapi.json").json["paths"])
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert served == described
