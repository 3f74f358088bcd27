"""The page of one listing, and what sending the smallest order of a size grade costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.database import session
from core.errors import existing
from shop.catalogue.models import Listing, Photo
from shop.catalogue.queries.bulk_reading import load_cards, photo_view
from shop.catalogue.queries.cards import ListingCard, ListingPage, VariantView
from shop.catalogue.states import ListingState
from shop.freight.queries import freight_quote


def get_listing(slug: str, at: datetime) -> ListingPage:
    """A listing that is or was public, with all its photos; six statements.

    Raises:
        NotFound: there is none, or it was never published.
    """
    cards = load_cards((Listing.slug == slug) & (Listing.state != ListingState.DRAFT), at).values()
    card = existing(next(iter(cards), None), _l("This listing does not exist."), code="listing_unknown")
    photos = session.scalars(select(Photo).where(Photo.listing_id == card.id).order_by(Photo.position))
    return ListingPage(card, tuple(photo_view(photo) for photo in photos))


@dataclass(frozen=True)
class FreightHint:
    """Freight of `quantity` units; None when the grower does not deliver there."""

    quantity: int
    weight_g: int
    freight_minor: int | None


def freight_hint(card: ListingCard, variant: VariantView, province_code: str) -> FreightHint:
    """The freight of the smallest order of `variant` alone; one statement."""
    quantity = variant.minimum_quantity
    weight_g = variant.weight_g * variant.plants_per_unit * quantity
    quote = freight_quote({card.grower_id: weight_g}, province_code)
    return FreightHint(quantity, weight_g, quote.freight_minor.get(card.grower_id))
