"""Time: aware UTC inside, Asia/Shanghai at the edges.

Only edges (views, tasks, commands) call `now`; everything below takes the moment as an argument.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment as aware UTC."""
    return datetime.now(UTC)


def to_shanghai(moment: datetime) -> datetime:
    """The same moment on a clock in Shanghai; naive input is refused."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place on any clock")
    return moment.astimezone(SHANGHAI)


def local_day(moment: datetime) -> date:
    """The calendar day in Shanghai on which `moment` falls."""
    return to_shanghai(moment).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The half-open UTC interval [start, end) of a Shanghai calendar day."""
    start = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
    return start, end


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """The half-open interval of Shanghai days [first of month, first of next month)."""
    first = date(year, month, 1)
    after = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return first, after
