"""The trade's measures of a plant and what may be said about them. Pure.

Lengths are stored in the unit that their name carries. Ranges are written as the trade writes them: "3-4".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, get_type_hints


class Root(StrEnum):
    """How the root travels; it decides weight, season and survival."""

    BARE = "bare_root"
    BALL = "root_ball"
    CONTAINER = "container"


class Unit(StrEnum):
    """What is counted when plants are sold."""

    PLANT = "plant"
    BUNDLE = "bundle"


class Propagation(StrEnum):
    """How plants were raised."""

    CUTTING = "cutting"
    GRAFTING = "grafting"
    SEED = "seed"
    LAYERING = "layering"


@dataclass(frozen=True)
class Measure:
    """What may be said of one measure; its name carries its unit. `root`: only of plants that travel so."""

    lowest: int
    highest: int
    root: Root | None = None
    name: str = ""
    is_range: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Its names in `Size` and in the tables."""
        return (f"{self.name}_min", f"{self.name}_max") if self.is_range else (self.name,)

    @property
    def in_mm(self) -> bool:
        """Whether it is kept in millimetres; it is typed in centimetres then."""
        return self.name.endswith("_mm")

    @property
    def form_field(self) -> str:
        """Its name in the form, where a range stands without its unit."""
        return self.name.removesuffix("_mm").removesuffix("_cm") if self.is_range else self.name


Stem = Annotated[int | None, Measure(1, 2_000)]
Reach = Annotated[int | None, Measure(1, 2_500)]


@dataclass(frozen=True)
class Size:
    """The measures of one size grade, in the order in which a page tells them; None where the grower gave none."""

    ground_diameter_mm_min: Stem = None
    ground_diameter_mm_max: Stem = None
    breast_diameter_mm_min: Stem = None
    breast_diameter_mm_max: Stem = None
    height_cm_min: Reach = None
    height_cm_max: Reach = None
    crown_cm_min: Reach = None
    crown_cm_max: Reach = None
    branching_height_cm: Annotated[int | None, Measure(1, 1_000)] = None
    root_ball_cm: Annotated[int | None, Measure(5, 500, Root.BALL)] = None
    container_l: Annotated[int | None, Measure(1, 5_000, Root.CONTAINER)] = None


def _measures() -> Iterator[Measure]:
    for name, hint in get_type_hints(Size, include_extras=True).items():
        if not name.endswith("_max"):
            measure: Measure = hint.__metadata__[0]
            yield replace(measure, name=name.removesuffix("_min"), is_range=name.endswith("_min"))


MEASURES = {measure.name: measure for measure in _measures()}
RANGES = tuple(measure for measure in MEASURES.values() if measure.is_range)
# A size grade has one of these at least.
GRADED_BY = ("height_cm", "ground_diameter_mm", "breast_diameter_mm")


@dataclass(frozen=True)
class SizeProblem:
    """What is wrong with one measure."""

    code: str
    measure: Measure

    @property
    def field(self) -> str:
        return self.measure.name


def size_problems(size: Size, root: Root | str) -> Iterator[SizeProblem]:
    """What is wrong with the measures of one size grade of plants that travel as `root`."""
    for measure in MEASURES.values():
        for column in measure.columns:
            value = getattr(size, column)
            if value is not None and not measure.lowest <= value <= measure.highest:
                yield SizeProblem("measure_out_of_range", measure)
    for measure in RANGES:
        least, most = (getattr(size, column) for column in measure.columns)
        if least is not None and most is not None and most < least:
            yield SizeProblem("range_upside_down", measure)
    if all(getattr(size, f"{name}_min") is None for name in GRADED_BY):
        yield SizeProblem("no_measure", MEASURES["ground_diameter_mm"])
    if size.branching_height_cm and size.height_cm_max and size.branching_height_cm > size.height_cm_max:
        yield SizeProblem("branches_above_top", MEASURES["branching_height_cm"])
    if root == Root.BALL and size.root_ball_cm is None:
        yield SizeProblem("root_ball_missing", MEASURES["root_ball_cm"])
    if root == Root.CONTAINER and size.container_l is None:
        yield SizeProblem("container_missing", MEASURES["container_l"])


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
