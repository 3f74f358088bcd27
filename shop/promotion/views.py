"""`/robots.txt` and `/sitemap.xml`."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from sqlalchemy import select

from branch import api as branch
from core.accounts.gate import public
from core.database import session
from shop.catalogue.models import Listing
from shop.catalogue.states import ListingState

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


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Open to all but what belongs to one person."""
    base = current_app.config["SETTINGS"].base_url
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {base}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Listings on sale with the day of their last change, growers, and the pages for everyone."""
    listings = session.execute(
        select(Listing.slug, Listing.updated_at)
        .where(Listing.state == ListingState.PUBLISHED)
        .order_by(Listing.id.desc())
        .limit(MOST)
    ).all()
    body = render_template(
        "shop/promotion/sitemap.xml",
        base=current_app.config["SETTINGS"].base_url,
        pages=("/", "/search", "/verify", "/registry", "/report-fake"),
        listings=listings,
        growers=branch.admitted_growers(),
    )
    return Response(body, mimetype="application/xml")
