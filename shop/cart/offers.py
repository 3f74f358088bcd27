"""Reads of what is for sale, as the cart and the checkout need it: prices, quantities, licence, stock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select

from branch import api as branch
from core.database import session
from shop.cart.rules import Basket, Line, Offer, group_by_grower, price_line, weight_g
from shop.catalogue.attributes import range_text
from shop.catalogue.models import Listing, Photo, PriceTier, Variant
from shop.catalogue.pricing import QuantityRule, Tier
from shop.shipping.freight.queries import freight_quote
from shop.shipping.freight.rules import PlantSize, unit_weight_g
from shop.stock.queries import available


def offers_by_sku(skus: Iterable[str]) -> dict[str, Offer]:
    """The offers of these SKUs; what does not exist is left out."""
    return {offer.sku: offer for offer in _offers(Variant.sku.in_(set(skus)))}


def offers_by_id(variant_ids: Iterable[int]) -> dict[int, Offer]:
    """The offers of these variants, withdrawn ones included."""
    return {offer.variant_id: offer for offer in _offers(Variant.id.in_(set(variant_ids)))}


def _offers(condition: ColumnElement[bool]) -> list[Offer]:
    rows = session.execute(
        select(Variant, Listing).join(Listing, Listing.id == Variant.listing_id).where(condition)
    ).all()
    ids = [variant.id for variant, _listing in rows]
    tiers: dict[int, list[Tier]] = {}
    for variant_id, from_quantity, unit_price_minor in session.execute(
        select(PriceTier.variant_id, PriceTier.from_quantity, PriceTier.unit_price_minor)
        .where(PriceTier.variant_id.in_(ids))
        .order_by(PriceTier.variant_id, PriceTier.from_quantity)
    ):
        tiers.setdefault(variant_id, []).append(Tier(from_quantity, unit_price_minor))
    photos = _first_photos({listing.id for _variant, listing in rows})
    return [
        _offer(variant, listing, tuple(tiers[variant.id]), photos.get(listing.id))
        for variant, listing in rows
        if variant.id in tiers
    ]


def _first_photos(listing_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for listing_id, key in session.execute(
        select(Photo.listing_id, Photo.key_small)
        .where(Photo.listing_id.in_(listing_ids))
        .order_by(Photo.listing_id, Photo.position)
    ):
        found.setdefault(listing_id, key)
    return found


def _offer(variant: Variant, listing: Listing, tiers: tuple[Tier, ...], photo_key: str | None) -> Offer:
    plant = PlantSize(
        root=listing.root,
        height_cm=variant.height_cm_max,
        ground_diameter_mm=variant.ground_diameter_mm_max,
        root_ball_cm=variant.root_ball_cm,
        container_l=variant.container_l,
    )
    return Offer(
        variant_id=variant.id,
        sku=variant.sku,
        grower_id=listing.grower_id,
        lot_id=listing.lot_id,
        slug=listing.slug,
        title=listing.title,
        grade=variant.title,
        cultivar_group=listing.cultivar_group,
        cultivar=listing.cultivar,
        root=listing.root,
        size=_size_text(variant),
        unit=variant.unit,
        plants_per_unit=variant.plants_per_unit,
        rule=QuantityRule(variant.minimum_quantity, variant.increment),
        tiers=tiers,
        unit_weight_g=unit_weight_g(variant.weight_g, variant.plants_per_unit, plant),
        currency=listing.currency,
        state=listing.state,
        withdrawn=variant.withdrawn,
        sale_from=listing.sale_from,
        sale_until=listing.sale_until,
        presale_week=listing.presale_week,
        photo_key=photo_key,
    )


def _size_text(variant: Variant) -> str:
    """The measures in figures that need no translation: `Ø 3–4 cm, H 120–150 cm`."""
    diameter = range_text(variant.ground_diameter_mm_min, variant.ground_diameter_mm_max, in_cm=True)
    height = range_text(variant.height_cm_min, variant.height_cm_max)
    parts = [f"Ø {diameter} cm" if diameter else "", f"H {height} cm" if height else ""]
    return ", ".join(part for part in parts if part)


def licensed(offers: Iterable[Offer], *, at: datetime) -> dict[int, bool]:
    """Whether each offer's grower (by variant) holds a licence that covers it `at` this moment."""
    wanted = list(offers)
    held = branch.licences_of_growers({offer.grower_id for offer in wanted}, at=at)
    return {
        offer.variant_id: (licence := held.get(offer.grower_id)) is not None
        and (not licence.cultivar_groups or offer.cultivar_group in licence.cultivar_groups)
        for offer in wanted
    }


def priced_lines(wanted: Mapping[int, int], *, at: datetime) -> list[Line]:
    """Lines of (variant id -> quantity), priced and checked `at` this moment, in the given order."""
    offers = offers_by_id(wanted)
    left = available(offers)
    allowed = licensed(offers.values(), at=at)
    return [
        price_line(
            offers[variant_id], quantity, available=left[variant_id], licensed=allowed[variant_id], at=at
        )
        for variant_id, quantity in wanted.items()
        if variant_id in offers
    ]


def basket(wanted: Mapping[int, int], *, province_code: str | None, at: datetime) -> Basket:
    """A whole cart, priced, with freight when its province is known."""
    lines = priced_lines(wanted, at=at)
    freight: Mapping[int, int] = {}
    if province_code is not None and lines:
        weights = {
            grower_id: weight_g([line for line in lines if line.offer.grower_id == grower_id])
            for grower_id in {line.offer.grower_id for line in lines}
        }
        freight = freight_quote(weights, province_code).freight_minor
    return group_by_grower(lines, freight, province_code=province_code)
