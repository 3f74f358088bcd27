"""How much a parcel of plants weighs and what sending it costs. Pure.

Weights are for the plant as it travels: without soil, with its ball of earth, or in its pot. They are
estimates for plants whose grower gave no weight, and heavier rather than lighter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BULK_FROM_G = 100_000

# A trimmed plant without soil, by its height: (up to cm, g).
_BARE_ROOT_G = ((30, 20), (60, 60), (100, 160), (150, 400), (200, 900), (250, 2_000))

# The pot that a plant of this height usually stands in: (up to cm, litres).
_USUAL_POT_L = ((40, 1), (80, 2), (120, 5), (180, 10), (250, 25))

# Earth packed in a ball as wide as D cm and 0.7 D high, rounded below (about 0.385 D^3), at 1.7 g/cm3.
_BALL_G_PER_1000_CM3 = 654

# Wet potting soil with its pot.
_POT_G_PER_L = 900


@dataclass(frozen=True, slots=True)
class PlantSize:
    """What is known of one plant. `root` is `bare_root`, `root_ball` or `container`."""

    root: str
    height_cm: int | None = None
    ground_diameter_mm: int | None = None
    root_ball_cm: int | None = None
    container_l: int | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A price for a group of provinces.

    The first kilogram, every further one begun up to 100 kg, and every one begun beyond, which goes by lorry.
    """

    provinces: frozenset[str]
    first_kg_minor: int
    per_kg_minor: int
    bulk_per_kg_minor: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One grower's rates. A province that no rate names is not delivered to."""

    rates: tuple[Rate, ...]

    def rate_for(self, province_code: str) -> Rate | None:
        """The rate for a province, by its code; None when nothing is delivered there."""
        return next((rate for rate in self.rates if province_code in rate.provinces), None)


@dataclass(frozen=True, slots=True)
class Quote:
    """What each grower's parcel costs to one province; growers who do not deliver there are named."""

    province_code: str
    freight_minor: Mapping[int, int]
    weight_g: Mapping[int, int]
    refused_by: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        return sum(self.freight_minor.values())


def _by_height(table: Sequence[tuple[int, int]], height_cm: int) -> int | None:
    return next((value for up_to, value in table if height_cm <= up_to), None)


def _bare_plant_g(size: PlantSize) -> int:
    height = size.height_cm or 60
    by_height = _by_height(_BARE_ROOT_G, height)
    stem_mm = size.ground_diameter_mm or 0
    by_stem = 4 * stem_mm**2 if stem_mm >= 30 else 0  # a stem of 8 cm carries about 25 kg
    return max(by_height if by_height is not None else 9 * height, by_stem)


def plant_weight_g(size: PlantSize) -> int:
    """The estimated weight of one plant as it travels, in grams; at least 20."""
    plant = _bare_plant_g(size)
    if size.root == "root_ball":
        ball_cm = size.root_ball_cm or max(15, (size.ground_diameter_mm or 20) * 8 // 10)
        return plant + _BALL_G_PER_1000_CM3 * ball_cm**3 // 1000
    if size.root == "container":
        usual = _by_height(_USUAL_POT_L, size.height_cm or 60) or 50
        return plant + _POT_G_PER_L * (size.container_l or usual)
    return plant


def unit_weight_g(weight_g: int | None, plants_per_unit: int, size: PlantSize) -> int:
    """The weight of one unit as it is sold: its plants by what the grower says one weighs, else estimated."""
    return plants_per_unit * (weight_g or plant_weight_g(size))


def freight_minor(rate: Rate, weight_g: int) -> int:
    """The price of `weight_g` at `rate`; never falls as the weight rises. Nothing weighs nothing.

    Raises:
        ValueError: the weight is negative.
    """
    if weight_g < 0:
        raise ValueError("a weight is not negative")
    if weight_g == 0:
        return 0
    kilograms = -(-weight_g // 1000)
    light = min(kilograms, BULK_FROM_G // 1000) - 1
    heavy = max(0, kilograms - BULK_FROM_G // 1000)
    return rate.first_kg_minor + light * rate.per_kg_minor + heavy * rate.bulk_per_kg_minor


def quote(tables: Mapping[int, Table], weights_g: Mapping[int, int], province_code: str) -> Quote:
    """What each grower's parcel of `weights_g` costs to `province_code`, by the grower's own table."""
    prices: dict[int, int] = {}
    refused: list[int] = []
    for grower_id in sorted(weights_g):
        rate = tables[grower_id].rate_for(province_code)
        if rate is None:
            refused.append(grower_id)
        else:
            prices[grower_id] = freight_minor(rate, weights_g[grower_id])
    return Quote(province_code, prices, dict(weights_g), tuple(refused))
