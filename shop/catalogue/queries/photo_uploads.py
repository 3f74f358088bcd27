"""Pictures that were sent and are not photos yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.database import session
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
    return [UploadView(row.public_id, row.name, row.problem) for row in rows]
