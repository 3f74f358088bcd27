"""Pictures that were sent and are not photos yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from core.database import session, view_of
from shop.catalogue.models import PhotoUpload


@dataclass(frozen=True)
class UploadView:
    """`problem` says in words why there is no photo of it; empty while it is being made."""

    public_id: str
    name: str
    problem: str


def of_listing(listing_id: int) -> list[UploadView]:
    """What was sent for a listing and is no photo yet, in the order in which it came."""
    rows = session.scalars(
        select(PhotoUpload).where(PhotoUpload.listing_id == listing_id).order_by(PhotoUpload.id)
    )
    return [view_of(UploadView, row) for row in rows]


def original_of(public_id: str) -> Row[int, str, bool] | None:
    """`listing_id`, `original_key` and `keep_place_and_time` of an upload; None when it was dropped."""
    columns = (PhotoUpload.listing_id, PhotoUpload.original_key, PhotoUpload.keep_place_and_time)
    return session.execute(select(*columns).where(PhotoUpload.public_id == public_id)).one_or_none()


def originals_in_use(keys: Sequence[str]) -> set[str]:
    """Those of these keys of originals that a photo is still to be made of."""
    return set(session.scalars(select(PhotoUpload.original_key).where(PhotoUpload.original_key.in_(keys))))
