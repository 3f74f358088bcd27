"""What charts with axes have in common: title, key of the looks, margins, grid, ticks and their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from branch.reports.charts.sheet import LEADING, SMALLEST_TEXT, Box, Scale, Sheet, fitting, widest, width
from branch.reports.charts.style import INK, LINE, STONE
from branch.reports.document import Chart

EDGE = 5.0
TITLE, LABEL, VALUE = 10.0, 9.0, 8.0
TICK = 3.5


class Look(NamedTuple):
    """How a series differs from the next: a line with or without marks, or a bar with or without hatching."""

    ink: str
    thick: float = 1.0
    style: str = "-"
    marker: str | None = None
    filled: bool = True
    bar: bool = False
    hatch: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What is left for marks between the margins, in points."""

    left: float
    right: float
    bottom: float
    top: float


def title(sheet: Sheet, chart: Chart) -> float:
    """Write the chart's title; the height below it that is still free."""
    text, room = f"{chart.title} ({chart.unit})", sheet.across - 2 * EDGE
    sheet.text(EDGE, sheet.up - EDGE - TITLE / 2, text, size=fitting([text], TITLE, room), room=room)
    return sheet.up - EDGE - TITLE * 1.5


def key(sheet: Sheet, chart: Chart, looks: Sequence[Look], top: float) -> float:
    """Name the looks of several series in one row; the height below it that is still free."""
    if len(chart.series) < 2:
        return top - 2
    names = [series.name for series in chart.series]
    swatch, gap = 20.0, 14.0
    room = sheet.across - 2 * EDGE - len(names) * (swatch + 4 + gap)
    needed = sum(width(name, VALUE) for name in names)
    size = VALUE if needed <= room else max(SMALLEST_TEXT, VALUE * room / needed)
    most = math.inf if needed * size / VALUE <= room else room / len(names)
    x, y = EDGE + 1, top - VALUE / 2 - 2
    for name, look in zip(names, looks, strict=False):
        if look.bar:
            box = [Box(x, y - 3, swatch, 6)]
            sheet.boxes(box, fill=look.ink, edge=INK if look.hatch else None, hatch=look.hatch)
        else:
            sheet.line([x, x + swatch], [y, y], ink=look.ink, thick=look.thick, style=look.style)
            if look.marker:
                middle = [x + swatch / 2]
                sheet.line(
                    middle, [y], ink=look.ink, thick=look.thick, marker=look.marker, filled=look.filled
                )
        sheet.text(x + swatch + 4, y, name, size=size, room=most)
        x += swatch + 4 + min(width(name, size), most) + gap
    return y - VALUE - 1


def upright(
    sheet: Sheet, low: float, high: float, *, top: float, texts: Sequence[str], right: float = EDGE
) -> tuple[Room, Scale]:
    """A frame with values on the left, from `low` to `high`, and room for `texts` below; its grid and its lines."""
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    bottom = EDGE + TICK + LABEL * (1 + (lines - 1) * LEADING) + 3
    value = Scale(low, high, bottom, top)
    ticks = value.ticks(apart=20)
    left = EDGE + widest([text for _value, text in ticks], LABEL) + TICK + 4
    room = Room(left, sheet.across - right, bottom, top)
    sheet.rules([(left, value(tick), room.right, value(tick)) for tick, _text in ticks], ink=STONE)
    sheet.rules([(left, bottom, room.right, bottom), (left, bottom, left, top)], ink=LINE, thick=0.8)
    sheet.rules([(left - TICK, value(tick), left, value(tick)) for tick, _text in ticks], ink=INK)
    for tick, text in ticks:
        sheet.text(left - TICK - 3, value(tick), text, size=LABEL, ha="right")
    return room, value


def below(
    sheet: Sheet,
    room: Room,
    places: Sequence[float],
    texts: Sequence[str],
    *,
    apart: float,
    size: float = LABEL,
) -> None:
    """Write what stands under the frame at `places`, so small that neighbours `apart` points off are clear."""  # fmt: skip
    size = fitting(texts, size, apart - 4)
    sheet.rules([(place, room.bottom - TICK, place, room.bottom) for place in places], ink=INK)
    for place, text in zip(places, texts, strict=True):
        sheet.text(place, room.bottom - TICK - 2 - size / 2, text, size=size, ha="center", room=apart - 3)


def evenly(room: Room, count: int) -> tuple[list[float], float]:
    """The middles of `count` equal columns, and how wide each is."""
    step = (room.right - room.left) / max(count, 1)
    return [room.left + (number + 0.5) * step for number in range(count)], step
