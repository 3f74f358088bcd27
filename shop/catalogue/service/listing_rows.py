"""Bringing the rows of a listing up to an offer; used by the service only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from core.ids import random_id
from shop.catalogue.models import DispatchWindow, Listing, PriceTier, Variant
from shop.catalogue.rules.listing_fields import OF_LOT, TYPED
from shop.catalogue.rules.measures import RANGES, Size, span
from shop.catalogue.rules.offers import Offer, VariantOffer
from shop.catalogue.rules.slugs import listing_slug
from shop.catalogue.service.size_titles import size_line
from shop.catalogue.states import ListingState
from shop.freight.rules.rates import PlantSize, plant_weight_g
from traceability import api as traceability

SKU_LENGTH = 9


def fill(listing: Listing, offer: Offer, lot: traceability.LotView, at: datetime) -> None:
    """Words and measures; what the plants are comes from their lot. A draft gets its public address here."""
    if listing.state == ListingState.DRAFT:
        listing.slug = listing_slug(offer.title)
    listing.lot_id = lot.id
    for name in TYPED:
        setattr(listing, name, getattr(offer, name))
    for name in OF_LOT:
        setattr(listing, name, getattr(lot, name) or "")
    for least, most in (measure.columns for measure in RANGES):
        ends = span((getattr(grade.size, least), getattr(grade.size, most)) for grade in offer.variants)
        for column, end in zip((least, most), ends, strict=True):
            setattr(listing, column, end)
    listing.updated_at = at


def offered_variants(listing: Listing) -> list[Variant]:
    """The size grades on offer, in the order of the offer."""
    return sorted((v for v in listing.variants if not v.withdrawn), key=lambda variant: variant.position)


def set_variants(listing: Listing, offers: Sequence[VariantOffer]) -> None:
    """Continue the grades that are named by sku, add new ones, withdraw those no longer offered."""
    known = {variant.sku: variant for variant in listing.variants}
    offered_skus = set()
    for position, offer in enumerate(offers):
        variant = known.get(offer.sku) if offer.sku else None
        if variant is None:
            variant = Variant(sku=random_id(SKU_LENGTH), tiers=[])
            listing.variants.append(variant)
        offered_skus.add(variant.sku)
        variant.position, variant.withdrawn = position, False
        variant.title = offer.title or size_line(offer.size)
        variant.unit, variant.plants_per_unit = offer.unit, offer.plants_per_unit
        variant.minimum_quantity, variant.increment = offer.rule.minimum_quantity, offer.rule.increment
        variant.weight_g = offer.weight_g or _estimated_weight_g(offer.size, listing.root)
        for name, value in asdict(offer.size).items():
            setattr(variant, name, value)
        set_tiers(variant, offer)
    for sku, variant in known.items():
        if sku not in offered_skus:
            variant.withdrawn = True


def _estimated_weight_g(size: Size, root: str) -> int:
    return plant_weight_g(
        PlantSize(
            root=root,
            height_cm=size.height_cm_max,
            ground_diameter_mm=size.ground_diameter_mm_max,
            root_ball_cm=size.root_ball_cm,
            container_l=size.container_l,
        )
    )


def set_tiers(variant: Variant, offer: VariantOffer) -> None:
    """Bring a size grade's price lines up to an offer: by their first quantity they are kept, changed, added or taken off."""
    by_quantity = {tier.from_quantity: tier for tier in variant.tiers}
    wanted = {tier.from_quantity: tier.unit_price_minor for tier in offer.tiers}
    for quantity, tier in by_quantity.items():
        if quantity not in wanted:
            variant.tiers.remove(tier)
    for quantity, price in wanted.items():
        if quantity in by_quantity:
            by_quantity[quantity].unit_price_minor = price
        else:
            variant.tiers.append(PriceTier(from_quantity=quantity, unit_price_minor=price))


def set_windows(listing: Listing, offer: Offer) -> None:
    """Bring a listing's weeks of dispatch up to an offer, season by season."""
    by_season = {window.season: window for window in listing.windows}
    wanted = {str(window.season): window for window in offer.windows}
    for season, row in by_season.items():
        if season not in wanted:
            listing.windows.remove(row)
    for season, window in wanted.items():
        if season not in by_season:
            by_season[season] = DispatchWindow(season=season)
            listing.windows.append(by_season[season])
        by_season[season].from_week, by_season[season].to_week = window.from_week, window.to_week
