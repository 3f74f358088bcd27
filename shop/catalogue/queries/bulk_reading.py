"""One way to read listings in bulk, shared by cards, pages, the cart and the index: five statements for any number.

(1) listings with windows and first photo, (2) size grades with ladders and stock, (3) growers, (4) licences, (5) lots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import aliased

from branch import api as branch
from core.clock import local_day
from core.database import session, view_of
from shop.catalogue.models import DispatchWindow, Listing, Photo, PriceTier, Variant
from shop.catalogue.queries.cards import ListingCard, PhotoView, VariantView
from shop.catalogue.rules.listing_fields import FIELDS, ListingFields
from shop.catalogue.rules.measures import RANGES, Size
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.seasons import Season, Window, next_dispatch, parse_week
from shop.catalogue.rules.sellable import CHANNEL, reason_not_for_sale
from shop.stock.models import Stock
from traceability import api as traceability

SIZE_OF_VARIANT = tuple(field.name for field in fields(Size))
SIZE_OF_LISTING = tuple(column for measure in RANGES for column in measure.columns)
OF_LISTING = tuple(FIELDS)
OF_VARIANT = (
    "id", "listing_id", "sku", "title", "unit", "plants_per_unit", "minimum_quantity", "increment", "weight_g",
    "withdrawn",
)  # fmt: skip
OF_PHOTO = tuple(field.name for field in fields(PhotoView))
OF_WINDOW = ("season", "from_week", "to_week")


# The same few seasons on the same day, for every listing of a page.
_next_dispatch = lru_cache(maxsize=1024)(next_dispatch)


# Columns, not rows of the session: a page shows hundreds of them and changes none.
FIRST_PHOTO = (
    select(func.min(Photo.position))
    .where(Photo.listing_id == Listing.id)
    .correlate(Listing)
    .scalar_subquery()
)
SPRING, AUTUMN = aliased(DispatchWindow), aliased(DispatchWindow)
LISTINGS = (
    select(
        Listing.grower_id,
        Listing.lot_id,
        *(getattr(Listing, name) for name in (*OF_LISTING, *SIZE_OF_LISTING)),
        *(getattr(Photo, name) for name in OF_PHOTO),
        *(getattr(window, name) for window in (SPRING, AUTUMN) for name in OF_WINDOW),
    )
    .outerjoin(Photo, (Photo.listing_id == Listing.id) & (Photo.position == FIRST_PHOTO))
    .outerjoin(SPRING, (SPRING.listing_id == Listing.id) & (SPRING.season == Season.SPRING))
    .outerjoin(AUTUMN, (AUTUMN.listing_id == Listing.id) & (AUTUMN.season == Season.AUTUMN))
)
OFFERED = (
    select(
        *(getattr(Variant, name) for name in (*OF_VARIANT, *SIZE_OF_VARIANT)),
        PriceTier.from_quantity,
        PriceTier.unit_price_minor,
        func.coalesce(Stock.on_hand, 0),
        func.coalesce(Stock.on_hand - Stock.held, 0),
    )
    .join(PriceTier, PriceTier.variant_id == Variant.id)
    .outerjoin(Stock, Stock.variant_id == Variant.id)
    .where(Variant.listing_id.in_(bindparam("listings", expanding=True)))
    .order_by(Variant.listing_id, Variant.position, Variant.id, PriceTier.from_quantity)
)
ON_OFFER = OFFERED.where(Variant.withdrawn.is_(False))


def load_cards(
    wanted: ColumnElement[bool], at: datetime, *, withdrawn: bool = False
) -> dict[int, ListingCard]:
    """The listings that `wanted` selects, by id, as of `at`; with `withdrawn`, size grades no longer offered too."""
    rows = [_Shown.of(row) for row in session.execute(LISTINGS.where(wanted))]
    if not rows:
        return {}
    variants = _variants([row.listing.id for row in rows], OFFERED if withdrawn else ON_OFFER)
    grower_ids = {row.grower_id for row in rows}
    growers = branch.growers_by_ids(grower_ids)
    licences = branch.licences_of_growers(grower_ids, at=at)
    lots = traceability.lots_by_ids({row.lot_id for row in rows if row.lot_id is not None})
    return {
        row.listing.id: _card(
            row,
            variants=variants.get(row.listing.id, ()),
            grower=growers[row.grower_id],
            licence=licences.get(row.grower_id),
            lot=lots.get(row.lot_id) if row.lot_id else None,
            at=at,
        )
        for row in rows
    }


class _Shown(NamedTuple):
    """A row of LISTINGS, taken apart."""

    grower_id: int
    lot_id: int | None
    listing: ListingFields
    size: Size
    photo: PhotoView | None
    windows: tuple[Window, ...]

    @classmethod
    def of(cls, row: Sequence[Any]) -> _Shown:
        parts = iter(row)
        grower_id, lot_id = islice(parts, 2)
        listing = ListingFields(**dict(zip(OF_LISTING, parts, strict=False)))
        size = Size(**dict(zip(SIZE_OF_LISTING, parts, strict=False)))
        photo = PhotoView(*islice(parts, len(OF_PHOTO)))
        windows = [tuple(islice(parts, len(OF_WINDOW))) for _season in range(2)]
        return cls(
            grower_id,
            lot_id,
            listing,
            size,
            photo if photo.public_id else None,
            tuple(Window(Season(season), first, last) for season, first, last in windows if season),
        )


def _variants(listing_ids: Sequence[int], query: Any) -> dict[int, tuple[VariantView, ...]]:
    by_variant: dict[int, tuple[Any, list[Tier]]] = {}
    for row in session.execute(query, {"listings": listing_ids}):
        entry = by_variant.setdefault(row[0], (row, []))
        entry[1].append(Tier(row[-4], row[-3]))
    by_listing: dict[int, list[VariantView]] = defaultdict(list)
    for row, tiers in by_variant.values():
        by_listing[row.listing_id].append(_variant(row, tiers))
    return {listing_id: tuple(views) for listing_id, views in by_listing.items()}


def _variant(row: Any, tiers: list[Tier]) -> VariantView:
    return VariantView(
        id=row.id,
        sku=row.sku,
        title=row.title,
        size=Size(*row[len(OF_VARIANT) : -4]),
        unit=row.unit,
        plants_per_unit=row.plants_per_unit,
        rule=QuantityRule(row.minimum_quantity, row.increment),
        tiers=tuple(tiers),
        weight_g=row.weight_g,
        on_hand=row[-2],
        available=row[-1],
        withdrawn=row.withdrawn,
    )


def photo_view(photo: Photo) -> PhotoView:
    """What may be shown of a photo; its place and time stay behind."""
    return view_of(PhotoView, photo)


def _promised(week: str | None) -> date | None:
    return parse_week(week) if week else None


def _card(
    row: _Shown,
    *,
    variants: tuple[VariantView, ...],
    grower: branch.GrowerView,
    licence: branch.LicenceView | None,
    lot: traceability.LotView | None,
    at: datetime,
) -> ListingCard:
    listing = row.listing
    return ListingCard(
        **vars(listing),
        size=row.size,
        photo=row.photo,
        windows=row.windows,
        dispatch=_next_dispatch(row.windows, local_day(at), presale_week=_promised(listing.presale_week)),
        variants=variants,
        grower=grower,
        licence=licence,
        lot=lot,
        reason=reason_not_for_sale(
            state=listing.state,
            sale_from=listing.sale_from,
            sale_until=listing.sale_until,
            grower_admitted=grower.state == "admitted",
            licence_valid=licence_covers(licence, listing.cultivar_group),
            lot_open=lot is not None and lot.state == "open",
            at=at,
        ),
    )


def licence_covers(licence: branch.LicenceView | None, cultivar_group: str) -> bool:
    """Whether the licence is valid on the day it was read for, and covers this group when it is sold here."""
    return (
        licence is not None
        and licence.is_valid
        and licence.scope.leaves_out(cultivar_group=cultivar_group, channel=CHANNEL) is None
    )
