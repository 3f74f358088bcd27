"""Lists of listings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from core.database import session
from shop.catalogue.models import Listing
from shop.catalogue.queries.bulk_reading import load_cards
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.states import ListingState

RECENT = 12


def listing_cards(ids: Sequence[int], at: datetime) -> list[ListingCard]:
    """The listings with these ids in this order, drafts and unknown ids left out; five statements."""
    cards = load_cards(Listing.id.in_(ids) & (Listing.state != ListingState.DRAFT), at) if ids else {}
    return [cards[listing_id] for listing_id in ids if listing_id in cards]


def published_ids(*, limit: int | None = None, grower_id: int | None = None) -> list[int]:
    """Ids of listings that their growers have on sale, newest first; licences and lots are not asked here."""
    query = (
        select(Listing.id)
        .where(Listing.state == ListingState.PUBLISHED)
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(limit)
    )
    if grower_id is not None:
        query = query.where(Listing.grower_id == grower_id)
    return list(session.scalars(query))


def published_addresses(*, limit: int) -> Sequence[Row[str, datetime]]:
    """`slug` and `updated_at` of what is on sale, newest first."""
    wanted = select(Listing.slug, Listing.updated_at).where(Listing.state == ListingState.PUBLISHED)
    return session.execute(wanted.order_by(Listing.id.desc()).limit(limit)).all()


def recent_listings(at: datetime, *, limit: int = RECENT) -> list[ListingCard]:
    """The newest listings that can be bought now."""
    cards = listing_cards(published_ids(limit=limit * 2), at)
    return [card for card in cards if card.saleable and not card.sold_out][:limit]


def listings_of_grower(grower_id: int, at: datetime) -> list[ListingCard]:
    """What a grower has on sale, newest first, as its public page shows it."""
    return listing_cards(published_ids(grower_id=grower_id), at)


def own_listings(grower_id: int, at: datetime) -> list[ListingCard]:
    """All listings of a grower, drafts too, the latest changed first."""
    cards = load_cards(Listing.grower_id == grower_id, at)
    return sorted(cards.values(), key=lambda card: card.updated_at, reverse=True)
