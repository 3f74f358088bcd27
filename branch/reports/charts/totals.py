"""Charts of totals: bars beside bars, one year over another, the bridge from one to the next."""

from __future__ import annotations

from branch.reports.charts.frame import EDGE, LABEL, TICK, VALUE, Look, below, evenly, key, title, upright
from branch.reports.charts.sheet import Box, Scale, Sheet, fitting, widest
from branch.reports.charts.style import (
    CLAY,
    INK,
    LEAF,
    LINE,
    OSMANTHUS,
    STONE,
    drawn,
    ends,
    label,
    scaled,
    wrapped,
)
from branch.reports.document import Chart

BARS = (Look(LEAF, bar=True), Look(STONE, bar=True, hatch="////"))
YEARS = (Look(LEAF, 2, marker="o"), Look(OSMANTHUS, 1.4, "--", "s", filled=False))


def bars(sheet: Sheet, chart: Chart) -> None:
    """Lying bars from zero, a number beside each; the names of the categories on the left."""
    values = [scaled(series.values, chart.divisor) for series in chart.series]
    written = label if chart.divisor > 1 else "{:,.0f}".format  # things that are counted have no decimals
    known = [value for row in values for value in row if value is not None]
    low, high = ends(known)
    top = key(sheet, chart, BARS, title(sheet, chart)) - 2
    bottom = EDGE + LABEL + TICK + 4
    most = sheet.across * 0.4
    size = fitting(chart.categories, LABEL, most)
    left = EDGE + min(widest(chart.categories, size), most) + 6
    right = sheet.across - EDGE - widest(map(written, known), VALUE) - 4
    value = Scale(low, high, left, right)
    down = Scale(-0.5, max(len(chart.categories), 1) - 0.5, top, bottom)
    thick = 0.8 / len(values)
    for index, row in enumerate(values):
        shapes = []
        for place, amount in enumerate(row):
            middle = down(place + (index - (len(values) - 1) / 2) * thick)
            tall = abs(down(thick) - down(0)) * 0.92
            if amount:
                first, last = sorted((value(0), value(amount)))
                shapes.append(Box(first, middle - tall / 2, last - first, tall))
            if amount is not None:
                sheet.text(value(max(amount, 0)) + 4, middle, written(amount), size=VALUE)
        look = BARS[index % 2]
        sheet.boxes(shapes, fill=look.ink, edge=INK if look.hatch else None, hatch=look.hatch)
    sheet.rules([(left, bottom, right, bottom), (value(0), bottom, value(0), top)], ink=LINE, thick=0.8)
    for amount, text in value.ticks(apart=50):
        sheet.rules([(value(amount), bottom - TICK, value(amount), bottom)], ink=INK)
        sheet.text(value(amount), bottom - TICK - 2 - LABEL / 2, text, size=LABEL, ha="center")
    for place, name in enumerate(chart.categories):
        sheet.text(left - 6, down(place), name, size=size, ha="right", room=most)


def lines(sheet: Sheet, chart: Chart) -> None:
    """The months of two years one over the other; numbers stand above the later one."""
    values = [scaled(series.values, chart.divisor) for series in chart.series]
    low, high = ends([value for row in values for value in row if value is not None])
    top = key(sheet, chart, YEARS, title(sheet, chart)) - 2
    room, value = upright(sheet, low * 1.18, high * 1.18, top=top, texts=chart.categories)
    places, step = evenly(room, len(chart.categories))
    below(sheet, room, places, chart.categories, apart=step)
    for index, series in enumerate(chart.series):
        look = YEARS[index % 2]
        heights = [value(amount) for amount in drawn(series.values, chart.divisor)]
        sheet.line(places, heights, ink=look.ink, thick=look.thick, style=look.style,
                   marker=look.marker, filled=look.filled)  # fmt: skip
    for place, amount in zip(places, values[0], strict=True):
        if amount is not None:
            sheet.text(place, value(amount) + 10, label(amount), size=VALUE, ha="center", rim=True)


def bridge(sheet: Sheet, chart: Chart) -> None:
    """First and last value stand on the axis; the steps between float from one level to the next."""
    values = [value / chart.divisor for value in chart.series[0].values if value is not None]
    texts = [wrapped(category) for category in chart.categories]
    steps: list[tuple[bool, float, float, float, float]] = []
    level = 0.0
    for place, amount in enumerate(values):
        whole = place in {0, len(values) - 1}
        base = 0.0 if whole else level
        level = amount if whole else level + amount
        steps.append((whole, amount, min(base, base + amount), max(base, base + amount), level))
    low, high = ends([edge for _whole, _value, bottom, top, _level in steps for edge in (bottom, top)])
    room, value = upright(sheet, low * 1.15, high * 1.15, top=title(sheet, chart) - 4, texts=texts)
    places, step = evenly(room, len(values))
    below(sheet, room, places, texts[: len(places)], apart=step, size=VALUE)
    sheet.rules([(room.left, value(0), room.right, value(0))], ink=INK, thick=0.8)
    for middle, (whole, amount, bottom, top, after) in zip(places, steps, strict=True):
        box = [Box(middle - step * 0.31, value(bottom), step * 0.62, value(top) - value(bottom))]
        if whole:
            sheet.boxes(box, fill=LEAF)
        elif amount >= 0:
            sheet.boxes(box, fill=OSMANTHUS, edge=INK, hatch="..")
        else:
            sheet.boxes(box, fill="white", edge=CLAY, hatch="\\\\\\\\", thick=0.8)
        sign = "" if whole or amount <= 0 else "+"
        sheet.text(middle, value(top) + 8, sign + label(amount), size=VALUE, ha="center")
        if middle != places[-1]:
            sheet.rules(
                [(middle + step * 0.31, value(after), middle + step * 0.69, value(after))],
                ink=LINE,
                thick=0.8,
            )
