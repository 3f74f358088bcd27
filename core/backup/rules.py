"""When a backup is due, how one is named, and which ones are kept. Pure."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from core.clock import last_time, local_day, month_start, to_utc

# The hour at which little is sold and before the night's other work.
NIGHTLY_AT = time(1, 30)
TRY_AGAIN_AFTER = timedelta(hours=1)
# A whole copy takes a while to be written: what is measured is not what is there at the end.
MARGIN = 1.05
NAME = re.compile(r"guiyuan-(\d{8}T\d{6}Z)")
_STAMP = "%Y%m%dT%H%M%SZ"


def name_of(at: datetime) -> str:
    """The folder's name of a backup begun `at`, to the second, in UTC: names sort as their times do."""
    return f"guiyuan-{stamp_of(at)}"


def stamp_of(at: datetime) -> str:
    """A moment as names have it: 20260312T060500Z."""
    return to_utc(at).strftime(_STAMP)


def moment_of(name: str) -> datetime | None:
    """When the backup of this name was begun; None for anything that is not called like one."""
    match = NAME.fullmatch(name)
    return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC) if match else None


def last_night(at: datetime) -> datetime:
    """The newest moment not after `at` at which the clock in Shanghai showed the hour of the backup."""
    return last_time(NIGHTLY_AT, at=at)


def is_due(at: datetime, *, last_good: datetime | None, last_failed: datetime | None) -> bool:
    """Whether one should be made: none of this night is good, and the last one did not fail a moment ago.

    A machine that was off at night catches up when it is on again.
    """
    if last_good is not None and last_good >= last_night(at):
        return False
    return last_failed is None or at - last_failed >= TRY_AGAIN_AFTER


def to_keep(moments: Collection[datetime], *, days: int, months: int) -> set[datetime]:
    """Which backups stay: the newest of each of the last `days` days that have one, and of the last `months` months.

    Days and months are those of Shanghai. Counted are days with a backup, not days that passed: a stopped schedule
    takes nothing away. The newest one always stays.
    """
    by_day: dict[date, datetime] = {}
    by_month: dict[date, datetime] = {}
    for moment in sorted(moments):
        by_day[local_day(moment)] = moment
        by_month[month_start(local_day(moment))] = moment
    newest = {by_day[day] for day in sorted(by_day)[-days:]}
    newest |= {by_month[month] for month in sorted(by_month)[-months:]} if months else set()
    return newest | ({max(moments)} if moments else set())


def room_needed(sizes: Collection[int]) -> int:
    """Bytes that must be free before a copy of things of these `sizes` is begun."""
    return int(sum(sizes) * MARGIN)
