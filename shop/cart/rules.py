"""What a line of a cart costs, what keeps it from being ordered, and what would be cheaper. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shop.catalogue.rules.pricing import CheaperTier, QuantityRule, Tier, cheaper_next_tier, tier_price


class ProblemCode(StrEnum):
    """Why a line cannot be ordered as it is."""

    NOT_ON_SALE = "not_on_sale"
    SOLD_OUT = "sold_out"
    SHORT = "short"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Offer:
    """One variant as it can be bought now. Quantities count its unit; the price ladder is sound.

    `reason` is the catalogue's code for why it cannot be bought; None when it can.
    """

    variant_id: int
    sku: str
    grower_id: int
    grower_name: str
    grower_slug: str
    lot_id: int | None
    slug: str
    title: str
    grade: str
    cultivar_group: str
    cultivar: str
    root: str
    size_class: str
    unit: str
    plants_per_unit: int
    rule: QuantityRule
    tiers: tuple[Tier, ...]
    unit_weight_g: int
    available: int
    reason: str | None
    photo_key: str | None = None
    grower_path: str = ""

    def unit_price_minor(self, quantity: int) -> int:
        """The price of one unit; below the minimum, that of the minimum."""
        return tier_price(self.tiers, max(quantity, self.rule.minimum_quantity))

    def total_minor(self, quantity: int) -> int:
        """What so many units cost, in fen."""
        return quantity * self.unit_price_minor(quantity)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be ordered as it is; `suggested` is a quantity that could be, 0 when there is none."""

    code: ProblemCode
    reason: str = ""
    available: int = 0
    suggested: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """So many units of an offer in a cart: what is wrong with that, or what would be cheaper."""

    offer: Offer
    quantity: int
    problem: Problem | None
    hint: CheaperTier | None

    @property
    def unit_price_minor(self) -> int:
        """In fen."""
        return self.offer.unit_price_minor(self.quantity)

    @property
    def total_minor(self) -> int:
        return self.offer.total_minor(self.quantity)

    @property
    def plants(self) -> int:
        """Plants, however many are in a unit."""
        return self.quantity * self.offer.plants_per_unit


@dataclass(frozen=True, slots=True)
class Group:
    """One grower's lines. `freight_minor` is None while no province is known or when it is not delivered to."""

    grower_id: int
    lines: tuple[Line, ...]
    weight_g: int
    freight_minor: int | None
    undeliverable: bool

    @property
    def shown_weight_g(self) -> int:
        return rounded_weight_g(self.weight_g)

    @property
    def grower_name(self) -> str:
        return self.lines[0].offer.grower_name

    @property
    def grower_path(self) -> str:
        """Where the grower is at home, as a place in the tree of units."""
        return self.lines[0].offer.grower_path

    @property
    def grower_slug(self) -> str:
        return self.lines[0].offer.grower_slug

    @property
    def goods_minor(self) -> int:
        """In fen, without freight."""
        return sum(line.total_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Basket:
    """A whole cart, priced. `province_code` is where it was asked to go, if anywhere."""

    groups: tuple[Group, ...]
    province_code: str | None
    lines: tuple[Line, ...] = field(default=())

    @property
    def goods_minor(self) -> int:
        """In fen, without freight."""
        return sum(group.goods_minor for group in self.groups)

    @property
    def freight_minor(self) -> int | None:
        """In fen; None as long as that of one grower is not known."""
        parts = [group.freight_minor for group in self.groups]
        return None if None in parts else sum(part for part in parts if part is not None)

    @property
    def total_minor(self) -> int | None:
        """In fen; None as long as the freight is not known."""
        freight = self.freight_minor
        return None if freight is None else self.goods_minor + freight

    @property
    def plants(self) -> int:
        return sum(line.plants for line in self.lines)

    @property
    def orderable(self) -> bool:
        """Whether nothing that is known stands in the way of an order."""
        return bool(self.lines) and not any(
            [line.problem for line in self.lines] + [group.undeliverable for group in self.groups]
        )


def line_problem(offer: Offer, quantity: int) -> Problem | None:
    """The first thing that keeps a line from being ordered, the weightiest first; None when nothing does."""
    if offer.reason is not None:
        return Problem(ProblemCode.NOT_ON_SALE, reason=offer.reason)
    most = offer.available - offer.available % offer.rule.increment
    if most < offer.rule.minimum_quantity:
        return Problem(ProblemCode.SOLD_OUT, available=offer.available)
    if not offer.rule.allows(quantity):
        suggested = min(offer.rule.nearest(quantity), most)
        return Problem(ProblemCode.QUANTITY, available=offer.available, suggested=suggested)
    if quantity > offer.available:
        return Problem(ProblemCode.SHORT, available=offer.available, suggested=most)
    return None


def price_line(offer: Offer, quantity: int) -> Line:
    """A line with its problem or, when it has none, the hint that a higher tier would cost less."""
    problem = line_problem(offer, quantity)
    hint = None
    if problem is None:
        cheaper = cheaper_next_tier(offer.tiers, quantity)
        hint = cheaper if cheaper is not None and cheaper.from_quantity <= offer.available else None
    return Line(offer, quantity, problem, hint)


def group_by_grower(
    lines: Sequence[Line], freight_minor: Mapping[int, int], *, province_code: str | None
) -> Basket:
    """Lines together by grower, in the order in which growers first appear, with each one's freight."""
    by_grower: dict[int, list[Line]] = {}
    for line in lines:
        by_grower.setdefault(line.offer.grower_id, []).append(line)
    groups = tuple(
        Group(
            grower_id=grower_id,
            lines=tuple(own),
            weight_g=weight_g(own),
            freight_minor=freight_minor.get(grower_id),
            undeliverable=province_code is not None and grower_id not in freight_minor,
        )
        for grower_id, own in by_grower.items()
    )
    return Basket(groups, province_code, tuple(lines))


def rounded_weight_g(grams: int) -> int:
    """An estimate as it is shown: to the kilogram begun from ten kilograms on."""
    return grams if grams < 10_000 else -(-grams // 1000) * 1000


def weight_g(lines: Sequence[Line]) -> int:
    """What lines weigh together, packed, in grams."""
    return sum(line.quantity * line.offer.unit_weight_g for line in lines)
