"""What happened to listings; told through the outbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class _ListingEvent:
    listing_id: int


class ListingPublished(_ListingEvent):
    """A listing came on sale, for the first time or again."""


class ListingChanged(_ListingEvent):
    """Prices, stock or text of a listing that is on sale changed."""


class ListingWithdrawn(_ListingEvent):
    """A listing was paused or ended."""
