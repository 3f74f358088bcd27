"""What of the demonstration town can be bought."""

from __future__ import annotations

from sqlalchemy import select

from core.database import session
from shop.catalogue.models import Listing, Variant


def cheap_variant(grower_id: int, place: int) -> tuple[str, int]:
    """A size grade of the grower that can be bought, another one each time, in its smallest quantity."""
    rows = session.execute(
        select(Variant.sku, Variant.minimum_quantity)
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Listing.grower_id == grower_id, Listing.state == "published")
        .order_by(Variant.id)
    ).all()
    sku, minimum = rows[place % len(rows)]
    return sku, minimum
