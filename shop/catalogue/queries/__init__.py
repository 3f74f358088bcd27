"""Reads of the catalogue, as frozen view objects. Prices and stock are always those of the database."""

from shop.catalogue.queries.indexing import IndexDocument, documents_for_index, ids_for_index
from shop.catalogue.queries.lists import (
    listing_cards,
    listings_of_grower,
    own_listings,
    published_ids,
    recent_listings,
)
from shop.catalogue.queries.page import get_listing
from shop.catalogue.queries.sale import SaleVariant, variants_for_sale
from shop.catalogue.queries.shown import ListingCard, ListingPage, PhotoView, VariantView

__all__ = [
    "IndexDocument",
    "ListingCard",
    "ListingPage",
    "PhotoView",
    "SaleVariant",
    "VariantView",
    "documents_for_index",
    "get_listing",
    "ids_for_index",
    "listing_cards",
    "listings_of_grower",
    "own_listings",
    "published_ids",
    "recent_listings",
    "variants_for_sale",
]
