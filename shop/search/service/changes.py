"""Listings that changed while a new index is being built."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.database import session, transaction
from shop.search.models import SearchChange


def _remember(ids: Iterable[int], at: datetime) -> None:
    with transaction():
        session.add_all(SearchChange(listing_id=one, noted_at=at) for one in ids)
