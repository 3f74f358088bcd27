"""Charts of a whole in its parts: small multiples on one scale, the map of squares, the map of coverage."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.colors import to_rgb

from branch.reports.charts.frame import EDGE, LABEL, TICK, Room, below, evenly, title
from branch.reports.charts.sheet import Box, Scale, Sheet, Side, fitting, widest
from branch.reports.charts.style import INK, LEAF, LINE, STONE, ends, label, scaled
from branch.reports.document import Chart
from branch.reports.facts.provinces import PROVINCES

PANELS_ACROSS = 3
# From paper to leaf in steps that stay apart in grey; the last two carry white numbers.
SHADES = ("#eef2ec", "#cfdfd2", "#9dc0a8", "#57916f", "#1f6b4a")


def panel_rows(panels: int) -> int:
    """How many rows of panels there are; at least one."""
    return max(1, -(-panels // PANELS_ACROSS))


def multiples(sheet: Sheet, chart: Chart) -> None:
    """One panel per series, all with the same axes from zero; the largest value of each is written beside it."""
    small, gap = 7.5, 12.0
    low, high = ends(
        [value / chart.divisor for series in chart.series for value in series.values if value is not None]
    )
    rows = panel_rows(len(chart.series))
    top = title(sheet, chart) - 2
    tall = (top - EDGE) / rows
    under, over = small + TICK + 5, 15.0
    ticks = Scale(low * 1.2, high * 1.25, 0, tall - under - over).ticks(apart=14)
    margin = widest([text for _value, text in ticks], small) + TICK + 3
    across = (sheet.across - 2 * EDGE - margin - gap * (PANELS_ACROSS - 1)) / PANELS_ACROSS
    panels: list[tuple[Room, Scale, list[float | None]]] = []
    for index, series in enumerate(chart.series):
        row, column = divmod(index, PANELS_ACROSS)
        left, bottom = EDGE + margin + column * (across + gap), top - (row + 1) * tall + under
        room = Room(left, left + across, bottom, bottom + tall - under - over)
        value = Scale(low * 1.2, high * 1.25, room.bottom, room.top)
        panels.append((room, value, scaled(series.values, chart.divisor)))
    sheet.rules(
        [(room.left, value(tick), room.right, value(tick)) for room, value, _row in panels for tick, _text in ticks],
        ink=STONE, thick=0.5,
    )  # fmt: skip
    sheet.boxes([box for panel in panels for box in _panel_bars(*panel)], fill=LEAF)
    edges = [
        edge
        for room, _value, _row in panels
        for edge in (
            (room.left, room.bottom, room.right, room.bottom),
            (room.left, room.bottom, room.left, room.top),
        )
    ]
    sheet.rules(edges, ink=LINE, thick=0.8)
    for index, (series, (room, value, values)) in enumerate(zip(chart.series, panels, strict=True)):
        places, step = evenly(room, len(chart.categories))
        sheet.text(
            room.left, room.top + over - 6, series.name, size=fitting([series.name], 8.5, across), room=across
        )
        if index % PANELS_ACROSS == 0:
            for tick, text in ticks:
                sheet.text(room.left - TICK - 1, value(tick), text, size=small, ha="right")
        if index + PANELS_ACROSS >= len(chart.series):
            below(sheet, room, places[::3], chart.categories[::3], apart=step * 3, size=small)
        known = [(amount, place) for place, amount in enumerate(values) if amount is not None]
        if known:
            most, where = max(known)
            ha: Side = "left" if where < 2 else "right" if where > len(values) - 3 else "center"
            sheet.text(places[where], value(max(most, 0)) + 6, label(most), size=small, ha=ha)


def _panel_bars(room: Room, value: Scale, values: list[float | None]) -> Iterator[Box]:
    places, step = evenly(room, len(values))
    for place, amount in zip(places, values, strict=True):
        if amount:
            first, last = sorted((value(0), value(amount)))
            yield Box(place - step * 0.39, first, step * 0.78, last - first)


def tiles(sheet: Sheet, chart: Chart) -> None:
    """Equal squares in the grid of `provinces`; darker is more, and the number stands inside."""
    series = chart.series[0]
    values = dict(zip(series.name.split(","), scaled(series.values, chart.divisor), strict=True))
    names = dict(zip(series.name.split(","), chart.categories, strict=True))
    most = max((value for value in values.values() if value is not None), default=0.0)
    top = title(sheet, chart) - 2
    across = (sheet.across - 2 * EDGE) / (1 + max(province.column for province in PROVINCES.values()))
    up = (top - EDGE) / (1 + max(province.row for province in PROVINCES.values()))
    by_shade: dict[int | None, list[Box]] = {}
    for code, province in PROVINCES.items():
        left, bottom = EDGE + province.column * across, top - (province.row + 1) * up
        box = Box(left + 0.03 * across, bottom + 0.03 * up, 0.94 * across, 0.94 * up)
        by_shade.setdefault(shade_of(values[code], most), []).append(box)
    for shade, boxes in by_shade.items():
        sheet.boxes(boxes, fill="white" if shade is None else SHADES[shade], edge=LINE, thick=0.7)
    for code, province in PROVINCES.items():
        value = values[code]
        ink = ink_on(shade_of(value, most))
        middle, high = EDGE + (province.column + 0.5) * across, top - province.row * up
        size = fitting([names[code]], LABEL, 0.86 * across)
        sheet.text(middle, high - 0.34 * up, names[code], size=size, ha="center", ink=ink, room=0.92 * across)
        if value is not None:
            text = label(value)
            size = fitting([text], 7.5, 0.86 * across)
            sheet.text(middle, high - 0.70 * up, text, size=size, ha="center", ink=ink)


def ink_on(shade: int | None) -> str:
    """The colour of text on a shade: white on the dark ones."""
    return "white" if shade is not None and shade >= 3 else INK


def shade_of(value: float | None, most: float) -> int | None:
    """Which of `SHADES` a value gets: equal steps from zero to the largest; None without a value."""
    if value is None:
        return None
    if most <= 0 or value <= 0:
        return 0
    return min(len(SHADES) - 1, int(value / most * len(SHADES)))


def heat(sheet: Sheet, chart: Chart) -> None:
    """One row of cells per series; a value is a share of one in permille and stands in its cell in percent."""
    small = 7.5
    top, bottom = title(sheet, chart) - 2, EDGE + small + 6
    names = [series.name for series in chart.series]
    most = sheet.across * 0.4
    size = fitting(names, 8.5, most)
    left = EDGE + min(widest(names, size), most) + 6
    tall = (top - bottom) / max(len(names), 1)
    places, step = evenly(Room(left, sheet.across - EDGE, bottom, top), len(chart.categories))
    by_shade: dict[int | None, list[Box]] = {}
    texts: list[tuple[float, float, str, str]] = []
    for row, series in enumerate(chart.series):
        middle = top - (row + 0.5) * tall
        for place, value in zip(places, series.values, strict=True):
            shade = None if value is None else min(len(SHADES) - 1, value * len(SHADES) // 1000)
            box = Box(place - 0.47 * step, middle - 0.44 * tall, 0.94 * step, 0.88 * tall)
            by_shade.setdefault(shade, []).append(box)
            if value is not None:
                texts.append((place, middle, f"{value / 10:.0f}", ink_on(shade)))
        sheet.text(left - 5, middle, series.name, size=size, ha="right", room=most)
    for shade, boxes in by_shade.items():
        fill, hatch = ("white", "////") if shade is None else (SHADES[shade], None)
        sheet.boxes(boxes, fill=fill, edge=LINE, hatch=hatch)
    for x, y, text, ink in texts:
        sheet.text(x, y, text, size=small, ha="center", ink=ink)
    size = fitting(chart.categories, small, step - 3)
    for place, text in zip(places, chart.categories, strict=True):
        sheet.text(place, bottom - 3 - small / 2, text, size=size, ha="center", room=step - 2)


def grey(colour: str) -> float:
    """How light a colour is in a grey print, 0 to 1."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue
