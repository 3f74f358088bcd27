"""Charts of a report, drawn by matplotlib from a `Chart`; the same chart gives the same bytes.

Readable in grey: series differ by hatch, line style and marker, not by colour alone. Axes of bars
begin at zero, numbers stand beside the marks, and a character that the font lacks is an error.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from branch.reports.charts import effects, shares, totals
from branch.reports.charts.sheet import FONT_FILE, MissingGlyphError, Sheet, require_glyphs
from branch.reports.charts.style import INK, label
from branch.reports.document import Chart

__all__ = ["FONT_FILE", "Drawing", "MissingGlyphError", "draw", "draw_for_print", "label", "require_glyphs"]

WIDTH_IN = 7.2

_STYLE: dict[Any, Any] = {
    "hatch.color": INK,
    "hatch.linewidth": 0.5,
    # Typst sets the words of a chart in the report's own font, like the words around it.
    "svg.fonttype": "none",
    "svg.hashsalt": "guiyuan",
}

# matplotlib's settings are global to the process; two threads must not draw at once.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same picture for screens and for print."""

    png: bytes
    svg: bytes


@lru_cache(maxsize=64)
def draw(chart: Chart) -> Drawing:
    """Draw `chart` for screens and for print.

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
    with _DRAWING, warnings.catch_warnings(), mpl.rc_context(_STYLE):
        warnings.simplefilter("error")
        sheet = Sheet(WIDTH_IN, _height(chart))
        KINDS[chart.kind](sheet, chart)
        yield sheet.figure


def _svg(figure: Figure) -> bytes:
    svg = BytesIO()
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def _height(chart: Chart) -> float:
    match chart.kind:
        case "bars":
            return 0.85 + 0.44 * max(len(chart.categories), 2)
        case "multiples":
            return 0.4 + 1.3 * shares.panel_rows(len(chart.series))
        case "tiles":
            return 5.6
        case "heat":
            return 0.6 + 0.36 * max(len(chart.series), 2)
        case _:
            return 3.3


KINDS: dict[str, Callable[[Sheet, Chart], None]] = {
    "bars": totals.bars,
    "lines": totals.lines,
    "bridge": totals.bridge,
    "events": effects.events,
    "counterfactual": effects.counterfactual,
    "series": effects.series,
    "tiles": shares.tiles,
    "heat": shares.heat,
    "multiples": shares.multiples,
}
