"""What a grower wants to publish, and everything that is wrong with it. Pure.

Every fault names the field of the listing form that it belongs to (`variants-0-tiers-1-unit_price`), so that
the same words reach the form, the shell and the JSON answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from shop.catalogue.rules.listing_fields import TYPED, TypedFields
from shop.catalogue.rules.measures import Root, Size, Unit, size_problems
from shop.catalogue.rules.pricing import QuantityRule, Tier, offer_problems
from shop.catalogue.rules.seasons import Window, parse_week, presale_problem, window_problems

MAX_VARIANTS = 12
MAX_ON_HAND = 100_000_000
MAX_WEIGHT_G = 20_000_000


@dataclass(frozen=True)
class VariantOffer:
    """One size grade as offered.

    `row` and `tier_rows` say where it stood in the form when rows were left blank; `sku` names the grade that
    it continues, None for a new one. `on_hand` counts units (plants or bundles); with `on_hand_shown`, the number
    that the grower saw, only the difference is applied, so that what was sold meanwhile stays sold. `weight_g` is one plant, packed; None is estimated from its size.
    """

    size: Size
    rule: QuantityRule
    tiers: Sequence[Tier]
    on_hand: int
    weight_g: int | None = None
    on_hand_shown: int | None = None
    title: str = ""
    unit: str = Unit.PLANT
    plants_per_unit: int = 1
    sku: str | None = None
    row: int = 0
    tier_rows: Sequence[int] = ()

    def tier_row(self, line: int) -> int:
        """Where line `line` of the ladder stood in the form."""
        return self.tier_rows[line] if line < len(self.tier_rows) else line


@dataclass(frozen=True, kw_only=True)
class Offer(TypedFields):
    """A whole listing as offered; `root` is that of its lot."""

    root: Root | str
    variants: Sequence[VariantOffer]
    windows: Sequence[Window] = ()


@dataclass(frozen=True)
class Fault:
    """`code` says what is wrong, `path` where; `numbers` and `line` (from 1) are for the sentence about it."""

    code: str
    path: str
    line: int | None = None
    numbers: dict[str, int] = field(default_factory=dict)


def offer_faults(offer: Offer, today: date) -> list[Fault]:
    """Everything that keeps `offer` from being published, in the order of the form."""
    return [*_listing_faults(offer), *_variants_faults(offer), *_season_faults(offer, today)]


def _listing_faults(offer: Offer) -> Iterator[Fault]:
    least, most = TYPED["title"].least, TYPED["title"].most
    if not least <= len(offer.title) <= most:
        yield Fault("title_length", "title", numbers={"least": least, "most": most})
    if not offer.variants:
        yield Fault("no_variant", "variants-0-ground_diameter")
    if len(offer.variants) > MAX_VARIANTS:
        yield Fault("too_many_variants", "variants-0-ground_diameter", numbers={"most": MAX_VARIANTS})


def _variants_faults(offer: Offer) -> Iterator[Fault]:
    for variant in offer.variants:
        yield from variant_faults(variant, offer.root)
    skus = [variant.sku for variant in offer.variants if variant.sku]
    for variant in offer.variants:
        if variant.sku and skus.count(variant.sku) > 1:
            yield Fault("same_variant_twice", f"variants-{variant.row}-title")


def variant_faults(variant: VariantOffer, root: Root | str) -> Iterator[Fault]:
    """What is wrong with one size grade: its measures, its unit, its weight, its stock and its prices."""
    at = f"variants-{variant.row}-"
    for wrong in size_problems(variant.size, root):
        measure = wrong.measure
        per_cm = 10 if measure.in_mm else 1
        limits = {"least": -(-measure.lowest // per_cm), "most": measure.highest // per_cm}
        yield Fault(wrong.code, at + measure.form_field, numbers=limits)
    if variant.unit == Unit.BUNDLE and variant.plants_per_unit < 2:
        yield Fault("bundle_too_small", at + "plants_per_unit")
    if variant.weight_g is not None and not 1 <= variant.weight_g <= MAX_WEIGHT_G:
        yield Fault("weight_out_of_range", at + "weight_kg", numbers={"most": MAX_WEIGHT_G // 1000})
    yield from stock_faults(variant)
    yield from price_faults(variant)


def stock_faults(variant: VariantOffer) -> Iterator[Fault]:
    """What is wrong with the number that is for sale."""
    if not 0 <= variant.on_hand <= MAX_ON_HAND:
        yield Fault("stock_out_of_range", f"variants-{variant.row}-on_hand", numbers={"most": MAX_ON_HAND})


def price_faults(variant: VariantOffer) -> Iterator[Fault]:
    """What is wrong with the ladder of one size grade, naming its lines as they stood in the form."""
    at = f"variants-{variant.row}-"
    for problem in offer_problems(variant.rule, variant.tiers):
        if problem.line is None:
            yield Fault(problem.code, at + problem.field, numbers=problem.numbers)
        else:
            row = variant.tier_row(problem.line)
            yield Fault(problem.code, f"{at}tiers-{row}-{problem.field}", row + 1, problem.numbers)


def _season_faults(offer: Offer, today: date) -> Iterator[Fault]:
    for code, season in window_problems(offer.windows):
        yield Fault(code, f"{season}_from")
    if offer.presale_week is not None:
        promised = parse_week(offer.presale_week)
        code = (
            "presale_unreadable"
            if promised is None
            else presale_problem(promised, offer.windows, today) or ""
        )
        if code:
            yield Fault(code, "presale_week")
    if offer.sale_from and offer.sale_until and offer.sale_from >= offer.sale_until:
        yield Fault("sale_window_upside_down", "sale_until")
