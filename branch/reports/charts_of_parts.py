"""Charts of a whole in its parts: small multiples on one scale, the map of squares, the map of coverage."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from branch.reports.chart_style import INK, LEAF, LINE, STONE, ends, label, scaled
from branch.reports.document import Chart
from branch.reports.provinces import PROVINCES

PANELS_ACROSS = 3
# From paper to leaf in steps that stay apart in grey; the last two carry white numbers.
SHADES = ("#eef2ec", "#cfdfd2", "#9dc0a8", "#57916f", "#1f6b4a")


def panel_rows(panels: int) -> int:
    return max(1, -(-panels // PANELS_ACROSS))


def multiples(figure: Figure, chart: Chart) -> None:
    """One panel per series, all with the same axes from zero; the largest value of each is written beside it."""
    figure.suptitle(f"{chart.title} ({chart.unit})", x=0.01, ha="left", fontsize=10)
    rows = panel_rows(len(chart.series))
    grid = figure.subplots(rows, PANELS_ACROSS, sharex=True, sharey=True, squeeze=False)
    low, high = ends(
        [value / chart.divisor for series in chart.series for value in series.values if value is not None]
    )
    places = range(len(chart.categories))
    for index, axes in enumerate(grid.flat):
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if index >= len(chart.series):
            axes.set_visible(False)
            continue
        series = chart.series[index]
        values = scaled(series.values, chart.divisor)
        axes.bar(places, [value or 0 for value in values], width=0.78, color=LEAF)
        axes.set_title(series.name, loc="left", fontsize=8.5, pad=3)
        known = [(value, place) for place, value in enumerate(values) if value is not None]
        if known:
            most, where = max(known)
            axes.annotate(
                label(most),
                (where, max(most, 0)),
                xytext=(0, 2),
                textcoords="offset points",
                ha="left" if where < 2 else "right" if where > len(values) - 3 else "center",
                fontsize=7.5,
            )
        axes.set_ylim(low * 1.2, high * 1.25)
        axes.set_xticks(
            [p for p in places if p % 3 == 0], [chart.categories[p] for p in places if p % 3 == 0]
        )
        axes.tick_params(labelsize=7.5, length=2)
        axes.tick_params(axis="x", labelbottom=index + PANELS_ACROSS >= len(chart.series))
        axes.grid(axis="y", color=STONE, linewidth=0.5)
        axes.set_axisbelow(True)


def tiles(axes: Axes, chart: Chart) -> None:
    """Equal squares in the grid of `provinces`; darker is more, and the number stands inside."""
    series = chart.series[0]
    values = dict(zip(series.name.split(","), scaled(series.values, chart.divisor), strict=True))
    names = dict(zip(series.name.split(","), chart.categories, strict=True))
    most = max((value for value in values.values() if value is not None), default=0.0)
    for code, one in PROVINCES.items():
        value = values[code]
        shade = shade_of(value, most)
        left, top = one.column, one.row
        axes.add_patch(
            Rectangle(
                (left + 0.03, top + 0.03),
                0.94,
                0.94,
                facecolor="white" if shade is None else SHADES[shade],
                edgecolor=LINE,
                linewidth=0.7,
            )
        )
        ink = "white" if shade is not None and shade >= 3 else INK
        name = names[code]
        axes.text(
            left + 0.5, top + 0.36, name, ha="center", va="center", color=ink,
            fontsize=9 if len(name) < 6 else 6.5,
        )  # fmt: skip
        if value is not None:
            axes.text(left + 0.5, top + 0.70, label(value), ha="center", va="center", fontsize=7.5, color=ink)
    axes.set_xlim(0, 1 + max(one.column for one in PROVINCES.values()))
    axes.set_ylim(1 + max(one.row for one in PROVINCES.values()), 0)
    axes.set_aspect(0.62)
    axes.axis("off")


def shade_of(value: float | None, most: float) -> int | None:
    """Which of `SHADES` a value gets: equal steps from zero to the largest; None without a value."""
    if value is None:
        return None
    if most <= 0 or value <= 0:
        return 0
    return min(len(SHADES) - 1, int(value / most * len(SHADES)))


def heat(axes: Axes, chart: Chart) -> None:
    """One row of cells per series; a value is a share of one in permille and stands in its cell in percent."""
    for row, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            shade = None if value is None else min(len(SHADES) - 1, value * len(SHADES) // 1000)
            axes.add_patch(
                Rectangle(
                    (place + 0.03, row + 0.06),
                    0.94,
                    0.88,
                    facecolor="white" if shade is None else SHADES[shade],
                    edgecolor=LINE,
                    linewidth=0.5,
                    hatch="////" if value is None else None,
                )
            )
            if value is not None:
                ink = "white" if shade is not None and shade >= 3 else INK
                text = f"{value / 10:.0f}"
                axes.text(place + 0.5, row + 0.5, text, ha="center", va="center", fontsize=7.5, color=ink)
    axes.set_xlim(0, max(len(chart.categories), 1))
    axes.set_ylim(max(len(chart.series), 1), 0)
    axes.set_xticks([place + 0.5 for place in range(len(chart.categories))], chart.categories, fontsize=7.5)
    axes.set_yticks(
        [row + 0.5 for row in range(len(chart.series))],
        [series.name for series in chart.series],
        fontsize=8.5,
    )
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def grey(colour: str) -> float:
    """How light a colour is in a grey print, 0 to 1."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue
