"""Where the lots of a family stand in a drawing that fits a phone: one row each, a step right per generation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 336
ROW = 52
INDENT = 18
MOST_INDENTS = 7
RADIUS = 6
TOP = 26


@dataclass(frozen=True)
class Spot:
    """A lot in the drawing."""

    id: int
    x: int
    y: int
    here: bool


@dataclass(frozen=True)
class Line:
    """A curve from a lot to one that came of it."""

    path: str
    scion: bool


@dataclass(frozen=True)
class Drawing:
    """Spots and curves in pixels of an SVG."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(depths: Mapping[int, int], edges: Sequence[tuple[int, int, bool]], *, here: int) -> Drawing:
    """Place the lots.

    Args:
        depths: generation by lot id, in the order in which the rows shall stand.
        edges: parent, child, and whether only scions were taken.
        here: the lot that the page is about.
    """
    eldest = min(depths.values(), default=0)
    spots = {
        lot_id: Spot(
            lot_id,
            x=INDENT + min(depth - eldest, MOST_INDENTS) * INDENT,
            y=TOP + row * ROW,
            here=lot_id == here,
        )
        for row, (lot_id, depth) in enumerate(depths.items())
    }
    lines = tuple(
        Line(_curve(spots[parent], spots[child]), scion)
        for parent, child, scion in edges
        if parent in spots and child in spots
    )
    return Drawing(tuple(spots.values()), lines, WIDTH, TOP + len(spots) * ROW - ROW // 2)


def _curve(parent: Spot, child: Spot) -> str:
    """Down from the parent, then right into the child."""
    return f"M{parent.x} {parent.y + RADIUS}V{child.y - RADIUS * 2}Q{parent.x} {child.y} {child.x - RADIUS} {child.y}"
