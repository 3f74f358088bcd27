"""Listings as the search index wants them: flat, with what must be found. Prices and stock are read again later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import session, view_of
from shop.catalogue.models import Listing
from shop.catalogue.queries.bulk_reading import load_cards
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.rules.listing_fields import LotFields, TypedFields
from shop.catalogue.rules.measures import Size
from shop.catalogue.rules.seasons import Season, Window
from shop.catalogue.states import ListingState

BATCH = 200


@dataclass(frozen=True, kw_only=True)
class IndexDocument(LotFields, TypedFields):
    """One listing for the index. `visible` is False when it must not be found: take it out then.

    `price_minor` is the price of one unit of the cheapest grade in its smallest order, `plant_price_minor` the
    same per plant, rounded up; `weeks` are the ISO weeks in which it travels (all of them without a window).
    """

    id: int
    slug: str
    visible: bool
    size: Size
    variant_titles: tuple[str, ...]
    seasons: tuple[Season, ...]
    weeks: tuple[int, ...]
    grower_id: int
    grower_slug: str
    grower_name: str
    village_name_zh: str
    village_name_en: str
    unit_path: str
    price_minor: int
    plant_price_minor: int
    available_plants: int
    in_stock: bool
    published_at: datetime | None
    updated_at: datetime


def ids_for_index(ids: Iterable[int] | None = None, *, since: datetime | None = None) -> list[int]:
    """The listings that were ever published, or those of them with these ids, or changed `since`."""
    query = select(Listing.id).where(Listing.state != ListingState.DRAFT).order_by(Listing.id)
    if ids is not None:
        query = query.where(Listing.id.in_(list(ids)))
    if since is not None:
        query = query.where(Listing.updated_at >= since)
    return list(session.scalars(query))


def documents_for_index(
    *, at: datetime, ids: Iterable[int] | None = None, since: datetime | None = None
) -> Iterator[IndexDocument]:
    """The listings with these ids, or changed `since`, or all that were ever published; five statements per 200.

    Listings that are off sale are answered with `visible` False, so that the caller can remove them.
    """
    wanted = ids_for_index(ids, since=since)
    for start in range(0, len(wanted), BATCH):
        cards = load_cards(Listing.id.in_(wanted[start : start + BATCH]), at)
        yield from (_document(card) for card in cards.values())


def _document(card: ListingCard) -> IndexDocument:
    cheapest = card.cheapest
    return view_of(
        IndexDocument,
        card,
        card.grower,
        visible=card.saleable and cheapest is not None,
        variant_titles=tuple(variant.title for variant in card.variants),
        seasons=tuple(window.season for window in card.windows),
        weeks=_weeks(card.windows),
        grower_slug=card.grower.slug,
        grower_name=card.grower.name,
        price_minor=cheapest.price_minor if cheapest else 0,
        plant_price_minor=-(-cheapest.price_minor // cheapest.plants_per_unit) if cheapest else 0,
        in_stock=not card.sold_out,
    )


def _weeks(windows: tuple[Window, ...]) -> tuple[int, ...]:
    if not windows:
        return tuple(range(1, 54))
    return tuple(sorted({week for window in windows for week in window.weeks()}))
