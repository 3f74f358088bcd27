"""Listings for tests, made by the verbs that growers use."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from branch.api import GrowerView, licence_of
from shop.catalogue.models import Listing
from shop.catalogue.rules.measures import Size
from shop.catalogue.rules.offers import Offer, VariantOffer
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.seasons import Season, Window
from shop.catalogue.service import drafts
from shop.catalogue.service import publishing as service
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.pictures import picture
from tests.factories.traceability import make_lot
from traceability.api import LotView

SPRING_AND_AUTUMN = (Window(Season.SPRING, 8, 14), Window(Season.AUTUMN, 44, 50))
TREE = Size(
    height_cm_min=300,
    height_cm_max=320,
    ground_diameter_mm_min=80,
    ground_diameter_mm_max=84,
    root_ball_cm=80,
)


SMALL = (400, 400)  # as small as may be: each listing of each test renders it


@lru_cache(maxsize=1)
def _picture() -> bytes:
    return picture(*SMALL)


def make_variant_offer(**values: Any) -> VariantOffer:
    """200 trees of 8 cm at three prices."""
    given = {
        "size": TREE,
        "rule": QuantityRule(1, 1),
        "tiers": (Tier(1, 68_000), Tier(10, 64_000), Tier(50, 60_000)),
        "on_hand": 200,
    }
    return VariantOffer(**(given | values))


def make_offer(*variants: VariantOffer, **values: Any) -> Offer:
    """A sound offer of one size grade."""
    given = {
        "title": "朱砂丹桂 8公分 带土球",
        "root": "root_ball",
        "variants": list(variants) or [make_variant_offer()],
        "windows": SPRING_AND_AUTUMN,
        "description": "树形端正，冠幅饱满。",
    }
    return Offer(**(given | values))


def make_draft(
    grower: GrowerView, *, at: datetime, photos: int = 1, typed: dict[str, list[str]] | None = None
) -> Listing:
    """A draft with photos."""
    listing = drafts.save_draft(drafts.new_draft_key(), grower.id, typed or {}, at=at)
    for number in range(photos):
        # The store keeps equal pictures once; the keys only need to differ between photos.
        stored = drafts.store_photo(_picture(), keep_place_and_time=False)
        if number:
            stored = drafts.StoredPhoto(
                stored.key_small, stored.key_medium, f"{stored.key_large}?{number}", *SMALL
            )
        drafts.attach_photo(listing, stored, at=at)
    return listing


def make_listing(
    *,
    at: datetime,
    grower: GrowerView | None = None,
    lot: LotView | None = None,
    offer: Offer | None = None,
    photos: int = 1,
) -> Listing:
    """A published listing; makes grower, licence and lot where none is given."""
    grower = grower or make_grower(at=at)
    if licence_of(grower.id, at=at) is None:
        make_licence(grower, at=at)
    lot = lot or make_lot(grower=grower, at=at)
    listing = make_draft(grower, at=at, photos=photos)
    return service.publish(listing, offer or make_offer(), lot.id, at=at, by_account_id=None)


__all__ = ["make_draft", "make_listing", "make_offer", "make_variant_offer"]
