"""Making the pictures of uploads, and forgetting originals: what the worker does, in transactions of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from core.database import changed, session, transaction
from core.files import service as files
from core.progress.tasks.running import Job
from shop.catalogue.models import PhotoUpload
from shop.catalogue.service import drafts
from shop.catalogue.service.photo_uploads import KEEP_FOR, SHELF, _held


def make_photo(public_id: str, job: Job, *, at: datetime) -> None:
    """Make the pictures of an upload and add them to its listing as a photo; an edge, for the worker.

    Raises:
        PhotoRefused: the file cannot become a photo; the message says why and what to do.
        Conflict: the listing has as many photos as fit.
        ClaimLost: another worker took over.
    """
    columns = (PhotoUpload.listing_id, PhotoUpload.original_key, PhotoUpload.keep_place_and_time)
    upload = session.execute(select(*columns).where(PhotoUpload.public_id == public_id)).one_or_none()
    session.rollback()
    if upload is None:
        job.finish()
        return
    listing_id, key, keep_place_and_time = upload
    stored = drafts.store_photo(files.get(key), keep_place_and_time=keep_place_and_time)
    with transaction():
        job.finish()
        if changed(delete(PhotoUpload).where(PhotoUpload.public_id == public_id)):
            drafts.attach_photo(_held(listing_id), stored, at=at)
        wanted = session.scalar(select(PhotoUpload.id).where(PhotoUpload.original_key == key).limit(1))
    if wanted is None:
        files.forget(key)


def forget_originals(*, at: datetime) -> int:
    """Remove originals that nobody will make a photo of: dropped, refused a day ago, or left by a killed worker."""
    with transaction():
        changed(
            update(PhotoUpload)
            .where(PhotoUpload.problem != "", PhotoUpload.added_at <= at - KEEP_FOR)
            .values(original_key="")
        )
        old = files.keys_of(SHELF, until=at - KEEP_FOR)
        wanted = set(
            session.scalars(select(PhotoUpload.original_key).where(PhotoUpload.original_key.in_(old)))
        )
    return files.forget_each(one for one in old if one not in wanted)
