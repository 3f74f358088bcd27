"""Time: aware UTC inside, Asia/Shanghai at the edges.

Only edges (views, tasks, commands) call `now`; everything below takes the moment as an argument. Year, month, day and
hour of a moment are asked for here, or read from a `ClockTime`: a rule of mypy (tests/house/local_days.py) refuses
them on a bare `datetime`, whose year at 00:30 on 1 January in Shanghai is still the last one.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

# A moment as the clock of a named place shows it; its calendar may be read.
ClockTime = NewType("ClockTime", datetime)


def now() -> datetime:
    """The present moment as aware UTC."""
    return datetime.now(UTC)


def to_shanghai(moment: datetime) -> ClockTime:
    """The same moment on a clock in Shanghai; naive input is refused."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place on any clock")
    return ClockTime(moment.astimezone(SHANGHAI))


def to_utc(moment: datetime) -> ClockTime:
    """The same moment in UTC, for names and formats that say so."""
    return ClockTime(moment.astimezone(UTC))


def local_minute(moment: datetime) -> str:
    """A moment on Shanghai's clock: 2026-03-12 14:05."""
    return f"{to_shanghai(moment):%Y-%m-%d %H:%M}"


def local_day(moment: datetime) -> date:
    """The calendar day in Shanghai on which `moment` falls."""
    return to_shanghai(moment).date()


def local_year(moment: datetime) -> int:
    """The calendar year in Shanghai in which `moment` falls."""
    return to_shanghai(moment).year


def local_moment(day: date, hour: time = time()) -> datetime:
    """When the clock in Shanghai shows `hour` on `day`, as aware UTC; without an hour, when the day begins."""
    return datetime.combine(day, hour, SHANGHAI).astimezone(UTC)


def last_time(hour: time, *, at: datetime) -> datetime:
    """The newest moment not after `at` at which the clock in Shanghai showed `hour`."""
    today = local_moment(local_day(at), hour)
    return today if today <= at else local_moment(local_day(at) - timedelta(days=1), hour)


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month of `day`, or of the month so many later (earlier when negative)."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def months_apart(first: date, last: date) -> int:
    """By how many months the month of `last` lies after that of `first`."""
    return (last.year - first.year) * 12 + last.month - first.month
