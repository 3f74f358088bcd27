"""Colours, labels and ranges that every kind of chart shares."""

from __future__ import annotations

from collections.abc import Sequence

INK, LEAF, OSMANTHUS, CLAY, STONE, LINE = "#1d2a24", "#1f6b4a", "#d98e04", "#b3402e", "#dedbd0", "#a9a698"


def label(value: float) -> str:
    """A number beside a mark: no more digits than can be read, never a negative zero."""
    size = abs(value)
    places = 0 if size >= 1000 else 1 if size >= 100 else 2
    text = f"{value:,.{places}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def scaled(values: Sequence[int | None], divisor: int) -> list[float | None]:
    """Whole numbers in units of `divisor`; what is missing stays None."""
    return [None if value is None else value / divisor for value in values]


def drawn(values: Sequence[int | None], divisor: int) -> list[float]:
    """`values` for a line: what is missing leaves a gap."""
    return [float("nan") if value is None else value / divisor for value in values]


def wrapped(text: str) -> str:
    """Break a category at its separator so that neighbours do not run into each other."""
    for separator in (": ", ", ", "：", "，"):
        if separator in text:
            return "\n".join(part.strip() for part in text.split(separator))
    return text


def ends(values: Sequence[float]) -> tuple[float, float]:
    """The range to show: always with zero in it, and never empty."""
    low, high = min([0.0, *values]), max([0.0, *values])
    return (low, high) if high > low else (0.0, 1.0)
