"""The page of one listing."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.database import session
from core.errors import existing
from shop.catalogue.models import Listing, Photo
from shop.catalogue.queries.bulk_reading import load_cards, photo_view
from shop.catalogue.queries.cards import ListingPage
from shop.catalogue.states import ListingState


def get_listing(slug: str, at: datetime) -> ListingPage:
    """A listing that is or was public, with all its photos; six statements.

    Raises:
        NotFound: there is none, or it was never published.
    """
    cards = load_cards((Listing.slug == slug) & (Listing.state != ListingState.DRAFT), at).values()
    card = existing(next(iter(cards), None), _l("This listing does not exist."), code="listing_unknown")
    photos = session.scalars(select(Photo).where(Photo.listing_id == card.id).order_by(Photo.position))
    return ListingPage(card, tuple(photo_view(photo) for photo in photos))
