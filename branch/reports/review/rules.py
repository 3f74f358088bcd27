"""A line of months small enough to stand in a row of a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 120, 32, 3


def sparkline(values: Sequence[int | None]) -> tuple[str, ...]:
    """The points of polylines within WIDTH x HEIGHT; a missing month breaks the line, zero is the bottom.

    A month that stands alone becomes a short stroke, so that it is seen.
    """
    highest = max((value for value in values if value is not None), default=0)
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)

    def point(place: int, value: int) -> tuple[float, float]:
        part = max(value, 0) / highest if highest > 0 else 0.0
        return round(MARGIN + place * step, 1), round(HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN), 1)

    lines: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(point(place, value))
    return tuple(_text(line) for line in lines if line)


def _text(line: Sequence[tuple[float, float]]) -> str:
    if len(line) == 1:
        (x, y) = line[0]
        line = [(x - 2, y), (x + 2, y)]
    return " ".join(f"{x:g},{y:g}" for x, y in line)
