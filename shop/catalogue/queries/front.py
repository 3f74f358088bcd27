"""Reads of the catalogue, as frozen view objects. Prices and stock are always those of the database."""

from shop.catalogue.queries.cards import ListingCard, ListingPage, PhotoView, VariantView
from shop.catalogue.queries.for_sale import SaleVariant, variants_for_sale
from shop.catalogue.queries.index_documents import IndexDocument, documents_for_index, ids_for_index
from shop.catalogue.queries.listing_page import get_listing
from shop.catalogue.queries.listings import (
    listing_cards,
    listings_of_grower,
    own_listings,
    published_ids,
    recent_listings,
)

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
