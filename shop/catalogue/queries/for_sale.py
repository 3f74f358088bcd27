"""What the cart and an order need to know of what they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import session
from shop.catalogue.models import Listing, Variant
from shop.catalogue.queries.bulk_reading import load_cards
from shop.catalogue.queries.cards import ListingCard, VariantView
from shop.catalogue.rules.measures import range_text
from shop.catalogue.states import ListingState


@dataclass(frozen=True)
class SaleVariant:
    """A size grade with the listing that it belongs to, as of one moment.

    `reason` says why it cannot be bought (in words: `wording.reason_sentence`); None when it can. The listing
    carries the snapshot for an order line: title, cultivar, root, grower, lot, licence, photo, dispatch.
    """

    listing: ListingCard
    variant: VariantView

    @property
    def reason(self) -> str | None:
        """Why it cannot be bought, as a code; None when it can."""
        return "withdrawn" if self.variant.withdrawn else self.listing.reason

    @property
    def saleable(self) -> bool:
        return self.reason is None

    @property
    def size_class(self) -> str:
        """The measure by which the trade grades it, for the ledger: ground or breast diameter in cm, else height."""
        size = self.variant.size
        ground = range_text(size.ground_diameter_mm_min, size.ground_diameter_mm_max, in_cm=True)
        breast = range_text(size.breast_diameter_mm_min, size.breast_diameter_mm_max, in_cm=True)
        height = range_text(size.height_cm_min, size.height_cm_max)
        return f"D{ground}" if ground else f"DBH{breast}" if breast else f"H{height}"


def variants_for_sale(
    *, at: datetime, skus: Iterable[str] | None = None, ids: Iterable[int] | None = None
) -> dict[str | int, SaleVariant]:
    """The size grades with these skus (or ids), keyed as they were asked for; unknown ones are left out.

    Five statements for any number. Withdrawn grades and listings off sale are answered too, with their reason.
    """
    by_sku = skus is not None
    wanted: set[str | int] = {*(skus or ()), *(ids or ())}
    if not wanted:
        return {}
    named = Variant.sku.in_(wanted) if by_sku else Variant.id.in_(wanted)
    holding = Listing.id.in_(select(Variant.listing_id).where(named)) & (Listing.state != ListingState.DRAFT)
    variants = {}
    for card in load_cards(holding, at, withdrawn=True).values():
        for variant in card.variants:
            key = variant.sku if by_sku else variant.id
            if key in wanted:
                variants[key] = SaleVariant(card, variant)
    return variants


def skus_of(variant_ids: Collection[int]) -> dict[int, str]:
    """The SKU of each of these variants."""
    return dict(session.execute(select(Variant.id, Variant.sku).where(Variant.id.in_(variant_ids))).all())
