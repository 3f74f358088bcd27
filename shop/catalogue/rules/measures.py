"""The trade's measures of a plant and what may be said about them. Pure.

Lengths are stored in the unit that their name carries. Ranges are written as the trade writes them: "3-4".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Root(StrEnum):
    """How the root travels; it decides weight, season and survival."""

    BARE = "bare_root"
    BALL = "root_ball"
    CONTAINER = "container"


class Unit(StrEnum):
    PLANT = "plant"
    BUNDLE = "bundle"


class Propagation(StrEnum):
    CUTTING = "cutting"
    GRAFTING = "grafting"
    SEED = "seed"
    LAYERING = "layering"


@dataclass(frozen=True)
class Size:
    """The measures of one size grade; None where the grower gave none."""

    height_cm_min: int | None = None
    height_cm_max: int | None = None
    ground_diameter_mm_min: int | None = None
    ground_diameter_mm_max: int | None = None
    breast_diameter_mm_min: int | None = None
    breast_diameter_mm_max: int | None = None
    crown_cm_min: int | None = None
    crown_cm_max: int | None = None
    branching_height_cm: int | None = None
    root_ball_cm: int | None = None
    container_l: int | None = None


LIMITS: dict[str, tuple[int, int]] = {
    "height_cm": (1, 2_500),
    "ground_diameter_mm": (1, 2_000),
    "breast_diameter_mm": (1, 2_000),
    "crown_cm": (1, 2_500),
    "branching_height_cm": (1, 1_000),
    "root_ball_cm": (5, 500),
    "container_l": (1, 5_000),
}
RANGES = ("height_cm", "ground_diameter_mm", "breast_diameter_mm", "crown_cm")


@dataclass(frozen=True)
class SizeProblem:
    """`field` is a measure's name without `_min` or `_max`; `lowest` and `highest` are the limits of that measure."""

    code: str
    field: str
    lowest: int = 0
    highest: int = 0


def size_problems(size: Size, root: Root | str) -> Iterator[SizeProblem]:
    """What is wrong with the measures of one size grade of plants that travel as `root`."""
    for name in fields(size):
        measure = name.name.removesuffix("_min").removesuffix("_max")
        lowest, highest = LIMITS[measure]
        value = getattr(size, name.name)
        if value is not None and not lowest <= value <= highest:
            yield SizeProblem("measure_out_of_range", measure, lowest, highest)
    for measure in RANGES:
        least, most = getattr(size, f"{measure}_min"), getattr(size, f"{measure}_max")
        if least is not None and most is not None and most < least:
            yield SizeProblem("range_upside_down", measure)
    if all(getattr(size, f"{measure}_min") is None for measure in RANGES[:3]):
        yield SizeProblem("no_measure", "ground_diameter_mm")
    if size.branching_height_cm and size.height_cm_max and size.branching_height_cm > size.height_cm_max:
        yield SizeProblem("branches_above_top", "branching_height_cm")
    if root == Root.BALL and size.root_ball_cm is None:
        yield SizeProblem("root_ball_missing", "root_ball_cm")
    if root == Root.CONTAINER and size.container_l is None:
        yield SizeProblem("container_missing", "container_l")


def span(values: Iterable[tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    """The least and the most of several ranges; an open end counts as a point."""
    points = [point for pair in values for point in pair if point is not None]
    return (min(points), max(points)) if points else (None, None)


def cm_from_mm(millimetres: int) -> str:
    """Millimetres as the trade says them: 80 is "8", 85 is "8.5"."""
    return (
        f"{Decimal(millimetres) / 10:f}".rstrip("0").rstrip(".")
        if millimetres % 10
        else str(millimetres // 10)
    )


def range_text(least: int | None, most: int | None, *, in_cm: bool = False) -> str | None:
    """A range as the trade writes it: "3-4", or one number when both ends are equal; None when nothing is known.

    With `in_cm` the ends are millimetres and are shown as centimetres.
    """
    say = cm_from_mm if in_cm else str
    ends = [say(end) for end in (least, most) if end is not None]
    if not ends:
        return None
    return ends[0] if ends[0] == ends[-1] else f"{ends[0]}–{ends[-1]}"


def parse_range(text: str, *, to_mm: bool = False) -> tuple[int | None, int | None]:
    """Read "3-4", "3～4", "3 到 4" or "3.5" as (least, most), both ends equal for one number; empty is (None, None).

    With `to_mm` the text is in centimetres and the answer in millimetres.

    Raises:
        ValueError: the text holds something else than one number or two.
    """
    plain = text.strip().lower().replace("cm", "").replace("公分", "").replace("厘米", "")
    for dash in ("–", "—", "～", "~", "至", "到", "－"):
        plain = plain.replace(dash, "-")
    if not plain.strip():
        return None, None
    numbers = [_whole(part, 10 if to_mm else 1) for part in plain.split("-")]
    if len(numbers) > 2:
        raise ValueError(text)
    return numbers[0], numbers[-1]


def _whole(text: str, factor: int) -> int:
    try:
        return int((Decimal(text.strip()) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    except (ArithmeticError, ValueError) as unreadable:
        raise ValueError(text) from unreadable
