"""`/search` for people."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from core.clock import local_day, now
from core.gate import public
from core.web.rules.pagination import Page
from shop.catalogue.queries.listings import listing_cards
from shop.search.schemas.search_request import wanted_from
from shop.search.service import finding
from shop.search.service.engine import PAGE_SIZE, SORTS
from traceability import api as traceability

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@public
def page() -> str:
    """Results with facets; says so when the engine is away or only some words matched."""
    at = now()
    wanted = wanted_from(request.args, today=local_day(at))
    hits = finding.find(wanted)
    cards = listing_cards(hits.ids, at)
    return render_template(
        "shop/search/search.html",
        wanted=wanted,
        found=hits,
        results=Page(cards, hits.total, wanted.page, PAGE_SIZE),
        groups=traceability.cultivar_groups(),
        sorts=SORTS,
        ships=request.args.get("ships", ""),
        args=request.args.to_dict(flat=False),
    )
