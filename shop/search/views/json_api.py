"""Listings for programs: `/api/v1/listings`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, request

from core.clock import local_day, now
from core.gate import public
from core.web.views.api_docs import answer_of, document_of
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.queries.listing_page import get_listing
from shop.catalogue.queries.listings import listing_cards
from shop.search.schemas.json_api import ListingGrowerOut, ListingOut, ListingsOut, ListingsQuery, VariantOut
from shop.search.schemas.search_request import wanted_from
from shop.search.service import finding
from shop.search.service.engine import PAGE_SIZE, SearchHits

blueprint = APIBlueprint("search_api", __name__, tag="Listings")


@blueprint.get("/api/v1/listings")
@blueprint.input(ListingsQuery, location="query", validation=False, arg_name="_documented")
@blueprint.doc(
    summary="Find listings",
    description="Words, pinyin, sizes; prices in fen; 24 a page. What cannot be understood is left out.",
    responses=answer_of(200, "A page of listings", ListingsOut),
)
@public
def api_listings(**_documented: Any) -> Response:
    """A page of listings in the shape of the contract."""
    at = now()
    wanted = wanted_from(request.args, today=local_day(at), minor=True)
    hits = finding.find(wanted)
    cards = listing_cards(hits.ids, at)
    return jsonify(
        items=[listing_json(card) for card in cards],
        total=hits.total,
        page=wanted.page,
        pages=max(1, -(-hits.total // PAGE_SIZE)),
        facets=_facets_json(hits),
        engine=hits.engine,
        relaxed=hits.relaxed,
    )


@blueprint.get("/api/v1/listings/<slug>")
@blueprint.doc(
    summary="One listing",
    responses=answer_of(200, "The listing", ListingOut) | {404: "It was never published."},
)
@public
def api_listing(slug: str) -> Response:
    """One listing; 404 when it was never published."""
    return jsonify(listing_json(get_listing(slug, now()).card))


def listing_json(card: ListingCard) -> dict[str, Any]:
    """A listing with what is needed to order it; lengths and money in the units of their names."""
    licence_number = card.licence.number if card.licence else None
    return document_of(
        ListingOut,
        card,
        on_sale=card.saleable,
        photo_url=card.photo.medium_url if card.photo else None,
        grower=document_of(ListingGrowerOut, card.grower, licence_number=licence_number),
        variants=[
            document_of(
                VariantOut,
                variant,
                currency=card.currency,
                price_tiers=[asdict(tier) for tier in variant.tiers],
                available=variant.available if card.saleable else 0,
            )
            for variant in card.variants
        ],
    )


def _facets_json(hits: SearchHits) -> dict[str, list[dict[str, Any]]]:
    return {name: [asdict(facet) for facet in values] for name, values in hits.facets.items()}
