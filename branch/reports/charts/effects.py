"""Charts of an estimated effect: dots with 95 % intervals, and actual sales beside predicted ones with a band."""

from __future__ import annotations

from math import isnan

from branch.reports.charts.frame import VALUE, Look, below, evenly, key, title, upright
from branch.reports.charts.sheet import Sheet, widest
from branch.reports.charts.style import INK, LEAF, LINE, OSMANTHUS, STONE, drawn, ends, wrapped
from branch.reports.document import Chart

SOLD_AND_PREDICTED = (Look(LEAF, 2, marker="o"), Look(INK, 1.2, "--", "s", filled=False))
LONG = (Look(LEAF, 2.2), Look(INK, 0.9, "--"), Look(OSMANTHUS, 1.4, ":"))


def events(sheet: Sheet, chart: Chart) -> None:
    """A dot and its interval per category; hollow and grey where the interval holds zero."""
    series = chart.series[0]
    marks: list[tuple[int, float, float, float]] = []
    for place, (estimate, low, high) in enumerate(zip(series.values, series.low, series.high, strict=True)):
        if estimate is not None:
            at = estimate / chart.divisor
            first, last = (at if end is None else end / chart.divisor for end in (low, high))
            marks.append((place, at, first, last))
    lowest, highest = ends([level for _place, *levels in marks for level in levels])
    air = 0.08 * (highest - lowest)
    texts = [wrapped(text) for text in chart.categories]
    written = [label_percent(at) for _place, at, *_ends in marks]
    room, value = upright(
        sheet, lowest - air, highest + air, top=title(sheet, chart) - 4, texts=texts,
        right=widest(written, VALUE) / 2 + 8,
    )  # fmt: skip
    places, step = evenly(room, len(texts))
    below(sheet, room, places, texts, apart=step)
    sheet.rules([(room.left, value(0), room.right, value(0))], ink=INK, thick=0.8)
    for (place, at, first, last), text in zip(marks, written, strict=True):
        x, clear = places[place], first > 0 or last < 0
        ink = LEAF if clear else LINE
        caps = [(x - 4, value(end), x + 4, value(end)) for end in (first, last)]
        sheet.rules([(x, value(first), x, value(last)), *caps], ink=ink, thick=1.6)
        sheet.line([x], [value(at)], ink=ink, thick=1, marker="o", size=7, filled=clear)
        sheet.text(x + 9, value(at), text, size=VALUE, rim=True)


def counterfactual(sheet: Sheet, chart: Chart) -> None:
    """The first series is what was sold, the second what was predicted, with its band; the axis begins at zero."""
    actual, predicted = chart.series
    rows = [drawn(series.values, chart.divisor) for series in chart.series]
    band = (predicted.low, predicted.high)
    _low, high = ends(
        [
            amount / chart.divisor
            for amount in (*actual.values, *predicted.values, *predicted.high)
            if amount is not None
        ]
    )
    top = key(sheet, chart, SOLD_AND_PREDICTED, title(sheet, chart)) - 2
    room, value = upright(sheet, 0, high * 1.1, top=top, texts=chart.categories)
    places, step = evenly(room, len(chart.categories))
    below(sheet, room, places, chart.categories, apart=step)
    for run in _runs(*(drawn(bound, chart.divisor) for bound in band)) if all(band) else []:
        lower = [(places[place], value(low)) for place, low, _high in run]
        upper = [(places[place], value(high)) for place, _low, high in run]
        sheet.area([*lower, *reversed(upper)], fill=STONE)
    for row, look in zip(rows, SOLD_AND_PREDICTED, strict=True):
        heights = [value(amount) for amount in row]
        sheet.line(places, heights, ink=look.ink, thick=look.thick, style=look.style,
                   marker=look.marker, size=4.5 if look.filled else 4, filled=look.filled)  # fmt: skip


def series(sheet: Sheet, chart: Chart) -> None:
    """Long lines without marks, a tick every half year; the axis begins at zero."""
    rows = [drawn(series.values, chart.divisor) for series in chart.series]
    low, high = ends([amount for row in rows for amount in row if not isnan(amount)])
    top = key(sheet, chart, LONG, title(sheet, chart)) - 2
    room, value = upright(sheet, low * 1.1, high * 1.1, top=top, texts=chart.categories)
    places, step = evenly(room, len(chart.categories))
    below(sheet, room, places[::6], chart.categories[::6], apart=step * 6)
    for number, row in enumerate(rows):
        look = LONG[number % len(LONG)]
        sheet.line(
            places, [value(amount) for amount in row], ink=look.ink, thick=look.thick, style=look.style
        )


def _runs(low: list[float], high: list[float]) -> list[list[tuple[int, float, float]]]:
    """The places that have a band, cut where there is none."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    for place, (bottom, top) in enumerate(zip(low, high, strict=True)):
        if not (isnan(bottom) or isnan(top)):
            runs[-1].append((place, bottom, top))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def label_percent(value: float) -> str:
    """`+12.3%`, and `0.0%` without a sign."""
    text = f"{value:+.1f}"
    return "0.0%" if float(text) == 0 else f"{text}%"
