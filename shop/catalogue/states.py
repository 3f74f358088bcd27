"""The life of a listing, as one table. Pure."""

from __future__ import annotations

from enum import StrEnum


class ListingState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ENDED = "ended"


TRANSITIONS: dict[ListingState, frozenset[ListingState]] = {
    ListingState.DRAFT: frozenset({ListingState.PUBLISHED}),
    ListingState.PUBLISHED: frozenset({ListingState.PAUSED, ListingState.ENDED}),
    ListingState.PAUSED: frozenset({ListingState.PUBLISHED, ListingState.ENDED}),
    ListingState.ENDED: frozenset(),
}


def may_become(current: ListingState | str, wanted: ListingState | str) -> bool:
    """Whether a listing may go from `current` to `wanted` in one step."""
    return ListingState(wanted) in TRANSITIONS[ListingState(current)]
