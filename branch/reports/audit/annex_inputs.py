"""The inputs of an annex as an auditor reads them: rows, months, sums, who is complete. Pure, standard library only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

Sums = dict[str, int]
Figures = dict[tuple[str, str, str, str], Fraction | int | None]
SUMS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor")
# The row of those that are put together so that none of them points at one grower.
OTHERS = "others"


def records(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table of the annex, each by the names of its columns."""
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


class AnnexInputs:
    """The inputs of an annex, by month, with the window and the rules."""

    def __init__(self, annex: dict[str, Any]) -> None:
        self.annex = annex
        self.settings = annex["settings"]
        self.rows = records(annex["inputs"]["rows"])
        self.spans = records(annex["inputs"]["spans"])
        window = annex["window"]
        self.months = months_of(window["from"], window["until"])
        self.months_before = months_of(window["before_from"], window["before_until"])
        self.is_open = window["standing"] == "open"

    def now(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of the window."""
        return [row for row in rows if row["month"] in self.months]

    def before(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of the same window a year before; none while this one is open."""
        return [] if self.is_open else [row for row in rows if row["month"] in self.months_before]

    def growth(self, now: int, before: int, smallest: int = 1) -> Fraction | None:
        """Relative change as an exact fraction; None below the `smallest` base."""
        return Fraction(now - before, before) if before >= max(smallest, 1) else None

    @property
    def smallest(self) -> int:
        """The smallest base of a percentage, in fen, as the annex states it."""
        return int(self.settings["smallest_base_minor"])


def months_of(start: str, end: str) -> list[str]:
    """The keys of the months from the day `start` up to, not including, `end`; both in ISO form."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    count = (last.year - first.year) * 12 + last.month - first.month
    return [month_key(first.year, first.month + number) for number in range(count)]


def month_key(year: int, month: int) -> str:
    """``YYYY-MM``; months beyond December run on into the next year."""
    return f"{year + (month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}"


def add(rows: Iterable[dict[str, Any]]) -> Sums:
    """The rows' sums by name."""
    sums = dict.fromkeys(SUMS, 0)
    for row in rows:
        for name in SUMS:
            sums[name] += row[name]
    return sums


def net(sums: Sums) -> int:
    """Net sales in fen."""
    return sums["gross_minor"] - sums["discount_minor"] - sums["refund_minor"]


def price(sums: Sums) -> Fraction | None:
    """Net sales per plant in fen, exact; None without plants."""
    return Fraction(net(sums), sums["plants"]) if sums["plants"] > 0 else None


def refund_rate(sums: Sums) -> Fraction | None:
    """Refunds over what was paid, exact; None when nothing was."""
    paid = sums["gross_minor"] - sums["discount_minor"]
    return Fraction(sums["refund_minor"], paid) if paid > 0 else None


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole, exact; None of nothing."""
    return Fraction(part, whole) if whole > 0 else None


def complete(book: AnnexInputs) -> set[int]:
    """Growers whose every channel in use was on record before the earlier window and through the later one."""
    used: defaultdict[int, set[str]] = defaultdict(set)
    for row in book.rows:
        if row["month"] in book.months or row["month"] in book.months_before:
            used[row["grower"]].add(row["channel"])
    spans = {(span["grower"], span["channel"]): span for span in book.spans}

    def covers(grower: int, channel: str) -> bool:
        span = spans.get((grower, channel))
        if span is None:
            return False
        if channel == book.settings["own_shop"]:
            return True
        begins, ends = span["first_day"][:7], span["last_day"][:7]
        return bool(begins < book.months_before[0] and ends >= book.months[-1])

    return {
        grower for grower, channels in used.items() if all(covers(grower, channel) for channel in channels)
    }
