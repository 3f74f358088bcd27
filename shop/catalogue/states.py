"""The life of a listing, as one table. Pure."""

from __future__ import annotations

from enum import StrEnum

from core.state_tables import StateTable


class ListingState(StrEnum):
    """Where a listing stands between its first word and its end."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ENDED = "ended"


TRANSITIONS: StateTable[ListingState, ListingState] = StateTable(
    {
        ListingState.DRAFT: frozenset({ListingState.PUBLISHED}),
        ListingState.PUBLISHED: frozenset({ListingState.PAUSED, ListingState.ENDED}),
        ListingState.PAUSED: frozenset({ListingState.PUBLISHED, ListingState.ENDED}),
        ListingState.ENDED: frozenset(),
    }
)
may_become = TRANSITIONS.allows
