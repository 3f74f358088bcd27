"""Listings that changed while a new index is being built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete

from core.database import changed, session
from shop.search.models import SearchChange


def remember(ids: Iterable[int], *, at: datetime) -> None:
    """Keep in mind that these listings changed, for the index that is being built."""
    session.add_all(SearchChange(listing_id=listing_id, noted_at=at) for listing_id in ids)


def forget(ids: Sequence[int]) -> None:
    """Forget changes that the index in use holds."""
    changed(delete(SearchChange).where(SearchChange.id.in_(ids)))
