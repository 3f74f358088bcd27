"""The window that sums and reports speak about: whole calendar months in Shanghai, half-open. Pure.

A window is a month, a year, a season of the trade, or any other run of up to twelve months. Each window has one
key, whichever way it was asked for, so that the same months never have two reports:

======================  =====================  ==============================
window                  key                    a year before
======================  =====================  ==============================
month                   ``2026-03``            ``2025-03``
year                    ``2026``               ``2025``
season                  ``2026-S1``            ``2025-S1``
any other months        ``2026-03..2026-08``   ``2025-03..2025-08``
======================  =====================  ==============================

The seasons are those in which seedlings move: spring from February to May (S1), summer from June to August (S2),
autumn from September to December (S3). They are the blocks of `branch.uplift` too. January, when the ground is
frozen, belongs to none of them and is reported as a month; the three seasons and January make the year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, total_ordering

from core.clock import month_start, months_apart

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"20\d\d")
_SEASON = re.compile(r"(20\d\d)-S([1-3])")
_SPAN = re.compile(rf"({_MONTH.pattern})\.\.({_MONTH.pattern})")

LONGEST_KEY = len("2026-03..2026-08")
# A longer window would overlap the same window a year before.
LONGEST_MONTHS = 12
# Season: its first month and how many months it has.
SEASONS = {1: (2, 4), 2: (6, 3), 3: (9, 4)}

# Refunds arrive after the month has closed; until these days have passed its figures are preliminary.
REFUND_WINDOW_DAYS = 15


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """`year` alone, or one `month` of it, or one `season` of it, or a `span` (first month, number of months).

    Windows sort by their first day, then the shorter one first. Use `between` for a span, so that it has one key.
    """

    year: int
    month: int | None = None
    season: int | None = None
    span: tuple[int, int] | None = None

    @property
    def kind(self) -> str:
        """``month``, ``season``, ``months`` or ``year``."""
        if self.month is not None:
            return "month"
        if self.season is not None:
            return "season"
        return "year" if self.span is None else "months"

    @property
    def key(self) -> str:
        """Its one name, as in the table above."""
        if self.month is not None:  # by the hundred thousand
            return _month_key(self.year, self.month)
        if self.kind == "year":
            return f"{self.year:04d}"
        if self.kind == "season":
            return f"{self.year:04d}-S{self.season}"
        months = self.months()
        return f"{months[0].key}..{months[-1].key}"

    def _extent(self) -> tuple[int, int]:
        """The first month within `year`, and the number of months."""
        if self.month is not None:
            return self.month, 1
        if self.season is not None:
            return SEASONS[self.season]
        return self.span or (1, 12)

    @property
    def start(self) -> date:
        """Its first day in Shanghai."""
        return date(self.year, self._extent()[0], 1)

    @property
    def end(self) -> date:
        """The first day after the window."""
        return month_start(self.start, self._extent()[1])

    @property
    def last_day(self) -> date:
        """Its last day in Shanghai."""
        return self.end - timedelta(days=1)

    def year_before(self) -> Period:
        """The same window of the year before."""
        if self.month is not None:
            return _month(self.year - 1, self.month)
        return Period(self.year - 1, self.month, self.season, self.span)

    def months(self) -> tuple[Period, ...]:
        """Its months, in their order."""
        if self.month is not None:
            return (_month(self.year, self.month),)
        return tuple(month_of(month_start(self.start, number)) for number in range(self._extent()[1]))

    def before(self) -> Period:
        """The window of the same kind just before; spring comes after the autumn of the year before."""
        return self._neighbour(-1)

    def after(self) -> Period:
        """The window of the same kind just after."""
        return self._neighbour(1)

    def _neighbour(self, step: int) -> Period:
        if self.season is not None:
            number = self.season - 1 + step
            return Period(self.year + number // len(SEASONS), season=number % len(SEASONS) + 1)
        count = self._extent()[1]
        begin = month_start(self.start, step * count)
        return between(month_of(begin), month_of(month_start(begin, count - 1)))

    def settled_on(self) -> date:
        """From this day on the figures are no longer preliminary."""
        return self.end + timedelta(days=REFUND_WINDOW_DAYS)

    def is_open(self, today: date) -> bool:
        """Whether some of its days are still to come."""
        return today < self.end

    def is_preliminary(self, today: date) -> bool:
        """Whether refunds may still change its figures."""
        return today < self.settled_on()

    def __hash__(self) -> int:
        # Months are keys by the hundred thousand; most windows differ in these two.
        return self.year * 16 + (self.month or 0)

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)


@lru_cache(maxsize=1024)
def _month_key(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"


def between(first: Period, last: Period) -> Period:
    """The window from the first day of `first` to the last day of `last`, as a month, season or year when it is one.

    Raises:
        ValueError: it would run backwards, or over more than twelve months.
    """
    start, end = first.start, last.end
    count = months_apart(start, end)
    if not 0 < count <= LONGEST_MONTHS:
        raise ValueError(f"{first.key}..{last.key}")
    if count == 1:
        return Period(start.year, start.month)
    if (start.month, count) == (1, 12):
        return Period(start.year)
    for season, extent in SEASONS.items():
        if extent == (start.month, count):
            return Period(start.year, season=season)
    return Period(start.year, span=(start.month, count))


@lru_cache(maxsize=1024)
def parse_period(text: str) -> Period:
    """Read ``YYYY-MM``, ``YYYY``, ``YYYY-S1`` to ``YYYY-S3``, or ``YYYY-MM..YYYY-MM``.

    Raises:
        ValueError: when it is none of them, or over more than twelve months.
    """
    if match := _MONTH.fullmatch(text):
        return _month(int(match[1]), int(match[2]))
    if _YEAR.fullmatch(text):
        return Period(int(text))
    if match := _SEASON.fullmatch(text):
        return Period(int(match[1]), season=int(match[2]))
    if match := _SPAN.fullmatch(text):
        return between(parse_period(match[1]), parse_period(match[4]))
    raise ValueError(text)


@lru_cache(maxsize=1024)
def _month(year: int, month: int) -> Period:
    """One object for each month: sets and dictionaries then find it without comparing."""
    return Period(year, month)


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    return _month(day.year, day.month)


def month_before(day: date) -> Period:
    """The last whole month before the month of `day`."""
    return month_of(month_start(day, -1))


def twelve_months(period: Period) -> tuple[Period, ...]:
    """The twelve months that end with the last month of `period`."""
    return tuple(month_of(month_start(period.end, number)) for number in range(-12, 0))
