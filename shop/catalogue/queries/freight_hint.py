"""What sending the smallest order of a size grade costs, shown before anything is put into the cart."""

from __future__ import annotations

from dataclasses import dataclass

from shop.catalogue.queries.cards import ListingCard, VariantView
from shop.freight.queries import freight_quote


@dataclass(frozen=True)
class FreightHint:
    """Freight of `quantity` units; None when the grower does not deliver there."""

    quantity: int
    weight_g: int
    freight_minor: int | None


def freight_hint(card: ListingCard, variant: VariantView, province_code: str) -> FreightHint:
    """The freight of the smallest order of `variant` alone; one statement."""
    quantity = variant.minimum_quantity
    weight_g = variant.weight_g * variant.plants_per_unit * quantity
    quote = freight_quote({card.grower_id: weight_g}, province_code)
    return FreightHint(quantity, weight_g, quote.freight_minor.get(card.grower_id))
