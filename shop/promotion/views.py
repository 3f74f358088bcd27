"""`/robots.txt`, `/sitemap.xml` and `/feeds/products.xml`."""

from __future__ import annotations

from flask import Blueprint, Response

from branch import api as branch
from core.clock import now
from core.gate import public
from core.money import decimal_text
from core.settings import current_settings
from core.web.views.xml import xml_answer
from shop.catalogue.queries.listings import listing_cards, published_addresses, published_ids

blueprint = Blueprint("promotion", __name__)
CLOSED = (
    "/C/",
    "/c/",
    "/orders/",
    "/checkout",
    "/cart",
    "/account",
    "/seller",
    "/branch",
    "/committee",
    "/jobs",
    "/work",
)
MOST = 45_000
MOST_IN_FEED = 2_000


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Open to all but what belongs to one person."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        f"Sitemap: {current_settings().base_url}/sitemap.xml",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Listings on sale with the day of their last change, growers, and the pages for everyone."""
    return xml_answer(
        "shop/promotion/sitemap.xml",
        "application/xml",
        base=current_settings().base_url,
        pages=("/", "/search", "/verify", "/registry", "/report-fake"),
        listings=published_addresses(limit=MOST),
        growers=branch.admitted_growers(),
    )


@blueprint.get("/feeds/products.xml")
@public
def products() -> Response:
    """What can be ordered, as the RSS 2.0 that product searches read; one item per size grade, the newest first.

    A price is that of the smallest order, whose plants `g:multipack` counts: nothing is sold singly below it.
    """
    cards = listing_cards(published_ids(limit=MOST_IN_FEED), now())
    return xml_answer(
        "shop/promotion/products.xml",
        "application/rss+xml",
        base=current_settings().base_url,
        cards=[card for card in cards if card.saleable],
        amount=decimal_text,
    )
