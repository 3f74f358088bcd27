"""What happened to listings; told through the outbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListingPublished:
    """A listing came on sale, for the first time or again."""

    listing_id: int


@dataclass(frozen=True)
class ListingChanged:
    """Prices, stock or text of a listing that is on sale changed."""

    listing_id: int


@dataclass(frozen=True)
class ListingWithdrawn:
    """A listing was paused or ended."""

    listing_id: int
