"""The sheet that a chart is drawn on, measured in points from its lower left corner.

Nothing on it moves by itself: margins follow from the widths of the texts that stand in them. Axes of matplotlib and
its constrained layout, which measures every text of a figure several times, took most of the time of a report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D

from branch.reports.charts.style import INK

FONT_FILE = Path(__file__).resolve().parents[3] / "static" / "fonts" / "NotoSansSC-GBK.otf"
FONT_FAMILY = "Noto Sans SC GBK"
RESOLUTION = 160
POINTS_PER_INCH = 72
# In parts of the size of a text: from its baseline up to its middle, and from line to line.
MIDDLE, LEADING = 0.36, 1.25
SMALLEST_TEXT = 5.5

Side = Literal["left", "center", "right"]


class MissingGlyphError(ValueError):
    """A text holds characters that the report font cannot print; `characters` names them."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        super().__init__("characters not in the report font: " + " ".join(self.characters))


@cache
def _glyphs() -> frozenset[int]:
    font_manager.fontManager.addfont(FONT_FILE)
    return frozenset(font_manager.get_font(FONT_FILE).get_charmap())


def require_glyphs(text: str) -> None:
    """Refuse a text that the font cannot print.

    Raises:
        MissingGlyphError: naming each character once.
    """
    missing = sorted(
        {character for character in set(text) if character not in "\n\t" and ord(character) not in _glyphs()}
    )
    if missing:
        raise MissingGlyphError(missing)


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """How many points a line of text takes.

    Raises:
        MissingGlyphError: the font cannot print it.
    """
    require_glyphs(text)
    font = font_manager.get_font(FONT_FILE)
    font.set_size(size, POINTS_PER_INCH)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64


def widest(texts: Iterable[str], size: float) -> float:
    """The width of the longest line, in the units of the sheet."""
    return max((width(line, size) for text in texts for line in text.split("\n")), default=0.0)


def fitting(texts: Iterable[str], size: float, room: float) -> float:
    """The size at which each of the texts fits into `room`: `size`, or as much less as is needed."""
    needed = widest(texts, size)
    return size if needed <= room else max(SMALLEST_TEXT, size * room / needed)


def shortened(line: str, size: float, room: float) -> str:
    """As much of a line as fits into `room`; the data table has the whole of it."""
    if width(line, size) <= room:
        return line
    length = next((end for end in range(len(line) - 1, 0, -1) if width(line[:end] + "…", size) <= room), 0)
    return line[:length].rstrip() + "…"


class Scale(NamedTuple):
    """Values from `low` to `high` laid over the points from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, *, apart: float = 26) -> list[tuple[float, str]]:
        """Round values at least about `apart` points from each other, each with its label."""
        most = max(2, int(abs(self.end - self.start) / apart))
        candidates = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
        span = self.high - self.low
        values = [
            float(candidate)
            for candidate in candidates
            if self.low - 1e-9 * span <= candidate <= self.high + 1e-9 * span
        ]
        step = min((after - before for before, after in pairwise(values)), default=1.0)
        places = next(
            (count for count in range(6) if abs(round(step, count) - step) < 1e-6 * step), 6
        )  # digits that tell one step from the next
        return [(value, f"{0.0 if abs(value) < step / 2 else value:,.{places}f}") for value in values]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its lower left corner, its width and its height."""

    left: float
    bottom: float
    across: float
    up: float


class Sheet:
    """Draws on a figure; sizes of texts and widths of lines are in points, too."""

    def __init__(self, across_in: float, up_in: float) -> None:
        self.figure = Figure(figsize=(across_in, up_in), dpi=RESOLUTION)
        self.across, self.up = across_in * POINTS_PER_INCH, up_in * POINTS_PER_INCH
        self._points = Affine2D().scale(1 / POINTS_PER_INCH) + self.figure.dpi_scale_trans
        self._above = 0

    def _add(self, artist: Line2D | PathPatch | Text) -> None:
        # What comes later lies above what came before, of whichever kind it is.
        self._above += 1
        artist.set_zorder(self._above)
        self.figure.add_artist(artist)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        ha: Side = "left",
        ink: str = INK,
        rim: bool = False,
        room: float = math.inf,
    ) -> None:
        """Write lines of text, the first with its middle at the height `y`.

        Lines longer than `room` are shortened; `rim` clears the ground behind them.

        Raises:
            MissingGlyphError: a character that the font lacks.
        """  # fmt: skip
        for number, whole in enumerate(text.split("\n")):
            if not whole:
                continue
            line = shortened(whole, size, room)
            wide = width(line, size)
            middle = y - number * size * LEADING
            if rim:
                left = x - {"left": 0.0, "center": wide / 2, "right": wide}[ha]
                self.boxes([Box(left - 1, middle - size * 0.46, wide + 2, size * 0.92)], fill="white")
            self._add(
                Text(
                    x, middle - MIDDLE * size, line, color=ink, horizontalalignment=ha,
                    verticalalignment="baseline", fontproperties=_font(size), parse_math=False,
                    transform=self._points,
                )
            )  # fmt: skip

    def boxes(
        self,
        boxes: Sequence[Box],
        *,
        fill: str,
        edge: str | None = None,
        hatch: str | None = None,
        thick: float = 0.5,
    ) -> None:
        """Rectangles of one look, as one shape."""  # fmt: skip
        if boxes:
            corners = [
                [(b.left, b.bottom), (b.left + b.across, b.bottom), (b.left + b.across, b.bottom + b.up),
                 (b.left, b.bottom + b.up), (b.left, b.bottom)]
                for b in boxes
            ]  # fmt: skip
            self._shape(corners, close=True, fill=fill, edge=edge, hatch=hatch, thick=thick if edge else 0)

    def area(self, points: Sequence[tuple[float, float]], *, fill: str) -> None:
        """A closed area without an edge."""
        self._shape([[*points, points[0]]], close=True, fill=fill, edge=None, hatch=None, thick=0)

    def rules(
        self, rules: Sequence[tuple[float, float, float, float]], *, ink: str, thick: float = 0.6
    ) -> None:
        """Straight lines (from x, from y, to x, to y) of one look, as one shape."""
        if rules:
            lines = [[(x, y), (to_x, to_y)] for x, y, to_x, to_y in rules]
            self._shape(lines, close=False, fill=None, edge=ink, hatch=None, thick=thick)

    def _shape(
        self, parts: Sequence[Sequence[tuple[float, float]]], *, close: bool, fill: str | None,
        edge: str | None, hatch: str | None, thick: float,
    ) -> None:  # fmt: skip
        codes: list[Any] = []
        for part in parts:
            last = Outline.CLOSEPOLY if close else Outline.LINETO
            codes += [Outline.MOVETO, *[Outline.LINETO] * (len(part) - 2), last]
        outline = Outline([point for part in parts for point in part], codes)
        self._add(
            PathPatch(
                outline, fill=fill is not None, facecolor=fill or "none", edgecolor=edge or "none",
                linewidth=thick, hatch=hatch, capstyle="butt", joinstyle="miter", transform=self._points,
            )
        )  # fmt: skip

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        ink: str,
        thick: float,
        style: Any = "-",
        marker: str | None = None,
        size: float = 5,
        filled: bool = True,
    ) -> None:
        """A line through the points, with a gap where one is not a number."""  # fmt: skip
        self._add(
            Line2D(
                xs, ys, color=ink, linewidth=thick, linestyle=style, marker=marker or "", markersize=size,
                markerfacecolor=ink if filled else "white", transform=self._points,
            )
        )  # fmt: skip


@lru_cache(maxsize=64)
def _font(size: float) -> FontProperties:
    return FontProperties(family=[FONT_FAMILY], size=size)
