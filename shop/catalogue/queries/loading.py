"""One way to read listings in bulk, shared by cards, pages, the cart and the index: five statements for any number.

(1) listings with windows and first photo, (2) size grades with ladders and stock, (3) growers, (4) licences, (5) lots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from branch import api as branch
from core.clock import local_day
from core.database import session
from shop.catalogue.attributes import Size
from shop.catalogue.models import DispatchWindow, Listing, Photo, PriceTier, Variant
from shop.catalogue.pricing import QuantityRule, Tier
from shop.catalogue.queries.shown import ListingCard, PhotoView, VariantView
from shop.catalogue.seasons import Season, Window, next_dispatch, parse_week
from shop.catalogue.sellable import CHANNEL, reason_not_for_sale
from shop.stock.models import Stock
from traceability import api as traceability

SIZE_OF_LISTING = (
    "height_cm_min",
    "height_cm_max",
    "ground_diameter_mm_min",
    "ground_diameter_mm_max",
    "breast_diameter_mm_min",
    "breast_diameter_mm_max",
    "crown_cm_min",
    "crown_cm_max",
)
SIZE_OF_VARIANT = (*SIZE_OF_LISTING, "branching_height_cm", "root_ball_cm", "container_l")


def load_cards(
    wanted: ColumnElement[bool], at: datetime, *, withdrawn: bool = False
) -> dict[int, ListingCard]:
    """The listings that `wanted` selects, by id, as of `at`; with `withdrawn`, size grades no longer offered too."""
    rows = session.execute(_listings(wanted)).all()
    if not rows:
        return {}
    listings = [row[0] for row in rows]
    variants = _variants([listing.id for listing in listings], withdrawn=withdrawn)
    grower_ids = {listing.grower_id for listing in listings}
    growers = branch.growers_by_ids(grower_ids)
    licences = branch.licences_of_growers(grower_ids, at=at)
    lots = traceability.lots_by_ids({listing.lot_id for listing in listings if listing.lot_id is not None})
    return {
        listing.id: _card(
            listing,
            windows=_windows(spring, autumn),
            photo=photo_view(photo) if photo else None,
            variants=variants.get(listing.id, ()),
            grower=growers[listing.grower_id],
            licence=licences.get(listing.grower_id),
            lot=lots.get(listing.lot_id),
            at=at,
        )
        for listing, photo, spring, autumn in rows
    }


def _listings(wanted: ColumnElement[bool]) -> Any:
    spring, autumn = aliased(DispatchWindow), aliased(DispatchWindow)
    first = (
        select(func.min(Photo.position))
        .where(Photo.listing_id == Listing.id)
        .correlate(Listing)
        .scalar_subquery()
    )
    return (
        select(Listing, Photo, spring, autumn)
        .outerjoin(Photo, (Photo.listing_id == Listing.id) & (Photo.position == first))
        .outerjoin(spring, (spring.listing_id == Listing.id) & (spring.season == Season.SPRING))
        .outerjoin(autumn, (autumn.listing_id == Listing.id) & (autumn.season == Season.AUTUMN))
        .where(wanted)
        .execution_options(populate_existing=True)
    )


def _variants(listing_ids: Collection[int], *, withdrawn: bool) -> dict[int, tuple[VariantView, ...]]:
    query = (
        select(
            Variant,
            PriceTier.from_quantity,
            PriceTier.unit_price_minor,
            func.coalesce(Stock.on_hand, 0),
            func.coalesce(Stock.on_hand - Stock.held, 0),
        )
        .join(PriceTier, PriceTier.variant_id == Variant.id)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Variant.listing_id.in_(listing_ids))
        .order_by(Variant.listing_id, Variant.position, Variant.id, PriceTier.from_quantity)
        .execution_options(populate_existing=True)
    )
    if not withdrawn:
        query = query.where(Variant.withdrawn.is_(False))
    found: dict[int, tuple[Variant, int, int, list[Tier]]] = {}
    for variant, from_quantity, unit_price_minor, on_hand, available in session.execute(query):
        kept = found.setdefault(variant.id, (variant, on_hand, available, []))
        kept[3].append(Tier(from_quantity, unit_price_minor))
    by_listing: dict[int, list[VariantView]] = defaultdict(list)
    for variant, on_hand, available, tiers in found.values():
        by_listing[variant.listing_id].append(_variant(variant, on_hand, available, tiers))
    return {listing_id: tuple(views) for listing_id, views in by_listing.items()}


def _variant(variant: Variant, on_hand: int, available: int, tiers: list[Tier]) -> VariantView:
    return VariantView(
        id=variant.id,
        sku=variant.sku,
        title=variant.title,
        size=Size(**{name: getattr(variant, name) for name in SIZE_OF_VARIANT}),
        unit=variant.unit,
        plants_per_unit=variant.plants_per_unit,
        rule=QuantityRule(variant.minimum_quantity, variant.increment),
        tiers=tuple(tiers),
        weight_g=variant.weight_g,
        on_hand=on_hand,
        available=available,
        withdrawn=variant.withdrawn,
    )


def photo_view(photo: Photo) -> PhotoView:
    """What may be shown of a photo; its place and time stay behind."""
    return PhotoView(
        public_id=photo.public_id,
        key_small=photo.key_small,
        key_medium=photo.key_medium,
        key_large=photo.key_large,
        width=photo.width,
        height=photo.height,
        alt=photo.alt,
    )


def _windows(*rows: DispatchWindow | None) -> tuple[Window, ...]:
    return tuple(Window(Season(row.season), row.from_week, row.to_week) for row in rows if row is not None)


def _promised(week: str | None) -> date | None:
    return parse_week(week) if week else None


def _card(
    listing: Listing,
    *,
    windows: tuple[Window, ...],
    photo: PhotoView | None,
    variants: tuple[VariantView, ...],
    grower: branch.GrowerView,
    licence: branch.LicenceView | None,
    lot: traceability.LotView | None,
    at: datetime,
) -> ListingCard:
    return ListingCard(
        id=listing.id,
        slug=listing.slug,
        title=listing.title,
        description=listing.description,
        state=listing.state,
        cultivar_group=listing.cultivar_group,
        cultivar=listing.cultivar,
        propagation=listing.propagation,
        age_code=listing.age_code,
        root=listing.root,
        grade=listing.grade,
        origin=listing.origin,
        size=Size(**{name: getattr(listing, name) for name in SIZE_OF_LISTING}),
        currency=listing.currency,
        sale_from=listing.sale_from,
        sale_until=listing.sale_until,
        presale_week=listing.presale_week,
        published_at=listing.published_at,
        updated_at=listing.updated_at,
        photo=photo,
        windows=windows,
        dispatch=next_dispatch(windows, local_day(at), presale_week=_promised(listing.presale_week)),
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
