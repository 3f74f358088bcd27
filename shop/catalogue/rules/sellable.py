"""Whether plants can be bought now, and if not, why. Pure."""

from __future__ import annotations

from datetime import datetime

from shop.catalogue.rules.seasons import sale_problem
from shop.catalogue.states import ListingState

# The name of this shop among the channels that a licence may be limited to.
CHANNEL = "shop"


def reason_not_for_sale(
    *,
    state: str,
    sale_from: datetime | None,
    sale_until: datetime | None,
    grower_admitted: bool,
    licence_valid: bool,
    lot_open: bool,
    at: datetime,
) -> str | None:
    """The first thing that forbids a sale, as a code that `wording.reason_sentence` says in words; None when none does.

    What protects the buyer of genuine plants (grower, licence, lot) is named before what the grower chose.
    """
    if state == ListingState.ENDED:
        return "ended"
    if not grower_admitted:
        return "grower_left"
    if not licence_valid:
        return "licence_not_valid"
    if not lot_open:
        return "lot_not_saleable"
    if state != ListingState.PUBLISHED:
        return "not_published"
    return sale_problem(sale_from, sale_until, at)
