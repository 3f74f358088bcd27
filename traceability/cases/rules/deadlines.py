"""When somebody is reminded of a case, and when the unit above hears of it (pure)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Notice:
    """One notice of the plan: `after_due` is counted from the deadline, negative before it."""

    kind: str
    after_due: timedelta
    levels_up: int = 0


# Two before the deadline, one when it passes; then each week goes one unit further up.
PLAN = (
    Notice("3_days_left", timedelta(days=-3)),
    Notice("1_day_left", timedelta(days=-1)),
    Notice("overdue", timedelta(0)),
    Notice("escalated_1", timedelta(days=2), levels_up=1),
    Notice("escalated_2", timedelta(days=9), levels_up=2),
)


@dataclass(frozen=True)
class Due:
    """What to send now, if anything, and what the scheduler slept through and nobody needs any more."""

    send: Notice | None
    skip: tuple[Notice, ...]


def due_notices(*, since: datetime, due_at: datetime, sent: Collection[str], at: datetime) -> Due:
    """The latest notice whose moment has come and that was not sent yet.

    Args:
        since: when the case was opened or reopened; a notice that would lie before it is never sent.
        due_at: the deadline.
        sent: the kinds that were sent or skipped before.
        at: now.
    """
    open_ones = [
        notice for notice in PLAN if notice.kind not in sent and since < due_at + notice.after_due <= at
    ]
    if not open_ones:
        return Due(None, ())
    return Due(open_ones[-1], tuple(open_ones[:-1]))
