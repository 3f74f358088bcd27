"""Drafts and photos of a listing: what a grower has typed and sent is kept. Adds to the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core.database import session
from core.errors import Conflict, existing
from core.files import service as files
from core.ids import random_id
from shop.catalogue.models import Listing, Photo, PhotoUpload
from shop.catalogue.queries.drafts import own_listing
from shop.catalogue.service import photo_renderings
from shop.catalogue.states import ListingState

DRAFT_KEY_LENGTH = 16
PHOTO_ID_LENGTH = 12
MAX_PHOTOS = 12


@dataclass(frozen=True)
class StoredPhoto:
    """Three pictures that lie in the file store, not yet part of a listing."""

    key_small: str
    key_medium: str
    key_large: str
    width: int
    height: int
    taken: dict[str, Any] = field(default_factory=dict)


def new_draft_key() -> str:
    """The name under which a form's draft will be kept, given out before anything is stored."""
    return random_id(DRAFT_KEY_LENGTH)


def save_draft(
    draft_key: str, grower_id: int, typed: Mapping[str, Sequence[str]], *, at: datetime
) -> Listing:
    """Keep what was typed, as typed; makes the draft when the key is new. A published listing is left as it is.

    Raises:
        NotFound: the key belongs to somebody else.
    """
    if session.scalar(select(Listing.id).where(Listing.draft_key == draft_key)) is None:
        _make_draft(draft_key, grower_id, at)
    listing = own_listing(draft_key, grower_id)
    listing.typed = {name: list(values) for name, values in typed.items()}
    if listing.state == ListingState.DRAFT:
        listing.title = " ".join(typed.get("title", [""])[:1])[:120].strip()
        listing.updated_at = at
    return listing


def _make_draft(draft_key: str, grower_id: int, at: datetime) -> None:
    """Insert the draft, unless the same form, sent twice, is doing so at this moment."""
    draft = Listing(
        slug=draft_key,
        draft_key=draft_key,
        grower_id=grower_id,
        state=ListingState.DRAFT,
        typed={},
        created_at=at,
        updated_at=at,
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        session.expire_all()


def discard_draft(listing: Listing) -> None:
    """Forget a draft that was never published.

    Raises:
        Conflict: it is no draft.
    """
    if listing.state != ListingState.DRAFT:
        raise Conflict(_("Only a draft can be thrown away; end the listing instead."), code="not_a_draft")
    session.execute(delete(PhotoUpload).where(PhotoUpload.listing_id == listing.id))
    for part in (*listing.photos, *listing.variants):
        session.delete(part)
    session.flush()
    session.delete(listing)


def store_photo(data: bytes, *, keep_place_and_time: bool) -> StoredPhoto:
    """Make the pictures of an uploaded file and lay them into the file store; called outside of a transaction.

    Raises:
        PhotoRefused: the file cannot become a photo; the message says why and what to do.
    """
    made = photo_renderings.render(data)
    small, medium, large = (
        files.put(picture, kind="photo", content_type=photo_renderings.CONTENT_TYPE, public=True)
        for picture in (made.small, made.medium, made.large)
    )
    taken = made.taken if keep_place_and_time else {}
    return StoredPhoto(small, medium, large, made.width, made.height, taken)


def attach_photo(listing: Listing, stored: StoredPhoto, *, alt: str = "", at: datetime) -> Photo:
    """Add a stored photo at the end; the same picture twice is one photo.

    Raises:
        Conflict: the listing has as many photos as fit.
    """
    for photo in listing.photos:
        if photo.key_large == stored.key_large:
            return photo
    if len(listing.photos) >= MAX_PHOTOS:
        raise Conflict(_("A listing has room for %(most)s photos.", most=MAX_PHOTOS), code="too_many_photos")
    photo = Photo(
        public_id=random_id(PHOTO_ID_LENGTH),
        position=max((photo.position for photo in listing.photos), default=-1) + 1,
        alt=alt,
        added_at=at,
        **vars(stored),
    )
    listing.photos.append(photo)
    session.flush()
    return photo


def remove_photo(listing: Listing, public_id: str) -> None:
    """Take a photo out of a listing.

    Raises:
        NotFound: the listing has no such photo.
        Conflict: it is the last photo of a listing that has been published.
    """
    photo = _photo(listing, public_id)
    if listing.state != ListingState.DRAFT and len(listing.photos) == 1:
        raise Conflict(_("A listing keeps at least one photo; add another one first."), code="last_photo")
    listing.photos.remove(photo)
    session.delete(photo)
    session.flush()


def show_first(listing: Listing, public_id: str) -> None:
    """Make a photo the one that lists and cards show.

    Raises:
        NotFound: the listing has no such photo.
    """
    first = _photo(listing, public_id)
    for position, photo in enumerate([first, *(photo for photo in listing.photos if photo is not first)]):
        photo.position = position
    session.flush()


def _photo(listing: Listing, public_id: str) -> Photo:
    photo = next((photo for photo in listing.photos if photo.public_id == public_id), None)
    return existing(photo, _l("This photo is not part of the listing any more."), code="photo_unknown")
