"""Charts of an estimated effect: dots with 95 % intervals, and actual sales beside predicted ones with a band."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from branch.reports.chart_style import HALO, INK, LEAF, LINE, OSMANTHUS, STONE, drawn, ends, legend, wrapped
from branch.reports.document import Chart, Series


def events(axes: Axes, chart: Chart) -> None:
    """A dot and its interval per category; hollow and grey where the interval holds zero."""
    series = chart.series[0]
    marks: list[float] = []
    for place, (value, low, high) in enumerate(zip(series.values, series.low, series.high, strict=True)):
        if value is None:
            continue
        at = value / chart.divisor
        bottom, top = (at if end is None else end / chart.divisor for end in (low, high))
        marks += [at, bottom, top]
        clear = bottom > 0 or top < 0
        colour = LEAF if clear else LINE
        axes.errorbar(
            [place],
            [at],
            yerr=[[at - bottom], [top - at]],
            fmt="o",
            markersize=7,
            color=colour,
            markerfacecolor=LEAF if clear else "white",
            elinewidth=1.6,
            capsize=4,
        )
        axes.annotate(
            label_percent(at),
            (place, at),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            path_effects=HALO,
        )
    axes.axhline(0, color=INK, linewidth=0.8)
    low_end, high_end = ends(marks)
    span = high_end - low_end
    axes.set_ylim(low_end - 0.08 * span, high_end + 0.08 * span)
    axes.set_xlim(-0.5, max(len(chart.categories), 1) - 0.35)
    axes.set_xticks(range(len(chart.categories)), [wrapped(text) for text in chart.categories])
    axes.grid(axis="y", color=STONE, linewidth=0.6)
    axes.set_axisbelow(True)


def counterfactual(axes: Axes, chart: Chart) -> None:
    """The first series is what was sold, the second what was predicted, with its band; the axis begins at zero."""
    places = list(range(len(chart.categories)))
    actual, predicted = chart.series
    axes.plot(
        places,
        drawn(actual.values, chart.divisor),
        color=LEAF,
        linewidth=2,
        marker="o",
        markersize=4.5,
        label=actual.name,
    )
    axes.plot(
        places,
        drawn(predicted.values, chart.divisor),
        color=INK,
        linewidth=1.2,
        linestyle="--",
        marker="s",
        markersize=4,
        markerfacecolor="white",
        label=predicted.name,
    )
    if _has_band(predicted):
        axes.fill_between(
            places,
            drawn(predicted.low, chart.divisor),
            drawn(predicted.high, chart.divisor),
            color=STONE,
            linewidth=0,
            zorder=0,
        )
    _low, high = ends(
        [
            value / chart.divisor
            for one in (*actual.values, *predicted.values, *predicted.high)
            if (value := one) is not None
        ]
    )
    axes.set_ylim(0, high * 1.1)
    axes.set_xlim(-0.5, max(len(places), 1) - 0.5)
    axes.set_xticks(places, chart.categories)
    axes.grid(axis="y", color=STONE, linewidth=0.6)
    axes.set_axisbelow(True)
    legend(axes, chart)


def series(axes: Axes, chart: Chart) -> None:
    """Long lines without marks, a tick every half year; the axis begins at zero."""
    looks: tuple[dict[str, Any], ...] = (
        {"color": LEAF, "linewidth": 2.2},
        {"color": INK, "linewidth": 0.9, "linestyle": "--"},
        {"color": OSMANTHUS, "linewidth": 1.4, "linestyle": ":"},
    )
    places = list(range(len(chart.categories)))
    for index, one in enumerate(chart.series):
        axes.plot(places, drawn(one.values, chart.divisor), label=one.name, **looks[index % len(looks)])
    low, high = ends(
        [value / chart.divisor for one in chart.series for value in one.values if value is not None]
    )
    axes.set_ylim(low * 1.1, high * 1.1)
    axes.set_xlim(-0.5, max(len(places), 1) - 0.5)
    axes.set_xticks(places[::6], chart.categories[::6])
    axes.grid(axis="y", color=STONE, linewidth=0.6)
    axes.set_axisbelow(True)
    legend(axes, chart)


def _has_band(series: Series) -> bool:
    return bool(series.low) and any(value is not None for value in series.low)


def label_percent(value: float) -> str:
    """`+12.3%`, and `0.0%` without a sign."""
    text = f"{value:+.1f}"
    return "0.0%" if float(text) == 0 else f"{text}%"
