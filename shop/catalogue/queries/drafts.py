"""A grower's drafts and listings, as the form that changes them needs them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.database import session
from core.errors import existing
from shop.catalogue.models import Listing, Photo, Variant
from shop.catalogue.states import ListingState


def own_listing(slug: str, grower_id: int) -> Listing:
    """The grower's listing with this slug or draft key, with all its parts, to be changed.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    listing = session.scalar(
        select(Listing)
        .where((Listing.slug == slug) | (Listing.draft_key == slug), Listing.grower_id == grower_id)
        .options(
            selectinload(Listing.variants).selectinload(Variant.tiers),
            selectinload(Listing.windows),
            selectinload(Listing.photos),
        )
        .execution_options(populate_existing=True)
    )
    return existing(listing, _l("You have no such listing."), code="listing_unknown")


def has_photos(draft_key: str, grower_id: int) -> bool:
    """Whether the grower's draft or listing of this key shows a photo already."""
    photo_id = (
        select(Photo.id).join(Listing).where(Listing.draft_key == draft_key, Listing.grower_id == grower_id)
    )
    return session.scalar(photo_id.limit(1)) is not None


def published_slug(draft_key: str, grower_id: int) -> str | None:
    """The address of the grower's listing that came from this draft; None while it is a draft, or when there is none."""
    return session.scalar(
        select(Listing.slug).where(
            Listing.draft_key == draft_key,
            Listing.grower_id == grower_id,
            Listing.state != ListingState.DRAFT,
        )
    )
