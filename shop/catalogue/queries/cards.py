"""What the pages, the cart and the index see of a listing. Frozen; nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass

from branch import api as branch
from shop.catalogue.rules.listing_fields import ListingFields
from shop.catalogue.rules.measures import Size, Unit
from shop.catalogue.rules.pricing import QuantityRule, Tier, tier_price
from shop.catalogue.rules.seasons import Dispatch, Window
from traceability import api as traceability


@dataclass(frozen=True)
class PhotoView:
    """A photo in three sizes; `width` and `height` are those of the large one."""

    public_id: str
    key_small: str
    key_medium: str
    key_large: str
    width: int
    height: int
    alt: str

    @property
    def small_url(self) -> str:
        return f"/media/{self.key_small}"

    @property
    def medium_url(self) -> str:
        return f"/media/{self.key_medium}"

    @property
    def large_url(self) -> str:
        return f"/media/{self.key_large}"

    @property
    def srcset(self) -> str:
        """The three files with their true widths, for the browser to choose from."""
        longer = max(self.width, self.height)
        sized = ((self.small_url, 360), (self.medium_url, 800), (self.large_url, 1600))
        return ", ".join(f"{url} {self.width * min(side, longer) // longer}w" for url, side in sized)


@dataclass(frozen=True)
class VariantView:
    """One size grade on offer. Quantities count its unit; `available` is what can be promised now."""

    id: int
    sku: str
    title: str
    size: Size
    unit: str
    plants_per_unit: int
    rule: QuantityRule
    tiers: tuple[Tier, ...]
    weight_g: int
    on_hand: int
    available: int
    withdrawn: bool

    @property
    def minimum_quantity(self) -> int:
        return self.rule.minimum_quantity

    @property
    def increment(self) -> int:
        return self.rule.increment

    @property
    def sold_out(self) -> bool:
        """Whether less is left than the smallest order."""
        return self.available < self.rule.minimum_quantity

    @property
    def most_orderable(self) -> int:
        """The largest quantity that the stock and the increment allow."""
        return self.available // self.rule.increment * self.rule.increment

    @property
    def price_minor(self) -> int:
        """The price of one unit in the smallest order."""
        return tier_price(self.tiers, self.rule.minimum_quantity)

    @property
    def lowest_price_minor(self) -> int:
        """The price of one unit in the largest order, in fen."""
        return min(tier.unit_price_minor for tier in self.tiers)

    @property
    def is_bundle(self) -> bool:
        return self.unit == Unit.BUNDLE


@dataclass(frozen=True, kw_only=True)
class ListingCard(ListingFields):
    """A listing with its prices, stock, first photo, grower, licence and lot, as of one moment.

    `reason` says why nothing can be bought (see `wording.reason_sentence`); None means that it is on sale,
    which does not yet mean that any is left.
    """

    size: Size
    photo: PhotoView | None
    windows: tuple[Window, ...]
    dispatch: Dispatch
    variants: tuple[VariantView, ...]
    grower: branch.GrowerView
    licence: branch.LicenceView | None
    lot: traceability.LotView | None
    reason: str | None

    @property
    def grower_id(self) -> int:
        return self.grower.id

    @property
    def lot_id(self) -> int | None:
        return self.lot.id if self.lot else None

    @property
    def saleable(self) -> bool:
        return self.reason is None

    @property
    def available_plants(self) -> int:
        """What can be promised now, over all size grades."""
        return sum(variant.available * variant.plants_per_unit for variant in self.variants)

    @property
    def sold_out(self) -> bool:
        """Whether of no size grade the smallest order is left."""
        return all(variant.sold_out for variant in self.variants)

    @property
    def cheapest(self) -> VariantView | None:
        """The size grade with the lowest price per plant in its smallest order."""
        return min(self.variants, key=lambda v: v.price_minor / v.plants_per_unit, default=None)

    @property
    def price_from_minor(self) -> int | None:
        """What one unit of the cheapest size grade costs in its smallest order."""
        return self.cheapest.price_minor if self.cheapest else None


@dataclass(frozen=True)
class ListingPage:
    """A listing as its page shows it: the card and all photos."""

    card: ListingCard
    photos: tuple[PhotoView, ...]
