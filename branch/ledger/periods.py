"""The window that sums and reports speak about: a calendar month or year in Shanghai, half-open. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"20\d\d")

# Refunds arrive after the month has closed; until these days have passed its figures are preliminary.
REFUND_WINDOW_DAYS = 15


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`year` alone, or one `month` of it."""

    year: int
    month: int | None = None

    @property
    def kind(self) -> str:
        return "year" if self.month is None else "month"

    @property
    def key(self) -> str:
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"

    @property
    def start(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def end(self) -> date:
        """The first day after the window."""
        if self.month is None or self.month == 12:
            return date(self.year + 1, 1, 1)
        return date(self.year, self.month + 1, 1)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def year_before(self) -> Period:
        return Period(self.year - 1, self.month)

    def months(self) -> tuple[Period, ...]:
        return (self,) if self.month else tuple(Period(self.year, month) for month in range(1, 13))

    def settled_on(self) -> date:
        """From this day on the figures are no longer preliminary."""
        return self.end + timedelta(days=REFUND_WINDOW_DAYS)

    def is_open(self, today: date) -> bool:
        return today < self.end

    def is_preliminary(self, today: date) -> bool:
        return today < self.settled_on()


def parse_period(text: str) -> Period:
    """Read ``YYYY-MM`` or ``YYYY``.

    Raises:
        ValueError: when it is neither.
    """
    if match := _MONTH.fullmatch(text):
        return Period(int(match[1]), int(match[2]))
    if _YEAR.fullmatch(text):
        return Period(int(text))
    raise ValueError(text)


def month_of(day: date) -> Period:
    return Period(day.year, day.month)


def month_before(day: date) -> Period:
    """The last whole month before the month of `day`."""
    return month_of(day.replace(day=1) - timedelta(days=1))


def twelve_months(period: Period) -> tuple[Period, ...]:
    """The twelve months that end with the last month of `period`."""
    last = period.last_day
    return tuple(
        month_of(date(last.year - (number >= last.month), (last.month - number - 1) % 12 + 1, 1))
        for number in range(11, -1, -1)
    )
