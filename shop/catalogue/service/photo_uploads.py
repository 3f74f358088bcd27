"""Pictures that were sent and are not photos yet: kept as they came until a worker has made the pictures of them.

What the camera wrote is still in them, so they lie on the private shelf, and go as soon as they are worked on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import selectinload

from core.database import changed, session
from core.errors import Conflict
from core.files import service as files
from core.ids import random_id
from core.progress.events import JobFailed
from core.progress.service import starting as progress
from shop.catalogue.models import Listing, PhotoUpload
from shop.catalogue.service import drafts

SHELF = "photo_original"
TASK = "shop.catalogue.make_photo"
KEEP_FOR = timedelta(days=1)


def store_original(data: bytes) -> str:
    """Lay an uploaded picture down as it came; called outside of a transaction. Answers its key."""
    return files.put(data, kind=SHELF, content_type="application/octet-stream", public=False)


def add(listing: Listing, key: str, name: str, *, keep_place_and_time: bool, at: datetime, by: int) -> None:
    """Have the pictures of a stored original made for a listing, in the caller's transaction.

    Raises:
        Conflict: the listing has as many photos as fit.
    """
    waiting = session.scalar(
        select(func.count()).where(PhotoUpload.listing_id == listing.id, PhotoUpload.problem == "")
    )
    if len(listing.photos) + (waiting or 0) >= drafts.MAX_PHOTOS:
        raise Conflict(
            _("A listing has room for %(most)s photos.", most=drafts.MAX_PHOTOS), code="too_many_photos"
        )
    upload = PhotoUpload(
        public_id=random_id(drafts.PHOTO_ID_LENGTH),
        listing_id=listing.id,
        original_key=key,
        name=name[:120],
        keep_place_and_time=keep_place_and_time,
        added_at=at,
    )
    upload.job_id = progress.start(
        "photo",
        task=TASK,
        args=[upload.public_id],
        owner_account_id=by,
        needs=progress.Authority("listings.edit", grower_id=listing.grower_id),
    )
    session.add(upload)
    session.flush()


def drop(listing: Listing, public_id: str) -> None:
    """Forget what was sent; its job finds nothing to do. One that is gone already is fine."""
    changed(
        delete(PhotoUpload).where(PhotoUpload.listing_id == listing.id, PhotoUpload.public_id == public_id)
    )


def note_failed_upload(event: JobFailed, *, event_id: str) -> None:  # noqa: ARG001 - every handler gets the id
    """There will be no photo of an upload: the form says why."""
    why = event.message or _("This picture could not be prepared. Please send it again.")
    changed(update(PhotoUpload).where(PhotoUpload.job_id == event.public_id).values(problem=why))


def _locked_listing(listing_id: int) -> Listing:
    """The listing with its photos; two that are ready at once are added one after the other."""
    statement = select(Listing).where(Listing.id == listing_id).options(selectinload(Listing.photos))
    return session.scalars(
        statement.with_for_update(of=Listing).execution_options(populate_existing=True)
    ).one()


def attach(public_id: str, listing_id: int, stored: drafts.StoredPhoto, *, at: datetime) -> None:
    """An upload becomes a photo of its listing, unless it was dropped meanwhile.

    Raises:
        Conflict: the listing has as many photos as fit.
    """
    if changed(delete(PhotoUpload).where(PhotoUpload.public_id == public_id)):
        drafts.attach_photo(_locked_listing(listing_id), stored, at=at)


def let_go_of_refused(*, until: datetime) -> None:
    """Nobody needs the originals of pictures that were refused `until` then."""
    refused = update(PhotoUpload).where(PhotoUpload.problem != "", PhotoUpload.added_at <= until)
    changed(refused.values(original_key=""))
