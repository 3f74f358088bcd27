"""Reads of what is for sale, as the cart and the checkout need it: prices, quantities, licence, stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.database import view_of
from shop.cart.rules import Basket, Offer, group_by_grower, price_line, weight_g
from shop.catalogue.queries.for_sale import SaleVariant, variants_for_sale
from shop.freight.queries import freight_quote
from shop.freight.rules.rates import PlantSize, unit_weight_g


def offers_by_sku(skus: Iterable[str], *, at: datetime) -> dict[str, Offer]:
    """The offers of these SKUs as of `at`; what was never on sale is left out."""
    return {sale.variant.sku: _offer(sale) for sale in variants_for_sale(at=at, skus=skus).values()}


def offers_by_id(variant_ids: Iterable[int], *, at: datetime) -> dict[int, Offer]:
    """The offers of these variants as of `at`, withdrawn ones included."""
    return {sale.variant.id: _offer(sale) for sale in variants_for_sale(at=at, ids=variant_ids).values()}


def _offer(sale: SaleVariant) -> Offer:
    listing, variant = sale.listing, sale.variant
    plant = PlantSize(
        root=listing.root,
        height_cm=variant.size.height_cm_max,
        ground_diameter_mm=variant.size.ground_diameter_mm_max,
        root_ball_cm=variant.size.root_ball_cm,
        container_l=variant.size.container_l,
    )
    return view_of(
        Offer,
        listing,
        variant,
        sale,
        variant_id=variant.id,
        grower_name=listing.grower.name,
        grower_slug=listing.grower.slug,
        grade=variant.title,
        unit_weight_g=unit_weight_g(variant.weight_g, variant.plants_per_unit, plant),
        reason=sale.reason,
        photo_key=listing.photo.key_small if listing.photo else None,
        grower_path=listing.grower.unit_path,
    )


def basket(wanted: Mapping[int, int], *, province_code: str | None, at: datetime) -> Basket:
    """A cart of (variant id -> quantity), priced, in its order, with freight when the province is known."""
    offers = offers_by_id(wanted, at=at)
    lines = [
        price_line(offers[variant_id], quantity)
        for variant_id, quantity in wanted.items()
        if variant_id in offers
    ]
    freight: Mapping[int, int] = {}
    if province_code is not None and lines:
        weights = {
            grower_id: weight_g([line for line in lines if line.offer.grower_id == grower_id])
            for grower_id in {line.offer.grower_id for line in lines}
        }
        freight = freight_quote(weights, province_code).freight_minor
    return group_by_grower(lines, freight, province_code=province_code)
