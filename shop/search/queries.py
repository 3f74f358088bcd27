"""What was remembered of changes while a new index is being built."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select

from core.database import session
from shop.search.models import SearchChange


def remembered_changes(*, limit: int) -> Sequence[Row[int, int]]:
    """`id` and `listing_id` of changes that the new index does not hold yet."""
    return session.execute(select(SearchChange.id, SearchChange.listing_id).limit(limit)).all()
