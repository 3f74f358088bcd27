"""Charts of a report, drawn by matplotlib from a `Chart`; the same chart gives the same bytes.

Readable in grey: series differ by hatch, line style and marker, not by colour alone. Axes of bars
begin at zero, numbers stand beside the marks, and a character that the font lacks is an error.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from branch.reports import charts_of_effects, charts_of_parts
from branch.reports.chart_style import (
    CLAY,
    HALO,
    INK,
    LEAF,
    LINE,
    OSMANTHUS,
    STONE,
    ends,
    label,
    legend,
    scaled,
    wrapped,
)
from branch.reports.document import Chart

FONT_FILE = Path(__file__).resolve().parents[2] / "static" / "fonts" / "NotoSansSC-GBK.otf"
FONT_FAMILY = "Noto Sans SC GBK"

WIDTH_IN = 7.2
RESOLUTION = 160

_STYLE: dict[Any, Any] = {
    "font.family": FONT_FAMILY,
    "font.size": 9,
    "axes.unicode_minus": False,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": INK,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "guiyuan",
    "legend.frameon": False,
}

# matplotlib's settings are global to the process; two threads must not draw at once.
_DRAWING = threading.Lock()


class MissingGlyphError(ValueError):
    """A text holds characters that the report font cannot print; `characters` names them."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        super().__init__("characters not in the report font: " + " ".join(self.characters))


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    font_manager.fontManager.addfont(FONT_FILE)
    with TTFont(FONT_FILE, lazy=True) as font:
        return frozenset(font.getBestCmap())


def require_glyphs(text: str) -> None:
    """Refuse a text that the font cannot print.

    Raises:
        MissingGlyphError: naming each character once.
    """
    missing = sorted(
        {character for character in text if character not in "\n\t" and ord(character) not in _glyphs()}
    )
    if missing:
        raise MissingGlyphError(missing)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same picture for screens and for print."""

    png: bytes
    svg: bytes


@lru_cache(maxsize=64)
def draw(chart: Chart) -> Drawing:
    """Draw `chart`, laid out once for both forms.

    Raises:
        MissingGlyphError: a text holds a character that the font cannot print.
    """
    with _drawing(chart) as figure:
        png = BytesIO()
        FigureCanvasAgg(figure).print_png(png, metadata={"Software": None})
        return Drawing(png.getvalue(), _svg(figure))


@lru_cache(maxsize=64)
def draw_for_print(chart: Chart) -> bytes:
    """The SVG of `draw` by itself, in half the time.

    Raises:
        MissingGlyphError: a text holds a character that the font cannot print.
    """
    with _drawing(chart) as figure:
        return _svg(figure)


@contextmanager
def _drawing(chart: Chart) -> Iterator[Figure]:
    """The figure of `chart` with everything in its place, ready to be written in any form."""
    for text in (chart.title, chart.unit, *chart.categories, *(series.name for series in chart.series)):
        require_glyphs(text)
    with _DRAWING, warnings.catch_warnings(), mpl.rc_context(_STYLE):
        warnings.simplefilter("error")
        figure = Figure(figsize=(WIDTH_IN, _height(chart)), dpi=RESOLUTION, layout="constrained")
        FigureCanvasAgg(figure)
        if chart.kind in WHOLE_FIGURE:
            WHOLE_FIGURE[chart.kind](figure, chart)
        else:
            axes = figure.add_subplot()
            ONE_AXES[chart.kind](axes, chart)
            crowded = chart.kind in {"bars", "lines", "counterfactual", "series"} and len(chart.series) > 1
            axes.set_title(f"{chart.title} ({chart.unit})", loc="left", fontsize=10, pad=22 if crowded else 8)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        # The places are found once; `savefig` would draw the whole figure one time more for each form.
        layout = figure.get_layout_engine()
        assert layout is not None
        layout.execute(figure)
        figure.set_layout_engine("none")
        yield figure


def _svg(figure: Figure) -> bytes:
    svg = BytesIO()
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def _height(chart: Chart) -> float:
    match chart.kind:
        case "bars":
            return 1.3 + 0.44 * max(len(chart.categories), 2)
        case "multiples":
            return 0.6 + 1.35 * charts_of_parts.panel_rows(len(chart.series))
        case "tiles":
            return 5.6
        case "heat":
            return 1.0 + 0.36 * max(len(chart.series), 2)
        case _:
            return 3.3


def _bars(axes: Axes, chart: Chart) -> None:
    thick = 0.8 / len(chart.series)
    looks = ({"color": LEAF}, {"color": STONE, "hatch": "////", "edgecolor": INK, "linewidth": 0.5})
    for index, series in enumerate(chart.series):
        places = [row + (index - (len(chart.series) - 1) / 2) * thick for row in range(len(chart.categories))]
        values = scaled(series.values, chart.divisor)
        axes.barh(
            places,
            [value or 0 for value in values],
            height=thick * 0.92,
            label=series.name,
            **looks[index % 2],
        )
        for place, value in zip(places, values, strict=True):
            if value is not None:
                axes.annotate(
                    label(value),
                    (max(value, 0), place),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8,
                )
    axes.set_yticks(range(len(chart.categories)), chart.categories)
    axes.invert_yaxis()
    low, high = ends(
        [value / chart.divisor for series in chart.series for value in series.values if value is not None]
    )
    axes.set_xlim(low * 1.15, high * 1.15)
    axes.tick_params(axis="y", length=0)
    legend(axes, chart)


def _lines(axes: Axes, chart: Chart) -> None:
    looks: tuple[dict[str, Any], ...] = (
        {"color": LEAF, "linestyle": "-", "marker": "o", "linewidth": 2},
        {"color": OSMANTHUS, "linestyle": "--", "marker": "s", "linewidth": 1.4, "markerfacecolor": "white"},
    )
    places = range(len(chart.categories))
    for index, series in enumerate(chart.series):
        values = scaled(series.values, chart.divisor)
        drawn = [float("nan") if value is None else value for value in values]
        axes.plot(places, drawn, label=series.name, markersize=5, **looks[index % 2])
        for place, value in zip(places, values, strict=True):
            if value is not None and index == 0:
                axes.annotate(
                    label(value),
                    (place, value),
                    path_effects=HALO,
                    xytext=(0, 7),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                )
    axes.set_xticks(places, chart.categories)
    low, high = ends(
        [value / chart.divisor for series in chart.series for value in series.values if value is not None]
    )
    axes.set_ylim(low * 1.18, high * 1.18)
    axes.set_xlim(-0.5, len(chart.categories) - 0.5)
    axes.grid(axis="y", color=STONE, linewidth=0.6)
    legend(axes, chart)


def _bridge(axes: Axes, chart: Chart) -> None:
    """First and last value stand on the axis; the steps between float from one level to the next."""
    values = [value / chart.divisor for value in chart.series[0].values if value is not None]
    level, edges = 0.0, [0.0]
    look: dict[str, Any]
    for place, value in enumerate(values):
        if place in {0, len(values) - 1}:
            bottom, height, look = 0.0, value, {"color": LEAF}
            level = value
        else:
            bottom, height = min(level, level + value), abs(value)
            rising = {"color": OSMANTHUS, "hatch": "....", "edgecolor": INK, "linewidth": 0.5}
            falling = {"color": "white", "hatch": "\\\\\\\\", "edgecolor": CLAY, "linewidth": 0.8}
            look = rising if value >= 0 else falling
            level += value
        edges += [bottom, bottom + height]
        axes.bar(place, height, bottom=bottom, width=0.62, **look)
        sign = "" if place in {0, len(values) - 1} or value <= 0 else "+"
        top = max(bottom + height, bottom)
        axes.annotate(
            sign + label(value),
            (place, top),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
        if place < len(values) - 1:
            axes.plot([place + 0.31, place + 0.69], [level, level], color=LINE, linewidth=0.8)
    axes.set_xticks(range(len(values)), [wrapped(category) for category in chart.categories])
    low, high = ends(edges)
    axes.set_ylim(low * 1.15, high * 1.15)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.tick_params(axis="x", length=0, labelsize=8)


ONE_AXES: dict[str, Callable[[Axes, Chart], None]] = {
    "bars": _bars,
    "lines": _lines,
    "bridge": _bridge,
    "events": charts_of_effects.events,
    "counterfactual": charts_of_effects.counterfactual,
    "series": charts_of_effects.series,
    "tiles": charts_of_parts.tiles,
    "heat": charts_of_parts.heat,
}
WHOLE_FIGURE: dict[str, Callable[[Figure, Chart], None]] = {"multiples": charts_of_parts.multiples}
