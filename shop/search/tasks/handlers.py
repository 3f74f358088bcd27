"""What the index hears: it follows listings, stock and licences within seconds."""

from __future__ import annotations

from typing import Any

from core.clock import now
from core.database import session
from core.outbox.service import outside_transaction
from shop.catalogue.queries.listings import published_ids
from shop.search.tasks import rebuilding


@outside_transaction
def follow_listing(event: Any, *, event_id: str) -> None:  # noqa: ARG001 - every handler gets the id
    """A listing came, changed or went: events with a `listing_id`."""
    rebuilding.index_listings([event.listing_id], at=now())
    session.rollback()


@outside_transaction
def follow_grower(event: Any, *, event_id: str) -> None:  # noqa: ARG001 - every handler gets the id
    """A licence changed: all listings of the grower appear or vanish; events with a `grower_id`."""
    rebuilding.index_listings(published_ids(grower_id=event.grower_id), at=now())
    session.rollback()
