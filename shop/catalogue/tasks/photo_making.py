"""Making the pictures of uploads, and forgetting originals: what the worker does, in transactions of its own."""

from __future__ import annotations

from datetime import datetime

from core.database import session, transaction
from core.files import service as files
from core.progress.tasks import Job
from shop.catalogue.queries.photo_uploads import original_of, originals_in_use
from shop.catalogue.service import drafts
from shop.catalogue.service.photo_uploads import KEEP_FOR, SHELF, attach, let_go_of_refused


def make_photo(public_id: str, job: Job, *, at: datetime) -> None:
    """Make the pictures of an upload and add them to its listing as a photo; an edge, for the worker.

    Raises:
        PhotoRefused: the file cannot become a photo; the message says why and what to do.
        Conflict: the listing has as many photos as fit.
        ClaimLost: another worker took over.
    """
    upload = original_of(public_id)
    session.rollback()
    if upload is None:
        job.finish()
        return
    listing_id, key, keep_place_and_time = upload
    stored = drafts.store_photo(files.get(key), keep_place_and_time=keep_place_and_time)
    with transaction():
        job.finish()
        attach(public_id, listing_id, stored, at=at)
        wanted = originals_in_use([key])
    if not wanted:
        files.forget(key)


def forget_originals(*, at: datetime) -> int:
    """Remove originals that nobody will make a photo of: dropped, refused a day ago, or left by a killed worker."""
    with transaction():
        let_go_of_refused(until=at - KEEP_FOR)
        old = files.keys_of(SHELF, until=at - KEEP_FOR)
        wanted = originals_in_use(old)
    return files.forget_each(key for key in old if key not in wanted)
