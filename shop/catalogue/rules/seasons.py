"""When a listing may be bought and when its plants travel. Pure; days are local days of Asia/Shanghai.

A dispatch window is a run of ISO weeks that comes back every year; it may wrap the year's end (week 46 to
week 8). A year without a week 53 ends its windows with its last week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

LAST_WEEK = 53
PRESALE_HORIZON = timedelta(days=548)
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


class Season(StrEnum):
    """When plants travel."""

    SPRING = "spring"
    AUTUMN = "autumn"


@dataclass(frozen=True)
class Window:
    """Plants leave from Monday of `from_week` to Sunday of `to_week`, every year."""

    season: Season
    from_week: int
    to_week: int

    @property
    def wraps(self) -> bool:
        """Whether it goes over the year's end."""
        return self.to_week < self.from_week

    def weeks(self) -> list[int]:
        """The ISO weeks of the window in travelling order."""
        if self.wraps:
            return [*range(self.from_week, LAST_WEEK + 1), *range(1, self.to_week + 1)]
        return list(range(self.from_week, self.to_week + 1))

    def run_from(self, iso_year: int) -> tuple[date, date]:
        """First and last day of the run that begins in `iso_year`."""
        return (
            monday(iso_year, self.from_week),
            monday(iso_year + self.wraps, self.to_week) + timedelta(days=6),
        )


@dataclass(frozen=True)
class Dispatch:
    """When an order placed today leaves: at the earliest `starts_on`, at the latest `ends_on` (None: no fixed end).

    `kind` is `any_time` (no season), `now` (inside a window), `window` (the next one) or `presale` (promised).
    """

    kind: str
    starts_on: date
    ends_on: date | None
    season: Season | None = None


def monday(iso_year: int, week: int) -> date:
    """Monday of an ISO week; a week 53 that the year does not have is taken as its last week."""
    last = date(iso_year, 12, 28).isocalendar().week
    return date.fromisocalendar(iso_year, min(week, last), 1)


def parse_week(text: str) -> date | None:
    """Monday of a week written as `2027-W08`, as HTML's week input writes it; None when there is no such week."""
    match = _WEEK.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def window_problems(windows: Sequence[Window]) -> Iterator[tuple[str, Season]]:
    """Faults as (code, season): a week outside 1 to 53."""
    for window in windows:
        if not (1 <= window.from_week <= LAST_WEEK and 1 <= window.to_week <= LAST_WEEK):
            yield "week_out_of_range", window.season


def presale_problem(promised: date, windows: Sequence[Window], today: date) -> str | None:
    """Why the week that begins on `promised` cannot be promised, as a code; None when it can."""
    if promised + timedelta(days=6) < today:
        return "presale_in_the_past"
    if promised > today + PRESALE_HORIZON:
        return "presale_too_far"
    if windows and not any(promised.isocalendar().week in window.weeks() for window in windows):
        return "presale_outside_windows"
    return None


def next_dispatch(windows: Sequence[Window], today: date, *, presale_week: date | None = None) -> Dispatch:
    """When an order placed on `today` leaves the nursery.

    A promised week counts until it is over; after that the windows do. Without windows plants leave any day.
    """
    if presale_week is not None and presale_week + timedelta(days=6) >= today:
        return Dispatch("presale", presale_week, presale_week + timedelta(days=6))
    runs = sorted(
        (*window.run_from(year), window.season)
        for window in windows
        for year in range(today.isocalendar().year - 1, today.isocalendar().year + 2)
    )
    for starts_on, ends_on, season in runs:
        if ends_on >= today:
            kind = "now" if starts_on <= today else "window"
            return Dispatch(kind, max(starts_on, today), ends_on, season)
    return Dispatch("any_time", today, None)


def sale_problem(sale_from: datetime | None, sale_until: datetime | None, at: datetime) -> str | None:
    """Why nothing can be bought `at`: `sale_not_begun`, `sale_over`, or None. The period is half-open."""
    if sale_from is not None and at < sale_from:
        return "sale_not_begun"
    if sale_until is not None and at >= sale_until:
        return "sale_over"
    return None
